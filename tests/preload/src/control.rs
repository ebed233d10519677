//! What a test and the preloaded library tell each other: a small file of 64-bit cells, mapped by the library.
//!
//! Cells are in the byte order of the machine; both sides run on the same one.

/// Bytes of one cell.
pub const CELL: usize = 8;
/// Bytes of the file.
pub const SIZE: usize = CELL * 10;

/// A cell, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Cell {
    /// Counted by the library: operations that change the folder or make it durable.
    Calls,
    /// Counted by the library: operations that it made fail.
    Failed,
    /// The operation with this number in [`Cell::Calls`] fails with EIO; 0: none.
    FailAt,
    /// Counted by the library: `fsync` and `fdatasync`.
    Syncs,
    /// Each sync whose number is a multiple of this fails with EIO; 0: none.
    SyncEvery,
    /// Counted by the library: writes.
    Writes,
    /// Each write whose number is a multiple of this fails with ENOSPC; 0: none.
    WriteEvery,
    /// Not 0: the disk is full. A write that would make a file longer writes what fits and then fails with ENOSPC.
    Full,
    /// Not 0: the file system is read-only. Every change fails with EROFS.
    ReadOnly,
    /// Seconds (signed) that the wall clock is ahead of the real one. The monotonic clock is left alone.
    ClockAhead,
}
