//! A province's nine months: 200,000 dossiers of 50 units and 60,000 ratings of them with reasons and comments, citizen
//! reports and kiosks, the same for the same seed.

use std::fmt::Write;

use anyhow::{Context, Result};
use collector::reports::{NewReport, Outcome, Source, Standing, State};
use collector::store::{ToldChange, Unit, UnitChange};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use serde_json::json;
use survey::response::Response;

/// Seed of everything that is drawn.
const SEED: u64 = 2026;
/// First day of receipt.
const FIRST: Date = date(2026, 1, 1);
/// Days of receipt.
const DAYS: u64 = 273;
/// Procedures, and fields of them.
const PROCEDURES: u64 = 120;
const FIELDS: u64 = 12;
/// Units.
pub const UNITS: u64 = 50;

/// Units that change.
const FORMED_ANEW: u64 = 5;
const LAST_OLD_DAY: Date = date(2026, 5, 14);
const FIRST_NEW_DAY: Date = date(2026, 5, 15);

/// What people judge in the nine-indicator form.
const NINE: [&str; 7] = [
    "contacts",
    "agencies-contacted",
    "one-stop",
    "publicity",
    "attitude",
    "explanation",
    "online",
];
/// Citizen reports, and kiosks of each unit.
const REPORTS: u64 = 3_000;
const KIOSKS: u64 = 2;

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Dossiers.
    pub dossiers: u64,
    /// Ratings, each of another dossier.
    pub ratings: u64,
}

/// A dossier, as far as its line and its rating need it.
struct Dossier {
    code: String,
    unit: u64,
    procedure: u64,
    filing_channel: &'static str,
    received: Date,
    due: Date,
    finished: Option<Date>,
}

/// Code of a unit by its number.
pub fn unit_code(number: u64) -> String {
    format!("H57.{}", 100 + number)
}

/// A field by its number.
pub fn field(number: u64) -> String {
    format!("Lĩnh vực {number}")
}

/// Code of a procedure by its number.
pub fn procedure_code(number: u64) -> String {
    format!("1.{number:06}")
}

/// The units. In the middle of a month the first ones are formed anew under their codes, and the one after them goes up in
/// the first.
pub fn units() -> Vec<Unit> {
    let unit = |number: u64, valid_from, valid_to| Unit {
        code: unit_code(number),
        name: format!("Xã số {number}"),
        kind: "commune".into(),
        parent: None,
        valid_from,
        valid_to,
    };
    let old = (0..=FORMED_ANEW).map(|number| unit(number, None, Some(LAST_OLD_DAY)));
    let new = (0..FORMED_ANEW).map(|number| unit(number, Some(FIRST_NEW_DAY), None));
    let others = (FORMED_ANEW + 1..UNITS).map(|number| unit(number, None, None));
    old.chain(new).chain(others).collect()
}

/// What became of them.
pub fn unit_changes() -> Vec<ToldChange> {
    (0..=FORMED_ANEW)
        .map(|number| {
            ToldChange::Is(UnitChange {
                unit: unit_code(number),
                successor: unit_code(number % FORMED_ANEW),
                from: FIRST_NEW_DAY,
            })
        })
        .collect()
}

