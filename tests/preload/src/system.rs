//! The kernel's own calls, past libc's names for them, which are ours.
//!
//! Every function returns what the system call returns and leaves `errno` as libc would.

use libc::{c_int, c_long, c_uint, c_void, off64_t, size_t, timespec};

/// `write`, or `pwrite` when there is an offset.
///
/// # Safety
///
/// `bytes` must be readable for `length` bytes.
pub unsafe fn write(
    fd: c_int,
    bytes: *const c_void,
    length: size_t,
    offset: Option<off64_t>,
) -> c_long {
    // SAFETY: the kernel checks the descriptor; the caller vouches for the bytes.
    unsafe {
        match offset {
            Some(offset) => libc::syscall(libc::SYS_pwrite64, fd, bytes, length, offset),
            None => libc::syscall(libc::SYS_write, fd, bytes, length),
        }
    }
}

/// `ftruncate`.
pub fn truncate(fd: c_int, length: off64_t) -> c_long {
    // SAFETY: takes numbers only.
    unsafe { libc::syscall(libc::SYS_ftruncate, fd, length) }
}

/// `fsync`, or `fdatasync` when only the data matter.
pub fn sync(fd: c_int, data_only: bool) -> c_long {
    let call = if data_only {
        libc::SYS_fdatasync
    } else {
        libc::SYS_fsync
    };
    // SAFETY: takes a number only.
    unsafe { libc::syscall(call, fd) }
}

/// `openat`.
///
/// # Safety
///
/// `path` must be a C string.
pub unsafe fn open(folder: c_int, path: *const libc::c_char, flags: c_int, mode: c_uint) -> c_long {
    // SAFETY: the caller vouches for the path.
    unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) }
}

/// `unlinkat`.
///
/// # Safety
///
/// `path` must be a C string.
pub unsafe fn unlink(folder: c_int, path: *const libc::c_char, flags: c_int) -> c_long {
    // SAFETY: the caller vouches for the path.
    unsafe { libc::syscall(libc::SYS_unlinkat, folder, path, flags) }
}

/// `renameat2` without flags.
///
/// # Safety
///
/// Both paths must be C strings.
pub unsafe fn rename(from: *const libc::c_char, to: *const libc::c_char) -> c_long {
    // SAFETY: the caller vouches for the paths.
    unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from,
            libc::AT_FDCWD,
            to,
            0,
        )
    }
}

/// `clock_gettime`.
///
/// # Safety
///
/// `time` must be writable or null.
pub unsafe fn clock(clock: libc::clockid_t, time: *mut timespec) -> c_long {
    // SAFETY: the caller vouches for the place.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) }
}

/// Sets `errno` and returns what a failed call returns.
pub fn fail(errno: c_int) -> c_long {
    // SAFETY: the place is this thread's own.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// Length and place of a file, or nothing when the descriptor is none.
pub fn status(fd: c_int) -> Option<libc::stat64> {
    let mut status = std::mem::MaybeUninit::<libc::stat64>::zeroed();
    // SAFETY: the place is large enough, and zeroes are a valid `stat64` should the kernel fill only a part.
    let (result, status) =
        unsafe { (libc::fstat64(fd, status.as_mut_ptr()), status.assume_init()) };
    (result == 0).then_some(status)
}
