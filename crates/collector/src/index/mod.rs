//! From counted cells to figures that carry everything a reader needs to believe or doubt them.
//!
//! `question` checks what was asked, the store counts, `survey` computes, `suppress` hides what would point at few
//! people.

mod over_time;
mod question;
pub(crate) mod row;
pub(crate) mod suppress;
pub(crate) mod together;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use statistics::cluster::ClusterSums;
use statistics::estimate::Measure;
use survey::form::Form;
use survey::method::{Method, factor_weights};

use self::over_time::Counted;
pub(crate) use self::question::{Axis, Question};
use self::row::{Place, Row};
use crate::delay;
use crate::forms::FormBook;
use crate::store::calendar::business_day;
use crate::store::{CellQuery, FormKey, Store, StoreError};
use crate::units::{KeptAsWas, UnitsAs};
use crate::weighted::Weighted;

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
    /// Which responses figures are made of.
    pub flagged: Flagged,
    /// Whose satisfaction intervals speak of.
    pub of: Of,
    /// Last business day that may be shown ([`crate::delay::Delay::last_day`]); none: every day.
    pub shown_to: Option<Date>,
}

/// What becomes of responses that a rule flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flagged {
    /// They count like all others.
    #[default]
    Include,
    /// Figures are made without them, as if they had not been given.
    Exclude,
}

/// Whose satisfaction intervals speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// The people of the dossiers that were closed in the period, where their number is known: with finite-population
    /// correction.
    #[default]
    Closed,
    /// The way an office works: without. For what is compared.
    Process,
}

impl Flagged {
    /// Its name in questions and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Include, Self::Exclude]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

impl Of {
    /// Its name in questions and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Process => "process",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Closed, Self::Process]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// The answer of `GET /api/v1/index`: never an unlabelled number (design §5.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IndexAnswer {
    /// Form id.
    pub form: String,
    /// Form version.
    pub form_version: u16,
    /// Method id.
    #[schema(value_type = String)]
    pub method: Method,
    /// Version of the method: figures of two versions are not compared.
    #[serde(default = "first_version")]
    pub method_version: u16,
    /// The formula in words.
    pub formula: String,
    /// First business day, `YYYY-MM-DD` in Asia/Ho_Chi_Minh.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day; not after `shown_to`, unless all of the period is held back.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Last business day whose ratings are shown by now, since each is held back for some time after its end; null when none is.
    #[schema(value_type = Option<String>, format = Date)]
    pub shown_to: Option<Date>,
    /// Why there are no cells, when the period begins after `shown_to`.
    pub held_back: Option<String>,
    /// Dimensions of the cells' keys, in order.
    pub by: Vec<String>,
    /// `as-was`: units as they were on the day of the rating, an earlier meaning of a code as `code@last-day`; `as-is`: the
    /// units of today that took their place.
    pub units: String,
    /// Units of the cells that are no more and that no single unit of today stands for, when asked `as-is`.
    pub kept_as_was: Vec<KeptAsWas>,
    /// Weights of factors that the form declares for figures of the whole; empty where every answer counts the same, and where
    /// the method takes none.
    pub factor_weights: Vec<FactorWeight>,
    /// Groups of fewer respondents than this are suppressed.
    pub threshold: u64,
    /// `include` or `exclude`: are flagged responses part of the figures?
    #[schema(value_type = String)]
    pub flagged: Flagged,
    /// Version of the rules that flag responses.
    pub flag_rules: u16,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// One for each group that has responses.
    pub cells: Vec<IndexCell>,
    /// The figure weighted to the closed dossiers, with the unweighted one beside it; null unless asked for, and never kept.
    #[serde(skip_deserializing)]
    pub weighted: Option<Weighted>,
}

/// One figure with its labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
    /// `closed`: the interval is for the dossiers closed in the period, with the finite-population correction
    /// (`finite-population/1`) for the share of them that was rated by a known dossier. `process`: for the way the office works,
    /// without; always so where the number of closed dossiers is unknown, or coverage is above 1. Null without interval.
    #[schema(value_type = Option<String>)]
    pub interval_of: Option<Of>,
    /// Grade id of `points18`.
    pub grade: Option<String>,
    /// Dossiers finished in the period in this group; null where dossiers have no such group. Shown of suppressed
    /// groups too: it tells nothing about who rated.
    pub closed: Option<u64>,
    /// Counted responses / closed, 0 to 1 and rarely above; null when suppressed or when nothing was finished.
    pub coverage: Option<f64>,
    /// Responses that a rule flags as odd; null when suppressed. Part of the figures unless they are excluded.
    pub flagged: Option<u64>,
    /// The figure without the flagged responses; null when none is flagged, when they are excluded anyway, and when so few
    /// are flagged, or left, that the two figures together would tell how they rated.
    pub without_flagged: Option<Without>,
    /// Too few respondents, or the group would reveal one that has too few.
    pub suppressed: bool,
}

/// That of answers which were kept before they told it.
const fn first_version() -> u16 {
    1
}

/// How much a factor counts in the figure of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FactorWeight {
    /// Id of the factor.
    pub factor: String,
    /// Its weight against those of the others.
    pub weight: u16,
}

impl FactorWeight {
    fn of(form: &Form) -> Vec<Self> {
        let weights = factor_weights(form).into_iter();
        weights
            .filter_map(|(at, weight)| {
                let factor = form.factors.get(at)?.id.clone();
                Some(Self { factor, weight })
            })
            .collect()
    }
}

