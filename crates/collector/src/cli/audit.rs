//! `hai-long audit`: who did what.

use std::io::Write;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use collector::store::terms::Term;
use collector::store::{AuditFilter, Change, Deed, Entry, Store};

use super::open::open_existing;
use super::{Outcome, table};
use crate::settings::Common;

/// Entries that are read at once.
const CHUNK: u32 = 1_000;

const EXAMPLES: &str = "\
The log only grows; neither this program nor SQL in its file can change or remove an entry. A person is an account's name,
or cli:NAME for the command line, with the name that the system tells. Refused sign-ins have no person, since nobody knows who
typed the name; the account, when there is one, stands in the column \"about\".

Examples:
  hai-long audit --most 50
  hai-long audit --who lan --what comments-read
  hai-long audit --format csv > audit.csv";

/// Options of the command.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Audit {
    /// Only what this person did
    #[arg(long)]
    who: Option<String>,
    /// Only this kind, such as sign-in, user-change or comments-read
    #[arg(long, value_name = "KIND")]
    what: Option<String>,
    /// At most so many, the newest [default: all]
    #[arg(long, value_name = "COUNT")]
    most: Option<u64>,
    /// A table for people, or CSV
    #[arg(long, default_value = "table")]
    format: Format,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
}

const HEADING: [&str; 5] = ["at", "who", "what", "about", "detail"];

impl Audit {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let what = match self.what.as_deref() {
            Some(name) => match Deed::of_name(name) {
                None => bail!(
                    "--what: there is no kind {name:?}; use one of {}",
                    Deed::names().join(", ")
                ),
                deed => deed,
            },
            None => None,
        };
        let opened = open_existing(&common.data)?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut filter = AuditFilter {
            who: self.who,
            what,
            before: None,
            most: CHUNK,
        };
        let mut left = self.most.unwrap_or(u64::MAX);
        while left > 0 {
            filter.most = u32::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let chunk = opened.store.audited(filter.clone()).await?;
            let Some((last, _)) = chunk.last() else { break };
            filter.before = Some(*last);
            left = left.saturating_sub(chunk.len() as u64);
            rows.extend(chunk.into_iter().map(|(_, entry)| {
                let what = entry.what.name().to_owned();
                vec![
                    entry.at.to_string(),
                    entry.who,
                    what,
                    entry.about,
                    entry.detail,
                ]
            }));
        }
        match self.format {
            Format::Table => table::print(&HEADING, rows, 0..0)?,
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
                writer.write_record(HEADING)?;
                for row in rows {
                    writer.write_record(row)?;
                }
                writer
                    .into_inner()
                    .map_err(|error| error.into_error())?
                    .flush()?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// Makes a change at the command line and writes down who did, both or neither; false when there was nothing to change.
pub async fn change(
    store: &dyn Store,
    change: Change,
    what: Deed,
    about: &str,
    detail: &str,
) -> Result<bool> {
    let entry = Entry::now(&person(), what, about, detail);
    Ok(store.change(change, Some(entry)).await?)
}

/// Whoever the system says it is: who became another user by sudo, else the user. It is a help for honest people, no proof.
pub fn person() -> String {
    let name = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    format!("cli:{}", name.unwrap_or_default())
}
