//! `hai-long restore`: a backup into a data folder, all of it or nothing.
//!
//! ```text
//! check the backup ─▶ copy it beside the data (DATA/.restoring-…) ─▶ open and verify the copy
//!   ─▶ move what was there aside (DATA/replaced-…) ─▶ move the copy into its place
//! ```
//!
//! Everything happens inside the data folder, so that the folder keeps its owner, may be a mount point, and stays locked
//! against servers and commands until all is done. Up to the last two steps nothing of the old data is touched, and a
//! move that fails takes the earlier ones back.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Error, Result, bail, ensure};
use clap::Args;
use collector::intake::pseudonym::{self, PseudonymKey};
use collector::store::sqlite::{SqliteStore, backup as database};
use collector::store::{Period, Periods, Store, Totals};
use indicatif::HumanCount;
use jiff::Timestamp;

use super::backup::{copy_file, sync};
use super::lock::InUse;
use super::manifest::{Counts, Manifest, mend};
use super::open::{OWN_FORMS, forms};
use super::progress::{Counted, Meter};
use super::{Outcome, table};
use crate::settings::Common;

/// Begins the name of the folder in which a restore builds.
const BUILDING: &str = ".restoring-";
/// Begins the name of the folder into which earlier data are moved.
const REPLACED: &str = "replaced-";
/// What a new disk brings with it.
const OF_THE_DISK: &str = "lost+found";

const EXAMPLES: &str = "\
Stop the server first; a folder that is in use is refused. The backup is checked against its manifest, put beside what is
there, opened and verified; only then does it take its place. With --replace, what was there is kept in
DATA/replaced-YYYYMMDDTHHMMSSZ.

The pseudonym key is taken from --key, else from the backup, else from the data folder. It must be the one that the
ratings were taken in with: with another, repeats of dossiers rated before would be counted again, and what the kiosks
send once more would be refused.

Examples:
  hai-long restore --from /mnt/backup/hai-long-20260930T190000Z --data /var/lib/hai-long --replace
  hai-long restore --from /mnt/backup/hai-long-20260930T190000Z --data ./drill --key /media/usb/pseudonym.key";

/// Put a backup into a data folder.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Restore {
    /// Folder of the backup: the one that holds manifest.json
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// File with the pseudonym key
    #[arg(long, value_name = "FILE", conflicts_with = "lost_key")]
    key: Option<PathBuf>,
    /// Move aside what is in the data folder
    #[arg(long)]
    replace: bool,
    /// The pseudonym key is lost for good: make a new one, with which repeats of dossiers rated before are not recognised
    #[arg(long)]
    lost_key: bool,
}

impl Restore {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let data = &common.data;
        let manifest = Manifest::read(&self.from)?;
        ensure!(
            manifest.schema_version <= database::schema_version(),
            "the backup was made by version {} with schema {}, and this program knows schema {}; restore with that \
             version or a newer one",
            manifest.made_by,
            manifest.schema_version,
            database::schema_version()
        );
        check(&manifest, &self.from)?;

