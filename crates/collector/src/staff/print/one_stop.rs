//! `GET /staff/print/one-stop`: the nine indicators with their points of 18 and the grade, and the three levels of
//! satisfaction, laid out as the table that one-stop units hand in.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey::form::{Form, Instrument, Item, Judge, Role, ScaleKind};
use survey::method::{Indicator, Method, points18, shares};
use survey::ratio::{Decimal, Ratio};

use super::{Choosing, PrintWords, labels, unverified};
use crate::http::{App, Problem};
use crate::index::{IndexCell, Measured};
use crate::staff::asked::{Asked, Days, given, measured};
use crate::staff::desk::Officer;
use crate::staff::numbers::{day, whole};
use crate::staff::pages::render;
use crate::staff::sheet_page;
use crate::staff::words::{Language, Words, fill};
use crate::store::StoreError;

pub(super) const PATH: &str = "/staff/print/one-stop";
/// Points from the records stand in the address as `records.ITEM`.
const RECORDS: &str = "records.";

#[derive(Template)]
#[template(path = "print_one_stop.html")]
struct Page<'a> {
    lang: Language,
    words: &'a Words,
    print: &'a PrintWords,
    demo: bool,
    user: &'a str,
    csrf: &'a str,
    action: &'static str,
    choosing: Choosing,
    /// Indicators that the records judge: name of the field, label, what was entered, hint.
    records: Vec<[String; 4]>,
    /// What was entered and is no number of points.
    wrong: Vec<String>,
    /// None when the choice has no answer.
    body: Option<Body>,
}

struct Body {
    labels: Vec<(String, String)>,
    rows: Vec<Row>,
    most: String,
    total: String,
    grade: String,
    /// Why there is no total.
    lacking: Option<String>,
    hidden: Option<String>,
    bands: Vec<String>,
    /// How total and grade are computed.
    formula: &'static str,
    unverified: Vec<String>,
    half: Option<Half>,
}

/// One indicator as printed.
struct Row {
    number: String,
    text: String,
    most: String,
    points: String,
    answers: String,
    missing: String,
    source: String,
}

/// The second half.
struct Half {
    label: String,
    /// Name, count and share of each level.
    levels: Vec<[String; 3]>,
    answers: String,
    sum: String,
    /// Instead of levels.
    nothing: Option<String>,
}

/// `GET /staff/print/one-stop`
pub(in crate::staff) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    mut asked: Asked,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let form = form(&app, &asked).await?;
    asked.method = Some(Method::Points18.id().to_owned());
    let typed: HashMap<&str, &str> = pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(RECORDS)?, value.trim())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let mut wrong = Vec::new();
    let mut records = Vec::new();
    let mut body = None;
    if let Some(form) = &form {
        for (at, item) in indicators(form).filter(|(_, item)| item.judge == Judge::Records) {
            let typed = typed.get(item.id.as_str()).copied().unwrap_or_default();
            let most = highest(form, item).to_string();
            let words = PrintWords::of(lang);
            if !typed.is_empty() && points(typed, highest(form, item)).is_none() {
                let number = number(at, item);
                wrong.push(fill(
                    &words.wrong_points,
                    &[("number", &number), ("max", &most)],
                ));
            }
            records.push([
                format!("{RECORDS}{}", item.id),
                format!("{}. {}", number(at, item), item.text.get(lang.tag())),
                typed.to_owned(),
                fill(&words.records_hint, &[("max", &most)]),
            ]);
        }
        body = self::body(&app, form, &asked, &typed).await?;
    }
    let status = match &body {
        None => StatusCode::NOT_FOUND,
        Some(_) if wrong.is_empty() => StatusCode::OK,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let page = render(&Page {
        lang,
        words: lang.words(),
        print: PrintWords::of(lang),
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        action: PATH,
        choosing: Choosing::of(&app, &asked),
        records,
        wrong,
        body,
    });
    Ok((status, page).into_response())
}

/// The form asked for if it is made of points, else the newest that is.
async fn form(app: &App, asked: &Asked) -> Result<Option<Arc<Form>>, StoreError> {
    let fits = |form: &Arc<Form>| form.index.methods.contains(&Method::Points18);
    let named = match given(&asked.form) {
        Some(_) => asked.form(app).await?.filter(fits),
        None => None,
    };
    Ok(named.or_else(|| app.forms.iter().filter(|form| fits(form)).last().cloned()))
}

