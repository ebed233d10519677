//! `hai-long publish`: what the public is given.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use collector::publish::{self, Order, Period, Preview, Release, TableName, Terms};
use jiff::Timestamp;

use super::audit::person;
use super::open::{open_existing, open_existing_with};
use super::{Outcome, flag_rules, index, table};
use crate::settings::{Common, FigureArgs};

/// What is published where nobody has said otherwise.
const USUAL: [&str; 4] = ["unit", "field", "channel", "item"];

const EXAMPLES: &str = "\
Without a key nobody is told any figure but those of releases, at /public and by the API. A release is of one form version, one
method and one calendar month or quarter that is over (its last day, and the report delay after it). Its tables are protected
together: from all of them, no group of fewer respondents than the threshold can be found by adding and subtracting. More
tables hide more figures, so try with --dry-run. What is published is frozen; ratings that come late change nothing in it.

A day is published once: a release cannot be made again with other tables, and months and quarters of a form must not
overlap. \"withdraw\" takes it from sight, \"restore\" puts it back as it was.

Tables: whole (always), unit, field, procedure, channel, touchpoint, timeliness, unit-field, unit-channel, unit-touchpoint,
unit-timeliness, factor, item, unit-factor, unit-item.

Examples:
  hai-long publish make --form one-stop-quick --period 2026-Q3 --tables unit,field,unit-field --dry-run
  hai-long publish make --form one-stop-quick --period 2026-Q3 --tables unit,field,unit-field
  hai-long publish list
  hai-long publish show one-stop-quick-1-2026-Q3
  hai-long publish withdraw one-stop-quick-1-2026-Q3";

/// What the public is given: list, make, show, withdraw, restore.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Publish {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List releases, the newest period first, withdrawn ones too
    List,
    /// Make a release of a month or quarter that is over; prints what is hidden in it and why
    Make(Make),
    /// Print the figures of a release as the public has them
    Show {
        /// Its id
        id: String,
    },
    /// Take a release from the public's sight
    Withdraw {
        /// Its id
        id: String,
    },
    /// Show a withdrawn release again, as it was
    Restore {
        /// Its id
        id: String,
    },
}

#[derive(Args)]
struct Make {
    /// Form id
    #[arg(long)]
    form: String,
    /// Form version [default: the newest]
    #[arg(long, value_name = "VERSION")]
    form_version: Option<u16>,
    /// Method id [default: the form's first]
    #[arg(long)]
    method: Option<String>,
    /// Month or quarter, as 2026-10 or 2026-Q3
    #[arg(long)]
    period: Period,
    /// Tables, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = table_name, default_values = USUAL)]
    tables: Vec<TableName>,
    /// Compute and protect, print what would be hidden, and publish nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    figures: FigureArgs,
}

fn table_name(name: &str) -> Result<TableName, String> {
    TableName::of_name(name).ok_or_else(|| {
        format!(
            "there is no such table; choose among: {}",
            TableName::names()
        )
    })
}

impl Publish {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self.what {
            What::Make(make) => make.run(common).await,
            What::List => list(common).await,
            What::Show { id } => show(common, &id).await,
            What::Withdraw { id } => {
                let opened = open_existing(&common.data)?;
                publish::withdraw(&*opened.store, &id, &person()).await?;
                eprintln!("{id} is withdrawn; \"hai-long publish restore {id}\" puts it back");
                Ok(Outcome::Done)
            }
            What::Restore { id } => {
                let opened = open_existing(&common.data)?;
                publish::restore(&*opened.store, &id, &person()).await?;
                eprintln!("{id} is public");
                Ok(Outcome::Done)
            }
        }
    }
}

impl Make {
    async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_existing_with(&common.data, flag_rules::rules(common)?)?;
        let terms = Terms {
            threshold: common.threshold(&self.figures),
            delay: common.delay(&self.figures),
            now: Timestamp::now(),
        };
        let order = Order {
            form: self.form,
            form_version: self.form_version,
            method: self.method,
            period: self.period,
            tables: self.tables,
        };
        let (store, forms) = (&*opened.store, &*opened.forms);
        let made = if self.dry_run {
            publish::preview(store, forms, &terms, &order).await?
        } else {
            publish::make(store, forms, &terms, &order, (&person(), None)).await?
        };
        tell_hidden(&made)?;
        let id = &made.release.head.id;
        if self.dry_run {
            eprintln!("nothing was published (--dry-run); {id} would be");
        } else {
            eprintln!("{id} is public; \"hai-long publish show {id}\" prints it");
        }
        Ok(Outcome::Done)
    }
}

fn tell_hidden(made: &Preview) -> Result<()> {
    let threshold = made.release.head.threshold;
    let rows = made.hidden.iter().map(|hidden| {
        vec![
            hidden.table.name().to_owned(),
            hidden.figures.to_string(),
            (hidden.figures - hidden.few - hidden.beside).to_string(),
            hidden.few.to_string(),
            hidden.beside.to_string(),
            hidden.without_flagged.to_string(),
        ]
    });
    table::print(
        &[
            "table",
            "figures",
            "shown",
            &format!("hidden: fewer than {threshold}"),
            "hidden: would reveal those",
            "shown, hidden without flagged",
        ],
        rows.collect(),
        1..6,
    )
}

async fn list(common: &Common) -> Result<Outcome> {
    let opened = open_existing(&common.data)?;
    let releases = publish::releases(&*opened.store, true).await?;
    let rows = releases.iter().map(|head| {
        let tables: Vec<&str> = head.table_names.iter().map(|name| name.name()).collect();
        vec![
            head.id.clone(),
            head.method.id().to_owned(),
            head.threshold.to_string(),
            head.made_at.to_string(),
            head.withdrawn_at
                .map_or_else(String::new, |at| at.to_string()),
            tables.join(","),
        ]
    });
    table::print(
        &["id", "method", "threshold", "made", "withdrawn", "tables"],
        rows.collect(),
        2..3,
    )?;
    Ok(Outcome::Done)
}

async fn show(common: &Common, id: &str) -> Result<Outcome> {
    let opened = open_existing(&common.data)?;
    let release = publish::release(&*opened.store, id)
        .await?
        .with_context(|| {
            format!("there is no release {id:?}; \"hai-long publish list\" names those there are")
        })?;
    let Release { head, tables } = &release;
    if let Some(at) = head.withdrawn_at {
        table::line(&format!("withdrawn since {at}"))?;
    }
    let decimals = opened
        .forms
        .get(&head.form, head.form_version)
        .map_or(2, |form| form.index.decimals);
    for (name, answer) in head.table_names.iter().zip(tables) {
        table::line(&format!("\n[{}]", name.name()))?;
        index::print(answer, decimals)?;
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use collector::publish::MENU;

    use super::*;

    #[test]
    fn the_help_names_every_table() {
        let listed = EXAMPLES.split_once("Tables: ").unwrap().1;
        let listed = listed.split_once('.').unwrap().0.replace('\n', " ");
        let listed: Vec<&str> = listed
            .split(", ")
            .map(|name| name.trim_end_matches(" (always)"))
            .collect();
        assert_eq!(listed, MENU.map(TableName::name));
        assert!(USUAL.iter().all(|name| table_name(name).is_ok()));
    }
}
