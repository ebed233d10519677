//! Demonstration data: the real totals of one province's report, and answers that are plainly synthetic.
//!
//! What is real, what is assumed and what is made up stands in `demo/README.md` beside the data files. Everything is
//! drawn from a fixed seed with whole numbers, so that every machine has the same data, and everything goes the way
//! of real data: tables through the store's upserts, ratings through the intake.

mod calendar;
mod catalogue;
mod credentials;
mod dossiers;
mod random;
mod ratings;
mod releases;

use std::path::Path;
use std::sync::Arc;

use survey::response::{Response, Status};
use tokio::task::JoinSet;

use crate::auth::AuthError;
use crate::forms::FormBook;
use crate::intake::{Intake, Sender};
use crate::store::{Dossier, Procedure, Store, StoreError, Unit};

use calendar::Calendar;
use catalogue::Catalogue;
pub use credentials::Credentials;
pub use releases::publish;

/// The name of the store's note that marks demonstration data; its value is a sentence by language, as JSON.
pub const NOTE: &str = "demo";
/// The note that says that loading came to its end.
const LOADED_NOTE: &str = "demo-loaded";
/// The sentence, as JSON by language.
const NOTE_TEXT: &str = include_str!("../../demo/note.json");
/// Dossiers in one write.
const DOSSIER_BATCH: usize = 5_000;
/// Batches of ratings that wait for the disk at the same time, so that they share its syncs.
const IN_FLIGHT: usize = 16;

/// How many dossiers of which kind to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Finished by the due date.
    pub on_time: usize,
    /// Finished after it.
    pub late: usize,
    /// Not finished and not yet due on the day of the report (our reading of the report's 1,533).
    pub pending: usize,
    /// Not finished and overdue on that day (our reading of the report's 61).
    pub overdue: usize,
}

impl Figures {
    /// Bình Phước's report of 22/06/2021.
    pub const REPORT: Self = Self {
        on_time: 198_488,
        late: 1_114,
        pending: 1_533,
        overdue: 61,
    };

    /// All dossiers received.
    pub const fn received(&self) -> usize {
        self.finished() + self.pending + self.overdue
    }

    /// All dossiers finished.
    pub const fn finished(&self) -> usize {
        self.on_time + self.late
    }

    /// About one dossier in `divisor`, for tests that need little of everything.
    pub const fn one_in(self, divisor: usize) -> Self {
        Self {
            on_time: self.on_time / divisor,
            late: self.late / divisor,
            pending: self.pending / divisor,
            overdue: self.overdue / divisor,
        }
    }
}

/// The generated data, before they meet a store.
pub struct Demo {
    /// Province, one-stop centre, districts, communes.
    pub units: Vec<Unit>,
    /// All procedures.
    pub procedures: Vec<Procedure>,
    /// All dossiers, by unit and time of receipt.
    pub dossiers: Vec<Dossier>,
    /// All ratings, by time.
    pub ratings: Vec<Response>,
}

