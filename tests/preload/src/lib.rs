//! A library for `LD_PRELOAD` that stands between a program under test and the kernel.
//!
//! Its functions take the place of libc's for one folder, named by the environment:
//!
//! | variable | meaning |
//! |---|---|
//! | `PRELOAD_FOLDER` | absolute path; only files below it are recorded and made to fail |
//! | `PRELOAD_TRACE` | file to which every operation that changes the folder is appended, in order (see [`trace`]) |
//! | `PRELOAD_CONTROL` | file of [`control::SIZE`] bytes through which the test orders faults and moves the clock |
//!
//! Without `PRELOAD_TRACE` nothing is recorded; without `PRELOAD_CONTROL` nothing fails. Files mapped into memory are
//! not seen: of SQLite's files that is the `-shm` index alone, which a crash makes worthless and SQLite builds anew.

mod calls;
mod clock;
pub mod control;
mod fault;
mod place;
mod recorder;
mod system;
pub mod trace;
