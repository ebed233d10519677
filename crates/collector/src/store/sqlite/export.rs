//! Reading responses one by one, as coarsely as [`crate::store::anonymous`] says.

use std::collections::HashMap;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row};
use survey::answers::Packed;
use survey::response::{Channel, Touchpoint};

use super::names::{Texts, form_id};
use super::sql;
use crate::store::anonymous::{Exported, Place, Plan, STEPS, assign};
use crate::store::terms::Term;
use crate::store::{FormKey, Provenance, StoreError, Timeliness, calendar};

/// Where a row of `EXPORT_PLACES` or `EXPORT_ROW` is placed; the columns begin at `at`.
fn place(row: &Row<'_>, at: usize) -> Result<Place, StoreError> {
    let number = |offset: usize| -> Result<i64, StoreError> {
        Ok(row.get::<_, Option<i64>>(at + offset)?.unwrap_or(0))
    };
    let day = i32::try_from(number(7)?)
        .ok()
        .and_then(calendar::day_of_number);
    let day = day.ok_or_else(|| StoreError::Corrupt("a response of no day".to_owned()))?;
    Ok(Place {
        unit: number(0)?,
        procedure: number(1)?,
        field: number(2)?,
        channel: number(3)?,
        touchpoint: number(4)?,
        timeliness: number(5)?,
        provenance: number(6)?,
        month: calendar::month_number(day).into(),
        day: calendar::day_number(day).into(),
    })
}

/// What an export of this form holds now, up to this day. The rows lie in the order of their fingerprints, which are keyed hashes: the
/// order of arrival would tell what the lines do not.
pub fn plan(
    connection: &Connection,
    form: &FormKey,
    threshold: u64,
    upto: Option<Date>,
) -> Result<Plan, StoreError> {
    let mut plan = Plan {
        form: form.clone(),
        form_number: 0,
        upto,
        rows: Vec::new(),
        steps: HashMap::new(),
        withheld: 0,
    };
    let Some(number) = form_id(connection, form)? else {
        return Ok(plan);
    };
    plan.form_number = number;
    let mut counts: HashMap<Place, u64> = HashMap::new();
    let mut order: Vec<([u8; 16], i64)> = Vec::new();
    let mut statement = connection.prepare_cached(sql::EXPORT_PLACES)?;
    let mut rows = statement.query((number, upto.map(calendar::day_number)))?;
    while let Some(row) = rows.next()? {
        *counts.entry(place(row, 2)?).or_default() += 1;
        order.push((row.get(1)?, row.get(0)?));
    }
    order.sort_unstable();
    plan.rows = order.into_iter().map(|(_, row)| row).collect();
    (plan.steps, plan.withheld) = assign(counts, threshold);
    Ok(plan)
}

/// The responses of the plan from this place on, at most `count` rows of it. What has changed since the plan was made is
/// left out.
pub fn page(
    connection: &Connection,
    texts: &Texts,
    plan: &Plan,
    from: usize,
    count: usize,
) -> Result<Vec<Exported>, StoreError> {
    let mut statement = connection.prepare_cached(sql::EXPORT_ROW)?;
    let mut page = Vec::with_capacity(count);
    let upto = plan.upto.map(calendar::day_number);
    for row in plan.rows.iter().skip(from).take(count) {
        let exported = statement
            .query_row((row, plan.form_number, upto), |row| {
                Ok(exported(connection, texts, plan, row))
            })
            .optional()?;
        if let Some(exported) = exported {
            page.extend(exported?);
        }
    }
    Ok(page)
}

fn exported(
    connection: &Connection,
    texts: &Texts,
    plan: &Plan,
    row: &Row<'_>,
) -> Result<Option<Exported>, StoreError> {
    let place = place(row, 0)?;
    let Some(&step) = plan.steps.get(&place) else {
        return Ok(None);
    };
    let Some(told) = STEPS.get(usize::from(step)) else {
        return Ok(None);
    };
    let text = |told: bool, number: i64| -> Result<Option<String>, StoreError> {
        match number {
            0 => Ok(None),
            _ if !told => Ok(None),
            number => Ok(Some(texts.get(connection, number)?.to_string())),
        }
    };
    let date = i32::try_from(place.day)
        .ok()
        .and_then(calendar::day_of_number);
    let reasons: Option<String> = row.get(10)?;
    let reasons = reasons.map(|text| serde_json::from_str(&text));
    Ok(Some(Exported {
        step,
        unit: text(told.unit(), place.unit)?,
        field: text(told.field(), place.field)?,
        procedure: text(told.fine(), place.procedure)?,
        touchpoint: told
            .moment()
            .then_some(place.touchpoint)
            .and_then(Touchpoint::of_number),
        channel: told
            .channel()
            .then_some(place.channel)
            .and_then(Channel::of_number),
        provenance: told
            .moment()
            .then_some(place.provenance)
            .and_then(Provenance::of_number),
        timeliness: told
            .moment()
            .then_some(place.timeliness)
            .and_then(Timeliness::of_number),
        month: date.filter(|_| told.month()),
        day: date.filter(|_| told.fine()),
        flagged: row.get::<_, u32>(8)? != 0,
        partial: row.get(9)?,
        reasons: reasons
            .transpose()
            .map_err(|error| StoreError::Corrupt(format!("reasons of a response: {error}")))?
            .unwrap_or_default(),
        answers: Packed(row.get(11)?),
    }))
}
