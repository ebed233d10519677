//! Finding what a rule looks for.

use std::collections::BTreeMap;

use survey::answers::Packed;
use survey::response::Channel;

use super::{Dossier, Facts, Rules, Test};

/// What was found of one response, by name.
pub(super) type Found = BTreeMap<&'static str, i64>;

/// A row with what was found of it.
type Row = (u64, Found);

/// Responses of each enrolled device, by time and then by row.
pub(super) fn by_device(responses: &[Facts]) -> Vec<Vec<&Facts>> {
    let mut devices: BTreeMap<u64, Vec<&Facts>> = BTreeMap::new();
    for facts in responses {
        if let Some(device) = facts.device {
            devices.entry(device).or_default().push(facts);
        }
    }
    let mut devices: Vec<_> = devices.into_values().collect();
    for device in &mut devices {
        device.sort_by_key(|facts| (facts.at, facts.row));
    }
    devices
}

/// Rows that a test finds, each once.
pub(super) fn find(
    test: &Test,
    rules: &Rules,
    responses: &[Facts],
    devices: &[Vec<&Facts>],
) -> Vec<Row> {
    let each = |judge: &dyn Fn(&Facts) -> Option<Found>| {
        let found = responses
            .iter()
            .filter_map(|facts| Some((facts.row, judge(facts)?)));
        found.collect()
    };
    let if_so = |so: bool| so.then(Found::new);
    match *test {
        Test::Burst {
            responses,
            within_seconds,
        } => on_each(devices, |device| burst(device, responses, within_seconds)),
        Test::ManyCounters {
            counters,
            within_seconds,
        } => on_each(devices, |device| {
            many_counters(device, counters, within_seconds)
        }),
        Test::IdenticalAnswers { responses, answers } => {
            on_each(devices, |device| identical(device, responses, answers))
        }
        Test::ImpossibleSpeed { ms_per_answer } => each(&|facts| too_fast(facts, ms_per_answer)),
        Test::StraightLining { answers } => each(&|facts| straight_line(facts, answers)),
        Test::StraightLineRun { responses, answers } => on_each(devices, |device| {
            straight_lines(device, responses, answers, rules)
        }),
        Test::ClockSkew { seconds } => each(&|facts| skew(facts, seconds)),
        Test::AfterHours { ref open } => each(&|facts| {
            let local = local(facts, rules);
            let minute = local.rem_euclid(86_400) / 60;
            let day = local.div_euclid(86_400);
            // 1 January 1970 was a Thursday.
            let weekday = (day + 3).rem_euclid(7) + 1;
            let hours = i64::from(open.from.minutes())..i64::from(open.until.minutes());
            let closed = !hours.contains(&minute)
                || !open.days.iter().any(|&open| i64::from(open) == weekday)
                || rules.holidays.contains(&day);
            if_so(facts.channel == Channel::Kiosk && closed)
        }),
        Test::UnknownDossier => each(&|facts| if_so(facts.dossier == Dossier::Unknown)),
        Test::UnfinishedDossier => each(&|facts| if_so(facts.dossier == Dossier::Unfinished)),
        Test::UnknownUnit => each(&|facts| if_so(!facts.known_unit)),
        Test::OtherUnit => each(&|facts| if_so(facts.other_unit)),
        Test::Assisted => each(&|facts| if_so(facts.assisted)),
    }
}

fn on_each(devices: &[Vec<&Facts>], series: impl Fn(&[&Facts]) -> Vec<Row>) -> Vec<Row> {
    devices.iter().flat_map(|device| series(device)).collect()
}

/// Longest stretches of a device that end at each response and last no longer than `within` seconds, as (first, last).
fn stretches(device: &[&Facts], within: i64) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    (0..device.len()).map(move |last| {
        while device[last].at.saturating_sub(device[first].at) > within {
            first += 1;
        }
        (first, last)
    })
}

/// Keeps for each response of a stretch the greatest of what was found of it.
fn mark(best: &mut [Option<(i64, i64)>], stretch: (usize, usize), count: usize, device: &[&Facts]) {
    let (first, last) = stretch;
    let found = (
        count as i64,
        device[last].at.saturating_sub(device[first].at),
    );
    for slot in &mut best[first..=last] {
        if slot.is_none_or(|(count, _)| count < found.0) {
            *slot = Some(found);
        }
    }
}

