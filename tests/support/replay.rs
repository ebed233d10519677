//! What a disk may hold when the power goes.
//!
//! A sync makes durable what was written to its file before it. Of everything else a random subset survives, by sectors
//! of 512 bytes, in any order, and a file that grew may have its new length without its new content. Names behave as on
//! a journaling file system: a random prefix of the changes that were not synced has happened.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;

use crate::faults::trace::{Kind, Record};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Files by absolute path.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Are syncs kept?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncs {
    /// As promised.
    Kept,
    /// Those that started at or after this position did nothing, as with `synchronous=OFF`: the control.
    IgnoredFrom(u64),
}

/// A recorded run.
pub struct Trace {
    bytes: Vec<u8>,
    /// Where each record starts.
    starts: Vec<usize>,
}

impl Trace {
    /// Reads a trace.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file)?;
        let mut starts = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let start = bytes.len() - rest.len();
            Record::decode(&mut rest).with_context(|| format!("no record at byte {start}"))?;
            starts.push(start);
        }
        Ok(Self { bytes, starts })
    }

    /// How many records start before this position.
    pub fn records_before(&self, position: u64) -> usize {
        self.starts
            .partition_point(|&start| (start as u64) < position)
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Was nothing recorded?
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The position of a crash after `records` records: whatever was known before it must survive.
    pub fn position(&self, records: usize) -> u64 {
        self.starts
            .get(records)
            .copied()
            .unwrap_or(self.bytes.len()) as u64
    }

    fn record(&self, index: usize) -> Result<(u64, Record<'_>)> {
        let start = *self.starts.get(index).context("past the end")?;
        let mut bytes = self.bytes.get(start..).context("past the end")?;
        let record = Record::decode(&mut bytes).context("no record")?;
        Ok((start as u64, record))
    }
}

/// A disk to which a trace is being played.
pub struct Disk<'a> {
    trace: &'a Trace,
    syncs: Syncs,
    played: usize,
    files: Vec<Content>,
    /// What programs see.
    names: BTreeMap<PathBuf, usize>,
    /// What is durable of that.
    settled: BTreeMap<PathBuf, usize>,
    /// What is not, in order.
    unsettled: Vec<(u64, Naming)>,
}

#[derive(Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<(u64, Change)>,
}

enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum Naming {
    Create(PathBuf, usize),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf, usize),
}

impl<'a> Disk<'a> {
    /// An empty disk.
    pub fn new(trace: &'a Trace, syncs: Syncs) -> Self {
        Self {
            trace,
            syncs,
            played: 0,
            files: Vec::new(),
            names: BTreeMap::new(),
            settled: BTreeMap::new(),
            unsettled: Vec::new(),
        }
    }

    /// Plays on until `records` records have happened. `chance` decides what a failed sync has lost for ever.
    pub fn play_to(&mut self, records: usize, chance: &mut Rng) -> Result<()> {
        while self.played < records {
            let (position, record) = self.trace.record(self.played)?;
            self.play(position, record, chance)
                .with_context(|| format!("record at byte {position}"))?;
            self.played += 1;
        }
        Ok(())
    }

    fn play(&mut self, position: u64, record: Record<'_>, chance: &mut Rng) -> Result<()> {
        let path = PathBuf::from(OsStr::from_bytes(record.path));
        // Linux names an open file like this once its name is gone; nobody will find it after the crash.
        if record.path.ends_with(b" (deleted)") {
            return Ok(());
        }
        let number = usize::try_from(record.number)?;
        match record.kind {
            Kind::Create => {
                let file = self.files.len();
                self.files.push(Content::default());
                self.rename(position, Naming::Create(path, file));
            }
            Kind::Write => {
                let change = Change::Write(number, record.data.to_vec());
                self.content(&path)?.pending.push((position, change));
            }
            Kind::Truncate => {
                let change = Change::Truncate(number);
                self.content(&path)?.pending.push((position, change));
            }
            Kind::Unlink => {
                ensure!(
                    self.names.contains_key(&path),
                    "unlinks the unknown {path:?}"
                );
                self.rename(position, Naming::Unlink(path));
            }
            Kind::Rename => {
                let file = *self.names.get(&path).context("renames an unknown file")?;
                let new = PathBuf::from(OsStr::from_bytes(record.data));
                self.rename(position, Naming::Rename(path, new, file));
            }
            Kind::Sync => self.sync(&path, record.number)?,
            Kind::SyncFailed => {
                if let Some(&file) = self.names.get(&path)
                    && let Some(content) = self.files.get_mut(file)
                {
                    content.lose(record.number, chance);
                }
            }
        }
        Ok(())
    }

    fn content(&mut self, path: &Path) -> Result<&mut Content> {
        let file = self
            .names
            .get(path)
            .with_context(|| format!("{path:?} was never made"))?;
        self.files.get_mut(*file).context("no such file")
    }

    fn rename(&mut self, position: u64, naming: Naming) {
        naming.clone().happen(&mut self.names);
        self.unsettled.push((position, naming));
    }

