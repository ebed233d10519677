//! `hai-long invite`: a citizen's right to rate one dossier once.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use collector::http::Settings;
use collector::intake::invite::{DAYS, Wish};
use survey::response::Touchpoint;

use super::open::open_existing;
use super::{Outcome, table};
use crate::settings::{Common, ServerArgs};

const EXAMPLES: &str = "\
The link is printed alone on standard output, once: only a keyed hash of its digits is kept. Print it on the receipt as a QR
code, or send it in a message. The one-stop software asks for many at once with POST /api/v1/invites.

Example:
  hai-long invite --dossier H57.132-260804-0583 --public-url https://danhgia.example.vn";

/// Give out a link with which a citizen rates one dossier once.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Invite {
    /// Code of a dossier that has been imported
    #[arg(long)]
    dossier: String,
    /// Which moment is to be rated
    #[arg(long, value_enum, default_value_t = Moment::Result)]
    touchpoint: Moment,
    /// Id of the form to ask
    #[arg(long, default_value = "one-stop-quick")]
    form: String,
    /// How many days it lasts
    #[arg(long, default_value_t = DAYS, value_name = "DAYS")]
    expires_in_days: u16,
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

impl Invite {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let server = common.server(&self.server);
        let opened = open_existing(&common.data)?;
        let intake = opened.intake(&common.data).await?;
        let wish = Wish {
            dossier: self.dossier,
            touchpoint: match self.touchpoint {
                Moment::Receipt => Touchpoint::Receipt,
                Moment::Supplement => Touchpoint::Supplement,
                Moment::Refusal => Touchpoint::Refusal,
                Moment::Result => Touchpoint::Result,
            },
            form: self.form,
            days: self.expires_in_days,
        };
        let outcome = intake.invite(vec![wish]).await?.pop();
        let given = match outcome.context("no answer about the invite")? {
            Ok(given) => given,
            Err(fault) => bail!("--{}: {}", fault.field.replace('_', "-"), fault.message),
        };
        let settings = Settings {
            public_url: server.public_url.unwrap_or_else(|| origin(server.listen)),
            ..Settings::default()
        };
        table::line(&settings.link(&given.token))?;
        eprintln!("Good for one rating until {}", given.expires_at);
        Ok(Outcome::Done)
    }
}

fn origin(listen: SocketAddr) -> String {
    format!("http://{listen}")
}
