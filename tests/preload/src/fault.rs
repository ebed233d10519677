//! Decides which operations fail, as the test ordered through the control file.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use libc::c_int;

use crate::control::{Cell, SIZE};
use crate::system;

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A write.
    Write,
    /// A sync.
    Sync,
    /// Any other change.
    Change,
}

type Cells = &'static [AtomicU64; SIZE / crate::control::CELL];

fn cells() -> Option<Cells> {
    static CELLS: OnceLock<Option<Cells>> = OnceLock::new();
    *CELLS.get_or_init(|| {
        let path = std::ffi::CString::new(std::env::var("PRELOAD_CONTROL").ok()?).ok()?;
        // SAFETY: `path` is a C string that lives until the call returns.
        let fd = unsafe {
            system::open(
                libc::AT_FDCWD,
                path.as_ptr(),
                libc::O_RDWR | libc::O_CLOEXEC,
                0,
            )
        };
        let fd = c_int::try_from(fd).ok().filter(|fd| *fd >= 0)?;
        let long_enough = system::status(fd)
            .is_some_and(|status| usize::try_from(status.st_size).is_ok_and(|size| size >= SIZE));
        if !long_enough {
            return None;
        }
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping that the kernel places; it is never unmapped, so that it lives as long as the program.
        let mapped =
            unsafe { libc::mmap(std::ptr::null_mut(), SIZE, access, libc::MAP_SHARED, fd, 0) };
        if mapped == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: the mapping is aligned to a page, SIZE bytes long, backed by a file of at least that length, valid
        // for ever, and used through atomics alone.
        Some(unsafe { &*mapped.cast() })
    })
}

fn read(cells: Cells, cell: Cell) -> u64 {
    cells
        .get(cell as usize)
        .map_or(0, |cell| cell.load(Ordering::SeqCst))
}

/// Adds one and gives the new value.
fn count(cells: Cells, cell: Cell) -> u64 {
    cells
        .get(cell as usize)
        .map_or(0, |cell| cell.fetch_add(1, Ordering::SeqCst) + 1)
}

/// Counts the operation and says with which `errno` it must fail, if it must.
pub fn strike(operation: Operation) -> Option<c_int> {
    let cells = cells()?;
    let number = count(cells, Cell::Calls);
    let due = |every: u64, number: u64| every != 0 && number.is_multiple_of(every);
    let periodic = match operation {
        Operation::Write => {
            due(read(cells, Cell::WriteEvery), count(cells, Cell::Writes)).then_some(libc::ENOSPC)
        }
        Operation::Sync => {
            due(read(cells, Cell::SyncEvery), count(cells, Cell::Syncs)).then_some(libc::EIO)
        }
        Operation::Change => None,
    };
    let errno = if read(cells, Cell::ReadOnly) != 0 && operation != Operation::Sync {
        Some(libc::EROFS)
    } else if read(cells, Cell::FailAt) == number {
        Some(libc::EIO)
    } else {
        periodic
    };
    if errno.is_some() {
        count(cells, Cell::Failed);
    }
    errno
}

/// How many of `length` bytes at `offset` (or at the end) still fit on the disk; all of them unless it is full.
pub fn room(fd: c_int, offset: Option<i64>, length: usize) -> usize {
    let full = cells().filter(|cells| read(cells, Cell::Full) != 0);
    let (Some(cells), Some(status)) = (full, system::status(fd)) else {
        return length;
    };
    let room = offset.map_or(0, |offset| status.st_size.saturating_sub(offset).max(0));
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(length);
    if room < length {
        count(cells, Cell::Failed);
    }
    room
}

/// Seconds that the wall clock is ahead.
pub fn clock_ahead() -> i64 {
    cells().map_or(0, |cells| read(cells, Cell::ClockAhead).cast_signed())
}
