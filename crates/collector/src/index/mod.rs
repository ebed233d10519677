//! From counted cells to figures that carry everything a reader needs to believe or doubt them.
//!
//! `question` checks what was asked, the store counts, `survey` computes, `suppress` hides what would point at few
//! people.

mod over_time;
mod question;
mod suppress;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use statistics::cluster::ClusterSums;
use statistics::estimate::Measure;
use survey::cell::Cell;
use survey::form::Form;
use survey::method::{Figure, Method, MethodError, figure};

use self::question::{Axis, Cut, Question};
use crate::forms::FormBook;
use crate::store::calendar::business_day;
use crate::store::{CellQuery, FormKey, GroupKey, Store, StoreError};
use crate::units::{KeptAsWas, UnitsAs};

/// What `GET /api/v1/index` was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexRequest {
    /// Form id.
    pub form: String,
    /// Form version; the newest when absent.
    pub form_version: Option<u16>,
    /// Method id; the form's first when absent.
    pub method: Option<String>,
    /// First business day; the first with a response when absent.
    pub from: Option<Date>,
    /// Last business day; the last with a response when absent.
    pub to: Option<Date>,
    /// Names of dimensions, in order: unit, field, procedure, channel, touchpoint, month, timeliness, provenance,
    /// and at most one of factor, item.
    pub by: Vec<String>,
    /// Allowed values by dimension name; `factor` and `item` may be filtered too.
    pub filters: BTreeMap<String, Vec<String>>,
    /// Under which unit a rating counts when units have changed since.
    pub units: UnitsAs,
}

/// The answer of `GET /api/v1/index`: never an unlabelled number (design §5.3).
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IndexAnswer {
    /// Form id.
    pub form: String,
    /// Form version.
    pub form_version: u16,
    /// Method id.
    #[schema(value_type = String)]
    pub method: Method,
    /// The formula in words.
    pub formula: String,
    /// First business day, `YYYY-MM-DD` in Asia/Ho_Chi_Minh.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Dimensions of the cells' keys, in order.
    pub by: Vec<String>,
    /// `as-was`: units as they were on the day of the rating, an earlier meaning of a code as `code@last-day`; `as-is`: the
    /// units of today that took their place.
    pub units: String,
    /// Units of the cells that are no more and that no single unit of today stands for, when asked `as-is`.
    pub kept_as_was: Vec<KeptAsWas>,
    /// Groups of fewer respondents than this are suppressed.
    pub threshold: u64,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// One for each group that has responses.
    pub cells: Vec<IndexCell>,
}

/// One figure with its labels.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IndexCell {
    /// Value of each dimension of `by`; null where responses have none (no dossier: no field).
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub key: CellKey,
    /// The figure, rounded half up to the form's decimals; null when suppressed or without valid answers.
    pub value: Option<f64>,
    /// Valid answers (the denominator); null when suppressed.
    pub n: Option<u64>,
    /// Respondents who gave them; null when suppressed.
    pub respondents: Option<u64>,
    /// Satisfied answers, for `top2`.
    pub satisfied: Option<u64>,
    /// Asked and not answered; null when suppressed.
    pub missing: Option<u64>,
    /// Answered "does not apply"; null when suppressed.
    pub not_applicable: Option<u64>,
    /// 95 % interval of received ratings; null where it cannot be given.
    pub interval: Option<[f64; 2]>,
    /// Grade id of `points18`.
    pub grade: Option<String>,
    /// Dossiers finished in the period in this group; null where dossiers have no such group. Shown of suppressed
    /// groups too: it tells nothing about who rated.
    pub closed: Option<u64>,
    /// Counted responses / closed, 0 to 1 and rarely above; null when suppressed or when nothing was finished.
    pub coverage: Option<f64>,
    /// Responses flagged as odd; null when suppressed.
    pub flagged: Option<u64>,
    /// Too few respondents, or the group would reveal one that has too few.
    pub suppressed: bool,
}

/// Values by the name of their axis; an object on the wire. A list, since a map for each of a quarter of a million cells
/// would weigh more than all their figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellKey(Box<[(&'static str, Option<String>)]>);

