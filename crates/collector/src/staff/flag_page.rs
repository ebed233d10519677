//! `GET /staff/flags`: how many responses each rule flags, and the index with and without them. Groups only: a flag on one
//! response is nobody's business, and no proof.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use survey::form::Form;

use super::asked::{Asked, given};
use super::desk::Officer;
use super::report::unit_name;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::fill;
use crate::flags::{self, FlagCounts, FlagReport};
use crate::http::{App, Problem};
use crate::index::{IndexCell, IndexError, IndexRequest};

const PATH: &str = "/staff/flags";

/// `GET /staff/flags`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let form = asked.form(&app).await?;
    let sheet = match &form {
        Some(form) => sheet(&app, form, &asked).await?,
        None => None,
    };
    sheet_page::answer(&app, &officer, &asked, PATH, form.as_deref(), sheet).await
}

/// The counts, or `None` when the question was at fault.
async fn counted(app: &App, request: IndexRequest) -> Result<Option<FlagReport>, Problem> {
    let threshold = app.settings.threshold;
    match flags::report(app.store.as_ref(), &app.forms, threshold, request).await {
        Ok(report) => Ok(Some(report)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

async fn sheet(app: &App, form: &Form, asked: &Asked) -> Result<Option<Sheet>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    // One step down from what is chosen, as in the report.
    let cut = match (
        given(&asked.unit),
        given(&asked.field),
        given(&asked.procedure),
    ) {
        (_, Some(_), _) | (.., Some(_)) => "procedure",
        (Some(_), None, None) => "field",
        (None, None, None) => "unit",
    };
    let (Some(whole), Some(groups)) = (
        counted(app, asked.request(form, &[], days)).await?,
        counted(app, asked.request(form, &[cut], days)).await?,
    ) else {
        return Ok(None);
    };
    let lang = asked.lang();
    let words = lang.words();
    let names = Names {
        units: asked.scope.units(app.store.as_ref()).await?,
        procedures: app.store.procedures().await?,
        cut,
    };
    let interval = whole.answer.method.words().interval.get(lang.tag());
    let mut labels = sheet_page::labels(form, &whole.answer, asked, interval);
    labels.push((
        words.flags.rules_version.clone(),
        whole.rules.version.to_string(),
    ));
    let mut about = vec![
        words.flags.no_proof.clone(),
        words.flags.kept.clone(),
        words.flags.hidden.clone(),
        words.flags.registers.clone(),
        words.report.reference.clone(),
        words.report.self_selected.clone(),
    ];
    about.push(fill(
        &words.report.too_few_note,
        &[("threshold", &whole.answer.threshold.to_string())],
    ));
    Ok(Some(Sheet {
        title: words.flags.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: vec![
            rules_block(&whole, asked),
            groups_block(&whole, &groups, &names, form, asked),
            matrix_block(&groups, &names, asked),
        ],
        about,
    }))
}

/// What groups are called and where they lead.
struct Names {
    units: Vec<crate::store::Unit>,
    procedures: Vec<crate::store::Procedure>,
    cut: &'static str,
}

impl Names {
    fn heading(&self, asked: &Asked) -> String {
        let words = asked.lang().words();
        match self.cut {
            "unit" => words.report.unit.clone(),
            "field" => words.report.field.clone(),
            _ => words.figures.procedure.clone(),
        }
    }

    fn of(&self, cell: &IndexCell, asked: &Asked) -> String {
        let words = asked.lang().words();
        match (self.cut, cell.key.get(self.cut)) {
            ("unit", None) => words.report.no_unit.clone(),
            ("field", None) => words.report.no_field.clone(),
            (_, None) => words.figures.no_procedure.clone(),
            ("unit", Some(code)) => unit_name(&self.units, code).unwrap_or(code).to_owned(),
            ("field", Some(field)) => field.to_owned(),
            (_, Some(code)) => self
                .procedures
                .iter()
                .find(|procedure| procedure.code == code)
                .map_or(code, |procedure| &procedure.name)
                .to_owned(),
        }
    }

    /// The same page for this group alone.
    fn link(&self, cell: &IndexCell, asked: &Asked) -> Option<String> {
        let value = cell.key.get(self.cut)?.to_owned();
        Some(asked.link(PATH, |asked| match self.cut {
            "unit" => asked.unit = Some(value),
            "field" => asked.field = Some(value),
            _ => asked.procedure = Some(value),
        }))
    }
}

/// A part of a whole, in per cent with two decimals.
fn share(part: Option<u64>, whole: Option<u64>) -> Value {
    let share = part
        .zip(whole)
        .filter(|(_, whole)| *whole > 0)
        .map(|(part, whole)| part as f64 / whole as f64);
    Value::coverage(share)
}

/// Each rule with its reason, its innocent explanation, and its count in the whole choice.
fn rules_block(whole: &FlagReport, asked: &Asked) -> Block {
    let lang = asked.lang();
    let words = &lang.words().flags;
    let counts = whole.counts.first().and_then(Option::as_ref);
    let rows = whole.rules.rules.iter().enumerate().map(|(at, rule)| {
        let raised = counts.and_then(|counts| counts.raised.get(at).copied().flatten());
        Line {
            link: None,
            values: vec![
                Value::text(rule.label.get(lang.tag())),
                Value::count(raised),
                share(raised, counts.map(|counts| counts.responses)),
                Value::Text(rule.describe(lang.tag())),
                Value::text(rule.innocent.get(lang.tag())),
            ],
        }
    });
    Block {
        title: words.rules.clone(),
        labels: None,
        notes: vec![words.no_proof.clone()],
        chart: None,
        table: Table {
            id: "rules",
            caption: words.rules.clone(),
            columns: [
                &words.rule,
                &words.count,
                &words.share,
                &words.looks_for,
                &words.innocent,
            ]
            .map(Clone::clone)
            .into(),
            rows: rows.collect(),
        },
    }
}

/// The index with and without what is flagged, beside each other: the whole, then each group.
fn groups_block(
    whole: &FlagReport,
    groups: &FlagReport,
    names: &Names,
    form: &Form,
    asked: &Asked,
) -> Block {
    let words = asked.lang().words();
    let decimals = form.index.decimals;
    let threshold = whole.answer.threshold.to_string();
    let line = |name: String, link, code: &str, cell: &IndexCell, counts: Option<&FlagCounts>| {
        let without = cell.value_without_flagged();
        let note = if cell.suppressed {
            fill(&words.figures.suppressed, &[("threshold", &threshold)])
        } else if without.is_none() && cell.value.is_some() {
            words.flags.without_hidden.clone()
        } else {
            String::new()
        };
        Line {
            link,
            values: vec![
                Value::Text(name),
                Value::text(code),
                Value::count(counts.map(|counts| counts.responses)),
                Value::count(cell.flagged),
                share(cell.flagged, counts.map(|counts| counts.responses)),
                Value::number(cell.value, decimals),
                Value::number(without, decimals),
                Value::number(
                    without
                        .zip(cell.value)
                        .map(|(without, with)| without - with),
                    decimals,
                ),
                Value::Text(note),
            ],
        }
    };
    let together = whole.answer.cells.first().map(|cell| {
        let counts = whole.counts.first().and_then(Option::as_ref);
        line(words.flags.together.clone(), None, "", cell, counts)
    });
    let each = groups.answer.cells.iter().zip(&groups.counts);
    let each = each.map(|(cell, counts)| {
        line(
            names.of(cell, asked),
            names.link(cell, asked),
            cell.key.get(names.cut).unwrap_or_default(),
            cell,
            counts.as_ref(),
        )
    });
    Block {
        title: words.flags.with_and_without.clone(),
        labels: None,
        notes: vec![words.flags.kept.clone()],
        chart: None,
        table: Table {
            id: "groups",
            caption: words.flags.with_and_without.clone(),
            columns: vec![
                names.heading(asked),
                words.figures.code.clone(),
                words.report.respondents.clone(),
                words.flags.count.clone(),
                words.flags.share.clone(),
                words.report.value.clone(),
                words.flags.without.clone(),
                words.flags.difference.clone(),
                words.figures.note.clone(),
            ],
            rows: together.into_iter().chain(each).collect(),
        },
    }
}

/// Each group's count and share by each rule.
fn matrix_block(groups: &FlagReport, names: &Names, asked: &Asked) -> Block {
    let lang = asked.lang();
    let words = lang.words();
    let rules = &groups.rules.rules;
    let mut columns = vec![names.heading(asked), words.figures.code.clone()];
    for rule in rules {
        let label = rule.label.get(lang.tag());
        columns.push(label.to_owned());
        columns.push(format!("{label} (%)"));
    }
    let rows = groups
        .answer
        .cells
        .iter()
        .zip(&groups.counts)
        .map(|(cell, counts)| {
            let mut values = vec![
                Value::Text(names.of(cell, asked)),
                Value::text(cell.key.get(names.cut).unwrap_or_default()),
            ];
            for at in 0..rules.len() {
                let raised = counts
                    .as_ref()
                    .and_then(|counts| counts.raised.get(at).copied().flatten());
                values.push(Value::count(raised));
                values.push(share(
                    raised,
                    counts.as_ref().map(|counts| counts.responses),
                ));
            }
            Line {
                link: names.link(cell, asked),
                values,
            }
        });
    Block {
        title: words.flags.by_rule.clone(),
        labels: None,
        notes: vec![words.flags.hidden.clone()],
        chart: None,
        table: Table {
            id: "by-rule",
            caption: words.flags.by_rule.clone(),
            columns,
            rows: rows.collect(),
        },
    }
}
