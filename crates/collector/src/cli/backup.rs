//! `hai-long backup`: everything that a restore needs, but the key, in one folder of its own.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use collector::intake::pseudonym::{self, PseudonymKey};
use collector::store::sqlite::backup as database;
use indicatif::HumanCount;
use jiff::Timestamp;

use super::lock::InUse;
use super::manifest::{Listed, Manifest, mend};
use super::open::{OWN_FORMS, forms, must_be_there};
use super::progress::{Counted, Meter};
use super::{Outcome, table};
use crate::settings::Common;

/// Ends the name of a backup that is not finished.
const PARTIAL: &str = ".partial";

const EXAMPLES: &str = "\
The copy is of one moment and may be taken while the server runs: ratings go on being taken in meanwhile. It is checked
before the command ends, and its folder has its final name only then. The name of the folder is printed alone on standard
output.

The pseudonym key is left out, since key and data belong in two places: whoever has both can tell whether a dossier whose
code they know was rated, and how. Keep a copy of pseudonym.key apart from the backups.

Examples:
  hai-long backup --data /var/lib/hai-long --to /mnt/backup
  hai-long backup --data /var/lib/hai-long --to /mnt/backup --with-key";

/// Copy everything into a folder.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Backup {
    /// Folder in which the backup gets a folder of its own, hai-long-YYYYMMDDTHHMMSSZ; best on another disk
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Put the pseudonym key into the backup too
    #[arg(long)]
    with_key: bool,
}

impl Backup {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let data = common.data.clone();
        tokio::task::spawn_blocking(move || self.take(&data)).await?
    }

    fn take(&self, data: &Path) -> Result<Outcome> {
        must_be_there(data)?;
        // Not through the store: an upgraded program would change the database before it is safe in the backup.
        let _in_use = InUse::with_others(data)?;
        let key = key_of(data)?;
        ensure!(
            key.is_some() || !self.with_key,
            "{} has no {}, so there is no key to put into the backup; leave --with-key out",
            data.display(),
            pseudonym::FILE
        );
        folder(&self.to, true)?;
        ensure!(
            !self.to.canonicalize()?.starts_with(data.canonicalize()?),
            "{} lies in the data folder, and what destroys that would destroy the backup; name a folder on another disk",
            self.to.display()
        );
        let made_at = Timestamp::now();
        let name = made_at.strftime("hai-long-%Y%m%dT%H%M%SZ").to_string();
        let place = self.to.join(&name);
        let partial = self.to.join(format!("{name}{PARTIAL}"));
        for path in [&place, &partial] {
            ensure!(
                !path.exists(),
                "{} is there already and is not overwritten; try again in a second",
                path.display()
            );
        }
        self.tell_of_leftovers();
        folder(&partial, false)?;
        let manifest = self
            .fill(data, &partial, made_at, key.as_ref())
            .and_then(|manifest| {
                finish(&partial, &place)?;
                Ok(manifest)
            });
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(error) => {
                // Half a backup is of no use, and its space may be what is missing.
                let _ = std::fs::remove_dir_all(&partial);
                return Err(error.context(format!("no backup was made in {}", self.to.display())));
            }
        };
        table::line(&place.display().to_string())?;
        eprintln!("{}", told(&manifest, data, self.with_key));
        Ok(Outcome::Done)
    }

    fn fill(
        &self,
        data: &Path,
        partial: &Path,
        made_at: Timestamp,
        key: Option<&PseudonymKey>,
    ) -> Result<Manifest> {
        copy_database(data, &partial.join(database::FILE))?;
        let mut paths = vec![database::FILE.to_owned()];
        // After the database: the forms that its ratings answer are there by then.
        paths.extend(copy_forms(data, partial)?);
        if let Some(key) = key.filter(|_| self.with_key) {
            key.write(&partial.join(pseudonym::FILE))?;
            paths.push(pseudonym::FILE.to_owned());
        }
        eprintln!("backup: checking the copy");
        let copied = database::check(&partial.join(database::FILE), &forms(partial)?)
            .context("the copy is not sound")?;
        let files = paths
            .iter()
            .map(|path| Listed::of(partial, path, &mut |_| {}))
            .collect::<io::Result<_>>()
            .context("the copy cannot be read")?;
        let manifest = Manifest::new(
            made_at,
            copied.schema,
            copied.totals.into(),
            key.map(PseudonymKey::mark),
            files,
        );
        manifest
            .write(partial)
            .context("the manifest cannot be written")?;
        Ok(manifest)
    }

    /// Backups that were broken off are nobody's but the administrator's to remove: one may be under way.
    fn tell_of_leftovers(&self) {
        let Ok(entries) = std::fs::read_dir(&self.to) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().ends_with(PARTIAL) {
                eprintln!(
                    "notice: {} was not finished; remove it, unless another backup is under way",
                    entry.path().display()
                );
            }
        }
    }
}

