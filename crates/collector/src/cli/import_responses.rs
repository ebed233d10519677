//! `hai-long import responses`: what a kiosk could not send, and paper forms that were typed in.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use collector::import::is_workbook;
use collector::import::responses::{self, Rejected, Summary};
use collector::intake::Sender;
use collector::store::{Key, Store};
use indicatif::HumanCount;

use super::Outcome;
use super::import::{PRINTED, joined, open_file};
use super::open::open_existing;
use super::progress::{Counted, Meter};
use crate::settings::Common;

/// Imports the file through the same intake as a device's requests.
pub async fn run(
    path: &Path,
    device: Option<&str>,
    errors: Option<&Path>,
    common: &Common,
) -> Result<Outcome> {
    let text = read(path)?;
    let contents = responses::contents(&text).with_context(|| path.display().to_string())?;
    let opened = open_existing(&common.data)?;
    let sender = match device {
        Some(name) => Sender::OnBehalfOf(kiosk(&*opened.store, name).await?),
        None => Sender::Operator,
    };
    // Before anything is taken, so that a place that cannot be written is told at once.
    let errors = errors
        .map(|path| {
            File::create(path)
                .map(|file| (path, file))
                .with_context(|| format!("{} cannot be written", path.display()))
        })
        .transpose()?;
    let intake = opened.intake(&common.data).await?;
    let total = contents.entries.len() as u64;
    let mut meter = Meter::begin("import responses", Counted::Records, Some(total));
    let mut refused: Vec<Rejected> = Vec::new();
    let result = responses::import(
        &intake,
        &sender,
        contents.entries,
        &mut |rejected| refused.push(rejected),
        &mut |done| meter.at(done),
    )
    .await;
    meter.end();
    for rejected in refused.iter().take(PRINTED) {
        eprintln!("{}: {}", rejected.entry.place, joined(&rejected.faults));
    }
    if refused.len() > PRINTED {
        eprintln!("further rejected responses are not printed; --errors FILE writes them all");
    }
    if let Some((path, mut file)) = errors {
        let written = responses::rescue_file(contents.device.as_deref(), &refused)?;
        file.write_all(written.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let summary = result.context("importing the file again is safe")?;
    eprintln!("{}", told(&summary));
    if device.is_none() && refused.iter().any(lacks_unit) {
        let from = contents.device.map_or_else(
            || "if they come from a kiosk".into(),
            |name| format!("the file comes from {name:?}"),
        );
        eprintln!(
            "{from}: name the kiosk with --device NAME, and its unit is taken; see \"hai-long device list\""
        );
    }
    Ok(if summary.rejected == 0 {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

fn read(path: &Path) -> Result<String> {
    let (mut reader, _) = open_file(path)?;
    let mut bytes = Vec::new();
    reader
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    anyhow::ensure!(
        !is_workbook(&bytes),
        "{} is a workbook, which is read for tables only; give the rescue file of a kiosk, or responses as JSON, one object \
         a line or an array of them",
        path.display()
    );
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        anyhow::anyhow!(
            "{} is not UTF-8 from byte {at} on; nothing was imported",
            path.display()
        )
    })
}

async fn kiosk(store: &dyn Store, name: &str) -> Result<Key> {
    let keys = store.keys().await?;
    let is_it = |key: &Key| key.name == name && key.device.is_some();
    let Some(key) = keys.into_iter().find(is_it) else {
        bail!("there is no kiosk named {name:?}; see \"hai-long device list\"");
    };
    Ok(key)
}

fn lacks_unit(rejected: &Rejected) -> bool {
    rejected
        .faults
        .iter()
        .any(|fault| fault.field == "unit" && fault.code == "required")
}

fn told(summary: &Summary) -> String {
    let count = HumanCount;
    format!(
        "read {}, stored {}, duplicate {}, rejected {}",
        count(summary.read),
        count(summary.stored),
        count(summary.duplicate),
        count(summary.rejected)
    )
}
