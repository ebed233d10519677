//! libc's functions that change files, with the same names and meanings.
//!
//! `unsafe` is the nature of this file: each function has the signature that C programs rely on and demands of its caller
//! what libc's demands, no more. `open` is variadic in C; on Linux a variadic integer travels in the register in which
//! a named third argument would, so that three named arguments receive it.

use std::os::unix::ffi::OsStrExt;

use libc::{c_char, c_int, c_long, c_uint, c_void, mode_t, off64_t, size_t, ssize_t};

use crate::fault::{self, Operation};
use crate::trace::Kind;
use crate::{place, recorder, system};

/// # Safety
///
/// `bytes` must be readable for `length` bytes.
unsafe fn put(fd: c_int, bytes: *const c_void, length: size_t, offset: Option<off64_t>) -> ssize_t {
    let Some(path) = place::of_descriptor(fd) else {
        // SAFETY: as demanded of our caller.
        return unsafe { system::write(fd, bytes, length, offset) } as ssize_t;
    };
    let _order = recorder::in_order();
    if let Some(errno) = fault::strike(Operation::Write) {
        return system::fail(errno) as ssize_t;
    }
    let room = fault::room(fd, offset, length);
    if room == 0 && length > 0 {
        return system::fail(libc::ENOSPC) as ssize_t;
    }
    // SAFETY: as demanded of our caller; never more than `length` bytes.
    let count = unsafe { system::write(fd, bytes, room, offset) };
    if let Ok(written) = usize::try_from(count)
        && let Some(start) = start_of(fd, offset, written)
    {
        // SAFETY: the kernel has just read as many bytes from there.
        let data = unsafe { std::slice::from_raw_parts(bytes.cast(), written) };
        recorder::record(Kind::Write, &path, start, data);
    }
    count as ssize_t
}

/// Where the bytes went: a plain write has moved the file's own offset past them.
fn start_of(fd: c_int, offset: Option<off64_t>, written: usize) -> Option<u64> {
    let start = match offset {
        Some(offset) => offset,
        None => {
            // SAFETY: takes numbers only.
            let now = unsafe { libc::lseek64(fd, 0, libc::SEEK_CUR) };
            now.checked_sub(i64::try_from(written).ok()?)?
        }
    };
    u64::try_from(start).ok()
}

/// libc's `write`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    // SAFETY: as demanded of our caller.
    unsafe { put(fd, bytes, length, None) }
}

/// libc's `pwrite`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    fd: c_int,
    bytes: *const c_void,
    length: size_t,
    offset: off64_t,
) -> ssize_t {
    // SAFETY: as demanded of our caller.
    unsafe { put(fd, bytes, length, Some(offset)) }
}

/// libc's `pwrite64`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    fd: c_int,
    bytes: *const c_void,
    length: size_t,
    offset: off64_t,
) -> ssize_t {
    // SAFETY: as demanded of our caller.
    unsafe { put(fd, bytes, length, Some(offset)) }
}

/// libc's `ftruncate`.
#[unsafe(no_mangle)]
pub extern "C" fn ftruncate(fd: c_int, length: off64_t) -> c_int {
    let Some(path) = place::of_descriptor(fd) else {
        return system::truncate(fd, length) as c_int;
    };
    let _order = recorder::in_order();
    if let Some(errno) = fault::strike(Operation::Change) {
        return system::fail(errno) as c_int;
    }
    let result = system::truncate(fd, length);
    if result == 0 {
        recorder::record(Kind::Truncate, &path, length.unsigned_abs(), &[]);
    }
    result as c_int
}

/// libc's `ftruncate64`.
#[unsafe(no_mangle)]
pub extern "C" fn ftruncate64(fd: c_int, length: off64_t) -> c_int {
    ftruncate(fd, length)
}

