//! Kiosk against phone within each unit.

use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, estimate};
use statistics::gap::{Channels, gaps};
use statistics::interval::Population;
use survey::form::Form;

use super::asked::{Asked, Days, measured};
use super::plot::{Dot, intervals};
use super::report::unit_name;
use super::sheet::{Block, Line, Table, Value};
use super::words::fill;
use crate::http::{App, Problem};
use crate::index::IndexCell;

/// Gaps of the units of which both figures may be shown; none when there is no such unit.
pub(super) async fn block(
    app: &App,
    form: &Form,
    asked: &Asked,
    days: Days,
) -> Result<Option<Block>, Problem> {
    let lang = asked.lang();
    let words = lang.words();
    let request = asked.request(form, &["unit", "channel"], days);
    let Some(found) = measured(app, request).await? else {
        return Ok(None);
    };
    let units = asked.scope.units(app.store.as_ref()).await?;
    let estimates: Vec<Option<Estimate>> = found
        .sums
        .iter()
        .map(|sums| {
            let (sums, measure) = (*sums)?;
            estimate(&sums, measure, Population::Process, Confidence::P95).ok()
        })
        .collect();
    let cells = || found.answer.cells.iter().zip(&estimates);
    let of = |unit: &str, channel: &str| -> Option<(&IndexCell, &Estimate)> {
        cells()
            .find(|(cell, _)| {
                cell.key.get("unit") == Some(unit) && cell.key.get("channel") == Some(channel)
            })
            .and_then(|(cell, estimate)| Some((cell, estimate.as_ref()?)))
    };
    let mut pairs = Vec::new();
    for (cell, _) in cells().filter(|(cell, _)| cell.key.get("channel") == Some("kiosk")) {
        let Some(unit) = cell.key.get("unit") else {
            continue;
        };
        if let (Some(kiosk), Some(phone)) = (of(unit, "kiosk"), of(unit, "phone")) {
            pairs.push((unit, kiosk, phone));
        }
    }
    let channels: Vec<Channels> = pairs
        .iter()
        .map(|(_, (_, kiosk), (_, phone))| Channels {
            kiosk: (*kiosk).clone(),
            phone: (*phone).clone(),
        })
        .collect();
    let Some(gaps) = gaps(&channels, 0.0, Confidence::P95)
        .ok()
        .filter(|_| !pairs.is_empty())
    else {
        return Ok(None);
    };
    let decimals = form.index.decimals;
    let mut dots = Vec::new();
    let mut rows = Vec::new();
    for ((unit, (kiosk, _), (phone, _)), found) in pairs.iter().zip(&gaps.units) {
        let name = unit_name(&units, unit).unwrap_or(unit).to_owned();
        let gap = found.map(|found| found.gap);
        if let Some(gap) = gap {
            dots.push(Dot {
                name: name.clone(),
                value: gap.value * 100.0,
                interval: Some(gap.interval.map(|end| end * 100.0)),
                shaded: false,
            });
        }
        let mut said = Vec::new();
        said.extend(gap.map(|gap| gap.verdict.words().get(lang.tag())));
        if found.is_some_and(|found| found.pressure) {
            said.push(&words.figures.pressure);
        }
        rows.push(Line {
            link: Some(asked.link("/staff/trend", |asked| {
                asked.unit = Some((*unit).to_owned())
            })),
            values: vec![
                Value::Text(name),
                Value::number(kiosk.value, decimals),
                Value::count(kiosk.n),
                Value::number(phone.value, decimals),
                Value::count(phone.n),
                Value::number(gap.map(|gap| gap.value * 100.0), decimals),
                Value::number(gap.map(|gap| gap.interval[0] * 100.0), decimals),
                Value::number(gap.map(|gap| gap.interval[1] * 100.0), decimals),
                Value::Text(said.join(" ")),
            ],
        });
    }
    if let Some(together) = gaps.together.filter(|_| pairs.len() > 1) {
        let [low, high] = together.interval;
        let mut values = vec![Value::text(&words.figures.together)];
        values.extend([const { Value::Empty }; 4]);
        values.extend([together.value, low, high].map(|end| Value::Number(end * 100.0, decimals)));
        values.push(Value::text(together.verdict.words().get(lang.tag())));
        rows.push(Line { link: None, values });
    }
    let pressed = gaps
        .units
        .iter()
        .flatten()
        .filter(|unit| unit.pressure)
        .count();
    let summary = fill(
        &words.figures.gap_summary,
        &[
            ("units", &pairs.len().to_string()),
            ("pressed", &pressed.to_string()),
        ],
    );
    let kiosk = words
        .figures
        .channels
        .get("kiosk")
        .cloned()
        .unwrap_or_default();
    let phone = words
        .figures
        .channels
        .get("phone")
        .cloned()
        .unwrap_or_default();
    Ok(Some(Block {
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
    }))
}