/// Citizen reports, some answered, some late, some of nobody's competence.
pub fn citizen_reports() -> Result<Vec<NewReport>> {
    (0..REPORTS)
        .map(|number| {
            let day = FIRST.checked_add(i64::try_from(number % DAYS)?.days())?;
            let received_at = day.at(8, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
            let days =
                |days: i64| received_at.saturating_add(SignedDuration::from_hours(24 * days));
            let standing = Standing::new(unit_code(number % UNITS), days(20)?, number % 9 != 0);
            let standing = match number % 4 {
                0 => standing,
                late => Standing {
                    state: State::Answered,
                    answered_at: Some(days(if late == 3 { 25 } else { 10 })?),
                    outcome: Outcome::Satisfied,
                    ..standing
                },
            };
            Ok(NewReport {
                outside_id: Some(number.to_string()),
                source: Source::Portal,
                text: format!("Hồ sơ thứ {number} giải quyết chậm."),
                dossier: None,
                received_at,
                standing,
            })
        })
        .collect()
}

/// Names of kiosks with the unit in whose hall each stands.
pub fn kiosks() -> impl Iterator<Item = (String, String)> {
    (0..UNITS * KIOSKS).map(|number| (format!("kiosk-{number}"), unit_code(number % UNITS)))
}

/// The procedures, for `hai-long import procedures`.
pub fn procedure_file() -> String {
    (0..PROCEDURES).fold(String::from("code,name,field\n"), |mut text, number| {
        let field = field(number % FIELDS);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{},Thủ tục {number},{field}", procedure_code(number));
        text
    })
}

/// Draws all dossiers, in order of receipt.
fn dossiers(size: Size) -> Result<Vec<Dossier>> {
    let mut random = fastrand::Rng::with_seed(SEED);
    let a_day = size.dossiers.div_ceil(DAYS);
    (0..size.dossiers)
        .map(|number| {
            let received = FIRST.checked_add(i64::try_from(number / a_day)?.days())?;
            // Few units have many and many have few.
            let unit = random.u64(0..UNITS).min(random.u64(0..UNITS));
            let due = received.checked_add(random.i64(3..25).days())?;
            let finished = match random.u8(0..100) {
                0..5 => None,
                5..12 => Some(due.checked_add(random.i64(1..15).days())?),
                _ => Some(received.checked_add(random.i64(0..4).days())?.min(due)),
            };
            Ok(Dossier {
                code: format!(
                    "{}-{}-{:04}",
                    unit_code(unit),
                    received.strftime("%y%m%d"),
                    number % a_day + 1
                ),
                unit,
                procedure: random.u64(0..PROCEDURES),
                filing_channel: match random.u8(0..10) {
                    0..5 => "desk",
                    5..9 => "online",
                    _ => "post",
                },
                received,
                due,
                finished,
            })
        })
        .collect()
}

/// The dossiers as lines of CSV under their header, and the ratings of some that are finished.
pub struct Data {
    /// The header.
    pub header: &'static str,
    /// One line a dossier, each with its end.
    pub lines: Vec<String>,
    /// The ratings.
    pub ratings: Vec<Response>,
}

/// Makes the data.
pub fn data(size: Size) -> Result<Data> {
    let dossiers = dossiers(size)?;
    let lines = dossiers.iter().map(|dossier| {
        let finished = dossier
            .finished
            .map_or_else(String::new, |day| format!("{day}T15:40:00+07:00"));
        format!(
            "{},{},{},,{},{}T08:15:00+07:00,{}T17:00:00+07:00,{finished},{}\n",
            dossier.code,
            procedure_code(dossier.procedure),
            unit_code(dossier.unit),
            dossier.filing_channel,
            dossier.received,
            dossier.due,
            if finished.is_empty() { "" } else { "granted" },
        )
    });
    let lines = lines.collect();
    let mut random = fastrand::Rng::with_seed(SEED + 1);
    let mut finished: Vec<&Dossier> = dossiers.iter().filter(|d| d.finished.is_some()).collect();
    random.shuffle(&mut finished);
    let ratings = finished
        .into_iter()
        .take(usize::try_from(size.ratings)?)
        .zip(0..)
        .map(|(dossier, number)| rating(dossier, number, &mut random))
        .collect::<Result<_>>()?;
    Ok(Data {
        header: "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n",
        lines,
        ratings,
    })
}

fn rating(dossier: &Dossier, number: u128, random: &mut fastrand::Rng) -> Result<Response> {
    let day = dossier.finished.context("a finished dossier")?;
    let channel = match random.u8(0..100) {
        0..75 => "kiosk",
        75..90 => "phone",
        _ => "portal",
    };
    // Better and worse units, and people who are milder or sterner.
    let mood = 5 - (dossier.unit % 7) as i64 / 3;
    let mut level = || (mood - i64::from(random.u8(0..20) / 8)).clamp(1, 5);
    // Every sixth fills in the long form.
    let (form, answers) = if number % 6 == 5 {
        let points: serde_json::Map<_, _> = NINE
            .into_iter()
            .map(|item| (item.to_owned(), json!((level() - 3).max(0))))
            .collect();
        ("one-stop-nine", serde_json::Value::Object(points))
    } else {
        let answers = json!({"overall": level(), "timeliness": level(), "attitude": level(), "guidance": level(), "procedure": level()});
        ("one-stop-quick", answers)
    };
    let dissatisfied = answers["overall"].as_i64().is_some_and(|level| level <= 2);
    let reasons = if dissatisfied {
        vec!["slow", "several-trips"]
    } else {
        Vec::new()
    };
    let comment = (dissatisfied && number.is_multiple_of(2))
        .then(|| format!("Chờ lâu quá, lần thứ {number} mới xong."));
    let id = uuid::Builder::from_unix_timestamp_millis(
        u64::try_from(number)?,
        &number.to_be_bytes()[6..].try_into()?,
    );
    let response = json!({
        "id": id.into_uuid().to_string(),
        "form": form, "form_version": 1, "dossier": dossier.code,
        "unit": unit_code(dossier.unit), "touchpoint": "result", "channel": channel,
        "answers": answers, "reasons": reasons, "comment": comment,
        "locale": "vi", "scale_order": "ascending", "presentation": "faces",
        "device": format!("kiosk-{}", dossier.unit), "boot": "b1", "seq": u64::try_from(number)?,
        "submitted_at": format!("{day}T16:05:00+07:00"), "elapsed_ms": 14_200,
    });
    Ok(serde_json::from_value(response)?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_data_and_no_dossier_twice() {
        let size = Size {
            dossiers: 3_000,
            ratings: 500,
        };
        let (one, other) = (data(size).unwrap(), data(size).unwrap());
        assert_eq!(one.lines, other.lines);
        assert_eq!(one.ratings, other.ratings);
        assert_eq!(one.ratings.len(), 500);
        let codes: HashSet<&str> = one
            .lines
            .iter()
            .filter_map(|l| l.split(',').next())
            .collect();
        assert_eq!(codes.len(), 3_000);
        let rated: HashSet<_> = one.ratings.iter().map(|rating| &rating.dossier).collect();
        assert_eq!(rated.len(), 500, "each of another dossier");
    }
}