/// The key of a data folder, if it has one.
fn key_of(data: &Path) -> Result<Option<PseudonymKey>> {
    let path = data.join(pseudonym::FILE);
    if !path.try_exists()? {
        return Ok(None);
    }
    Ok(Some(PseudonymKey::read_copy(&path)?))
}

/// Makes a folder for its owner alone; with `or_there` one that exists will do.
fn folder(path: &Path, or_there: bool) -> Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(or_there)
        .create(path)
        .map_err(|error| {
            let mend = mend(error.kind());
            anyhow::Error::from(error).context(format!(
                "the folder {} cannot be made{mend}",
                path.display()
            ))
        })
}

fn copy_database(data: &Path, to: &Path) -> Result<()> {
    let mut meter: Option<Meter> = None;
    database::copy(data, to, &mut |done, total| {
        meter
            .get_or_insert_with(|| Meter::begin("backup: pages", Counted::Records, Some(total)))
            .at(done);
    })
    .with_context(|| {
        format!(
            "the database of {} cannot be copied; is the disk full, or may this user not read it?",
            data.display()
        )
    })?;
    if let Some(meter) = meter {
        meter.end();
    }
    Ok(())
}

/// Copies the authority's own forms; gives their paths.
fn copy_forms(data: &Path, partial: &Path) -> Result<BTreeSet<String>> {
    let own = data.join(OWN_FORMS);
    let mut paths = BTreeSet::new();
    if !own.is_dir() {
        return Ok(paths);
    }
    let target = partial.join(OWN_FORMS);
    folder(&target, false)?;
    let cannot_copy = || format!("the forms in {} cannot be copied", own.display());
    for entry in std::fs::read_dir(&own).with_context(cannot_copy)? {
        let entry = entry.with_context(cannot_copy)?;
        let Ok(name) = entry.file_name().into_string() else {
            bail!(
                "the name of {} is not UTF-8; rename it",
                entry.path().display()
            );
        };
        if name.ends_with(".json") && entry.path().is_file() {
            copy_file(&entry.path(), &target.join(&name)).with_context(cannot_copy)?;
            paths.insert(format!("{OWN_FORMS}/{name}"));
        }
    }
    sync(&target)?;
    Ok(paths)
}

/// Copies a file and syncs the copy.
///
/// # Errors
///
/// What the system says.
pub fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::copy(from, to)?;
    sync(to)
}

/// Syncs a file or a folder.
///
/// # Errors
///
/// What the system says.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Gives the backup its name, for good.
fn finish(partial: &Path, place: &Path) -> Result<()> {
    let cannot = || format!("{} cannot be finished", place.display());
    sync(partial).with_context(cannot)?;
    std::fs::rename(partial, place).with_context(cannot)?;
    if let Some(parent) = place.parent() {
        sync(parent).with_context(cannot)?;
    }
    Ok(())
}

fn told(manifest: &Manifest, data: &Path, with_key: bool) -> String {
    let counts = manifest.counts;
    let key = data.join(pseudonym::FILE);
    let key = match (&manifest.key_mark, with_key) {
        (Some(_), true) => {
            "The backup holds the pseudonym key too: keep it where nobody but you can read it."
                .into()
        }
        (Some(_), false) => format!(
            "The backup does not hold the pseudonym key; a restore needs it. Keep a copy of {} in another place.",
            key.display()
        ),
        (None, _) if counts.responses > 0 => format!(
            "warning: there is no pseudonym key {}: repeats of the ratings in this backup can no longer be recognised.",
            key.display()
        ),
        (None, _) => "There is no pseudonym key yet; the first \"hai-long serve\" makes it.".into(),
    };
    format!(
        "{} responses, {} dossiers, {} units, {} procedures; schema {}\n{key}",
        HumanCount(counts.responses),
        HumanCount(counts.dossiers),
        HumanCount(counts.units),
        HumanCount(counts.procedures),
        manifest.schema_version
    )
}
