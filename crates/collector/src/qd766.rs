//! The three ratios of the group "Mức độ hài lòng" of QĐ 766/QĐ-TTg for units and a period, each time beside `top2` of the
//! ratings: ratio 3 counts silence as satisfied, so neither figure stands alone and the two are never one.
//!
//! The formulas are in `survey::qd766`. What they are computed of, and what is our own reading of them (unverified):
//!
//! - Citizen reports of a period are those received in it. One that is not answered and not due yet is neither in time nor
//!   late; it is told apart as pending.
//! - Dossiers of a period are those finished in it, and those that were due in it, are not finished and are overdue. The
//!   register holds only dossiers within competence.
//! - A dossier is dissatisfied when a counted response to the form, at any touchpoint, answers a headline question in the
//!   lower half of its levels: two of five, one of three.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};
use serde::Serialize;
use survey::answers::Packed;
use survey::dossier::DossierCode;
use survey::form::{Form, ScaleKind};
use survey::method::Method;
use survey::qd766::{Grounds, Indicator, Tally, reports_on_time};
use survey::ratio::Ratio;
use survey::response::Touchpoint;

use crate::coverage::{hidden, is_few};
use crate::delay;
use crate::forms::{FormBook, USUAL_FORM};
use crate::index::{self, DEMO_NOTE, IndexCell, IndexError, IndexRequest};
use crate::intake::Intake;
use crate::reports::due::end_of;
use crate::reports::{Outcome, ReportFilter};
use crate::store::calendar::{ZONE, business_day};
use crate::store::terms::Term;
use crate::store::{Filed, FormKey, JudgedQuery, Judging, Pseudonym, StoreError};

/// Days of a period unless others are asked for, and at most.
const USUAL_DAYS: i32 = 90;
const MOST_DAYS: i32 = 366;
/// Decimals of a ratio.
const DECIMALS: u8 = 2;
/// Dossiers whose responses are looked for at once.
const CHUNK: usize = 1000;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Form whose ratings count; the usual one when absent.
    pub form: Option<String>,
    /// First business day.
    pub from: Option<Date>,
    /// Last business day; the last on which a dossier was finished when absent.
    pub to: Option<Date>,
    /// Only this unit.
    pub unit: Option<String>,
    /// Only these units, as if there were no others.
    pub within: Option<BTreeSet<String>>,
    /// Last business day that may be shown ([`crate::delay::Delay::last_day`]); none: every day.
    pub shown_to: Option<Date>,
}

/// The three ratios of all units together and of each.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Qd766Answer {
    /// Form whose ratings count; all its versions.
    pub form: String,
    /// First business day, `YYYY-MM-DD` in Asia/Ho_Chi_Minh.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day; not after `shown_to`, unless all of the period is held back.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Last business day that is shown by now, since each is held back for some time after its end; null when none is. Ratings of
    /// later days do not count yet.
    #[schema(value_type = Option<String>, format = Date)]
    pub shown_to: Option<Date>,
    /// Why there is nothing, when the period begins after `shown_to`.
    pub held_back: Option<String>,
    /// Ratio 3 of groups with fewer raters than this is suppressed.
    pub threshold: u64,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// What must be read beside the ratios.
    pub note: String,
    /// What of it is not verified.
    pub unverified: Vec<String>,
    /// How the authority splits the 18 points; null when it has not said so. Not verified.
    pub split: Option<[f64; 3]>,
    /// All units together; of one unit, when one was asked for.
    pub total: Qd766Cell,
    /// One for each unit that has dossiers or citizen reports.
    pub units: Vec<Qd766Cell>,
}

/// The ratios of a group.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Qd766Cell {
    /// The unit; null for all together.
    pub unit: Option<String>,
    /// The three ratios, in the order of the decision.
    pub ratios: Vec<Qd766Ratio>,
    /// Points of each ratio in proportion to its value, when the split is set and all three have a value. Not verified.
    pub points: Option<[f64; 3]>,
    /// The satisfied share of the ratings of the same unit and days: another figure, never to be summed with a ratio. Null
    /// when there are no ratings, or the form has no `top2`.
    pub beside: Option<Qd766Beside>,
}

/// One ratio.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Qd766Ratio {
    /// `qd766-reports-on-time`, `qd766-reports-satisfied` or `qd766-dossiers-satisfied`.
    #[schema(value_type = String)]
    pub id: &'static str,
    /// In per cent, rounded half up to two decimals; null when suppressed, not known, or when there is nothing to divide by.
    pub value: Option<f64>,
    /// The numerator; null when suppressed or not known.
    pub counted: Option<u64>,
    /// The denominator.
    pub of: u64,
    /// Citizen reports that are neither answered nor due yet, and therefore in neither.
    pub pending: u64,
    /// Dossiers of the denominator of years whose key is destroyed: whether they were rated, or a citizen report is about
    /// them, is not known, and so neither is the ratio.
    pub not_known: u64,
    /// Too few rated, or the figure would reveal a unit where too few did.
    pub suppressed: bool,
}

