//! The ratings and dossiers that everything is measured with: number `n` is the same in every run but for its id.
//!
//! 22 five-point items, about 600 bytes of JSON; 200,000 dossiers of one quarter, rated in no order.

use std::fmt::Write;

use anyhow::{Context, Result};
use collector::store::calendar::day_number;
use collector::store::{Admitted, Circumstances, FormKey, Provenance, Pseudonym, Timeliness, Unit};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan, Zoned};
use survey::answers::Packed;
use survey::response::{Channel, Presentation, ScaleOrder, Touchpoint};
use uuid::Uuid;

/// The form of the authority that is answered.
pub const FORM: &str = include_str!("../form.json");
/// Its id.
pub const FORM_ID: &str = "bench-22";
/// Items of the form.
pub const ITEMS: u64 = 22;
/// Dossiers that are known.
pub const DOSSIERS: u64 = 200_000;
/// First day of receipt; the dossiers are those of one quarter.
const FIRST: Date = date(2026, 7, 1);
const DAYS: u64 = 92;
/// Units that the known dossiers are of.
const DOSSIER_UNITS: u64 = 110;
/// Prime and no divisor of [`DOSSIERS`]: steps through all of them in no order.
const STEP: u64 = 7919;
/// Fields of procedures.
const FIELDS: u64 = 20;

/// Code of a unit by its number.
pub fn unit_code(number: u64) -> String {
    format!("H57.{}", 100 + number)
}

/// Code of a dossier by its number: by day, then unit.
pub fn dossier_code(number: u64) -> Result<String> {
    let a_day = DOSSIERS.div_ceil(DAYS);
    let (day, place) = (number / a_day, number % a_day);
    let day = FIRST.checked_add(i64::try_from(day)?.days())?;
    Ok(format!(
        "{}-{}-{:04}",
        unit_code(place % DOSSIER_UNITS),
        day.strftime("%y%m%d"),
        place / DOSSIER_UNITS + 1
    ))
}

/// The dossiers as a file for `hai-long import dossiers`.
pub fn dossier_file() -> Result<String> {
    let mut text = String::from(
        "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n",
    );
    for number in 0..DOSSIERS {
        let code = dossier_code(number)?;
        let unit = code.split('-').next().unwrap_or_default();
        let day = FIRST.checked_add(i64::try_from(number / DOSSIERS.div_ceil(DAYS))?.days())?;
        writeln!(
            text,
            "{code},1.{:06},{unit},,desk,{day}T08:15:00+07:00,{due},{done}T15:40:00+07:00,granted",
            number % 400,
            due = day.checked_add(15.days())?,
            done = day.checked_add(10.days())?,
        )?;
    }
    Ok(text)
}

/// The procedures of those dossiers, for `hai-long import procedures`.
pub fn procedure_file() -> String {
    (0..400).fold(String::from("code,name,field\n"), |mut text, number| {
        let _ = writeln!(
            text,
            "1.{number:06},Thủ tục {number},Lĩnh vực {}",
            number % FIELDS
        );
        text
    })
}

/// Units, as many as that.
pub fn units(count: u64) -> Vec<Unit> {
    (0..count)
        .map(|number| Unit {
            code: unit_code(number),
            name: format!("Xã số {number}"),
            kind: "commune".into(),
            parent: None,
            valid_from: None,
            valid_to: None,
        })
        .collect()
}

/// Fixed words of every rating on the wire.
pub struct Wire {
    submitted_at: String,
}