        let made = !data.exists();
        make_folder(data, true)?;
        let _in_use = InUse::alone(data)?;
        let restored = self.put_into(data, &manifest).await;
        if restored.is_err() && made {
            // Only when it is empty, as it was found.
            let _ = std::fs::remove_dir(data);
        }
        restored
    }

    async fn put_into(&self, data: &Path, manifest: &Manifest) -> Result<Outcome> {
        clear_leftovers(data)?;
        // A database that cannot be read is what a restore may be for.
        let before = database::periods(data).unwrap_or_default();
        let there = entries(data)?;
        let only_the_key = there.iter().all(|name| name == pseudonym::FILE);
        ensure!(
            only_the_key || self.replace,
            "the data folder {} is not empty; restore into another, or move what is there aside with --replace",
            data.display()
        );
        let key = self.choose_key(data, manifest)?;
        let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let building = data.join(format!("{BUILDING}{now}"));
        let aside = data.join(format!("{REPLACED}{now}"));
        let result = async {
            fill(&self.from, &building, manifest, key.as_ref())?;
            let verified = verified(&building).await?;
            sync(&building)?;
            switch(data, &there, &building, &aside)?;
            Ok::<_, Error>(verified)
        }
        .await;
        let (totals, after) = match result {
            Ok(verified) => verified,
            Err(error) => {
                let _ = std::fs::remove_dir_all(&building);
                return Err(error.context("nothing was restored"));
            }
        };
        std::fs::remove_dir(&building)?;
        if aside.is_dir() {
            sync(&aside)?;
        }
        sync(data)?;
        let counts = Counts::from(totals);
        table::line(&format!(
            "{} holds {} responses, {} dossiers, {} units, {} procedures, as of {}; all figures follow from the stored \
             responses",
            data.display(),
            HumanCount(counts.responses),
            HumanCount(counts.dossiers),
            HumanCount(counts.units),
            HumanCount(counts.procedures),
            manifest.made_at
        ))?;
        if aside.is_dir() {
            eprintln!(
                "What was there is in {}; remove it when you are sure.",
                aside.display()
            );
        }
        let back = brought_back(&before, &after);
        if !back.is_empty() {
            eprintln!(
                "warning: the keys of these years had been destroyed, and the backup brings them back: {}. See \"hai-long \
                 retention\": with the rule for keys they are announced and destroyed again. What was there holds none of them; \
                 this backup does: delete it when it is not needed any more.",
                back.join(", ")
            );
        }
        if self.lost_key {
            eprintln!(
                "warning: the pseudonym key is new: repeats of dossiers rated before are not recognised, and responses of \
                 before that are sent again are refused as \"id-reused\"."
            );
        }
        Ok(Outcome::Done)
    }

    /// The key of the backup's ratings; none when they were taken without one.
    fn choose_key(&self, data: &Path, manifest: &Manifest) -> Result<Option<PseudonymKey>> {
        if self.lost_key {
            return Ok(Some(PseudonymKey::generate()?));
        }
        let of = |folder: &Path| folder.join(pseudonym::FILE);
        let place = if let Some(named) = &self.key {
            named.clone()
        } else if manifest.holds(pseudonym::FILE) {
            of(&self.from)
        } else if of(data).exists() {
            of(data)
        } else if manifest.key_mark.is_none() {
            return Ok(None);
        } else {
            bail!(
                "the backup does not hold the pseudonym key, and {} has none: without it the repeats of dossiers rated \
                 before could not be recognised, and would be counted again. Name its file with --key FILE; if it is \
                 lost for good, see --lost-key",
                data.display()
            );
        };
        let key = PseudonymKey::read_copy(&place)?;
        if let Some(mark) = &manifest.key_mark {
            ensure!(
                key.mark() == *mark,
                "{} is not the key that the ratings of this backup were taken in with; name the right one with --key FILE",
                place.display()
            );
        }
        Ok(Some(key))
    }
}

fn check(manifest: &Manifest, from: &Path) -> Result<()> {
    let mut meter = Meter::begin(
        "restore: checking the backup",
        Counted::Bytes,
        Some(manifest.bytes()),
    );
    manifest.check(from, &mut |done| meter.at(done))?;
    ensure!(
        manifest.holds(database::FILE),
        "{} holds no {}; choose another backup",
        from.display(),
        database::FILE
    );
    meter.end();
    Ok(())
}

fn make_folder(path: &Path, or_there: bool) -> Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(or_there)
        .create(path)
        .map_err(|error| with_mend(error, &format!("{} cannot be made", path.display())))
}

fn with_mend(error: io::Error, what: &str) -> Error {
    let mend = mend(error.kind());
    Error::from(error).context(format!("{what}{mend}"))
}

