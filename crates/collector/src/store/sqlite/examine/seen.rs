//! Responses of the log as the rules of flags look at them.

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use statistics::flag;
use survey::answers::Packed;
use survey::cell::Marks;
use survey::response::{Channel, Touchpoint};

use crate::intake::Flag;
use crate::store::sqlite::log::{Counted, Facts};
use crate::store::sqlite::sql;
use crate::store::terms::Term;
use crate::store::{Dimension, Provenance, StoreError, calendar};

/// What of a response is needed once the rules have been asked, beside what they are given.
pub struct Seen {
    pub day: i32,
    pub facts: Facts,
    pub marks: Marks,
    /// False for a repeat.
    pub counts: bool,
    /// It rates a finished dossier that the register knew.
    pub tied: bool,
}

/// Responses of these days, repeats too, each with what the rules are given of it.
pub fn read(
    connection: &Connection,
    form: i64,
    (first, last): (i32, i32),
) -> Result<(Vec<Seen>, Vec<flag::Facts>), StoreError> {
    let (mut seen, mut given) = (Vec::new(), Vec::new());
    let mut statement = connection.prepare_cached(sql::EXAMINED)?;
    let mut rows = statement.query((form, first, last))?;
    while let Some(row) = rows.next()? {
        let counted = Counted::read(row, Vec::new())?;
        let noted: u32 = row.get(9)?;
        seen.push(Seen {
            day: counted.day,
            facts: counted.facts,
            marks: counted.marks,
            counts: row.get(14)?,
            tied: is_tied(&counted.facts, noted),
        });
        given.push(facts(
            row,
            &counted.facts,
            counted.day,
            noted,
            counted.answers,
        )?);
    }
    Ok((seen, given))
}

/// What the rules are given; `noted` are the flags of the intake.
fn facts(
    row: &Row<'_>,
    facts: &Facts,
    day: i32,
    noted: u32,
    answers: Packed,
) -> Result<flag::Facts, StoreError> {
    let channel = Channel::of_number(facts.get(Dimension::Channel))
        .ok_or_else(|| StoreError::Corrupt("a response of no known channel".to_owned()))?;
    let device: Option<i64> = row.get(15)?;
    let received: i64 = row.get(16)?;
    let submitted: Option<i64> = row.get(17)?;
    let offset: Option<i64> = row.get(19)?;
    let named: bool = row.get(20)?;
    Ok(flag::Facts {
        row: row.get::<_, i64>(13)?.unsigned_abs(),
        at: moment(received, submitted, offset, day).div_euclid(1_000),
        // Kiosks are what is enrolled; a citizen's phone is no device.
        device: device
            .filter(|_| channel == Channel::Kiosk)
            .map(i64::unsigned_abs),
        counter: facts.get(Dimension::Unit).unsigned_abs(),
        channel,
        elapsed_ms: row.get::<_, Option<i64>>(18)?.map(i64::unsigned_abs),
        answers,
        dossier: if !named {
            flag::Dossier::NotNamed
        } else if Flag::UnknownDossier.is_in(noted) {
            flag::Dossier::Unknown
        } else if Flag::UnfinishedDossier.is_in(noted) {
            flag::Dossier::Unfinished
        } else {
            flag::Dossier::Known
        },
        known_unit: !Flag::UnknownUnit.is_in(noted),
        other_unit: Flag::OtherUnit.is_in(noted),
        assisted: row.get(10)?,
        clock_offset_ms: offset,
    })
}

fn is_tied(facts: &Facts, noted: u32) -> bool {
    let is = |dimension, terms: &[u8]| {
        let number = facts.get(dimension);
        terms.iter().any(|term| i64::from(*term) == number)
    };
    let [result, refusal] = [Touchpoint::Result, Touchpoint::Refusal].map(Term::number);
    let [invited, dossier] = [Provenance::Invited, Provenance::Dossier].map(Term::number);
    is(Dimension::Touchpoint, &[result, refusal])
        && is(Dimension::Provenance, &[invited, dossier])
        && !Flag::UnfinishedDossier.is_in(noted)
}

/// Milliseconds since 1970 by the clock that the intake trusted: the device's, corrected, where the response counts for
/// that day, else that of receipt.
fn moment(received: i64, submitted: Option<i64>, offset: Option<i64>, day: i32) -> i64 {
    let corrected = submitted.map(|submitted| submitted.saturating_add(offset.unwrap_or(0)));
    corrected
        .filter(|moment| {
            Timestamp::from_millisecond(*moment)
                .is_ok_and(|moment| calendar::day_number(calendar::business_day(moment)) == day)
        })
        .unwrap_or(received)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_by_the_clock_that_decided_the_day() {
        let noon = 1_785_906_000_000; // 5 August 2026, 12:00 in Việt Nam
        let day = calendar::day_number("2026-08-05".parse().expect("a day"));
        assert_eq!(moment(noon, None, None, day), noon);
        let earlier = noon - 3_600_000;
        assert_eq!(
            moment(noon, Some(earlier), Some(-1_000), day),
            earlier - 1_000
        );
        let years_ago = noon - 200_000_000_000;
        assert_eq!(moment(noon, Some(years_ago), None, day), noon);
        assert_eq!(moment(noon, Some(i64::MAX), Some(i64::MAX), day), noon);
    }
}
