//! `hai-long retention`: how long free text and keys of years are kept, and what is destroyed next.

use anyhow::{Result, ensure};
use clap::{Args, Subcommand, ValueEnum};
use collector::retention::{
    self, Hold, LONGEST_REASON, MOST_MONTHS, Matter, NOTICE_DAYS, Obstacle, Planned, Rule, State,
};
use collector::store::calendar::business_day;
use collector::store::terms::Term;
use collector::store::{Deed, Entry, RetentionChange, Store};
use jiff::Timestamp;

use super::audit::person;
use super::open::open_existing;
use super::{Outcome, table};
use crate::settings::Common;

const EXAMPLES: &str = "\
Without a subcommand it tells the rules, what each will destroy next and when, and changes nothing.

Comments are kept 24 months after the month in which they came, texts of citizen reports 24 months after the month of their
answer: our proposal, no law. Keys that tell whose dossier a rating is about are kept for ever, unless
\"set keys\" says otherwise: there is one for each year in the date of dossier codes, and it goes so many months after the end of
the year, at least 12. The running server checks every hour. It announces each month of texts and each key, in the audit log and
at /staff/retention, and destroys it when its time is over, and the announcement has stood on 14 different days on which the
server ran. A clock that leaps or is set back makes announcements begin anew; after a leap of more than 31 days nothing is
destroyed until \"confirm-clock\". Figures do not change. Without the key of a year, coverage, the weighted figure and the ratios of QĐ 766
over its dossiers are \"not known\", and late ratings of them are kept without counting; the register of dossiers stays.

What is destroyed is gone: overwritten in the database and its log. Only \"hold\", before, stops it. BACKUPS STILL HOLD IT:
delete those made before the destruction. Notes that officers wrote on citizen reports are kept.

Examples:
  hai-long retention
  hai-long retention set comments 36
  hai-long retention set reports never
  hai-long retention set keys 60            # five years after the end of the year in the dossier code
  hai-long retention hold comments --reason \"inspection until March\"
  hai-long retention release comments
  hai-long retention run                    # the server's check, now; for folders that no server runs on";

/// Options of the command.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Retention {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Set how long something is kept; its announcements begin anew
    Set {
        /// What
        matter: Kind,
        /// Whole months after the month of receipt or answer, or the end of the year; or "never" to keep it for ever
        #[arg(value_parser = months, value_name = "MONTHS")]
        months: u16,
    },
    /// Set on how many days an announcement must have stood [at first: 14]
    Notice {
        /// Days
        #[arg(value_parser = clap::value_parser!(u16).range(i64::from(*NOTICE_DAYS.start())..=i64::from(*NOTICE_DAYS.end())))]
        days: u16,
    },
    /// Put destructions off until "release"
    Hold {
        /// Of what
        matter: Kind,
        /// Why; everybody who administers reads it
        #[arg(long)]
        reason: String,
    },
    /// Let destructions go on; announcements begin anew
    Release {
        /// Of what
        matter: Kind,
    },
    /// Confirm that the date is right after the clock leapt
    ConfirmClock,
    /// Check now as the server does: announce what is over, destroy what has stood announced long enough
    Run,
}

/// What has a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// What citizens wrote beside their rating
    Comments,
    /// Texts of answered citizen reports
    Reports,
    /// Keys of years, which tell whose dossier a rating is about
    Keys,
}

impl From<Kind> for Matter {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Comments => Self::Comments,
            Kind::Reports => Self::Reports,
            Kind::Keys => Self::Keys,
        }
    }
}

fn months(text: &str) -> Result<u16, String> {
    if text == "never" {
        return Ok(0);
    }
    text.parse()
        .ok()
        .filter(|months| (1..=MOST_MONTHS).contains(months))
        .ok_or_else(|| format!("write whole months from 1 to {MOST_MONTHS}, or \"never\""))
}

