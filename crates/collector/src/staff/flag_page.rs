//! `GET /staff/flags`: how many responses each rule flags, and the index with and without them. Groups only: a flag on one
//! response is nobody's business, and no proof.

use std::collections::BTreeMap;
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
use crate::flags::{self, FlagsAnswer, GroupFlags, RuleTold};
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
async fn counted(app: &App, request: IndexRequest) -> Result<Option<FlagsAnswer>, Problem> {
    let threshold = app.settings.threshold;
    match flags::answer(app.store.as_ref(), &app.forms, threshold, request).await {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

async fn sheet(app: &App, form: &Form, asked: &Asked) -> Result<Option<Sheet>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    // As in the report. A branch is no choice: all of it is cut by unit.
    let cut = flags::step_down(|name| match name {
        "unit" => given(&asked.unit).is_some(),
        "field" => given(&asked.field).is_some(),
        _ => given(&asked.procedure).is_some(),
    });
    let Some(answer) = counted(app, asked.request(form, &[cut], days)).await? else {
        return Ok(None);
    };
    let whole = &answer.whole.index;
    let lang = asked.lang();
    let words = lang.words();
    let names = Names {
        units: asked.scope.units(app.store.as_ref()).await?,
        procedures: app.store.procedures().await?,
        cut,
    };
    let interval = whole.method.words().interval.get(lang.tag());
    let mut labels = sheet_page::labels(form, whole, asked, interval);
    labels.push((
        words.flags.rules_version.clone(),
        answer.rules_version.to_string(),
    ));
    let mut about = vec![
        words.flags.no_proof.clone(),
        words.flags.kept.clone(),
        words.flags.hidden.clone(),
        words.flags.registers.clone(),
        words.report.reference.clone(),
        whole.method.words().formula.get(lang.tag()).to_owned(),
        words.report.self_selected.clone(),
    ];
    about.push(fill(
        &words.report.too_few_note,
        &[("threshold", &whole.threshold.to_string())],
    ));
    Ok(Some(Sheet {
        title: words.flags.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: vec![
            rules_block(&answer, asked),
            groups_block(&answer, &names, form, asked),
            matrix_block(&answer, &names, asked),
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

/// A text of a rule.
fn said(texts: &BTreeMap<&'static str, String>, asked: &Asked) -> String {
    let lang = asked.lang().tag();
    let text = texts.get(lang).or_else(|| texts.get("vi"));
    text.cloned().unwrap_or_default()
}

/// Each rule with its reason, its innocent explanation, and its count in the whole choice.
fn rules_block(answer: &FlagsAnswer, asked: &Asked) -> Block {
    let words = &asked.lang().words().flags;
    let counts = answer.whole.counts.first().and_then(Option::as_ref);
    let row = |(at, rule): (usize, &RuleTold)| {
        let raised = counts.and_then(|counts| counts.raised.get(at));
        Line {
            link: None,
            values: vec![
                Value::Text(said(&rule.label, asked)),
                Value::count(raised.and_then(|raised| raised.count)),
                Value::coverage(raised.and_then(|raised| raised.share)),
                Value::Text(said(&rule.looks_for, asked)),
                Value::Text(said(&rule.innocent, asked)),
            ],
        }
    };
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
            rows: answer.rules.iter().enumerate().map(row).collect(),
        },
    }
}

/// The index with and without what is flagged, beside each other: the whole, then each group.
fn groups_block(answer: &FlagsAnswer, names: &Names, form: &Form, asked: &Asked) -> Block {
    let words = asked.lang().words();
    let decimals = form.index.decimals;
    let threshold = answer.whole.index.threshold.to_string();
    let line = |name: String, link, code: &str, cell: &IndexCell, counts: Option<&GroupFlags>| {
        let without = counts.and_then(|counts| counts.without_flagged);
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
                Value::count(counts.map(|counts| counts.flagged)),
                Value::coverage(counts.and_then(|counts| counts.share)),
                Value::number(cell.value, decimals),
                Value::number(without, decimals),
                Value::number(counts.and_then(|counts| counts.difference), decimals),
                Value::Text(note),
            ],
        }
    };
    let (whole, groups) = (&answer.whole, &answer.groups);
    let together = whole.index.cells.first().map(|cell| {
        let counts = whole.counts.first().and_then(Option::as_ref);
        line(words.flags.together.clone(), None, "", cell, counts)
    });
    let each = groups.index.cells.iter().zip(&groups.counts);
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
fn matrix_block(answer: &FlagsAnswer, names: &Names, asked: &Asked) -> Block {
    let words = asked.lang().words();
    let mut columns = vec![names.heading(asked), words.figures.code.clone()];
    for rule in &answer.rules {
        let label = said(&rule.label, asked);
        columns.extend([label.clone(), format!("{label} (%)")]);
    }
    let groups = &answer.groups;
    let rows = groups.index.cells.iter().zip(&groups.counts);
    let rows = rows.map(|(cell, counts)| {
        let mut values = vec![
            Value::Text(names.of(cell, asked)),
            Value::text(cell.key.get(names.cut).unwrap_or_default()),
        ];
        for at in 0..answer.rules.len() {
            let raised = counts.as_ref().and_then(|counts| counts.raised.get(at));
            values.push(Value::count(raised.and_then(|raised| raised.count)));
            values.push(Value::coverage(raised.and_then(|raised| raised.share)));
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