impl CellKey {
    pub(crate) fn of(values: impl Iterator<Item = (&'static str, Option<String>)>) -> Self {
        let mut values: Box<[_]> = values.collect();
        values.sort_unstable_by_key(|(name, _)| *name);
        Self(values)
    }

    /// The value on the axis of this name; `None` where there is none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(axis, _)| *axis == name)?;
        value.as_deref()
    }
}

impl Serialize for CellKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Why an index could not be given.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The question is at fault: (parameter, code, sentence).
    #[error("{field}: {message}")]
    Request {
        /// Parameter at fault.
        field: String,
        /// Machine code.
        code: &'static str,
        /// The rule and the mend.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IndexError {
    pub(crate) fn request(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Request {
            field: field.to_owned(),
            code,
            message: message.into(),
        }
    }
}

/// Name of the store's note that the data are synthetic.
pub const DEMO_NOTE: &str = "demo";

/// Answers an index request. Groups of fewer than `threshold` respondents are suppressed, and what would reveal them
/// in the same table; what several tables together reveal is the business of who may ask for how many.
///
/// # Errors
///
/// [`IndexError::Request`] names the parameter at fault and the values it may have.
pub async fn answer(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<IndexAnswer, IndexError> {
    let measured = measured(store, forms, threshold, request).await?;
    Ok(measured.answer)
}

/// An answer with the sums that its figures are made of, for what is said *between* figures: changes, ranks, gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The answer.
    pub answer: IndexAnswer,
    /// Sums of each of its cells, in the same order; none of a suppressed cell, so that nothing can be computed from
    /// what is not shown, and none by `points18`.
    pub sums: Vec<Option<(ClusterSums, Measure)>>,
    /// Counts of the levels of each of its cells, in the same order and in the form's order of levels: for exact means and
    /// shares. Only of answers cut by item alone; none of a suppressed cell.
    pub levels: Vec<Option<Vec<u64>>>,
}

/// As [`answer`], with the sums.
///
/// # Errors
///
/// As [`answer`].
pub async fn measured(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<Measured, IndexError> {
    let question = Question::of(forms, &request)?;
    let form = FormKey::of(question.form);
    let (from, to) = period(store, &form, &request).await?;
    let query = CellQuery {
        form,
        from,
        to,
        by: question.dimensions(),
        filters: question.filters.clone(),
    };
    let counted = over_time::count(store, query, question.counts_dossiers(), request.units).await?;
    let whole = match (question.axes.as_slice(), counted.groups.as_slice()) {
        ([Axis::Item], [(_, cell)]) => Some(cell.clone()),
        _ => None,
    };
    let mut rows = rows(&question, counted.groups, counted.closed.as_ref())?;
    rows.sort_by(|one, other| one.place.cmp(&other.place));
    suppress::apply(&mut rows, threshold);
    let sums = rows
        .iter()
        .map(|row| row.sums.filter(|_| !row.suppressed))
        .collect();
    let levels = whole.map_or_else(Vec::new, |whole| {
        rows.iter().map(|row| levels(row, &whole)).collect()
    });
    let answer = IndexAnswer {
        form: question.form.id.clone(),
        form_version: question.form.version,
        method: question.method,
        formula: question.method.formula().to_owned(),
        from,
        to,
        by: question
            .axes
            .iter()
            .map(|axis| axis.name().to_owned())
            .collect(),
        units: request.units.name().to_owned(),
        kept_as_was: counted.kept_as_was,
        threshold,
        demo: store.note(DEMO_NOTE).await?.is_some(),
        cells: rows
            .into_iter()
            .map(|row| row.into_cell(&question))
            .collect(),
    };
    Ok(Measured {
        answer,
        sums,
        levels,
    })
}

/// The counts of the item that a row is about.
fn levels(row: &Row, whole: &Cell) -> Option<Vec<u64>> {
    match row.place.as_slice() {
        [Place::Number(item)] if !row.suppressed => Some(whole.items.get(*item)?.levels.clone()),
        _ => None,
    }
}

/// The asked period; where one end is not asked for, up to the first or last response, and today when there is none.
async fn period(
    store: &dyn Store,
    form: &FormKey,
    request: &IndexRequest,
) -> Result<(Date, Date), IndexError> {
    let (from, to) = match (request.from, request.to) {
        (Some(from), Some(to)) => (from, to),
        (from, to) => {
            let today = business_day(Timestamp::now());
            let span = store.span(form).await?;
            let (first, last) = span.unwrap_or_else(|| {
                let known = from.or(to).unwrap_or(today);
                (known, known)
            });
            // An end that was left open follows the one that was asked for, so that the period is never upside down.
            match (from, to) {
                (Some(from), _) => (from, last.max(from)),
                (_, Some(to)) => (first.min(to), to),
                _ => (first, last),
            }
        }
    };
    if from > to {
        return Err(IndexError::request(
            "from",
            "wrong-period",
            format!("the first day, {from}, must not come after the last, {to}"),
        ));
    }
    Ok((from, to))
}

/// A row of the table before anything is hidden.
#[derive(Clone, Debug)]
struct Row {
    /// Its value on each axis.
    place: Vec<Place>,
    figure: Figure,
    sums: Option<(ClusterSums, Measure)>,
    responses: u64,
    flagged: u64,
    closed: Option<u64>,
    suppressed: bool,
}

/// A value on an axis; sorts by text, and factors and items as they stand in the form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    /// Value of a dimension.
    Value(Option<String>),
    /// Number of a factor or item.
    Number(usize),
}