/// What a restore that was killed has left: of no use, and nobody else's, since this one is alone here.
fn clear_leftovers(data: &Path) -> Result<()> {
    for entry in std::fs::read_dir(data)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(BUILDING) {
            std::fs::remove_dir_all(entry.path()).map_err(|error| {
                with_mend(error, "what an earlier restore left cannot be removed")
            })?;
        }
    }
    Ok(())
}

/// Names of what makes up the data in a folder.
fn entries(folder: &Path) -> Result<Vec<std::ffi::OsString>> {
    let mut names = Vec::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?
    {
        let name = entry?.file_name();
        if name != OF_THE_DISK && !name.to_string_lossy().starts_with(REPLACED) {
            names.push(name);
        }
    }
    // The database last: as long as it is not there, the folder is plainly not whole.
    names.sort_by_key(|name| name.to_string_lossy().starts_with(database::FILE));
    Ok(names)
}

/// Copies the backup into the new folder `to`, with the key.
fn fill(from: &Path, to: &Path, manifest: &Manifest, key: Option<&PseudonymKey>) -> Result<()> {
    make_folder(to, false)?;
    let mut meter = Meter::begin("restore: copying", Counted::Bytes, Some(manifest.bytes()));
    let mut done = 0;
    for file in &manifest.files {
        if file.path == pseudonym::FILE {
            continue;
        }
        let target = to.join(&file.path);
        if let Some(parent) = target.parent() {
            make_folder(parent, true)?;
        }
        copy_file(&from.join(&file.path), &target).map_err(|error| {
            with_mend(error, &format!("{} cannot be written", target.display()))
        })?;
        done += file.bytes;
        meter.at(done);
    }
    let own_forms = to.join(OWN_FORMS);
    if own_forms.is_dir() {
        sync(&own_forms)?;
    }
    if let Some(key) = key {
        key.write(&to.join(pseudonym::FILE))?;
    }
    meter.end();
    Ok(())
}

/// Opens what was copied, which brings the schema up to date, and recomputes every figure.
async fn verified(folder: &Path) -> Result<(Totals, Periods)> {
    let forms = Arc::new(forms(folder)?);
    let store = SqliteStore::open(folder, forms)
        .context("the database of the backup cannot be opened; choose another backup")?;
    let found = store.verify().await?;
    ensure!(
        found.differences.is_empty(),
        "{} figures of the backup do not follow from its ratings; choose another backup",
        found.differences.len()
    );
    let verified = (store.totals().await?, store.periods().await?);
    store.close();
    Ok(verified)
}

/// Years without a key before that have one after.
fn brought_back(before: &Periods, after: &Periods) -> Vec<String> {
    let gone = before.0.iter();
    gone.filter(|(_, period)| **period == Period::Destroyed)
        .filter(|(year, _)| matches!(after.0.get(year), Some(Period::Own(_))))
        .map(|(year, _)| year.to_string())
        .collect()
}

/// Moves what is there aside and what was built into its place; takes everything back when one move fails.
fn switch(data: &Path, there: &[std::ffi::OsString], building: &Path, aside: &Path) -> Result<()> {
    let mut moves: Vec<(PathBuf, PathBuf)> = Vec::new();
    if !there.is_empty() {
        make_folder(aside, false)?;
        // The database first: were it cut short here, a server would not find the ratings without their key.
        moves.extend(
            there
                .iter()
                .rev()
                .map(|name| (data.join(name), aside.join(name))),
        );
    }
    moves.extend(
        entries(building)?
            .iter()
            .map(|name| (building.join(name), data.join(name))),
    );
    for (at, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = std::fs::rename(from, to) {
            for (from, to) in moves.iter().take(at).rev() {
                std::fs::rename(to, from).with_context(|| {
                    format!(
                        "{} could not be moved back to {}",
                        to.display(),
                        from.display()
                    )
                })?;
            }
            let _ = std::fs::remove_dir(aside);
            return Err(with_mend(
                error,
                &format!("{} cannot be moved to {}", from.display(), to.display()),
            ));
        }
    }
    Ok(())
}