/// Why demonstration data could not be made or loaded.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store holds something else; the two must not be mixed.
    #[error(
        "this data folder holds other data ({0}); demonstration data are loaded only into a new one: name another \
         folder with --data"
    )]
    OtherData(String),
    /// A data file of the demonstration is faulty.
    #[error("demonstration data: {0}")]
    Data(String),
    /// A form that the demonstration answers is not known.
    #[error("the form {0} is not among the forms of this collector")]
    NoForm(&'static str),
    /// The intake refused a synthetic rating.
    #[error("the intake refused rating {id}: {reason}")]
    Rejected {
        /// Its id.
        id: uuid::Uuid,
        /// The faults.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be made.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A task ended early.
    #[error("loading stopped: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// The credentials could not be kept.
    #[error("{path}: {error}")]
    Credentials {
        /// The file.
        path: std::path::PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
}

/// Told how loading gets on: what is being loaded, how much of it, of how much.
pub trait Progress: Send {
    /// `done` of `total` of `what` are on the disk.
    fn at(&mut self, what: Stage, done: usize, total: usize) {
        let _ = (what, done, total);
    }
}

impl Progress for () {}

/// A stage of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Making the data.
    Generating,
    /// Writing dossiers.
    Dossiers,
    /// Sending ratings through the intake.
    Ratings,
}

impl Demo {
    /// Makes the data. The same figures and forms give the same data on every machine.
    ///
    /// # Errors
    /// When a data file is faulty or a form is missing.
    pub fn generate(forms: &FormBook, figures: &Figures) -> Result<Self, DemoError> {
        let units = catalogue::units()?;
        let catalogue = Catalogue::load()?;
        let calendar = Calendar::new();
        let dealt = dossiers::deal(&units, &catalogue, &calendar, figures)?;
        let ratings = ratings::draw(&units, &dealt, &catalogue, &calendar, forms, figures)?;
        Ok(Self {
            units,
            procedures: catalogue
                .entries
                .into_iter()
                .map(|entry| entry.procedure)
                .collect(),
            dossiers: dealt.into_iter().map(|dealt| dealt.dossier).collect(),
            ratings,
        })
    }
}

/// Loads the demonstration into a new store and writes the credentials into `folder`. When it is there already, this
/// only reads the credentials again; when an earlier run was cut off, it is brought to its end.
///
/// # Errors
/// When the store holds other data, or writing fails.
pub async fn load(
    intake: &Arc<Intake>,
    folder: &Path,
    figures: &Figures,
    progress: &mut dyn Progress,
) -> Result<Credentials, DemoError> {
    let store = &*intake.store;
    if store.note(NOTE).await?.is_none() {
        refuse_other_data(store).await?;
        store.set_note(NOTE, NOTE_TEXT.trim()).await?;
    } else if store.note(LOADED_NOTE).await?.is_some()
        && let Some(credentials) = Credentials::read(folder)?
    {
        return Ok(credentials);
    }

    progress.at(Stage::Generating, 0, figures.received());
    let forms = Arc::clone(&intake.forms);
    let wanted = *figures;
    let demo = tokio::task::spawn_blocking(move || Demo::generate(&forms, &wanted)).await??;
    let sample = credentials::Sample::of(&demo)?;
    progress.at(Stage::Generating, figures.received(), figures.received());

    store.upsert_units(demo.units).await?;
    store.upsert_procedures(demo.procedures).await?;
    let total = demo.dossiers.len();
    let mut done = 0;
    let mut dossiers = demo.dossiers.into_iter().peekable();
    while dossiers.peek().is_some() {
        let batch: Vec<Dossier> = dossiers.by_ref().take(DOSSIER_BATCH).collect();
        done += batch.len();
        store.upsert_dossiers(batch).await?;
        progress.at(Stage::Dossiers, done, total);
    }
    send(intake, demo.ratings, progress).await?;
    let credentials = Credentials::create(store, sample).await?;
    credentials.write(folder)?;
    store.set_note(LOADED_NOTE, "yes").await?;
    Ok(credentials)
}

async fn refuse_other_data(store: &dyn Store) -> Result<(), DemoError> {
    let totals = store.totals().await?;
    let held: Vec<String> = [
        (totals.units, "units"),
        (totals.procedures, "procedures"),
        (totals.dossiers, "dossiers"),
        (totals.responses, "responses"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    if held.is_empty() {
        Ok(())
    } else {
        Err(DemoError::OtherData(held.join(", ")))
    }
}

/// Sends ratings through the intake as an administrator's import would.
async fn send(
    intake: &Arc<Intake>,
    ratings: Vec<Response>,
    progress: &mut dyn Progress,
) -> Result<(), DemoError> {
    let total = ratings.len();
    let mut done = 0;
    let mut tasks = JoinSet::new();
    let mut ratings = ratings.into_iter().peekable();
    loop {
        while tasks.len() < IN_FLIGHT && ratings.peek().is_some() {
            let batch: Vec<Response> = ratings
                .by_ref()
                .take(survey::response::Batch::MAX)
                .collect();
            let intake = Arc::clone(intake);
            tasks.spawn(async move { intake.receive(batch, &Sender::Operator).await });
        }
        let Some(receipts) = tasks.join_next().await else {
            return Ok(());
        };
        for receipt in receipts?? {
            if receipt.status == Status::Rejected {
                let faults: Vec<String> = receipt
                    .faults
                    .iter()
                    .map(|fault| format!("{}: {}", fault.field, fault.message))
                    .collect();
                return Err(DemoError::Rejected {
                    id: receipt.id,
                    reason: format!("{} {}", receipt.code.unwrap_or_default(), faults.join("; ")),
                });
            }
            done += 1;
        }
        progress.at(Stage::Ratings, done, total);
    }
}
