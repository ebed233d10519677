//! What citizens wrote and ticked, in groups that point at nobody.
//!
//! A comment is never shown with its rating, dossier, device or moment. It stands among those of one unit in one month, in
//! the order of their letters, and only when at least as many people as the threshold rated there; a group that is
//! narrowed to a field, procedure or reason must be as large, and so must what is left out of it. Groups have bounds that
//! no choice of days moves, so no two views can be subtracted from one another. What came in lately is held back by whole
//! days ([`crate::delay`]): the moment at which a comment appears tells nothing.

pub mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::intake::scrub;

/// What was said at one unit in one month about one procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Receiving unit.
    pub unit: Arc<str>,
    /// Number of the month (`store::calendar`).
    pub month: i32,
    /// Field, when the dossier is known.
    pub field: Option<Arc<str>>,
    /// Procedure, when the dossier is known.
    pub procedure: Option<Arc<str>>,
    /// Counted responses, silent ones too.
    pub responses: u64,
    /// How often each reason was ticked.
    pub reasons: BTreeMap<String, u64>,
    /// What was written.
    pub comments: Vec<Comment>,
}

/// What one person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// As it was kept: cleaned by the rules of its time.
    pub text: String,
    /// Reasons that the same person ticked.
    pub reasons: Vec<String>,
}

/// What groups are narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// One field.
    pub field: Option<String>,
    /// One procedure.
    pub procedure: Option<String>,
    /// Comments of people who ticked this reason; counts of reasons are not narrowed by it.
    pub reason: Option<String>,
}

/// What may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Newest month first, then by unit; only those with comments.
    pub groups: Vec<Readable>,
    /// Counted responses of everything that may be read.
    pub responses: u64,
    /// How often each reason was ticked there.
    pub reasons: BTreeMap<String, u64>,
    /// Months of units that have too few responses.
    pub hidden: u64,
}

/// Comments of one unit in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Receiving unit.
    pub unit: Arc<str>,
    /// Number of the month.
    pub month: i32,
    /// Counted responses that they are taken from.
    pub responses: u64,
    /// Cleaned once more, in the order of their letters.
    pub comments: Vec<String>,
}

/// Shows what may be read of these groups, which must be all groups of each of their units and months.
pub fn show(groups: Vec<Group>, narrowed: &Narrowed, threshold: u64) -> Shown {
    let mut places: BTreeMap<(i32, Arc<str>), Vec<Group>> = BTreeMap::new();
    for group in groups {
        let place = (-group.month, Arc::clone(&group.unit));
        places.entry(place).or_default().push(group);
    }
    let mut shown = Shown::default();
    for ((month, unit), groups) in places {
        match part(&groups, narrowed, threshold) {
            Part::Nothing => {}
            Part::Hidden => shown.hidden += 1,
            Part::Open(open) => {
                let responses = responses(&open);
                shown.responses += responses;
                for group in &open {
                    for (reason, count) in &group.reasons {
                        *shown.reasons.entry(reason.clone()).or_default() += count;
                    }
                }
                let Some(responses) = said(&open, narrowed, threshold) else {
                    shown.hidden += 1;
                    continue;
                };
                let comments = comments(&open, narrowed);
                if !comments.is_empty() {
                    shown.groups.push(Readable {
                        unit,
                        month: -month,
                        responses,
                        comments,
                    });
                }
            }
        }
    }
    shown
}

/// The part of a unit's month that was asked for.
enum Part<'a> {
    /// Nobody rated it.
    Nothing,
    /// Too few did, or the rest would be too few.
    Hidden,
    /// It may be read.
    Open(Vec<&'a Group>),
}

fn part<'a>(groups: &'a [Group], narrowed: &Narrowed, threshold: u64) -> Part<'a> {
    let all: Vec<&Group> = groups.iter().collect();
    if responses(&all) < threshold {
        return Part::Hidden;
    }
    if narrowed.field.is_none() && narrowed.procedure.is_none() {
        return Part::Open(all);
    }
    let fields = parted(&all, |group| group.field.as_deref(), threshold);
    let mut open = Vec::new();
    let mut hidden = false;
    for (field, groups, is_hidden) in fields {
        let asked = narrowed.field.as_deref();
        if asked.is_some() && asked != field {
            continue;
        }
        let chosen = match narrowed.procedure.as_deref() {
            None => vec![(groups, is_hidden)],
            Some(procedure) => parted(&groups, |group| group.procedure.as_deref(), threshold)
                .into_iter()
                .filter(|(one, ..)| *one == Some(procedure))
                .map(|(_, groups, within)| (groups, is_hidden || within))
                .collect(),
        };
        for (groups, is_hidden) in chosen {
            hidden |= is_hidden;
            if !is_hidden {
                open.extend(groups);
            }
        }
    }
    match (open.is_empty(), hidden) {
        (true, false) => Part::Nothing,
        (true, true) => Part::Hidden,
        (false, _) => Part::Open(open),
    }
}

