//! `hai-long demo`: demonstration data in a new data folder.

use anyhow::Result;
use clap::Args;
use collector::demo::{self, Credentials, Figures, Progress, Stage};
use collector::http::App;
use collector::intake::invite::{DAYS, Wish};
use collector::publish::Terms;
use jiff::Timestamp;
use survey::response::Touchpoint;

use super::open::{Opened, open_or_create};
use super::progress::{Counted, Meter};
use super::{Outcome, table};
use crate::settings::{Common, FigureArgs};

/// Load the demonstration: the real totals of one province, and synthetic ratings. Refuses a data folder that holds
/// other data; when it is loaded already, prints the credentials again.
#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    figures: FigureArgs,
}

impl Demo {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_or_create(&common.data)?;
        let credentials = load(&opened, common, &self.figures).await?;
        table::line(&told(&credentials))?;
        Ok(Outcome::Done)
    }
}

/// Loads the demonstration and publishes its quarters, with progress on standard error.
pub async fn load(opened: &Opened, common: &Common, figures: &FigureArgs) -> Result<Credentials> {
    let mut watch = Watch { current: None };
    let loaded = demo::load(
        &opened.intake(&common.data).await?,
        &common.data,
        &Figures::REPORT,
        &mut watch,
    )
    .await?;
    watch.end();
    let terms = Terms {
        threshold: common.threshold(figures),
        delay: common.delay(figures),
        now: Timestamp::now(),
    };
    demo::publish(&*opened.store, &opened.forms, &terms).await?;
    Ok(loaded)
}

/// The credentials for a person to read.
pub fn told(credentials: &Credentials) -> String {
    format!(
        "Demonstration data: every rating is synthetic.\n  \
         staff account     {} / {}\n  \
         kiosk key         {}\n  \
         kiosk stands at   {}\n  \
         dossiers to rate  {}",
        credentials.staff_user,
        credentials.staff_password,
        credentials.device_key,
        credentials.kiosk_unit,
        credentials.example_dossiers.join("\n                    ")
    )
}

/// A citizen's link for the last of the example dossiers, so that the first ones are left for the kiosk; `None` when there
/// is no example.
pub async fn link(app: &App, credentials: &Credentials) -> Result<Option<String>> {
    let Some(dossier) = credentials.example_dossiers.last() else {
        return Ok(None);
    };
    let wish = Wish {
        dossier: dossier.clone(),
        touchpoint: Touchpoint::Result,
        form: credentials.kiosk_form.clone(),
        days: DAYS,
    };
    let given = app.intake.invite(vec![wish]).await?.pop();
    Ok(given
        .and_then(Result::ok)
        .map(|given| app.settings.link(&given.token)))
}

struct Watch {
    current: Option<(Stage, Meter)>,
}

impl Progress for Watch {
    fn at(&mut self, stage: Stage, done: usize, total: usize) {
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| *current != stage)
        {
            self.end();
            let what = match stage {
                Stage::Generating => "generating demonstration data",
                Stage::Dossiers => "importing dossiers",
                Stage::Ratings => "taking in ratings",
            };
            let meter = Meter::begin(what, Counted::Records, Some(total as u64));
            self.current = Some((stage, meter));
        }
        if let Some((_, meter)) = &mut self.current {
            meter.at(done as u64);
        }
    }
}

impl Watch {
    fn end(&mut self) {
        if let Some((_, meter)) = self.current.take() {
            meter.end();
        }
    }
}
