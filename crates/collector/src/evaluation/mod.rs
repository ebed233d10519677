//! The one-stop evaluation: nine indicators of 0 to 2 points each, their sum of 18 with its grade, and the shares of the levels
//! of satisfaction. Computed here and nowhere else: the printed report and `GET /api/v1/evaluation` tell the same.
//!
//! Who judges an indicator, the form says. Those of the citizens are means of their answers, as in [`crate::index`]. Those of the
//! records are typed by whoever makes the evaluation, else proposed from the register of dossiers where that can be done, else
//! unknown.

mod register;
mod told;
mod typed;

use std::sync::Arc;

use survey::form::{Form, Instrument, Item, Judge, Role, ScaleKind};
use survey::method::{Indicator, Method, points18, shares};
use survey::ratio::{Decimal, Ratio};

pub use told::{
    EvaluationAnswer, EvaluationIndicator, EvaluationLevel, EvaluationProposal,
    EvaluationSatisfaction, PointsSource,
};
pub use typed::{PREFIX, Typed, WrongPoints, entered};

use crate::forms::FormBook;
use crate::index::{self, Axis, IndexCell, IndexError, IndexRequest, Measured, Question};
use crate::store::Store;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// Form, days, filters, units and flags; method and grouping do not matter.
    pub of: IndexRequest,
    /// What was typed for the indicators that the records judge.
    pub typed: Typed,
}

/// Is the form made of the nine indicators?
pub fn is_evaluation(form: &Form) -> bool {
    form.index.methods.contains(&Method::Points18)
}

/// The form that is evaluated unless another is named: the last that is made of the nine indicators.
pub fn usual_form(forms: &FormBook) -> Option<&Arc<Form>> {
    forms.iter().filter(|form| is_evaluation(form)).last()
}

/// The form of a request.
///
/// # Errors
///
/// [`IndexError::Request`] when there is no such form or version, or when it is not made of the nine indicators.
pub fn form<'a>(forms: &'a FormBook, request: &IndexRequest) -> Result<&'a Form, IndexError> {
    let named = IndexRequest {
        form: request.form.clone(),
        form_version: request.form_version,
        ..IndexRequest::default()
    };
    let form = Question::of(forms, &named)?.form;
    if is_evaluation(form) {
        return Ok(form);
    }
    let fitting = forms.iter().filter(|form| is_evaluation(form));
    let mut ids: Vec<&str> = fitting.map(|form| form.id.as_str()).collect();
    ids.dedup();
    Err(IndexError::request(
        "form",
        "wrong-form",
        format!(
            "{} is not made of nine indicators; ask for one of: {}",
            form.id,
            ids.join(", ")
        ),
    ))
}

/// The indicators of a form, with their place among all.
pub fn indicators(form: &Form) -> impl Iterator<Item = (usize, &Item)> {
    let is_indicator = |item: &&Item| {
        let scale = form.scale_of(item);
        item.role == Role::Rating && scale.is_some_and(|scale| scale.kind == ScaleKind::Points)
    };
    form.items.iter().filter(is_indicator).enumerate()
}

/// Those whose points are typed: the records judge them, and no citizen is asked.
pub fn typable(form: &Form) -> impl Iterator<Item = (usize, &Item)> {
    indicators(form).filter(|(_, item)| item.judge == Judge::Records)
}

/// Is this an indicator that the register may propose points for?
pub fn is_proposed(item: &Item) -> bool {
    item.judge == Judge::Records && item.id == register::ITEM
}

/// The number on the printed form, else the place.
pub fn number(at: usize, item: &Item) -> String {
    item.number.clone().unwrap_or_else(|| (at + 1).to_string())
}

/// Most points that an indicator can earn.
pub fn highest(form: &Form, item: &Item) -> u8 {
    let levels = form.scale_of(item).map_or(&[][..], |scale| &scale.levels);
    levels.iter().map(|level| level.value).max().unwrap_or(0)
}

/// Evaluates a unit and a period. Indicators of fewer than `threshold` respondents are suppressed, and then there is no total; what
/// the register says tells nothing about who rated and is not.
///
/// # Errors
///
/// As [`form`] and [`index::answer`].
pub async fn answer(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: Request,
) -> Result<EvaluationAnswer, IndexError> {
    let form = form(forms, &request.of)?;
    let asked = IndexRequest {
        method: Some(Method::Points18.id().to_owned()),
        by: vec![Axis::Item.name().to_owned()],
        ..request.of
    };
    let found = index::measured(store, forms, threshold, asked.clone()).await?;
    let proposal = register::proposal(store, form, &asked, &found.answer).await?;
    let mut told = Vec::new();
    let mut parts = Vec::new();
    let mut lacking = Vec::new();
    for (at, item) in indicators(form) {
        let highest = highest(form, item);
        let proposal = proposal.as_ref().filter(|_| is_proposed(item));
        let judged = match item.judge {
            Judge::Person => by_people(form, item, &found),
            Judge::Records => by_records(item, &request.typed, proposal),
        };
        if judged.points.is_none() {
            lacking.push(number(at, item));
        }
        told.push(EvaluationIndicator {
            item: item.id.clone(),
            number: number(at, item),
            text: item.text.clone(),
            source: judged.source,
            points: printed(judged.points.as_ref(), form),
            most: highest,
            numerator: judged.sums.map(|[points, _]| points),
            denominator: judged.sums.map(|[_, of]| of),
            proposal: proposal.cloned(),
            suppressed: judged.suppressed,
        });
        parts.push(Indicator {
            mean: judged.points,
            highest,
        });
    }
    let sum = points18(&form.index.bands, &parts);
    let no_grade = match (&sum.total, &found.answer.held_back) {
        (Some(_), _) => None,
        (None, Some(held_back)) => Some(held_back.clone()),
        (None, None) => Some(format!(
            "the points of indicator {} are lacking; while a part is missing there is neither a total nor a grade",
            lacking.join(", ")
        )),
    };
    Ok(EvaluationAnswer {
        indicators: told,
        most: parts.iter().map(|part| u64::from(part.highest)).sum(),
        total: printed(sum.total.as_ref(), form),
        grade: sum.grade,
        lacking,
        no_grade,
        unverified: unverified(form),
        satisfaction: satisfaction(store, forms, threshold, asked).await?,
        index: found.answer,
    })
}