/// The groups by one of their values, each with whether it must stay hidden: it is too small, or the hidden ones together
/// would be.
fn parted<'a>(
    groups: &[&'a Group],
    value: impl Fn(&'a Group) -> Option<&'a str>,
    threshold: u64,
) -> Vec<(Option<&'a str>, Vec<&'a Group>, bool)> {
    let mut parts: BTreeMap<Option<&str>, Vec<&Group>> = BTreeMap::new();
    for group in groups {
        parts.entry(value(group)).or_default().push(group);
    }
    let sizes: Vec<u64> = parts.values().map(|part| responses(part)).collect();
    let hidden = crate::coverage::hidden(&sizes, threshold);
    parts
        .into_iter()
        .zip(hidden)
        .map(|((value, part), hidden)| (value, part, hidden))
        .collect()
}

/// How many responses the comments are taken from; none when these, or those left out, are too few.
fn said(open: &[&Group], narrowed: &Narrowed, threshold: u64) -> Option<u64> {
    let all = responses(open);
    let Some(reason) = &narrowed.reason else {
        return Some(all);
    };
    let ticked = |group: &&Group| group.reasons.get(reason).copied().unwrap_or_default();
    let with: u64 = open.iter().map(ticked).sum();
    let without = all.saturating_sub(with);
    let enough = |count: u64| count == 0 || count >= threshold;
    (enough(with) && enough(without)).then_some(with)
}

fn comments(open: &[&Group], narrowed: &Narrowed) -> Vec<String> {
    let mut texts: Vec<String> = open
        .iter()
        .flat_map(|group| &group.comments)
        .filter(|comment| {
            let reason = narrowed.reason.as_ref();
            reason.is_none_or(|reason| comment.reasons.contains(reason))
        })
        .filter_map(|comment| scrub::comment(&comment.text))
        .collect();
    // By letters, which tells nothing about who came when.
    texts.sort();
    texts
}

fn responses(groups: &[&Group]) -> u64 {
    groups.iter().map(|group| group.responses).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(unit: &str, month: i32, field: &str, procedure: &str, responses: u64) -> Group {
        Group {
            unit: unit.into(),
            month,
            field: Some(field.into()),
            procedure: Some(procedure.into()),
            responses,
            reasons: BTreeMap::from([("slow".to_owned(), responses / 2)]),
            comments: (0..responses)
                .map(|n| Comment {
                    text: format!("{field} {procedure} {}", responses - n),
                    reasons: if n < responses / 2 {
                        vec!["slow".to_owned()]
                    } else {
                        Vec::new()
                    },
                })
                .collect(),
        }
    }

    fn by(field: Option<&str>, procedure: Option<&str>) -> Narrowed {
        Narrowed {
            field: field.map(str::to_owned),
            procedure: procedure.map(str::to_owned),
            reason: None,
        }
    }

    #[test]
    fn months_of_few_people_stay_hidden_and_are_counted() {
        let groups = vec![group("A", 5, "f", "p", 5), group("A", 6, "f", "p", 4)];
        let shown = show(groups, &Narrowed::default(), 5);
        assert_eq!((shown.responses, shown.hidden), (5, 1));
        assert_eq!(shown.reasons["slow"], 2);
        let [readable] = shown.groups.as_slice() else {
            panic!("one group")
        };
        assert_eq!((readable.month, readable.comments.len()), (5, 5));
        assert!(readable.comments.is_sorted());
    }

    #[test]
    fn a_part_is_shown_only_when_what_is_left_is_enough_too() {
        let groups = |rest| {
            vec![
                group("A", 5, "f", "p", 9),
                group("A", 5, "g", "q", rest),
                group("A", 5, "h", "r", 20),
            ]
        };
        let read = |rest, field| show(groups(rest), &by(Some(field), None), 5).responses;
        assert_eq!(read(6, "f"), 9);
        assert_eq!(read(2, "f"), 0, "all less f and h would be the two of g");
        assert_eq!(read(2, "h"), 20);
        assert_eq!(read(2, "g"), 0);
    }

    #[test]
    fn a_reason_shows_comments_only_of_enough_people() {
        let narrowed = Narrowed {
            reason: Some("slow".to_owned()),
            ..Narrowed::default()
        };
        let read = |count| show(vec![group("A", 5, "f", "p", count)], &narrowed, 5);
        assert!(read(9).groups.is_empty(), "four ticked it");
        assert_eq!(read(9).reasons["slow"], 4, "the table is of all");
        let shown = read(10);
        assert_eq!(shown.groups[0].comments.len(), 5);
        assert_eq!(shown.groups[0].responses, 5);
    }

    #[test]
    fn what_was_kept_before_a_rule_came_is_cleaned_when_it_is_read() {
        let mut one = group("A", 5, "f", "p", 5);
        one.comments[0].text = "cảm ơn chị Lan 0912345678".to_owned();
        let shown = show(vec![one], &Narrowed::default(), 5);
        let found = shown.groups[0].comments.iter();
        assert!(found.clone().any(|text| text == "cảm ơn chị *** ***"));
    }

    proptest! {
        /// Whatever parts of a month are read, what can be left over by subtracting them is nobody or enough people.
        #[test]
        fn no_subtraction_of_views_finds_few_people(sizes in prop::collection::vec(0u64..9, 9)) {
            let groups: Vec<Group> = sizes
                .iter()
                .enumerate()
                .filter(|(_, size)| **size > 0)
                .map(|(at, size)| group("A", 5, &(at / 3).to_string(), &at.to_string(), *size))
                .collect();
            let total: u64 = sizes.iter().sum();
            let whole = show(groups.clone(), &Narrowed::default(), 5).responses;
            prop_assert!(whole == 0 || whole == total);
            let left = |of: u64, views: Vec<u64>| of.saturating_sub(views.iter().sum());
            let fields: Vec<u64> = (0..3)
                .map(|at| show(groups.clone(), &by(Some(&at.to_string()), None), 5).responses)
                .collect();
            for view in &fields {
                prop_assert!(*view == 0 || *view >= 5);
            }
            if whole > 0 {
                let rest = left(whole, fields.clone());
                prop_assert!(rest == 0 || rest >= 5);
            }
            for (at, field) in fields.iter().enumerate().filter(|(_, view)| **view > 0) {
                let procedures = (at * 3..at * 3 + 3)
                    .map(|at| show(groups.clone(), &by(None, Some(&at.to_string())), 5).responses);
                let rest = left(*field, procedures.collect());
                prop_assert!(rest == 0 || rest >= 5);
            }
        }
    }
}