/// The ratings on scales of points, with their place among all.
fn indicators(form: &Form) -> impl Iterator<Item = (usize, &Item)> {
    let is_indicator = |item: &&Item| {
        let scale = form.scale_of(item);
        item.role == Role::Rating && scale.is_some_and(|scale| scale.kind == ScaleKind::Points)
    };
    form.items.iter().filter(is_indicator).enumerate()
}

/// The number on the printed form, else the place.
fn number(at: usize, item: &Item) -> String {
    item.number.clone().unwrap_or_else(|| (at + 1).to_string())
}

/// Most points that an indicator can earn.
fn highest(form: &Form, item: &Item) -> u8 {
    let levels = form.scale_of(item).map_or(&[][..], |scale| &scale.levels);
    levels.iter().map(|level| level.value).max().unwrap_or(0)
}

/// Points as an officer types them, from 0 to the highest; with a point or a comma.
fn points(typed: &str, highest: u8) -> Option<Decimal> {
    let points: Decimal = typed.replace(',', ".").parse().ok()?;
    (points.ratio() <= Ratio::whole(highest.into())).then_some(points)
}

/// Mean of the levels' points, exactly.
fn mean(form: &Form, item: &Item, counts: &[u64]) -> Option<Ratio> {
    let levels = &form.scale_of(item)?.levels;
    let sum = levels
        .iter()
        .zip(counts)
        .map(|(level, &count)| u128::from(level.value) * u128::from(count))
        .sum();
    Ratio::new(sum, counts.iter().map(|&count| u128::from(count)).sum())
}

/// A cell of an answer cut by item, with the counts of its levels.
fn of_item<'a>(found: &'a Measured, item: &Item) -> Option<(&'a IndexCell, Option<&'a [u64]>)> {
    let cells = &found.answer.cells;
    let at = cells
        .iter()
        .position(|cell| cell.key.get("item") == Some(&item.id))?;
    let levels = found.levels.get(at).and_then(Option::as_deref);
    Some((cells.get(at)?, levels))
}

async fn body(
    app: &App,
    form: &Form,
    asked: &Asked,
    typed: &HashMap<&str, &str>,
) -> Result<Option<Body>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    let (Some(whole_form), Some(found)) = (
        measured(app, asked.request(form, &[], days)).await?,
        measured(app, asked.request(form, &["item"], days)).await?,
    ) else {
        return Ok(None);
    };
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let decimals = form.index.decimals;
    let shown = |ratio: Option<&Ratio>| {
        let printed = ratio.and_then(|ratio| ratio.round(decimals));
        printed.map(|printed| written(lang, printed))
    };
    let mut rows = Vec::new();
    let mut parts = Vec::new();
    let mut lacking = Vec::new();
    for (at, item) in indicators(form) {
        let highest = highest(form, item);
        let (mut answers, mut missing) = (None, None);
        let (part, source) = match item.judge {
            Judge::Records => {
                let entered = typed.get(item.id.as_str());
                let entered = entered.and_then(|typed| points(typed, highest));
                let source = if entered.is_some() {
                    &words.by_records
                } else {
                    &words.by_nobody
                };
                (entered.map(Decimal::ratio), source)
            }
            Judge::Person => {
                let counted = of_item(&found, item);
                (answers, missing) =
                    counted.map_or((None, None), |(cell, _)| (cell.n, cell.missing));
                let levels = counted.and_then(|(_, levels)| levels);
                (
                    levels.and_then(|levels| mean(form, item, levels)),
                    &words.by_people,
                )
            }
        };
        if part.is_none() {
            lacking.push(number(at, item));
        }
        let count = |count: Option<u64>| count.map_or("–".to_owned(), |count| whole(lang, count));
        rows.push(Row {
            number: number(at, item),
            text: item.text.get(lang.tag()).to_owned(),
            most: highest.to_string(),
            points: shown(part.as_ref()).unwrap_or_else(|| "–".to_owned()),
            answers: count(answers),
            missing: count(missing),
            source: source.clone(),
        });
        parts.push(Indicator {
            mean: part,
            highest,
        });
    }
    let sum = points18(&form.index.bands, &parts);
    let most = parts
        .iter()
        .map(|part| u64::from(part.highest))
        .sum::<u64>();
    let grade = sum.grade.as_ref().and_then(|grade| {
        let band = form.index.bands.iter().find(|band| band.id == *grade)?;
        Some(band.text.get(lang.tag()).to_owned())
    });
    let hidden = found.answer.cells.iter().any(|cell| cell.suppressed);
    Ok(Some(Body {
        labels: labels(
            app,
            form,
            asked,
            &whole_form.answer,
            &lang.words().figures.no_interval,
        )
        .await?,
        rows,
        most: most.to_string(),
        total: shown(sum.total.as_ref()).unwrap_or_else(|| words.no_total.clone()),
        grade: grade.unwrap_or_else(|| words.no_grade.clone()),
        lacking: (!lacking.is_empty())
            .then(|| fill(&words.lacking, &[("numbers", &lacking.join(", "))])),
        hidden: hidden.then(|| hidden_note(&found, words)),
        bands: bands(form, lang, most),
        formula: Method::Points18.words().formula.get(lang.tag()),
        unverified: unverified(form, asked),
        half: half(app, asked, days).await?,
    }))
}