fn rows(device: &[&Facts], best: &[Option<(i64, i64)>], count: &'static str) -> Vec<Row> {
    let pairs = device.iter().zip(best);
    pairs
        .filter_map(|(facts, found)| {
            let (number, seconds) = (*found)?;
            Some((
                facts.row,
                Found::from([(count, number), ("seconds", seconds)]),
            ))
        })
        .collect()
}

fn burst(device: &[&Facts], responses: usize, within: i64) -> Vec<Row> {
    let mut best = vec![None; device.len()];
    for (first, last) in stretches(device, within) {
        let count = last - first + 1;
        if count >= responses {
            mark(&mut best, (first, last), count, device);
        }
    }
    rows(device, &best, "responses")
}

fn many_counters(device: &[&Facts], counters: usize, within: i64) -> Vec<Row> {
    let mut best = vec![None; device.len()];
    let mut inside: BTreeMap<u64, usize> = BTreeMap::new();
    let mut begun = 0;
    for (first, last) in stretches(device, within) {
        *inside.entry(device[last].counter).or_default() += 1;
        for gone in &device[begun..first] {
            if let Some(count) = inside.get_mut(&gone.counter) {
                *count -= 1;
                if *count == 0 {
                    inside.remove(&gone.counter);
                }
            }
        }
        begun = first;
        if inside.len() >= counters {
            mark(&mut best, (first, last), inside.len(), device);
        }
    }
    rows(device, &best, "counters")
}

fn identical(device: &[&Facts], responses: usize, answers: usize) -> Vec<Row> {
    let telling = |facts: &Facts| {
        let given = facts.levels().count();
        let first = facts.levels().next();
        given >= answers && facts.levels().any(|level| Some(level) != first)
    };
    device
        .chunk_by(|a, b| a.answers == b.answers)
        .filter(|run| run.len() >= responses && run.first().is_some_and(|facts| telling(facts)))
        .flat_map(|run| {
            run.iter().map(|facts| {
                let given = facts.levels().count() as i64;
                let found = [("responses", run.len() as i64), ("answers", given)];
                (facts.row, Found::from(found))
            })
        })
        .collect()
}

fn straight_lines(device: &[&Facts], responses: usize, answers: usize, rules: &Rules) -> Vec<Row> {
    let whole = |facts: &Facts| {
        let given = |&byte: &u8| byte <= Packed::MAX_LEVEL || byte == Packed::NOT_ASKED;
        facts.answers.0.iter().all(given)
    };
    let level = |facts: &Facts| {
        let (_, level) = one_level(facts, answers).filter(|_| whole(facts))?;
        Some(level)
    };
    let day = |facts: &Facts| local(facts, rules).div_euclid(86_400);
    device
        .chunk_by(|a, b| level(a) == level(b) && day(a) == day(b))
        .filter(|run| {
            run.len() >= responses && run.first().is_some_and(|facts| level(facts).is_some())
        })
        .flat_map(|run| {
            run.iter().filter_map(|facts| {
                let mut found = straight_line(facts, answers)?;
                found.insert("responses", run.len() as i64);
                Some((facts.row, found))
            })
        })
        .collect()
}

/// Seconds since 1970 by the clocks of the place.
fn local(facts: &Facts, rules: &Rules) -> i64 {
    let ahead = i64::from(rules.utc_offset_minutes) * 60;
    facts.at.saturating_add(ahead)
}

fn too_fast(facts: &Facts, ms_per_answer: u64) -> Option<Found> {
    let elapsed = facts.elapsed_ms?;
    let answers = facts.levels().count() as u64;
    (elapsed < answers.saturating_mul(ms_per_answer))
        .then(|| Found::from([("answers", answers as i64), ("ms", elapsed as i64)]))
}

fn straight_line(facts: &Facts, answers: usize) -> Option<Found> {
    let (given, level) = one_level(facts, answers)?;
    Some(Found::from([
        ("answers", given as i64),
        ("level", level.into()),
    ]))
}

/// How many answers were given, where they are enough and all of one level, and that level.
fn one_level(facts: &Facts, answers: usize) -> Option<(usize, u8)> {
    let given = facts.levels().count();
    let first = facts.levels().next()?;
    let all = given >= answers && facts.levels().all(|level| level == first);
    all.then_some((given, first))
}

fn skew(facts: &Facts, seconds: u64) -> Option<Found> {
    let off = facts.clock_offset_ms?.unsigned_abs();
    (off > seconds.saturating_mul(1_000)).then(|| Found::from([("seconds", (off / 1_000) as i64)]))
}
