//! The weighted figure on the report: never without the unweighted one of the same ratings, or the reason why there is none.

use survey::form::Form;

use super::asked::Asked;
use super::numbers::{decimal, whole};
use super::report::unit_name;
use super::sheet::{Block, Line, Table, Value};
use super::words::{Language, fill};
use crate::store::Unit;
use crate::weighted::{Figures, Obstacle, Silent, Sure, Weighted};

/// How many categories without ratings are named.
const NAMED: usize = 8;

/// The figures as a table with its notes.
pub(super) fn block(
    weighted: &Weighted,
    form: &Form,
    threshold: u64,
    units: &[Unit],
    asked: &Asked,
) -> Block {
    let lang = asked.lang();
    let words = &lang.words().weights;
    let technique = weighted.method.words();
    let mut notes = Vec::new();
    match &weighted.figures {
        Some(figures) => notes.extend(said(weighted, figures, lang)),
        None if weighted.suppressed => notes.push(fill(
            &lang.words().figures.suppressed,
            &[("threshold", &threshold.to_string())],
        )),
        None => {}
    }
    if let Some(obstacle) = &weighted.obstacle {
        notes.push(why_not(obstacle, units, lang));
    }
    for text in [&technique.formula, &technique.interval, &technique.note] {
        notes.push(text.get(lang.tag()).to_owned());
    }
    notes.push(words.of_dossiers.clone());
    let decimals = form.index.decimals;
    let line = |name: &str, sure: &Sure| {
        let end = |at: usize| sure.interval.and_then(|ends| ends.get(at).copied());
        Line {
            link: None,
            values: vec![
                Value::text(name),
                Value::number(Some(sure.value), decimals),
                Value::number(end(0), decimals),
                Value::number(end(1), decimals),
                Value::count(weighted.responses),
                Value::Count(weighted.closed),
            ],
        }
    };
    let rows = weighted.figures.iter().flat_map(|figures| {
        [
            line(&words.unweighted, &figures.unweighted),
            line(&words.weighted, &figures.weighted),
        ]
    });
    let (report, figures) = (&lang.words().report, &lang.words().figures);
    Block {
        title: words.title.clone(),
        labels: None,
        notes,
        chart: None,
        table: Table {
            id: "weighted",
            caption: words.title.clone(),
            columns: [
                &words.figure,
                &report.value,
                &figures.low,
                &figures.high,
                &report.respondents,
                &figures.closed,
            ]
            .map(Clone::clone)
            .into(),
            rows: rows.collect(),
        },
    }
}

/// How much the weights cost, and whether they were kept within bounds.
fn said(weighted: &Weighted, figures: &Figures, lang: Language) -> [String; 2] {
    let words = &lang.words().weights;
    let largest = decimal(lang, figures.largest_weight, 2);
    [
        fill(
            &words.effective,
            &[
                (
                    "responses",
                    &whole(lang, weighted.responses.unwrap_or_default()),
                ),
                ("effective", &decimal(lang, figures.effective_responses, 1)),
                ("effect", &decimal(lang, figures.design_effect, 2)),
            ],
        ),
        match (figures.bounds, figures.trimmed) {
            (Some([lower, upper]), Some(trimmed)) => fill(
                &words.trimmed,
                &[
                    ("trimmed", &whole(lang, trimmed)),
                    ("lower", &decimal(lang, lower, 1)),
                    ("upper", &decimal(lang, upper, 1)),
                    ("largest", &largest),
                ],
            ),
            _ => fill(&words.untrimmed, &[("largest", &largest)]),
        },
    ]
}

/// Why there is no weighted figure, and what to do.
fn why_not(obstacle: &Obstacle, units: &[Unit], lang: Language) -> String {
    let words = &lang.words().weights;
    let text = words
        .obstacles
        .get(obstacle.code)
        .map_or(obstacle.message.as_str(), String::as_str);
    let name = |one: &Silent| {
        let category = match one.margin {
            _ if one.category.is_empty() => words.unknown.clone(),
            "unit" => unit_name(units, &one.category)
                .unwrap_or(&one.category)
                .to_owned(),
            _ => words
                .categories
                .get(&one.category)
                .unwrap_or(&one.category)
                .clone(),
        };
        fill(
            &words.silent,
            &[
                (
                    "margin",
                    words.margins.get(one.margin).map_or("", String::as_str),
                ),
                ("category", &category),
                ("closed", &whole(lang, one.closed)),
            ],
        )
    };
    let mut named: Vec<String> = obstacle.silent.iter().take(NAMED).map(name).collect();
    let more = obstacle.silent.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(fill(&words.more, &[("count", &whole(lang, more as u64))]));
    }
    fill(text, &[("silent", &named.join("; "))])
}