fn flush(fd: c_int, data_only: bool) -> c_int {
    let Some(path) = place::of_descriptor(fd) else {
        return system::sync(fd, data_only) as c_int;
    };
    // Other threads go on writing meanwhile; only what was recorded before now is promised.
    let before = recorder::position();
    let result = match fault::strike(Operation::Sync) {
        Some(errno) => system::fail(errno),
        None => system::sync(fd, data_only),
    };
    let _order = recorder::in_order();
    let kind = if result == 0 {
        Kind::Sync
    } else {
        Kind::SyncFailed
    };
    recorder::record(kind, &path, before, &[]);
    if result == 0 {
        0
    } else {
        system::fail(libc::EIO) as c_int
    }
}

/// libc's `fsync`.
#[unsafe(no_mangle)]
pub extern "C" fn fsync(fd: c_int) -> c_int {
    flush(fd, false)
}

/// libc's `fdatasync`.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(fd: c_int) -> c_int {
    flush(fd, true)
}

/// # Safety
///
/// `path` must be a C string.
unsafe fn open_file(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let writes = flags & libc::O_ACCMODE != libc::O_RDONLY;
    let makes = flags & libc::O_CREAT != 0;
    let clears = flags & libc::O_TRUNC != 0;
    // SAFETY: as demanded of our caller.
    let place = unsafe { place::of_name(folder, path) }.filter(|_| writes || makes);
    let Some(place) = place else {
        // SAFETY: as demanded of our caller.
        return unsafe { system::open(folder, path, flags, mode as c_uint) } as c_int;
    };
    let _order = recorder::in_order();
    if let Some(errno) = fault::strike(Operation::Change) {
        return system::fail(errno) as c_int;
    }
    let is_new = makes && std::fs::symlink_metadata(&place).is_err();
    // SAFETY: as demanded of our caller.
    let fd = unsafe { system::open(folder, path, flags, mode as c_uint) };
    if fd >= 0 && is_new {
        recorder::record(Kind::Create, &place, 0, &[]);
    } else if fd >= 0 && clears {
        recorder::record(Kind::Truncate, &place, 0, &[]);
    }
    fd as c_int
}

/// libc's `open`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { open_file(libc::AT_FDCWD, path, flags, mode) }
}

/// libc's `open64`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { open_file(libc::AT_FDCWD, path, flags, mode) }
}

/// libc's `openat`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { open_file(folder, path, flags, mode) }
}

/// libc's `openat64`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { open_file(folder, path, flags, mode) }
}

/// # Safety
///
/// `path` must be a C string.
unsafe fn remove(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: as demanded of our caller.
    let Some(place) = (unsafe { place::of_name(folder, path) }) else {
        // SAFETY: as demanded of our caller.
        return unsafe { system::unlink(folder, path, flags) } as c_int;
    };
    let _order = recorder::in_order();
    if let Some(errno) = fault::strike(Operation::Change) {
        return system::fail(errno) as c_int;
    }
    // SAFETY: as demanded of our caller.
    let result = unsafe { system::unlink(folder, path, flags) };
    if result == 0 {
        recorder::record(Kind::Unlink, &place, 0, &[]);
    }
    result as c_int
}

/// libc's `unlink`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { remove(libc::AT_FDCWD, path, 0) }
}

/// libc's `unlinkat`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: as demanded of our caller.
    unsafe { remove(folder, path, flags) }
}

/// libc's `rename`.
///
/// # Safety
///
/// As libc's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: as demanded of our caller.
    let places = unsafe {
        (
            place::of_name(libc::AT_FDCWD, from),
            place::of_name(libc::AT_FDCWD, to),
        )
    };
    let (Some(old), Some(new)) = places else {
        // SAFETY: as demanded of our caller.
        return unsafe { system::rename(from, to) } as c_int;
    };
    let _order = recorder::in_order();
    if let Some(errno) = fault::strike(Operation::Change) {
        return system::fail(errno) as c_int;
    }
    // SAFETY: as demanded of our caller.
    let result: c_long = unsafe { system::rename(from, to) };
    if result == 0 {
        recorder::record(Kind::Rename, &old, 0, new.as_os_str().as_bytes());
    }
    result as c_int
}