/// `top2` beside the ratios.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Qd766Beside {
    /// Always `top2`.
    #[schema(value_type = String)]
    pub method: Method,
    /// In per cent; null when suppressed.
    pub value: Option<f64>,
    /// Valid answers; null when suppressed.
    pub n: Option<u64>,
    /// 95 % interval.
    pub interval: Option<[f64; 2]>,
    /// Too few respondents.
    pub suppressed: bool,
}

/// What a group's ratios are made of.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    on_time: u64,
    within: u64,
    pending_within: u64,
    reports: Tally,
    pending: u64,
    dossiers: Tally,
    /// Dossiers with a counted response.
    rated: u64,
    /// Dossiers of which that is not known.
    not_known: u64,
}

/// Answers a request.
///
/// # Errors
///
/// [`IndexError::Request`] names the parameter at fault.
pub async fn answer(
    intake: &Intake,
    threshold: u64,
    split: Option<[f64; 3]>,
    request: Request,
) -> Result<Qd766Answer, IndexError> {
    let now = Timestamp::now();
    let form_id = request.form.unwrap_or_else(|| USUAL_FORM.to_owned());
    let Some(form) = intake.forms.newest(&form_id) else {
        return Err(IndexError::request(
            "form",
            "unknown-form",
            format!("there is no form {form_id:?}; GET /api/v1/forms lists those there are"),
        ));
    };
    let today = business_day(now);
    let last = intake
        .store
        .finished_span()
        .await?
        .map_or(today, |(_, last)| last);
    let last = request.shown_to.map_or(last, |shown| shown.min(last));
    let (from, to) = period(request.from, request.to, last)?;
    let shown = delay::shown((from, to), request.shown_to);
    let to = shown.map_or(to, |(_, to)| to);
    let mut units: BTreeMap<String, Sums> = BTreeMap::new();
    if shown.is_some() {
        let asked = Asked {
            form: &form_id,
            days: (from, to),
            now,
            shown_to: request.shown_to,
        };
        let reported = reports(intake, &asked, &mut units).await?;
        dossiers(intake, &asked, &reported, &mut units).await?;
    }

    let store = intake.store.as_ref();
    let asks_top2 = form.index.methods.contains(&Method::Top2);
    let top2 = async |by: &[&str]| -> Result<Vec<IndexCell>, IndexError> {
        if !asks_top2 {
            return Ok(Vec::new());
        }
        let asked = IndexRequest {
            form: form_id.clone(),
            method: Some(Method::Top2.id().to_owned()),
            from: Some(from),
            to: Some(to),
            by: by.iter().map(|name| (*name).to_owned()).collect(),
            filters: request
                .within
                .iter()
                .map(|codes| ("unit".to_owned(), codes.iter().cloned().collect()))
                .collect(),
            shown_to: request.shown_to,
            ..IndexRequest::default()
        };
        let answer = index::answer(store, &intake.forms, threshold, asked).await?;
        Ok(answer.cells)
    };
    let whole = top2(&[]).await?;
    let by_unit = top2(&["unit"]).await?;
    // Of all units, whichever was asked for: else the one that is hidden would be what the others leave.
    let few_of = |units: &BTreeMap<String, Sums>| -> HashSet<String> {
        let rated: Vec<u64> = units.values().map(|sums| sums.rated).collect();
        let few = units.keys().zip(hidden(&rated, threshold));
        few.filter(|(_, few)| *few)
            .map(|(unit, _)| unit.clone())
            .collect()
    };
    let mut few = few_of(&units);
    if let Some(within) = &request.within {
        units.retain(|unit, _| within.contains(unit));
        // Nor may one be what is left of these.
        few.extend(few_of(&units));
    }
    let mut total = Sums::default();
    let mut cells = Vec::with_capacity(units.len());
    for (unit, sums) in units {
        let few = few.contains(&unit);
        total.add(&sums);
        let beside = by_unit
            .iter()
            .find(|cell| cell.key.get("unit") == Some(unit.as_str()));
        cells.push(cell(Some(unit), &sums, few, split, beside));
    }
    let mut total = cell(
        None,
        &total,
        is_few(total.rated, threshold),
        split,
        whole.first(),
    );
    if let Some(unit) = request.unit {
        cells.retain(|cell| cell.unit.as_deref() == Some(unit.as_str()));
        total = cells
            .first()
            .cloned()
            .unwrap_or_else(|| cell(Some(unit), &Sums::default(), false, split, None));
    }
    let words = Indicator::DossiersSatisfied.words();
    Ok(Qd766Answer {
        form: form_id.clone(),
        from,
        to,
        shown_to: request.shown_to,
        held_back: request
            .shown_to
            .filter(|_| shown.is_none())
            .map(delay::told),
        threshold,
        demo: store.note(DEMO_NOTE).await?.is_some(),
        note: words.note.get("en").to_owned(),
        unverified: UNVERIFIED.map(str::to_owned).into(),
        split,
        total,
        units: cells,
    })
}

