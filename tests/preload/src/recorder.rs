//! Appends to the trace.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use libc::c_int;

use crate::trace::{Kind, Record};
use crate::{place, system};

/// Held from an operation until its record is written, so that the order of records is the order of operations.
static ORDER: Mutex<()> = Mutex::new(());

/// Keeps other threads' changes out until dropped.
pub fn in_order() -> MutexGuard<'static, ()> {
    ORDER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn trace() -> Option<c_int> {
    static TRACE: OnceLock<Option<c_int>> = OnceLock::new();
    *TRACE.get_or_init(|| {
        let path = std::ffi::CString::new(std::env::var("PRELOAD_TRACE").ok()?).ok()?;
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
        // SAFETY: `path` is a C string that lives until the call returns.
        let fd = unsafe { system::open(libc::AT_FDCWD, path.as_ptr(), flags, 0o600) };
        c_int::try_from(fd).ok().filter(|fd| *fd >= 0)
    })
}

/// The length of the trace now.
pub fn position() -> u64 {
    trace()
        .and_then(system::status)
        .and_then(|status| u64::try_from(status.st_size).ok())
        .unwrap_or(0)
}

/// Appends one record. A trace that cannot be written ends the program: a test on half a trace would prove nothing.
pub fn record(kind: Kind, path: &Path, number: u64, data: &[u8]) {
    let Some(fd) = trace() else { return };
    if place::is_volatile(path) {
        return;
    }
    let record = Record {
        kind,
        number,
        path: path.as_os_str().as_bytes(),
        data,
    };
    let written = record.encode().is_some_and(|bytes| {
        // SAFETY: the bytes live until the call returns.
        let count = unsafe { system::write(fd, bytes.as_ptr().cast(), bytes.len(), None) };
        usize::try_from(count) == Ok(bytes.len())
    });
    if !written {
        std::process::abort();
    }
}