fn hidden_note(found: &Measured, words: &PrintWords) -> String {
    let threshold = found.answer.threshold.to_string();
    fill(&words.hidden, &[("threshold", &threshold)])
}

/// Each grade with its bounds in words.
fn bands(form: &Form, lang: Language, most: u64) -> Vec<String> {
    let words = PrintWords::of(lang);
    let told = form.index.bands.iter().map(|band| {
        let pattern = match (band.below, band.from) {
            (None, _) => &words.band_top,
            (Some(_), 0) => &words.band_last,
            (Some(_), _) => &words.band,
        };
        fill(
            pattern,
            &[
                ("grade", band.text.get(lang.tag())),
                ("from", &band.from.to_string()),
                ("below", &band.below.unwrap_or_default().to_string()),
                ("most", &most.to_string()),
            ],
        )
    });
    told.collect()
}

/// The second half: shares of the levels of satisfaction, each rounded on its own, and what was printed added up.
async fn half(app: &App, asked: &Asked, days: Days) -> Result<Option<Half>, Problem> {
    let of_three = |form: &&Arc<Form>| form.instrument == Instrument::ThreeLevel;
    let Some(form) = app.forms.iter().filter(of_three).last() else {
        return Ok(None);
    };
    let item = form.items.iter().find(|item| form.is_headline(item));
    let (Some(item), Some(found)) = (
        item,
        measured(app, asked.request(form, &["item"], days)).await?,
    ) else {
        return Ok(None);
    };
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let counted = of_item(&found, item);
    let counts = counted.and_then(|(_, levels)| levels).unwrap_or_default();
    let missing = counted.and_then(|(cell, _)| cell.missing);
    let shares = shares(counts, form.index.decimals);
    let scale = form.scale_of(item).map_or(&[][..], |scale| &scale.levels);
    let levels = scale
        .iter()
        .zip(counts)
        .zip(shares.iter().flat_map(|shares| &shares.each))
        .map(|((level, &count), &share)| {
            [
                level.text.get(lang.tag()).to_owned(),
                whole(lang, count),
                written(lang, share),
            ]
        })
        .collect();
    Ok(Some(Half {
        label: format!(
            "{}, {} {} · {} – {} · {}: {}",
            form.title.get(lang.tag()),
            lang.words().report.version,
            form.version,
            day(lang, found.answer.from),
            day(lang, found.answer.to),
            words.missing,
            missing.map_or_else(|| "–".to_owned(), |missing| whole(lang, missing))
        ),
        levels,
        answers: whole(lang, counts.iter().sum()),
        sum: shares
            .as_ref()
            .map_or_else(String::new, |shares| written(lang, shares.sum)),
        nothing: match counted {
            Some((cell, _)) if cell.suppressed => Some(hidden_note(&found, words)),
            _ if shares.is_none() => Some(words.no_answers.clone()),
            _ => None,
        },
    }))
}

/// A decimal as people of this language write it.
fn written(lang: Language, number: Decimal) -> String {
    match lang {
        Language::Vi => number.to_string().replace('.', ","),
        Language::En => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_with_point_or_comma_up_to_the_highest() {
        for (typed, read) in [("0", "0"), ("1,5", "1.5"), ("1.50", "1.50"), ("2", "2")] {
            assert_eq!(
                points(typed, 2).map(|one| one.to_string()).as_deref(),
                Some(read)
            );
        }
        for typed in ["2,01", "-1", "hai", "1,5,0", ""] {
            assert_eq!(points(typed, 2), None, "{typed}");
        }
    }
}