/// What of the ratios is our own reading.
const UNVERIFIED: [&str; 3] = [
    "\"hoặc\" is read as a union: what meets two grounds is subtracted once",
    "how the 18 points are split over the three ratios, and that points are in proportion to a ratio",
    "which dossiers and citizen reports belong to a period, and which answers are dissatisfied",
];

/// The days asked for; those up to the `last` that there are when none are.
fn period(from: Option<Date>, to: Option<Date>, last: Date) -> Result<(Date, Date), IndexError> {
    let to = to.unwrap_or_else(|| from.map_or(last, |from| from.max(last)));
    let back = |days: i32| {
        let span = Span::new().try_days(days - 1).ok()?;
        to.checked_sub(span).ok()
    };
    let from = from.or_else(|| back(USUAL_DAYS)).unwrap_or(to);
    let wrong = |code, told: String| Err(IndexError::request("from", code, told));
    if from > to {
        return wrong(
            "wrong-period",
            format!("the first day, {from}, must not come after the last, {to}"),
        );
    }
    if back(MOST_DAYS).is_some_and(|first| from < first) {
        return wrong("too-long", format!("ask for at most {MOST_DAYS} days"));
    }
    Ok((from, to))
}

/// What the ratios are computed of.
struct Asked<'a> {
    form: &'a str,
    days: (Date, Date),
    now: Timestamp,
    shown_to: Option<Date>,
}

/// Counts citizen reports by unit; gives the dossiers that any report is about.
async fn reports(
    intake: &Intake,
    asked: &Asked<'_>,
    units: &mut BTreeMap<String, Sums>,
) -> Result<HashSet<Pseudonym>, StoreError> {
    let (&Asked { now, .. }, (from, to)) = (asked, asked.days);
    let mut about = HashSet::new();
    for report in intake.store.reports(ReportFilter::default()).await? {
        let report = report.report;
        about.extend(report.dossier);
        let day = business_day(report.received_at);
        if day < from || day > to {
            continue;
        }
        let standing = &report.standing;
        let sums = units.entry(standing.unit.clone()).or_default();
        if !standing.is_decided(now) {
            sums.pending += 1;
            sums.pending_within += u64::from(standing.within_competence);
            continue;
        }
        let overdue = standing.is_overdue(now);
        if standing.within_competence {
            sums.within += 1;
            sums.on_time += u64::from(!overdue);
        }
        let grounds = Grounds {
            dissatisfied: standing.outcome == Outcome::NotSatisfied,
            complaint: standing.outcome == Outcome::Complaint,
            overdue,
        };
        sums.reports.add(grounds, 1);
    }
    Ok(about)
}

/// Counts dossiers by unit.
async fn dossiers(
    intake: &Intake,
    asked: &Asked<'_>,
    reported: &HashSet<Pseudonym>,
    units: &mut BTreeMap<String, Sums>,
) -> Result<(), StoreError> {
    let store = intake.store.as_ref();
    let (from, to) = asked.days;
    finished(intake, asked, reported, units).await?;
    let midnight = ZONE.to_timestamp(from.to_datetime(Time::midnight()));
    if let (Ok(start), Some(end)) = (midnight, end_of(to)) {
        // Due today is not late: the day is not over.
        let yesterday = business_day(asked.now).yesterday().ok().and_then(end_of);
        let end = yesterday.map_or(end, |yesterday| end.min(yesterday));
        let filed = store.open_dossiers(start, end).await?;
        overdue(intake, asked, &filed, reported, units).await?;
    }
    Ok(())
}

