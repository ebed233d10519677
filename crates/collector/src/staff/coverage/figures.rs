//! How many finished dossiers, and of how many the citizens were invited and have rated: as the API counts them.

use survey::form::Form;

use super::PATH;
use crate::coverage::{self, CoverageAnswer, CoverageCell, CoverageRequest};
use crate::http::{App, Problem};
use crate::index::IndexError;
use crate::staff::asked::{Asked, Days, given};
use crate::staff::numbers::{day, whole};
use crate::staff::report::unit_name;
use crate::staff::sheet::{Block, Line, Sheet, Table, Value, in_line};
use crate::staff::sheet_page;
use crate::staff::words::{Language, fill};
use crate::store::Unit;

/// What the tables are cut by; each with the name of its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Unit,
    Field,
    Timeliness,
    FilingChannel,
    Outcome,
    Authority,
}

impl Cut {
    const ALL: [Self; 6] = [
        Self::Unit,
        Self::Field,
        Self::Timeliness,
        Self::FilingChannel,
        Self::Outcome,
        Self::Authority,
    ];

    /// The dimension of the answer.
    fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Field => "field",
            Self::Timeliness => "timeliness",
            Self::FilingChannel => "filing_channel",
            Self::Outcome => "outcome",
            Self::Authority => "authority",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Unit => "units",
            Self::Field => "fields",
            Self::Timeliness => "timeliness",
            Self::FilingChannel => "filing-channels",
            Self::Outcome => "outcomes",
            Self::Authority => "authorities",
        }
    }

    /// Cutting one unit by unit would say the whole once more.
    fn is_worth_it(self, asked: &Asked) -> bool {
        match self {
            Self::Unit => given(&asked.unit).is_none(),
            Self::Field => given(&asked.field).is_none(),
            Self::Timeliness | Self::FilingChannel | Self::Outcome | Self::Authority => true,
        }
    }

    /// Does any dossier of the answer have what it is cut by? Not every feed tells outcomes and authorities.
    fn is_told(self, answer: &CoverageAnswer) -> bool {
        let optional = matches!(self, Self::Outcome | Self::Authority);
        let mut cells = answer.cells.iter();
        !optional || cells.any(|cell| cell.key.get(self.name()).is_some())
    }

    fn title(self, lang: Language) -> String {
        let words = lang.words();
        match self {
            Self::Unit => words.report.by_unit.clone(),
            Self::Field => words.report.by_field.clone(),
            Self::Timeliness => words.coverage.by_timeliness.clone(),
            Self::FilingChannel => words.coverage.by_filing_channel.clone(),
            Self::Outcome => words.coverage.by_outcome.clone(),
            Self::Authority => words.coverage.by_authority.clone(),
        }
    }

    fn heading(self, lang: Language) -> String {
        let words = lang.words();
        match self {
            Self::Unit => words.report.unit.clone(),
            Self::Field => words.report.field.clone(),
            Self::Timeliness => words.coverage.timeliness.clone(),
            Self::FilingChannel => words.coverage.filing_channel.clone(),
            Self::Outcome => words.coverage.outcome.clone(),
            Self::Authority => words.coverage.authority.clone(),
        }
    }

    /// What the group of this value is called.
    fn group(self, value: Option<&str>, units: &[Unit], lang: Language) -> String {
        let words = lang.words();
        match (self, value) {
            (Self::Unit, None) => words.report.no_unit.clone(),
            (Self::Field, None) => words.report.no_field.clone(),
            (Self::FilingChannel, None) => words.coverage.no_filing_channel.clone(),
            (Self::Timeliness, None) => words.weights.unknown.clone(),
            (Self::Outcome, None) => words.coverage.no_outcome.clone(),
            (Self::Authority, None) => words.coverage.no_authority.clone(),
            (Self::Unit | Self::Authority, Some(code)) => {
                unit_name(units, code).unwrap_or(code).to_owned()
            }
            (Self::Timeliness | Self::FilingChannel, Some(name)) => {
                let known = words.weights.categories.get(name);
                known.map_or(name, String::as_str).to_owned()
            }
            (Self::Outcome, Some(name)) => {
                let known = words.coverage.outcomes.get(name);
                known.map_or(name, String::as_str).to_owned()
            }
            (Self::Field, Some(value)) => value.to_owned(),
        }
    }

    /// The same page for this group alone, where the choice can be narrowed to it.
    fn link(self, value: Option<&str>, asked: &Asked) -> Option<String> {
        let value = value?.to_owned();
        match self {
            Self::Unit => Some(asked.link(PATH, |asked| asked.unit = Some(value))),
            Self::Field => Some(asked.link(PATH, |asked| asked.field = Some(value))),
            Self::Timeliness | Self::FilingChannel | Self::Outcome | Self::Authority => None,
        }
    }
}