/// Where an indicator's points come from, and what they are exactly.
struct Judged {
    source: PointsSource,
    points: Option<Ratio>,
    /// Points of all answers or dossiers together, and how many these are.
    sums: Option<[u64; 2]>,
    suppressed: bool,
}

/// The mean of the citizens' answers.
fn by_people(form: &Form, item: &Item, found: &Measured) -> Judged {
    let cell = of_item(found, item);
    let sums = cell.and_then(|(_, levels)| earned(form, item, levels?));
    Judged {
        source: PointsSource::People,
        points: sums.and_then(mean),
        sums,
        suppressed: cell.is_some_and(|(cell, _)| cell.suppressed),
    }
}

/// What was typed, else what the register proposes.
fn by_records(item: &Item, typed: &Typed, proposal: Option<&EvaluationProposal>) -> Judged {
    let judged = |source, points, sums| Judged {
        source,
        points,
        sums,
        suppressed: false,
    };
    if let Some(points) = typed.points.get(&item.id) {
        return judged(PointsSource::Typed, Some(points.ratio()), None);
    }
    // What was meant by what cannot be read is not known, so nothing takes its place.
    let is_wrong = typed.wrong.iter().any(|wrong| wrong.item == item.id);
    match proposal.filter(|_| !is_wrong) {
        Some(proposal) => {
            let sums = [proposal.numerator, proposal.denominator];
            judged(PointsSource::Proposed, mean(sums), Some(sums))
        }
        None => judged(PointsSource::Unknown, None, None),
    }
}

/// Points of all answers together, and the number of answers; none without answers.
fn earned(form: &Form, item: &Item, counts: &[u64]) -> Option<[u64; 2]> {
    let levels = &form.scale_of(item)?.levels;
    let mut points = 0u64;
    // Saturating, since a damaged cell may hold any number.
    for (level, &count) in levels.iter().zip(counts) {
        points = points.saturating_add(u64::from(level.value).saturating_mul(count));
    }
    let answers = together(counts);
    (answers > 0).then_some([points, answers])
}

fn together(counts: &[u64]) -> u64 {
    counts
        .iter()
        .fold(0u64, |sum, &count| sum.saturating_add(count))
}

/// The mean of points, exactly; none of nothing.
fn mean([points, of]: [u64; 2]) -> Option<Ratio> {
    Ratio::new(points.into(), of.into())
}

/// Rounded half up to the form's decimals.
fn printed(points: Option<&Ratio>, form: &Form) -> Option<f64> {
    points?.round(form.index.decimals).map(Decimal::to_f64)
}

/// A cell of an answer cut by item, with the counts of its levels.
fn of_item<'a>(found: &'a Measured, item: &Item) -> Option<(&'a IndexCell, Option<&'a [u64]>)> {
    let cells = &found.answer.cells;
    let at = cells
        .iter()
        .position(|cell| cell.key.get(Axis::Item.name()) == Some(item.id.as_str()))?;
    let levels = found.levels.get(at).and_then(Option::as_deref);
    Some((cells.get(at)?, levels))
}

/// What the form file lists, and what is our own reading.
fn unverified(form: &Form) -> Vec<String> {
    let listed = form.source.unverified.iter();
    listed
        .map(|open| open.get("en").to_owned())
        .chain(register::UNVERIFIED.map(str::to_owned))
        .collect()
}

/// The second half: shares of the levels of satisfaction, each rounded on its own, and what is printed added up. Of the same
/// choice of ratings to the newest form of three levels; none where there is no such form.
async fn satisfaction(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    asked: IndexRequest,
) -> Result<Option<EvaluationSatisfaction>, IndexError> {
    let of_three = |form: &&Arc<Form>| form.instrument == Instrument::ThreeLevel;
    let Some(form) = forms.iter().filter(of_three).last() else {
        return Ok(None);
    };
    let Some(item) = form.items.iter().find(|item| form.is_headline(item)) else {
        return Ok(None);
    };
    let asked = IndexRequest {
        form: form.id.clone(),
        form_version: Some(form.version),
        method: None,
        ..asked
    };
    let found = index::measured(store, forms, threshold, asked).await?;
    let cell = of_item(&found, item);
    let counts = cell.and_then(|(_, levels)| levels).unwrap_or_default();
    let shares = shares(counts, form.index.decimals);
    let scale = form.scale_of(item).map_or(&[][..], |scale| &scale.levels);
    let levels = scale
        .iter()
        .zip(counts)
        .zip(shares.iter().flat_map(|shares| &shares.each))
        .map(|((level, &count), share)| EvaluationLevel {
            value: level.value,
            text: level.text.clone(),
            count,
            share: share.to_f64(),
        })
        .collect();
    Ok(Some(EvaluationSatisfaction {
        item: item.id.clone(),
        levels,
        answers: shares.as_ref().map(|_| together(counts)),
        sum: shares.as_ref().map(|shares| shares.sum.to_f64()),
        missing: cell.and_then(|(cell, _)| cell.missing),
        suppressed: cell.is_some_and(|(cell, _)| cell.suppressed),
        index: found.answer,
    }))
}