/// Those that were finished in the period.
async fn finished(
    intake: &Intake,
    asked: &Asked<'_>,
    reported: &HashSet<Pseudonym>,
    units: &mut BTreeMap<String, Sums>,
) -> Result<(), StoreError> {
    let query = JudgedQuery {
        form: asked.form.to_owned(),
        from: asked.days.0,
        to: asked.days.1,
        rated_to: asked.shown_to,
        reported: reported.iter().copied().collect(),
    };
    let forms = Arc::clone(&intake.forms);
    let judging = Judging {
        ratings: Touchpoint::ALL
            .iter()
            .map(|(touchpoint, ..)| intake.naming(asked.form, *touchpoint))
            .collect(),
        reporting: intake.report_naming(),
        judge: Arc::new(move |form, answers| says_no(&forms, form, answers)),
    };
    for (kind, dossiers) in intake.store.judged(query, judging).await? {
        let grounds = Grounds {
            dissatisfied: kind.dissatisfied,
            complaint: kind.reported,
            overdue: kind.late,
        };
        let sums = units.entry(kind.unit).or_default();
        sums.dossiers.add(grounds, dossiers);
        sums.rated += if kind.rated { dossiers } else { 0 };
        sums.not_known += if kind.known { 0 } else { dossiers };
    }
    Ok(())
}

/// Those that are not finished and overdue.
async fn overdue(
    intake: &Intake,
    asked: &Asked<'_>,
    filed: &[Filed],
    reported: &HashSet<Pseudonym>,
    units: &mut BTreeMap<String, Sums>,
) -> Result<(), StoreError> {
    let points = Touchpoint::ALL.len();
    let keys = intake.keys().await?;
    for chunk in filed.chunks(CHUNK) {
        let mut known = Vec::with_capacity(chunk.len());
        let mut pseudonyms = Vec::with_capacity(chunk.len() * points);
        for filed in chunk {
            let code = DossierCode::parse(&filed.dossier.code)
                .map_err(|error| StoreError::Corrupt(format!("a dossier code: {error}")))?;
            let Some(report) = keys.report_pseudonym(&code) else {
                let sums = units.entry(filed.dossier.unit.clone()).or_default();
                sums.dossiers.add(Grounds::default(), 1);
                sums.not_known += 1;
                continue;
            };
            let all = Touchpoint::ALL.iter();
            let names = all.filter_map(|(point, ..)| keys.pseudonym(&code, asked.form, *point));
            pseudonyms.extend(names);
            known.push((filed, report));
        }
        let answers = intake.store.answers(pseudonyms, asked.shown_to).await?;
        for ((filed, report), answers) in known.into_iter().zip(answers.chunks(points)) {
            let said = || answers.iter().flatten();
            let grounds = Grounds {
                dissatisfied: said().any(|(form, packed)| says_no(&intake.forms, form, packed)),
                complaint: reported.contains(&report),
                overdue: true,
            };
            let sums = units.entry(filed.dossier.unit.clone()).or_default();
            sums.dossiers.add(grounds, 1);
            sums.rated += u64::from(said().next().is_some());
        }
    }
    Ok(())
}

fn says_no(forms: &FormBook, form: &FormKey, answers: &Packed) -> bool {
    let form = forms.get(&form.id, form.version);
    form.is_some_and(|form| is_dissatisfied(form, answers))
}

/// Is a headline answer in the lower half of its levels, and not counted as satisfied?
fn is_dissatisfied(form: &Form, packed: &Packed) -> bool {
    form.items.iter().zip(&packed.0).any(|(item, answer)| {
        let scale = form.scale_of(item).filter(|scale| {
            form.is_headline(item)
                && matches!(scale.kind, ScaleKind::Satisfaction | ScaleKind::Points)
        });
        scale.is_some_and(|scale| {
            let place = scale.levels.iter().position(|level| level.value == *answer);
            place.is_some_and(|place| {
                let satisfied = scale.levels.get(place).is_some_and(|level| level.satisfied);
                !satisfied && 2 * place + 1 < scale.levels.len()
            })
        })
    })
}

impl Sums {
    fn add(&mut self, other: &Self) {
        let both = |a: Tally, b: Tally| {
            let against = Grounds {
                overdue: true,
                ..Grounds::default()
            };
            let satisfied = |tally: Tally| tally.total().saturating_sub(tally.against());
            [
                (against, a.against() + b.against()),
                (Grounds::default(), satisfied(a) + satisfied(b)),
            ]
            .into_iter()
            .collect()
        };
        *self = Self {
            on_time: self.on_time + other.on_time,
            within: self.within + other.within,
            pending_within: self.pending_within + other.pending_within,
            reports: both(self.reports, other.reports),
            pending: self.pending + other.pending,
            dossiers: both(self.dossiers, other.dossiers),
            rated: self.rated + other.rated,
            not_known: self.not_known + other.not_known,
        };
    }
}