/// The tables, or `None` when the question was at fault.
pub(super) async fn sheet(
    app: &App,
    form: &Form,
    units: &[Unit],
    asked: &Asked,
    days: Days,
) -> Result<Option<Sheet>, Problem> {
    let lang = asked.lang();
    let words = lang.words();
    let Some(answer) = counted(app, asked.coverage(form, &[], days)).await? else {
        return Ok(None);
    };
    let mut blocks = vec![of_the_whole(&answer, lang)];
    for cut in Cut::ALL.into_iter().filter(|cut| cut.is_worth_it(asked)) {
        let request = asked.coverage(form, &[cut.name()], days);
        if let Some(answer) = counted(app, request).await?
            && cut.is_told(&answer)
        {
            blocks.push(by(cut, &answer, units, asked));
        }
    }
    let labels = labels(form, &answer, asked);
    let own = &words.coverage;
    let threshold = answer.threshold.to_string();
    Ok(Some(Sheet {
        title: own.title.clone(),
        label: in_line(&labels),
        labels,
        blocks,
        about: vec![
            own.counts.clone(),
            own.by_dossier.clone(),
            own.versions.clone(),
            fill(&own.few, &[("threshold", &threshold)]),
            words.report.self_selected.clone(),
        ],
    }))
}

/// The counts, or `None` when the question was at fault.
async fn counted(app: &App, request: CoverageRequest) -> Result<Option<CoverageAnswer>, Problem> {
    match coverage::answer(&app.intake, app.settings.threshold, request).await {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

fn labels(form: &Form, answer: &CoverageAnswer, asked: &Asked) -> Vec<(String, String)> {
    let lang = asked.lang();
    let words = lang.words();
    let mut labels = vec![
        (
            words.report.form.clone(),
            form.title.get(lang.tag()).to_owned(),
        ),
        (words.report.from.clone(), day(lang, answer.from)),
        (words.report.to.clone(), day(lang, answer.to)),
        (
            words.figures.units_over_time.clone(),
            sheet_page::units_named(&answer.units, lang),
        ),
    ];
    if given(&asked.unit).is_none() && !asked.scope.is_all() {
        labels.push((words.report.unit.clone(), asked.all_units()));
    }
    for (name, value) in [
        (&words.report.unit, &asked.unit),
        (&words.report.field, &asked.field),
        (&words.figures.procedure, &asked.procedure),
    ] {
        if let Some(value) = given(value) {
            labels.push((name.clone(), value.to_owned()));
        }
    }
    if answer.demo {
        labels.push((words.figures.note.clone(), words.demo.clone()));
    }
    labels
}

fn of_the_whole(answer: &CoverageAnswer, lang: Language) -> Block {
    let words = &lang.words().coverage;
    let mut values = vec![Value::text(words.whole.as_str())];
    values.extend(counts(&answer.total, answer.threshold, lang));
    let mut columns = vec![words.group.clone()];
    columns.extend(headings(lang));
    Block {
        title: words.whole.clone(),
        labels: None,
        notes: vec![words.intro.clone()],
        chart: None,
        table: Table {
            id: "whole",
            caption: words.whole.clone(),
            columns,
            rows: vec![Line { link: None, values }],
        },
    }
}

fn by(cut: Cut, answer: &CoverageAnswer, units: &[Unit], asked: &Asked) -> Block {
    let lang = asked.lang();
    let has_codes = matches!(cut, Cut::Unit | Cut::Authority);
    let mut columns = vec![cut.heading(lang)];
    columns.extend(has_codes.then(|| lang.words().figures.code.clone()));
    columns.extend(headings(lang));
    let rows = answer.cells.iter().map(|cell| {
        let value = cell.key.get(cut.name());
        let mut values = vec![Value::Text(cut.group(value, units, lang))];
        values.extend(has_codes.then(|| Value::text(value.unwrap_or_default())));
        values.extend(counts(cell, answer.threshold, lang));
        Line {
            link: cut.link(value, asked),
            values,
        }
    });
    Block {
        title: cut.title(lang),
        labels: None,
        notes: sheet_page::kept_as_was(&answer.kept_as_was, units, asked),
        chart: None,
        table: Table {
            id: cut.table(),
            caption: cut.title(lang),
            columns,
            rows: rows.collect(),
        },
    }
}

/// What stands above [`counts`].
fn headings(lang: Language) -> [String; 7] {
    let words = lang.words();
    [
        &words.figures.closed,
        &words.coverage.invited,
        &words.coverage.invited_share,
        &words.coverage.rated,
        &words.figures.coverage,
        &words.coverage.unasked,
        &words.figures.note,
    ]
    .map(Clone::clone)
}

fn counts(cell: &CoverageCell, threshold: u64, lang: Language) -> [Value; 7] {
    let words = lang.words();
    let note = if cell.not_known > 0 {
        let count = whole(lang, cell.not_known);
        fill(&words.coverage.not_known, &[("count", &count)])
    } else if cell.suppressed {
        let threshold = threshold.to_string();
        fill(&words.figures.suppressed, &[("threshold", &threshold)])
    } else {
        String::new()
    };
    [
        Value::Count(cell.closed),
        Value::count(cell.invited),
        Value::coverage(cell.invited_share),
        Value::count(cell.rated),
        Value::coverage(cell.rated_share),
        Value::count(cell.unasked),
        Value::Text(note),
    ]
}
