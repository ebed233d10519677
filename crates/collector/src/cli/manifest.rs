//! What a backup holds, so that a restore can tell a whole backup from half a one and the right key from another.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use collector::store::Totals;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the manifest in a backup; it is written last.
const FILE: &str = "manifest.json";
const FORMAT: &str = "hai-long-backup";
const VERSION: u32 = 1;
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// The manifest of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Version of the program that made the backup.
    pub made_by: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// Number of the last migration that the database has had.
    pub schema_version: u32,
    /// How much it holds.
    pub counts: Counts,
    /// Mark of the pseudonym key that the ratings were taken in with; absent when the data folder had no key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_mark: Option<String>,
    /// Every file but the manifest.
    pub files: Vec<Listed>,
}

/// How much a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Units.
    pub units: u64,
    /// Procedures.
    pub procedures: u64,
    /// Dossiers.
    pub dossiers: u64,
    /// Responses in the log, counted and repeats.
    pub responses: u64,
}

impl From<Totals> for Counts {
    fn from(totals: Totals) -> Self {
        Self {
            units: totals.units,
            procedures: totals.procedures,
            dossiers: totals.dossiers,
            responses: totals.responses,
        }
    }
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Where it lies in the backup, and in the data folder.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl Listed {
    /// Measures the file at `path` in `folder`; `progress` hears of bytes read.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn of(folder: &Path, path: &str, progress: &mut dyn FnMut(u64)) -> io::Result<Self> {
        let mut file = File::open(folder.join(path))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; CHUNK];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut buffer)?;
            let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else {
                break;
            };
            hash.update(chunk);
            bytes += read as u64;
            progress(read as u64);
        }
        Ok(Self {
            path: path.to_owned(),
            bytes,
            sha256: HEXLOWER.encode(&hash.finalize()),
        })
    }
}

impl Manifest {
    /// The manifest of a backup that this program has made.
    pub fn new(
        made_at: Timestamp,
        schema_version: u32,
        counts: Counts,
        key_mark: Option<String>,
        files: Vec<Listed>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            schema_version,
            counts,
            key_mark,
            files,
        }
    }

    /// Writes it into the folder of the backup and syncs it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(FILE))?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        Ok(file.sync_all()?)
    }

    /// Reads the manifest of the backup in `folder`.
    ///
    /// # Errors
    ///
    /// When there is none, or it is of another kind or of a later version.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "{} has no {FILE}: it is no backup, or one that was broken off; choose another",
                folder.display()
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let manifest: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is damaged, or of a later version; choose another backup",
                path.display()
            )
        })?;
        ensure!(
            manifest.format == FORMAT && manifest.version == VERSION,
            "{} is of format {} version {}; this program reads {FORMAT} version {VERSION}",
            path.display(),
            manifest.format,
            manifest.version
        );
        for file in &manifest.files {
            let inside = Path::new(&file.path)
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            ensure!(
                inside && !file.path.is_empty(),
                "{} names the file {:?}, which does not lie in a backup",
                path.display(),
                file.path
            );
        }
        Ok(manifest)
    }

    /// Length of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Is this file in the backup?
    pub fn holds(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// Compares the files in `folder` with what is written here; `progress` hears of bytes read in all.
    ///
    /// # Errors
    ///
    /// When a file is missing or is not what it was.
    pub fn check(&self, folder: &Path, progress: &mut dyn FnMut(u64)) -> Result<()> {
        let mut done = 0;
        for listed in &self.files {
            let found = Listed::of(folder, &listed.path, &mut |read| {
                done += read;
                progress(done);
            })
            .with_context(|| {
                format!(
                    "{} cannot be read; choose another backup",
                    folder.join(&listed.path).display()
                )
            })?;
            ensure!(
                found == *listed,
                "{} has changed since the backup was made (SHA-256 {} instead of {}); choose another backup",
                folder.join(&listed.path).display(),
                found.sha256,
                listed.sha256
            );
        }
        Ok(())
    }
}

/// What to do about an error of the system, where that can be said.
pub fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "; the disk is full: free some space, or name a folder on another disk"
        }
        ErrorKind::PermissionDenied => {
            "; run the command as the user who owns the data folder, and let that user write there"
        }
        ErrorKind::ReadOnlyFilesystem => "; the disk is mounted read-only: name another folder",
        _ => "",
    }
}