fn cell(
    unit: Option<String>,
    sums: &Sums,
    few: bool,
    split: Option<[f64; 3]>,
    beside: Option<&IndexCell>,
) -> Qd766Cell {
    let ratio = |indicator: Indicator, value: Option<Ratio>, counted, of, pending| {
        let value = value.and_then(|value| value.round(DECIMALS));
        Qd766Ratio {
            id: indicator.id(),
            value: value.map(|value| value.to_f64()),
            counted: Some(counted),
            of,
            pending,
            not_known: 0,
            suppressed: false,
        }
    };
    let of_tally = |indicator, tally: Tally, pending| {
        let counted = tally.total().saturating_sub(tally.against());
        ratio(
            indicator,
            tally.satisfied(),
            counted,
            tally.total(),
            pending,
        )
    };
    let of_dossiers = of_tally(Indicator::DossiersSatisfied, sums.dossiers, 0);
    let shown = !few && sums.not_known == 0;
    let ratios = vec![
        ratio(
            Indicator::ReportsOnTime,
            reports_on_time(sums.on_time, sums.within),
            sums.on_time,
            sums.within,
            sums.pending_within,
        ),
        of_tally(Indicator::ReportsSatisfied, sums.reports, sums.pending),
        Qd766Ratio {
            value: of_dossiers.value.filter(|_| shown),
            counted: of_dossiers.counted.filter(|_| shown),
            not_known: sums.not_known,
            suppressed: few,
            ..of_dossiers
        },
    ];
    let values: Vec<f64> = ratios.iter().filter_map(|ratio| ratio.value).collect();
    let points = match (split, values.as_slice()) {
        (Some([a, b, c]), [x, y, z]) => {
            let two = |points: f64| (points * 100.0).round() / 100.0;
            Some([two(a * x / 100.0), two(b * y / 100.0), two(c * z / 100.0)])
        }
        _ => None,
    };
    Qd766Cell {
        unit,
        ratios,
        points,
        beside: beside.map(|cell| Qd766Beside {
            method: Method::Top2,
            value: cell.value,
            n: cell.n,
            interval: cell.interval,
            suppressed: cell.suppressed,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(levels: usize) -> Form {
        let levels: Vec<String> = (1..=levels)
            .map(|n| {
                let satisfied = if n + 1 >= levels {
                    ", \"satisfied\": true"
                } else {
                    ""
                };
                format!("{{\"value\": {n}, \"text\": {{\"vi\": \"{n}\"}}{satisfied}}}")
            })
            .collect();
        let json = format!(
            r#"{{"id": "t", "version": 1, "instrument": "csat", "title": {{"vi": "t"}},
              "source": {{"basis": {{"vi": "t"}}, "confidence": "own"}}, "languages": ["vi"],
              "scale-order": "ascending",
              "scales": {{"s": {{"kind": "satisfaction", "levels": [{}]}}}},
              "items": [{{"id": "q", "text": {{"vi": "q"}}, "scale": "s", "role": "rating"}},
                        {{"id": "r", "text": {{"vi": "r"}}, "scale": "s", "role": "rating"}}],
              "index": {{"methods": ["top2"], "headline": ["q"], "decimals": 2}}}}"#,
            levels.join(",")
        );
        serde_json::from_str(&json).expect("a form")
    }

    #[test]
    fn the_lower_half_of_the_headline_is_dissatisfied() {
        let dissatisfied = |levels: usize| -> Vec<u8> {
            let form = scale(levels);
            let most = u8::try_from(levels).expect("few");
            (1..=most)
                .filter(|level| is_dissatisfied(&form, &Packed(vec![*level, 1])))
                .collect()
        };
        assert_eq!(dissatisfied(5), [1, 2]);
        assert_eq!(dissatisfied(3), [1]);
        assert_eq!(dissatisfied(4), [1, 2]);
        assert!(!is_dissatisfied(
            &scale(5),
            &Packed(vec![Packed::MISSING, 1])
        ));
    }

    #[test]
    fn a_period_is_some_days_in_order() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let today = day("2026-07-31");
        assert_eq!(
            period(None, None, today).expect("fits"),
            (day("2026-05-03"), today)
        );
        let fault = |from, to| match period(Some(day(from)), Some(day(to)), today) {
            Err(IndexError::Request { code, .. }) => code,
            _ => "",
        };
        assert_eq!(fault("2026-08-01", "2026-07-01"), "wrong-period");
        assert_eq!(fault("2025-01-01", "2026-07-01"), "too-long");
        assert_eq!(fault("2026-01-01", "2026-12-31"), "");
    }
}