impl IndexCell {
    /// The figure without flagged responses: that of all where none is flagged; none where it must not be shown.
    pub fn value_without_flagged(&self) -> Option<f64> {
        match (&self.without_flagged, self.flagged) {
            (Some(without), _) => without.value,
            (None, Some(0)) => self.value,
            (None, _) => None,
        }
    }
}

/// A figure without flagged responses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Without {
    /// The figure; null without valid answers.
    pub value: Option<f64>,
    /// Valid answers.
    pub n: u64,
    /// Respondents who gave them.
    pub respondents: u64,
    /// 95 % interval without finite-population correction; null where it cannot be given.
    pub interval: Option<[f64; 2]>,
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

impl<'de> Deserialize<'de> for CellKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = BTreeMap::<String, Option<String>>::deserialize(deserializer)?;
        let values: Result<Vec<_>, D::Error> = values
            .into_iter()
            .map(|(name, value)| {
                let axis = Axis::of_name(&name)
                    .ok_or_else(|| de::Error::custom(format!("{name:?} is no dimension")))?;
                Ok((axis.name(), value))
            })
            .collect();
        Ok(Self::of(values?.into_iter()))
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
    /// How many responses of each cell each rule flags, in the order of the rules (empty: none); none of a suppressed cell.
    pub raised: Vec<Option<Vec<u64>>>,
    /// Responses of each cell; none of a suppressed one.
    pub responses: Vec<Option<u64>>,
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
    let days = delay::shown((from, to), request.shown_to);
    let counted = match days {
        None => Counted::default(),
        Some((from, to)) => {
            let query = CellQuery {
                form,
                from,
                to,
                by: question.dimensions(),
                filters: question.filters.clone(),
            };
            over_time::count(store, query, question.counts_dossiers(), request.units).await?
        }
    };
    let whole = match (question.axes.as_slice(), counted.groups.as_slice()) {
        ([Axis::Item], [(_, examined)]) => Some(match request.flagged {
            Flagged::Include => examined.all.clone(),
            Flagged::Exclude => examined.rest(),
        }),
        _ => None,
    };
    let mut rows = row::rows(&question, counted.groups, counted.closed.as_ref(), &request)?;
    rows.sort_by(|one, other| one.place.cmp(&other.place));
    suppress::apply(&mut rows, threshold);
    if request.flagged == Flagged::Exclude {
        // Beside the figures with them, these would tell how a few flagged responses rated.
        for row in &mut rows {
            row.suppressed |= row.rest_hidden;
        }
    }
    let shown = || {
        rows.iter()
            .map(|row| Some(row).filter(|row| !row.suppressed))
    };
    let sums = shown().map(|row| row?.sums).collect();
    let raised = shown().map(|row| Some(row?.raised.clone())).collect();
    let responses = shown().map(|row| Some(row?.responses)).collect();
    let levels = whole.map_or_else(Vec::new, |whole| {
        rows.iter().map(|row| levels(row, &whole)).collect()
    });
    let labels = Labels {
        days: (from, days.map_or(to, |(_, to)| to)),
        threshold,
        flag_rules: store.rules().version,
        demo: store.note(DEMO_NOTE).await?.is_some(),
    };
    let answer = IndexAnswer {
        shown_to: request.shown_to,
        held_back: request.shown_to.filter(|_| days.is_none()).map(delay::told),
        kept_as_was: counted.kept_as_was,
        ..table(&question, &request, labels, rows)
    };
    Ok(Measured {
        answer,
        sums,
        levels,
        raised,
        responses,
    })
}

/// What a table says of itself beside the question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels {
    /// First and last business day.
    pub days: (Date, Date),
    pub threshold: u64,
    /// Version of the rules.
    pub flag_rules: u16,
    pub demo: bool,
}

/// The answer that these rows are, hidden as they say.
pub(crate) fn table(
    question: &Question<'_>,
    request: &IndexRequest,
    labels: Labels,
    rows: Vec<Row>,
) -> IndexAnswer {
    IndexAnswer {
        form: question.form.id.clone(),
        form_version: question.form.version,
        method: question.method,
        method_version: question.method.version(),
        formula: question.method.formula().to_owned(),
        from: labels.days.0,
        to: labels.days.1,
        shown_to: None,
        held_back: None,
        by: question
            .axes
            .iter()
            .map(|axis| axis.name().to_owned())
            .collect(),
        units: request.units.name().to_owned(),
        kept_as_was: Vec::new(),
        factor_weights: FactorWeight::of(question.form),
        threshold: labels.threshold,
        flagged: request.flagged,
        flag_rules: labels.flag_rules,
        demo: labels.demo,
        cells: rows
            .into_iter()
            .map(|row| row.into_cell(question))
            .collect(),
        weighted: None,
    }
}

/// The counts of the item that a row is about.
fn levels(row: &Row, whole: &survey::cell::Cell) -> Option<Vec<u64>> {
    match row.place.as_slice() {
        [Place::Number(item)] if !row.suppressed => Some(whole.items.get(*item)?.levels.clone()),
        _ => None,
    }
}

/// The asked period; where one end is not asked for, up to the first or last response that may be shown, and today when there
/// is none. An end that was asked for may lie after the last day that may be shown.
pub(crate) async fn period(
    store: &dyn Store,
    form: &FormKey,
    request: &IndexRequest,
) -> Result<(Date, Date), IndexError> {
    let (from, to) = match (request.from, request.to) {
        (Some(from), Some(to)) => (from, to),
        (from, to) => {
            let today = business_day(Timestamp::now());
            // Not even that there are later ones is told.
            let span = store.span(form, request.shown_to).await?;
            let (first, last) = span.unwrap_or_else(|| {
                let known = from.or(to).or(request.shown_to).unwrap_or(today);
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
