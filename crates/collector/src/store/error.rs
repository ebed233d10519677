//! What can go wrong with a store, and what mends it.

/// Why the store could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The writer's queue is full, or another process holds the database: try again after this many seconds.
    #[error("the collector is busy; try again in {0} s")]
    Busy(u32),
    /// Disk or files cannot be used now; nothing was acknowledged. It works again when the cause is gone.
    #[error("{} ({detail}); {}", outage.said(), outage.mend())]
    Unavailable {
        /// What is wrong.
        outage: Outage,
        /// In the words of system or engine.
        detail: String,
    },
    /// The database file is damaged; nothing was acknowledged.
    #[error(
        "the database file is damaged ({0}); stop the collector and bring the last backup back with \"hai-long restore\""
    )]
    Damaged(String),
    /// The engine failed; nothing was acknowledged.
    #[error("the store failed: {0}")]
    Engine(String),
    /// Stored bytes are not what this version can read.
    #[error("the store holds what this version cannot read: {0}")]
    Corrupt(String),
    /// A key of this name exists already.
    #[error("a key named {0:?} exists already; choose another name, or remove that key first")]
    NameTaken(String),
}

/// What keeps disk or files from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// No room.
    Full,
    /// No writing.
    ReadOnly,
    /// Reads, writes or syncs fail.
    Failing,
    /// The files cannot be opened.
    NotOpen,
}

impl Outage {
    fn said(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the data folder is read-only",
            Self::Failing => "the disk fails",
            Self::NotOpen => "the data folder cannot be used",
        }
    }

    fn mend(self) -> &'static str {
        match self {
            Self::Full => "free space on the disk of the data folder",
            Self::ReadOnly => {
                "mount its disk writable, and let the collector's account write to the folder and its files"
            }
            Self::Failing => "look for the disk's errors in the system's log, and check its mount",
            Self::NotOpen => {
                "check that it is there, and that the collector's account may read and write the folder and its files"
            }
        }
    }
}

impl StoreError {
    /// The store has been closed, or its writer has ended.
    pub(crate) fn closed() -> Self {
        Self::Engine("it is closed".into())
    }

    /// Is it the disk or the file, and not the question that was asked?
    pub(crate) fn is_of_disk(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Damaged(_))
    }
}