    fn sync(&mut self, path: &Path, before: u64) -> Result<()> {
        if matches!(self.syncs, Syncs::IgnoredFrom(position) if before >= position) {
            return Ok(());
        }
        let started_before = |(position, _): &&(u64, Naming)| *position < before;
        let settles = match self.names.get(path) {
            Some(&file) => {
                self.files
                    .get_mut(file)
                    .context("no such file")?
                    .settle(before);
                // A journal is written in order: with the name of this file come all earlier changes of names.
                self.unsettled
                    .iter()
                    .take_while(started_before)
                    .enumerate()
                    .filter(|(_, (_, naming))| naming.file() == Some(file))
                    .last()
                    .map_or(0, |(index, _)| index + 1)
            }
            None if self.names.keys().any(|name| name.parent() == Some(path)) => {
                self.unsettled.iter().take_while(started_before).count()
            }
            None => bail!("syncs the unknown {path:?}"),
        };
        for (_, naming) in self.unsettled.drain(..settles) {
            naming.happen(&mut self.settled);
        }
        Ok(())
    }

    /// What programs see now.
    pub fn seen(&self) -> Files {
        self.collect(&self.names, |content| {
            let mut bytes = content.durable.clone();
            for (_, change) in &content.pending {
                change.happen(&mut bytes);
            }
            bytes
        })
    }

    /// What may be found after a crash now.
    pub fn crash(&self, chance: &mut Rng) -> Files {
        let mut names = self.settled.clone();
        for (_, naming) in self
            .unsettled
            .iter()
            .take(chance.usize(..=self.unsettled.len()))
        {
            naming.clone().happen(&mut names);
        }
        // Some crashes keep nearly everything and some nearly nothing; both are instructive.
        let kept = match chance.u8(..4) {
            0 => 0.0,
            1 => 1.0,
            _ => chance.f64(),
        };
        self.collect(&names, |content| content.crash(kept, chance))
    }

    fn collect(
        &self,
        names: &BTreeMap<PathBuf, usize>,
        mut bytes: impl FnMut(&Content) -> Vec<u8>,
    ) -> Files {
        names
            .iter()
            .filter_map(|(path, &file)| Some((path.clone(), bytes(self.files.get(file)?))))
            .collect()
    }
}

impl Content {
    fn settle(&mut self, before: u64) {
        let settled = self
            .pending
            .partition_point(|(position, _)| *position < before);
        for (_, change) in self.pending.drain(..settled) {
            change.happen(&mut self.durable);
        }
    }

    /// After a failed sync the kernel takes pages for clean: half of the sectors will never be written, even if a later
    /// sync succeeds.
    fn lose(&mut self, before: u64, chance: &mut Rng) {
        let waiting = std::mem::take(&mut self.pending);
        for (position, change) in waiting {
            match change {
                Change::Write(offset, data) if position < before => {
                    for (offset, sector) in sectors(offset, &data) {
                        if chance.bool() {
                            let kept = Change::Write(offset, sector.to_vec());
                            self.pending.push((position, kept));
                        }
                    }
                }
                other => self.pending.push((position, other)),
            }
        }
    }

    fn crash(&self, kept: f64, chance: &mut Rng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let survives = |chance: &mut Rng| chance.f64() < kept;
        for (_, change) in &self.pending {
            match change {
                Change::Truncate(_) => {
                    if survives(chance) {
                        change.happen(&mut bytes);
                    }
                }
                Change::Write(offset, data) => {
                    for (offset, sector) in sectors(*offset, data) {
                        if survives(chance) {
                            put(&mut bytes, offset, sector);
                        }
                    }
                    if survives(chance) {
                        let end = offset + data.len();
                        bytes.resize(bytes.len().max(end), 0);
                    }
                }
            }
        }
        bytes
    }
}

impl Change {
    fn happen(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => put(bytes, *offset, data),
            Self::Truncate(length) => bytes.resize(*length, 0),
        }
    }
}

impl Naming {
    fn happen(self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Create(path, file) => {
                names.insert(path, file);
            }
            Self::Unlink(path) => {
                names.remove(&path);
            }
            Self::Rename(old, new, file) => {
                names.remove(&old);
                names.insert(new, file);
            }
        }
    }

    fn file(&self) -> Option<usize> {
        match self {
            Self::Create(_, file) | Self::Rename(_, _, file) => Some(*file),
            Self::Unlink(_) => None,
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(offset..end) {
        place.copy_from_slice(data);
    }
}

/// Cuts what was written at `offset` where sectors end.
fn sectors(offset: usize, data: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut offset = offset;
    let mut rest = data;
    std::iter::from_fn(move || {
        let length = (SECTOR - offset % SECTOR).min(rest.len());
        let (sector, left) = rest.split_at_checked(length).filter(|_| length > 0)?;
        let place = offset;
        rest = left;
        offset += length;
        Some((place, sector))
    })
}
