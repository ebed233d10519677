//! Kiosk against phone within each unit as a part of a page.

use survey::form::Form;

use super::asked::Asked;
use super::plot::{Dot, intervals};
use super::report::unit_name;
use super::sheet::{Block, Line, Table, Value};
use super::words::fill;
use crate::store::Unit;
use crate::trend::{Difference, GapsAnswer, UnitGap};

pub(super) fn block(gaps: &GapsAnswer, units: &[Unit], form: &Form, asked: &Asked) -> Block {
    let lang = asked.lang();
    let words = lang.words();
    let decimals = form.index.decimals;
    let name = |unit: &UnitGap| {
        unit_name(units, &unit.unit)
            .unwrap_or(&unit.unit)
            .to_owned()
    };
    let dots: Vec<Dot> = gaps
        .units
        .iter()
        .filter_map(|unit| {
            let gap = unit.gap?;
            Some(Dot {
                name: name(unit),
                value: gap.value,
                interval: Some(gap.interval),
                shaded: false,
            })
        })
        .collect();
    let mut rows: Vec<Line> = gaps
        .units
        .iter()
        .map(|unit| row(unit, name(unit), decimals, asked))
        .collect();
    if let Some(together) = gaps.together {
        let mut values = vec![Value::text(&words.figures.together)];
        values.extend([const { Value::Empty }; 4]);
        values.extend(numbers(Some(together), decimals));
        values.push(Value::text(together.verdict.words().get(lang.tag())));
        rows.push(Line { link: None, values });
    }
    let pressed = gaps.units.iter().filter(|unit| unit.pressure).count();
    let summary = fill(
        &words.figures.gap_summary,
        &[
            ("units", &gaps.units.len().to_string()),
            ("pressed", &pressed.to_string()),
        ],
    );
    let channel = |name: &str| {
        let names = &words.figures.channels;
        names.get(name).cloned().unwrap_or_default()
    };
    let (kiosk, phone) = (channel("kiosk"), channel("phone"));
    Block {
        title: words.figures.gap.clone(),
        labels: None,
        notes: vec![summary.clone(), words.figures.gap_note.clone()],
        chart: intervals(&dots, [-100.0, 100.0], &words.figures.gap_chart, &summary),
        table: Table {
            id: "gap",
            caption: words.figures.gap.clone(),
            columns: vec![
                words.report.unit.clone(),
                kiosk.clone(),
                format!("{kiosk}: n"),
                phone.clone(),
                format!("{phone}: n"),
                words.figures.gap_value.clone(),
                words.figures.low.clone(),
                words.figures.high.clone(),
                words.figures.note.clone(),
            ],
            rows,
        },
    }
}

fn row(unit: &UnitGap, name: String, decimals: u8, asked: &Asked) -> Line {
    let lang = asked.lang();
    let mut said = Vec::new();
    said.extend(unit.gap.map(|gap| gap.verdict.words().get(lang.tag())));
    if unit.pressure {
        said.push(&lang.words().figures.pressure);
    }
    let mut values = vec![
        Value::Text(name),
        Value::number(unit.kiosk.value, decimals),
        Value::count(unit.kiosk.n),
        Value::number(unit.phone.value, decimals),
        Value::count(unit.phone.n),
    ];
    values.extend(numbers(unit.gap, decimals));
    values.push(Value::Text(said.join(" ")));
    Line {
        link: Some(asked.link("/staff/trend", |asked| {
            asked.unit = Some(unit.unit.clone());
        })),
        values,
    }
}

/// A difference and the ends of its interval.
pub(super) fn numbers(difference: Option<Difference>, decimals: u8) -> [Value; 3] {
    [
        difference.map(|difference| difference.value),
        difference.map(|difference| difference.interval[0]),
        difference.map(|difference| difference.interval[1]),
    ]
    .map(|number| Value::number(number, decimals))
}
