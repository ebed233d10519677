//! Which file is meant, and whether it lies in the folder under test.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libc::{c_char, c_int};

fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| std::env::var_os("PRELOAD_FOLDER").map(PathBuf::from))
        .as_deref()
}

/// The path of an open file, when it lies in the folder under test.
pub fn of_descriptor(fd: c_int) -> Option<PathBuf> {
    let folder = folder()?;
    let path = std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?;
    path.starts_with(folder).then_some(path)
}

/// The path that a call names, when it lies in the folder under test.
///
/// # Safety
///
/// `path` must be null or a C string.
pub unsafe fn of_name(base: c_int, path: *const c_char) -> Option<PathBuf> {
    let folder = folder()?;
    if path.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches that it is a C string, as libc would demand.
    let name = unsafe { CStr::from_ptr(path) };
    let name = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
    let path = if name.is_absolute() {
        name.to_owned()
    } else if base == libc::AT_FDCWD {
        std::env::current_dir().ok()?.join(name)
    } else {
        std::fs::read_link(format!("/proc/self/fd/{base}"))
            .ok()?
            .join(name)
    };
    path.starts_with(folder).then_some(path)
}

/// SQLite's index of its log lives in shared memory and means nothing after a crash.
pub fn is_volatile(path: &Path) -> bool {
    path.as_os_str().as_bytes().ends_with(b"-shm")
}