/// One row for each group and cut.
fn rows(
    question: &Question<'_>,
    groups: Vec<(GroupKey, Cell)>,
    closed: Option<&HashMap<GroupKey, u64>>,
) -> Result<Vec<Row>, IndexError> {
    let mut rows = Vec::with_capacity(groups.len() * question.cuts.len());
    for (key, cell) in groups {
        // A group that dossiers cannot have (no field, say) has no count; any other has one, be it none.
        let finished = closed
            .filter(|_| key.iter().all(Option::is_some))
            .map(|closed| closed.get(&key).copied().unwrap_or(0));
        for cut in &question.cuts {
            rows.push(Row {
                place: place(&question.axes, &key, cut),
                figure: compute(question.form, &cell, question.method, cut)?,
                sums: statistics::index::sums(question.form, &cell, question.method, cut.scope())
                    .ok(),
                responses: cell.responses,
                flagged: cell.flagged,
                closed: finished,
                suppressed: false,
            });
        }
    }
    Ok(rows)
}

fn place(axes: &[Axis], key: &GroupKey, cut: &Cut) -> Vec<Place> {
    let mut values = key.iter();
    axes.iter()
        .map(|axis| match axis {
            Axis::Dimension(_) => Place::Value(values.next().cloned().flatten()),
            Axis::Factor | Axis::Item => Place::Number(cut.number()),
        })
        .collect()
}

fn compute(form: &Form, cell: &Cell, method: Method, cut: &Cut) -> Result<Figure, IndexError> {
    figure(form, cell, method, cut.scope()).map_err(|error| match error {
        MethodError::OtherForm => StoreError::Corrupt(error.to_string()).into(),
        misfit => IndexError::request("method", "wrong-method", misfit.to_string()),
    })
}

impl Row {
    fn into_cell(self, question: &Question<'_>) -> IndexCell {
        let values = question.axes.iter().zip(self.place);
        let key = CellKey::of(values.map(|(axis, place)| {
            let value = match place {
                Place::Value(value) => value,
                Place::Number(number) => axis.id(question.form, number),
            };
            (axis.name(), value)
        }));
        let coverage = self
            .closed
            .filter(|closed| *closed > 0)
            .map(|closed| rounded(self.responses as f64 / closed as f64));
        let figure = self.figure;
        let hidden = self.suppressed;
        fn unless<T>(hidden: bool, value: Option<T>) -> Option<T> {
            value.filter(|_| !hidden)
        }
        IndexCell {
            key,
            value: unless(hidden, figure.value),
            n: unless(hidden, Some(figure.n)),
            respondents: unless(hidden, Some(figure.respondents)),
            satisfied: unless(hidden, figure.satisfied),
            missing: unless(hidden, Some(figure.missing)),
            not_applicable: unless(hidden, Some(figure.not_applicable)),
            interval: unless(hidden, figure.interval),
            grade: unless(hidden, figure.grade),
            closed: self.closed,
            coverage: unless(hidden, coverage),
            flagged: unless(hidden, Some(self.flagged)),
            suppressed: hidden,
        }
    }
}

/// To four decimals: a share that reads as per cent with two.
fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}
