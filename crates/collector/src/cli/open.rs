//! Opening a data folder: forms, store, intake.

use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use collector::forms::FormBook;
use collector::intake::Intake;
use collector::intake::pseudonym::{self, PseudonymKey};
use collector::store::Store;
use collector::store::sqlite::SqliteStore;
use statistics::flag::Rules;
use survey::form::{Form, load, shipped};

use super::lock::InUse;

/// Forms of the authority, in the data folder.
pub const OWN_FORMS: &str = "forms";

/// A data folder that is open.
pub struct Opened {
    /// Known forms.
    pub forms: Arc<FormBook>,
    /// Everything kept.
    pub store: Arc<dyn Store>,
    /// Keeps a restore away for as long as the folder is open.
    _in_use: InUse,
}

impl Opened {
    /// The way in for ratings, with the pseudonym key of this data folder, which is made for a folder without ratings.
    pub async fn intake(&self, folder: &Path) -> Result<Arc<Intake>> {
        let kept = self.store.totals().await?.responses;
        let file = folder.join(pseudonym::FILE);
        if kept > 0 && !file.try_exists()? {
            bail!(
                "{} is missing, and {kept} responses were taken in with it: with another key, dossiers that were \
                 rated already would count again. Put the key back from its safe place, or restore the last backup \
                 with `hai-long restore --key FILE`",
                file.display()
            );
        }
        let key = PseudonymKey::load_or_create(folder)?;
        Ok(Arc::new(Intake::new(
            Arc::clone(&self.forms),
            Arc::clone(&self.store),
            key,
        )))
    }
}

/// Opens a data folder with the rules that the settings name, and makes it when it is not there.
pub fn open_or_create_with(folder: &Path, rules: Option<Arc<Rules>>) -> Result<Opened> {
    create(folder)?;
    open(folder, rules)
}

/// Opens a data folder, and makes it when it is not there.
pub fn open_or_create(folder: &Path) -> Result<Opened> {
    open_or_create_with(folder, None)
}

fn create(folder: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // Ratings, pseudonym keys and credentials are the owner's business alone.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))
}

/// Opens a data folder that must be there, with the rules that the settings name.
pub fn open_existing_with(folder: &Path, rules: Option<Arc<Rules>>) -> Result<Opened> {
    must_be_there(folder)?;
    open(folder, rules)
}

/// Opens a data folder that must be there.
pub fn open_existing(folder: &Path) -> Result<Opened> {
    open_existing_with(folder, None)
}

/// Says what to do when there is no such data folder.
pub fn must_be_there(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        bail!(
            "there is no data folder {}; name it with --data, or make one with serve, import or demo",
            folder.display()
        );
    }
    Ok(())
}

fn open(folder: &Path, rules: Option<Arc<Rules>>) -> Result<Opened> {
    let in_use = InUse::with_others(folder)?;
    let forms = Arc::new(forms(folder)?);
    let store = SqliteStore::open(folder, Arc::clone(&forms))
        .with_context(|| format!("the data folder {} cannot be opened", folder.display()))?;
    let store = match rules {
        Some(rules) => store.with_rules(rules),
        None => store,
    };
    Ok(Opened {
        forms,
        store: Arc::new(store),
        _in_use: in_use,
    })
}

/// The shipped forms and those in the data folder.
pub fn forms(folder: &Path) -> Result<FormBook> {
    let mut files: Vec<(String, String)> = shipped()
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let own = folder.join(OWN_FORMS);
    if own.is_dir() {
        let cannot_read = || format!("the forms in {} cannot be read", own.display());
        for entry in std::fs::read_dir(&own).with_context(cannot_read)? {
            let path = entry.with_context(cannot_read)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                files.push((path.display().to_string(), text));
            }
        }
    }
    let mut taken = BTreeSet::new();
    let mut forms: Vec<Form> = Vec::new();
    for (name, text) in &files {
        let form = load(text, name).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("a form cannot be used:\n  {}", faults.join("\n  "))
        })?;
        if !taken.insert((form.id.clone(), form.version)) {
            bail!(
                "{name}: form {} version {} is there already; a changed form needs a new version",
                form.id,
                form.version
            );
        }
        forms.push(form);
    }
    Ok(forms.into_iter().collect())
}
