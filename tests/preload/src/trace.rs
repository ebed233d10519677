//! The trace: what changed in the folder, in the order in which the kernel did it.
//!
//! A record is `kind: u8, number: u64, path length: u32, data length: u32, path, data`, integers little-endian. Its
//! place in the file is its time: "before position p" means that the record starts before byte p.

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A file was made; no data.
    Create = 1,
    /// `data` was written at offset `number`.
    Write = 2,
    /// The file got length `number`.
    Truncate = 3,
    /// A sync of the file or folder returned; what was recorded before position `number` is durable.
    Sync = 4,
    /// A sync failed; what was recorded before position `number` may or may not be durable, now or ever.
    SyncFailed = 5,
    /// The name was removed.
    Unlink = 6,
    /// The file was renamed to the path in `data`.
    Rename = 7,
}

impl Kind {
    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        [
            Self::Create,
            Self::Write,
            Self::Truncate,
            Self::Sync,
            Self::SyncFailed,
            Self::Unlink,
            Self::Rename,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == number)
    }
}

/// Bytes before path and data.
pub const HEAD: usize = 1 + 8 + 4 + 4;

/// One record, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What happened.
    pub kind: Kind,
    /// Offset, length or position, by kind; else 0.
    pub number: u64,
    /// Absolute path of the file, as bytes.
    pub path: &'a [u8],
    /// What was written, or the new path.
    pub data: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record as bytes; `None` when path or data are longer than 4 GiB.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(HEAD + self.path.len() + self.data.len());
        bytes.push(self.kind as u8);
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(u32::try_from(self.path.len()).ok()?.to_le_bytes());
        bytes.extend(u32::try_from(self.data.len()).ok()?.to_le_bytes());
        bytes.extend(self.path);
        bytes.extend(self.data);
        Some(bytes)
    }

    /// Takes the first record off `bytes`; `None` when they do not begin with a whole one.
    pub fn decode(bytes: &mut &'a [u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (path_length, rest) = rest.split_first_chunk()?;
        let (data_length, rest) = rest.split_first_chunk()?;
        let (path, rest) = rest.split_at_checked(length(*path_length)?)?;
        let (data, rest) = rest.split_at_checked(length(*data_length)?)?;
        let record = Self {
            kind: Kind::from_number(*kind)?,
            number: u64::from_le_bytes(*number),
            path,
            data,
        };
        *bytes = rest;
        Some(record)
    }
}

fn length(bytes: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}