impl Wire {
    /// Ratings given just now.
    pub fn now() -> Self {
        Self {
            submitted_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// The body that sends `count` ratings from number `first` on, as `POST /api/v1/responses` takes it.
    pub fn body(&self, first: u64, count: u64) -> Result<String> {
        let mut text = String::with_capacity(640 * usize::try_from(count)? + 32);
        text.push_str("{\"responses\":[");
        for number in first..first + count {
            if number > first {
                text.push(',');
            }
            self.rating(&mut text, number)?;
        }
        text.push_str("]}");
        Ok(text)
    }

    fn rating(&self, text: &mut String, number: u64) -> Result<()> {
        // Each dossier is rated once at each touchpoint before any is rated twice.
        let touchpoint =
            ["result", "receipt", "supplement", "refusal"][usize::try_from(number / DOSSIERS % 4)?];
        write!(
            text,
            r#"{{"id":"{}","form":"{FORM_ID}","form_version":1,"dossier":"{}","touchpoint":"{touchpoint}","channel":"kiosk","answers":{{"overall":{}"#,
            Uuid::now_v7(),
            dossier_code(number * STEP % DOSSIERS)?,
            1 + number % 5,
        )?;
        for (factor, items) in [(1, 4), (2, 4), (3, 5), (4, 4), (5, 4)] {
            for item in 1..=items {
                write!(
                    text,
                    r#","f{factor}-q{item}":{}"#,
                    1 + (number + factor * item) % 5
                )?;
            }
        }
        write!(
            text,
            r#"}},"locale":"vi","scale_order":"ascending","presentation":"faces","device":"kiosk-{}","boot":"b1","seq":{number},"submitted_at":"{}","elapsed_ms":41200,"clock_offset_ms":-120}}"#,
            number % 2_000,
            self.submitted_at
        )?;
        Ok(())
    }
}

/// Counters of the largest unit, each with a kiosk: with a few thousand ratings a day it needs so many that none looks like
/// a burst. The others have fewer, as they have fewer ratings.
const COUNTERS: u64 = 40;

/// A year of ratings for the store's own append: `total` of them over `units` units, in order of time. Few units have
/// many and many have few; most come from kiosks.
#[derive(Clone, Copy)]
pub struct Year {
    /// How many.
    pub total: u64,
    /// Units that have any.
    pub units: u64,
}

impl Year {
    /// First and last day.
    pub const SPAN: (Date, Date) = (date(2025, 10, 1), date(2026, 9, 30));
    /// The quarter that is asked for.
    pub const QUARTER: (Date, Date) = (date(2026, 7, 1), date(2026, 9, 30));

    /// Ratings `from` up to before `to`.
    pub fn part(self, from: u64, to: u64) -> Result<Vec<Admitted>> {
        let mut random = fastrand::Rng::with_seed(from);
        (from..to)
            .map(|number| self.rating(number, &mut random))
            .collect()
    }

    fn rating(self, number: u64, random: &mut fastrand::Rng) -> Result<Admitted> {
        // Evenly over the opening hours of each day, from 07:30 for nine and a half hours.
        let (day, part) = (
            number * 365 / self.total.max(1),
            number * 365 % self.total.max(1),
        );
        let day = Self::SPAN.0.checked_add(i64::try_from(day)?.days())?;
        let seconds = i64::try_from(part * 34_200 / self.total.max(1))?;
        let received_at = day.at(7, 30, 0, 0).in_tz("Asia/Ho_Chi_Minh");
        let received_at = received_at
            .and_then(|zoned: Zoned| zoned.timestamp().checked_add(seconds.seconds()))
            .context("no time zone data for Asia/Ho_Chi_Minh")?;
        // Zipf's law by its inverse: the logarithm of the rank is even.
        let zipf = |random: &mut fastrand::Rng, of: u64| {
            let rank = ((of as f64).ln() * random.f64()).exp() as u64;
            rank.clamp(1, of) - 1
        };
        let unit = zipf(random, self.units + 1).min(self.units - 1);
        let field = zipf(random, FIELDS);
        let mut pseudonym = [0; 20];
        let (date, tag) = pseudonym.split_at_mut(4);
        date.copy_from_slice(&day_number(day).to_be_bytes());
        random.fill(tag);
        let mut fingerprint = [0; 16];
        random.fill(&mut fingerprint);
        // Version 7 by the day of the rating, as it lay on the device.
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            received_at.as_second().unsigned_abs(),
            0,
        ));
        Ok(Admitted {
            id,
            revision: 0,
            fingerprint,
            form: FormKey {
                id: FORM_ID.into(),
                version: 1,
            },
            unit: unit_code(unit),
            procedure: Some(format!("1.{:06}", field + FIELDS * random.u64(0..20))),
            field: Some(format!("Lĩnh vực {field}")),
            timeliness: if random.u8(0..100) < 3 {
                Timeliness::Late
            } else {
                Timeliness::OnTime
            },
            touchpoint: Touchpoint::Result,
            channel: match random.u8(0..100) {
                0..70 => Channel::Kiosk,
                70..85 => Channel::Portal,
                85..95 => Channel::Phone,
                _ => Channel::Paper,
            },
            provenance: Provenance::Dossier,
            pseudonym: Some(Pseudonym(pseudonym)),
            forgotten: None,
            invite: None,
            day,
            received_at,
            answers: Packed((0..ITEMS).map(|_| 5 - random.u8(0..20) / 8).collect()),
            flags: 0,
            assisted: false,
            partial: false,
            reasons: Vec::new(),
            comment: None,
            circumstances: Circumstances {
                locale: Some("vi".into()),
                scale_order: Some(ScaleOrder::Ascending),
                presentation: Some(Presentation::Faces),
                audio: false,
                device: Some(format!(
                    "kiosk-{unit}-{}",
                    random.u64(0..=COUNTERS / (unit + 1))
                )),
                boot: Some("b1".into()),
                seq: Some(number),
                started_at: None,
                submitted_at: Some(received_at),
                elapsed_ms: Some(41_200),
                clock_offset_ms: Some(-120),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use survey::response::Batch;

    use super::*;

    #[test]
    fn no_two_dossiers_share_a_code_and_every_one_comes_up_before_one_comes_again() {
        let codes: HashSet<String> = (0..DOSSIERS).map(|n| dossier_code(n).unwrap()).collect();
        assert_eq!(codes.len() as u64, DOSSIERS);
        let rated: HashSet<u64> = (0..DOSSIERS).map(|n| n * STEP % DOSSIERS).collect();
        assert_eq!(rated.len() as u64, DOSSIERS);
    }

    #[test]
    fn a_body_is_what_the_collector_takes_and_fits_the_form() {
        let body = Wire::now().body(199_999, 50).unwrap();
        let batch: Batch = serde_json::from_str(&body).unwrap();
        let form = survey::form::load(FORM, "form.json").unwrap();
        assert_eq!(batch.responses.len(), 50);
        for response in &batch.responses {
            assert_eq!(response.answers.len() as u64, ITEMS);
            assert!(response.check(&form).is_empty());
        }
        assert_ne!(batch.responses[0].touchpoint, batch.responses[1].touchpoint);
    }

    #[test]
    fn a_year_lies_in_its_span_and_names_only_its_units() {
        let year = Year {
            total: 1_000,
            units: 7,
        };
        let known: HashSet<String> = (0..7).map(unit_code).collect();
        for rating in year.part(0, 1_000).unwrap() {
            assert!(known.contains(&rating.unit));
            assert!(rating.day >= Year::SPAN.0 && rating.day <= Year::SPAN.1);
            assert!(rating.answers.0.iter().all(|level| (1..=5).contains(level)));
        }
    }
}
