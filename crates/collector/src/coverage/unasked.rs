//! The list of finished dossiers that nobody was asked about, by pages, whole or drawn.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::draw::Draw;
use super::question::{CoverageRequest, Question};
use super::{Part, parts, unasked_of};
use crate::index::IndexError;
use crate::intake::Intake;
use crate::store::{Deed, Entry, FinishedFilter, Pseudonym};

/// Units that the log tells by their codes; an entry has no room for many more.
const UNITS_TOLD: usize = 4;

/// Which unasked dossiers to list.
#[derive(Clone, Debug, Default)]
pub struct UnaskedRequest {
    /// Form, touchpoint, period and filters; `by` is not used.
    pub of: CoverageRequest,
    /// Only those that are drawn.
    pub draw: Option<Draw>,
    /// Where the last page ended.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

/// A place in the list: a day, and a pseudonym within it. No code stands in it, since it becomes part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(Date, Pseudonym);

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}.{}",
            self.0,
            data_encoding::HEXLOWER.encode(&self.1.0)
        )
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (day, pseudonym) = text.split_once('.').ok_or(())?;
        let bytes = data_encoding::HEXLOWER
            .decode(pseudonym.as_bytes())
            .map_err(|_| ())?;
        let bytes = <[u8; 20]>::try_from(bytes).map_err(|_| ())?;
        Ok(Self(day.parse().map_err(|_| ())?, Pseudonym(bytes)))
    }
}

/// A finished dossier that nobody was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unasked {
    /// Its code.
    pub dossier: String,
    /// Receiving unit.
    pub unit: String,
    /// Procedure.
    pub procedure: String,
    /// When it was finished.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnaskedPage {
    /// The dossiers.
    pub dossiers: Vec<Unasked>,
    /// Where the next page begins; none after the last.
    pub next: Option<Cursor>,
    /// How many were drawn of how many, when it was drawn.
    pub drawn: Option<(u64, u64)>,
    /// The draw in words, when there was one.
    pub draw: Option<DrawTold>,
}

/// A draw as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawTold {
    /// The form that is asked.
    pub form: String,
    /// Seed and size, how many of how many were drawn, and of which finished dossiers.
    pub told: String,
}

impl DrawTold {
    fn of(draw: &Draw, lots: &Lots, question: &Question) -> Self {
        let Question { from, to, .. } = question;
        let (drawn, of) = (lots.drawn.len(), lots.of);
        let mut told = format!(
            "{}; drawn {drawn} of {of} finished from {from} to {to}, at {}",
            draw.in_words(),
            question.told_touchpoints()
        );
        match question.filter.units.as_slice() {
            [] => {}
            units if units.len() <= UNITS_TOLD => {
                told.push_str(&format!("; units {}", units.join(", ")));
            }
            units => told.push_str(&format!("; of {} units", units.len())),
        }
        Self {
            form: question.form.clone(),
            told,
        }
    }

    /// The entry of who looked at whom it draws: seeds that were tried and not used show, too.
    pub fn looked_at(&self, who: &str) -> Entry {
        let told = format!("{}; looked at, nobody invited", self.told);
        Entry::now(who, Deed::InviteDraw, &self.form, &told)
    }

    /// The entry to be written down together with the invites to those who were drawn.
    pub fn entry(&self, who: &str) -> Entry {
        Entry::now(who, Deed::InviteDraw, &self.form, &self.told)
    }
}

/// Lists dossiers that nobody was asked about, by day of finishing and then in an order that tells nothing.
///
/// # Errors
///
/// As [`super::answer`].
pub async fn list(intake: &Intake, request: UnaskedRequest) -> Result<UnaskedPage, IndexError> {
    let question = Question::of(intake, request.of).await?;
    let drawn = match &request.draw {
        Some(draw) => Some(Lots::draw(intake, &question, draw).await?),
        None => None,
    };
    let mut page = UnaskedPage {
        drawn: drawn
            .as_ref()
            .map(|lots| (lots.drawn.len() as u64, lots.of)),
        draw: request
            .draw
            .as_ref()
            .zip(drawn.as_ref())
            .map(|(draw, lots)| DrawTold::of(draw, lots, &question)),
        ..UnaskedPage::default()
    };
    let mut last = None;
    let (parts, _) = parts(intake, &question).await?;
    for (day, filter) in days(&question, &parts) {
        if request.after.is_some_and(|after| day < after.0) {
            continue;
        }
        let mut filed = intake.store.finished_on(day, filter).await?;
        if let Some(lots) = &drawn {
            filed.retain(|filed| lots.drawn.contains(&filed.dossier.code));
        }
        let unasked = unasked_of(intake, &question.form, &question.touchpoints, filed).await?;
        let mut open: Vec<(Cursor, _)> = unasked
            .into_iter()
            .map(|(filed, pseudonym)| (Cursor(day, pseudonym), filed.dossier))
            .filter(|(cursor, _)| request.after.is_none_or(|after| *cursor > after))
            .collect();
        open.sort_by_key(|(cursor, _)| *cursor);
        for (cursor, dossier) in open {
            if page.dossiers.len() == request.limit {
                page.next = last;
                return Ok(page);
            }
            last = Some(cursor);
            page.dossiers.push(Unasked {
                dossier: dossier.code,
                unit: dossier.unit,
                procedure: dossier.procedure,
                finished_at: dossier.finished_at,
            });
        }
    }
    Ok(page)
}

/// The days that may have finished dossiers, each with its filter.
fn days<'a>(
    question: &Question,
    parts: &'a [Part],
) -> impl Iterator<Item = (Date, &'a FinishedFilter)> + Send + use<'a> {
    question.days().filter_map(move |day| {
        let part = parts
            .iter()
            .find(|part| part.from <= day && day <= part.to)?;
        Some((day, &part.filter))
    })
}

/// The codes that a draw picks of all finished dossiers, asked or not.
struct Lots {
    drawn: std::collections::HashSet<String>,
    of: u64,
}

impl Lots {
    async fn draw(intake: &Intake, question: &Question, draw: &Draw) -> Result<Self, IndexError> {
        let mut codes = Vec::new();
        let (parts, _) = parts(intake, question).await?;
        for (day, filter) in days(question, &parts) {
            let filed = intake.store.finished_on(day, filter).await?;
            codes.extend(filed.into_iter().map(|filed| filed.dossier.code));
        }
        let texts: Vec<&str> = codes.iter().map(String::as_str).collect();
        let picked = draw.drawn(&texts);
        let of = codes.len() as u64;
        let drawn = codes.into_iter().zip(picked);
        Ok(Self {
            drawn: drawn
                .filter(|(_, picked)| *picked)
                .map(|(code, _)| code)
                .collect(),
            of,
        })
    }
}