impl Retention {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_existing(&common.data)?;
        let store = &*opened.store;
        let Some(command) = self.command else {
            return tell(&store.retention().await?).map(|()| Outcome::Done);
        };
        let now = Timestamp::now();
        let who = person();
        let entry = |what, about: &str, detail: &str| Entry::now(&who, what, about, detail);
        let (change, entry) = match command {
            Command::Run => return run(store, &who, now).await,
            Command::Set { matter, months } => {
                let matter = Matter::from(matter);
                let fewest = matter.fewest_months();
                ensure!(
                    months == 0 || months >= fewest,
                    "MONTHS: {} are kept at least {fewest} months; write from {fewest} to {MOST_MONTHS}, or \"never\"",
                    matter.name()
                );
                let told = kept(months);
                let entry = entry(Deed::RetentionSet, matter.name(), &told);
                (RetentionChange::Months(matter, months), entry)
            }
            Command::Notice { days } => {
                let entry = entry(Deed::RetentionSet, "notice", &format!("{days} days"));
                (RetentionChange::NoticeDays(days), entry)
            }
            Command::Hold { matter, reason } => {
                let (matter, reason) = (Matter::from(matter), reason.trim().to_owned());
                ensure!(
                    (1..=LONGEST_REASON).contains(&reason.chars().count()),
                    "--reason: write from 1 to {LONGEST_REASON} characters"
                );
                let entry = entry(Deed::RetentionHold, matter.name(), &reason);
                let by = who.clone();
                let hold = Hold {
                    by,
                    reason,
                    at: now,
                };
                (RetentionChange::Hold(matter, hold), entry)
            }
            Command::Release { matter } => {
                let matter = Matter::from(matter);
                let entry = entry(Deed::RetentionRelease, matter.name(), "");
                (RetentionChange::Release(matter), entry)
            }
            Command::ConfirmClock => {
                let today = business_day(now).to_string();
                let entry = entry(Deed::RetentionClock, "right", &today);
                (RetentionChange::ClockIsRight, entry)
            }
        };
        store.change_retention(change, entry).await?;
        tell(&store.retention().await?)?;
        Ok(Outcome::Done)
    }
}

async fn run(store: &dyn Store, who: &str, now: Timestamp) -> Result<Outcome> {
    let checked = retention::check(store, who, now).await?;
    for (matter, month) in &checked.announced {
        table::line(&format!(
            "announced: {} of {}",
            matter.name(),
            matter.period_name(*month)
        ))?;
    }
    for (matter, month, count) in &checked.destroyed {
        let of = matter.period_name(*month);
        table::line(&format!("destroyed: {count} {} of {of}", matter.name()))?;
    }
    if checked.unfinished {
        eprintln!(
            "warning: somebody reads the database, so what was destroyed may still stand in its files; run the command again"
        );
        return Ok(Outcome::Found);
    }
    tell(&store.retention().await?)?;
    Ok(Outcome::Done)
}

fn kept(months: u16) -> String {
    match months {
        0 => "never destroyed".to_owned(),
        months => format!("{months} months"),
    }
}

/// The rules, what they will destroy, and which backups to delete.
fn tell(state: &State) -> Result<()> {
    let today = business_day(Timestamp::now());
    let plan = state.plan(today);
    let rows = state.rules.iter().map(|rule| told(rule, &plan)).collect();
    table::print(
        &[
            "what",
            "kept",
            "next",
            "of",
            "number",
            "waits for",
            "put off",
        ],
        rows,
        4..5,
    )?;
    if let Some(from) = state.clock.doubt_from {
        let last = state.clock.last.unwrap_or(today);
        eprintln!(
            "warning: the clock leapt from {from} to {last}; nothing is destroyed until \"hai-long retention confirm-clock\""
        );
    }
    if let Some(at) = state.old_backups() {
        eprintln!(
            "Backups made before {at} still hold what was destroyed: delete them. Nothing else brings it back."
        );
    }
    Ok(())
}

fn told(rule: &Rule, plan: &[Planned]) -> Vec<String> {
    let next = plan
        .iter()
        .find(|planned| planned.amount.matter == rule.matter);
    let waits = next.map_or("", |next| match next.obstacle {
        Some(Obstacle::NotDue) => "the end of its time",
        Some(Obstacle::Held) => "release",
        Some(Obstacle::Clock) => "confirm-clock",
        Some(Obstacle::Notice) => "days of notice",
        None => "the next check",
    });
    vec![
        rule.matter.name().to_owned(),
        kept(rule.months),
        next.map_or_else(|| "–".to_owned(), |next| next.earliest.to_string()),
        next.map(|next| next.amount.matter.period_name(next.amount.month))
            .unwrap_or_default(),
        next.map(|next| next.amount.count.to_string())
            .unwrap_or_default(),
        waits.to_owned(),
        rule.hold
            .as_ref()
            .map(|hold| format!("{}: {}", hold.by, hold.reason))
            .unwrap_or_default(),
    ]
}
