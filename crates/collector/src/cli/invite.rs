//! `hai-long invite`: a citizen's right to rate one dossier once.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use collector::http::Settings;
use collector::intake::invite::{DAYS, Wish};
use survey::response::Touchpoint;

use super::invite_papers::Papers;
use super::invite_unasked::{self, UnaskedArgs};
use super::open::open_existing;
use super::{Outcome, invite_file, table};
use crate::settings::{Common, ServerArgs};

const EXAMPLES: &str = "\
For one dossier the link is printed alone on standard output, once: only a keyed hash of its digits is kept. Print it on the
receipt as a QR code, or send it in a message. The one-stop software asks for many at once with POST /api/v1/invites.

For a file there is one line of CSV for each of its lines: line, dossier, touchpoint, form, token, link, expires_at, error.
The file is CSV with a header, or one JSON object a line: dossier, and if need be touchpoint and form. A line that cannot be
served says why in its last column and stops no other; the exit code is then 1. Each line gives out a new invite, so serve
a file once.

--slips writes a sheet to print and cut, in Vietnamese, with the QR code, the link and the digits. A slip has the number of
its line and nothing about anybody. --qr-dir writes each code as LINE.svg and LINE.png. Slips, codes and what is printed
are rights to rate: hand them to the citizen, and keep no copies.

Examples:
  hai-long invite --dossier H57.132-260804-0583 --public-url https://danhgia.example.vn
  hai-long invite --file today.csv --slips slips.html > links.csv
  hai-long invite --unasked --from 2026-09-01 --to 2026-09-30 --unit H57.132 > links.csv
  hai-long invite --unasked --from 2026-07-01 --to 2026-09-30 --seed hue-2026-q3 --draw 400 > links.csv
  hai-long invite --file today.ndjson --touchpoint receipt --qr-dir codes > links.csv";

/// Give out links with which a citizen rates one dossier once.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Invite {
    /// Code of a dossier that has been imported
    #[arg(long, required_unless_present_any = ["file", "unasked"], conflicts_with = "file")]
    dossier: Option<String>,
    /// A file of dossiers, one a line; "-" for standard input
    #[arg(long)]
    file: Option<PathBuf>,
    #[command(flatten)]
    unasked: UnaskedArgs,
    /// Which moment is to be rated, unless a line of the file names one; with --unasked, who was asked at that moment alone is left
    /// out [default: result; with --unasked, who was asked with a refusal is left out, too]
    #[arg(long, value_enum)]
    touchpoint: Option<Moment>,
    /// Id of the form to ask, unless a line of the file names one
    #[arg(long, default_value = "one-stop-quick")]
    form: String,
    /// How many days it lasts
    #[arg(long, default_value_t = DAYS, value_name = "DAYS")]
    expires_in_days: u16,
    /// Write the QR codes into this folder, which must be new or empty
    #[arg(long, value_name = "DIR")]
    qr_dir: Option<PathBuf>,
    /// Write a sheet of slips to print into this new file
    #[arg(long, value_name = "FILE.html")]
    slips: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArgs,
}

/// A moment of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Moment {
    /// With the receipt
    Receipt,
    /// With a request to complete the file
    Supplement,
    /// With a refusal slip
    Refusal,
    /// With the result
    Result,
}

impl From<Moment> for Touchpoint {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Receipt => Self::Receipt,
            Moment::Supplement => Self::Supplement,
            Moment::Refusal => Self::Refusal,
            Moment::Result => Self::Result,
        }
    }
}

impl Invite {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let server = common.server(&self.server);
        let opened = open_existing(&common.data)?;
        let intake = opened.intake(&common.data).await?;
        if server.public_url.is_none() {
            eprintln!(
                "warning: the links begin with {}, which citizens do not reach; say --public-url",
                origin(server.listen)
            );
        }
        let settings = Settings {
            public_url: server.public_url.unwrap_or_else(|| origin(server.listen)),
            ..Settings::default()
        };
        // Before anything is given out: a right that cannot be written down is lost.
        let mut papers = Papers::prepare(self.qr_dir, self.slips, &*opened.store).await?;
        let touchpoint = self.touchpoint.map(Touchpoint::from);
        let wish = |dossier| Wish {
            dossier,
            touchpoint: touchpoint.unwrap_or(Touchpoint::Result),
            form: self.form.clone(),
            days: self.expires_in_days,
        };
        if self.unasked.unasked {
            return invite_unasked::run(
                self.unasked,
                touchpoint,
                &wish,
                &intake,
                &settings,
                papers,
            )
            .await;
        }
        if let Some(file) = &self.file {
            return invite_file::run(file, &wish, &intake, &settings, papers).await;
        }
        let outcome = intake
            .invite(vec![wish(self.dossier.unwrap_or_default())])
            .await?
            .pop();
        let given = match outcome.context("no answer about the invite")? {
            Ok(given) => given,
            Err(fault) => bail!("--{}: {}", fault.field.replace('_', "-"), fault.message),
        };
        let link = settings.link(&given.token);
        table::line(&link)?;
        eprintln!("Good for one rating until {}", given.expires_at);
        papers.add(1, &given, &link)?;
        papers.finish()?;
        Ok(Outcome::Done)
    }
}

fn origin(listen: SocketAddr) -> String {
    format!("http://{listen}")
}
