//! Who uses a data folder: any number of servers and commands together, or one restore alone.
//!
//! The lock is the kernel's, on the folder itself (`flock`), so that it ends with the process, whatever ends that.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A data folder is in use until this is dropped.
pub struct InUse(#[expect(dead_code, reason = "held for its lock")] File);

impl InUse {
    /// Uses the folder beside others.
    ///
    /// # Errors
    ///
    /// When the folder cannot be opened or is being restored.
    pub fn with_others(folder: &Path) -> Result<Self> {
        let file = open(folder)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is being restored; wait until that is done",
                folder.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| cannot(folder)),
        }
    }

    /// Uses the folder alone.
    ///
    /// # Errors
    ///
    /// When the folder cannot be opened or anything else uses it.
    pub fn alone(folder: &Path) -> Result<Self> {
        let file = open(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is in use by a server or another command; stop it (\"systemctl stop hai-long\") and try again",
                folder.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| cannot(folder)),
        }
    }
}

fn open(folder: &Path) -> Result<File> {
    File::open(folder).with_context(|| cannot(folder))
}

fn cannot(folder: &Path) -> String {
    format!("the data folder {} cannot be locked", folder.display())
}
