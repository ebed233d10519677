//! Responses one by one, told so coarsely that no person can be pointed at.
//!
//! What places a response (unit, procedure, day …) can tell whose it is: one dossier of a procedure that day is one
//! person. So each response tells only as much as it shares with enough others. [`assign`] walks down [`STEPS`]; at each
//! step the responses that are left form classes of those alike in what the step tells; a class of at least `threshold`
//! responses stays there, the others go on. Who cannot be told even at the last step is withheld.
//!
//! The outcome does not depend on which period somebody asks for: filters choose among the lines of one table, so that no
//! difference of two answers tells more than one of them.

use std::collections::HashMap;

use jiff::civil::Date;
use survey::answers::Packed;
use survey::response::{Channel, Touchpoint};

use super::{FormKey, Provenance, Timeliness};

/// What a response is placed by, as numbers of the store; 0 where it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Receiving unit.
    pub unit: i64,
    /// Field of the procedure.
    pub field: i64,
    /// Procedure.
    pub procedure: i64,
    /// Moment.
    pub touchpoint: i64,
    /// Door.
    pub channel: i64,
    /// How it is tied to a dossier.
    pub provenance: i64,
    /// Whether the dossier was on time.
    pub timeliness: i64,
    /// Month, counted.
    pub month: i64,
    /// Business day, counted.
    pub day: i64,
}

/// What is told at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    unit: bool,
    field: bool,
    /// Procedure and day.
    fine: bool,
    /// Moment, provenance and timeliness.
    moment: bool,
    channel: bool,
    month: bool,
}

impl Told {
    /// As much of a place as the step tells.
    pub fn of(self, place: Place) -> Place {
        let keep = |told: bool, value: i64| if told { value } else { 0 };
        Place {
            unit: keep(self.unit, place.unit),
            field: keep(self.field, place.field),
            procedure: keep(self.fine, place.procedure),
            touchpoint: keep(self.moment, place.touchpoint),
            channel: keep(self.channel, place.channel),
            provenance: keep(self.moment, place.provenance),
            timeliness: keep(self.moment, place.timeliness),
            month: keep(self.month, place.month),
            day: keep(self.fine, place.day),
        }
    }

    /// Are procedure and day told?
    pub fn fine(self) -> bool {
        self.fine
    }

    /// Are moment, provenance and timeliness told?
    pub fn moment(self) -> bool {
        self.moment
    }

    /// Is the door told?
    pub fn channel(self) -> bool {
        self.channel
    }

    /// Is the month told?
    pub fn month(self) -> bool {
        self.month
    }

    /// Is the unit told?
    pub fn unit(self) -> bool {
        self.unit
    }

    /// Is the field told?
    pub fn field(self) -> bool {
        self.field
    }
}

const ALL: Told = Told {
    unit: true,
    field: true,
    fine: true,
    moment: true,
    channel: true,
    month: true,
};

/// From everything to nothing but the answers.
pub const STEPS: [Told; 7] = [
    ALL,
    Told { fine: false, ..ALL },
    Told {
        fine: false,
        moment: false,
        ..ALL
    },
    Told {
        fine: false,
        moment: false,
        field: false,
        ..ALL
    },
    Told {
        fine: false,
        moment: false,
        field: false,
        channel: false,
        ..ALL
    },
    Told {
        unit: false,
        fine: false,
        moment: false,
        field: false,
        channel: false,
        month: true,
    },
    Told {
        unit: false,
        fine: false,
        moment: false,
        field: false,
        channel: false,
        month: false,
    },
];

/// The step of each place, by its number in [`STEPS`], and how many responses have none.
pub fn assign(counts: HashMap<Place, u64>, threshold: u64) -> (HashMap<Place, u8>, u64) {
    let mut left: Vec<(Place, u64)> = counts.into_iter().collect();
    let mut steps = HashMap::with_capacity(left.len());
    for (step, told) in (0u8..).zip(STEPS) {
        let mut classes: HashMap<Place, u64> = HashMap::new();
        for (place, count) in &left {
            *classes.entry(told.of(*place)).or_default() += count;
        }
        left.retain(|(place, _)| {
            let stays = classes
                .get(&told.of(*place))
                .is_some_and(|all| *all >= threshold);
            if stays {
                steps.insert(*place, step);
            }
            !stays
        });
    }
    (steps, left.iter().map(|(_, count)| count).sum())
}

/// Which responses an export holds, in an order that says nothing about when they came.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The form version.
    pub form: FormKey,
    /// The store's number of it.
    pub(super) form_number: i64,
    /// Last business day that it holds; none: every day.
    pub(super) upto: Option<Date>,
    /// The store's rows.
    pub(super) rows: Vec<i64>,
    pub(super) steps: HashMap<Place, u8>,
    /// Responses that cannot be told even coarsely; fewer than the threshold.
    pub withheld: u64,
}

impl Plan {
    /// Responses, the withheld ones among them.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No response at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// One response as it may be told; `None` where it has none or must not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How coarsely it is told: 0 for everything, up to the last of [`STEPS`].
    pub step: u8,
    /// Receiving unit.
    pub unit: Option<String>,
    /// Field of the procedure.
    pub field: Option<String>,
    /// Procedure.
    pub procedure: Option<String>,
    /// Moment.
    pub touchpoint: Option<Touchpoint>,
    /// Door.
    pub channel: Option<Channel>,
    /// How it is tied to a dossier.
    pub provenance: Option<Provenance>,
    /// Whether the dossier was on time.
    pub timeliness: Option<Timeliness>,
    /// Any day of the month, where the month is told.
    pub month: Option<Date>,
    /// Business day.
    pub day: Option<Date>,
    /// The person left before the end.
    pub partial: bool,
    /// It looks odd.
    pub flagged: bool,
    /// The answers.
    pub answers: Packed,
    /// Reasons ticked.
    pub reasons: Vec<String>,
}

impl Exported {
    /// Does what is told of its time lie within the period? A month that is told lies within it as a whole or not at
    /// all, and who tells no time belongs to no period but the whole.
    pub fn within(&self, from: Option<Date>, to: Option<Date>) -> bool {
        let (first, last) = match (self.day, self.month) {
            (Some(day), _) => (day, day),
            (None, Some(month)) => (month.first_of_month(), month.last_of_month()),
            (None, None) => return from.is_none() && to.is_none(),
        };
        from.is_none_or(|from| from <= first) && to.is_none_or(|to| last <= to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places() -> impl Strategy<Value = HashMap<Place, u64>> {
        let place = (1..4i64, 0..3i64, 0..3i64, 1..3i64, 1..3i64, 1..40i64).prop_map(
            |(unit, field, procedure, channel, timeliness, day)| Place {
                unit,
                field,
                procedure,
                touchpoint: 1,
                channel,
                provenance: 1,
                timeliness,
                month: day / 20,
                day,
            },
        );
        proptest::collection::hash_map(place, 1..4u64, 0..60)
    }

    proptest! {
        #[test]
        fn nobody_is_told_apart_from_fewer_than_the_threshold_and_nobody_is_lost(
            counts in places(),
            threshold in 1..8u64,
        ) {
            let (steps, withheld) = assign(counts.clone(), threshold);
            let mut classes: HashMap<(u8, Place), u64> = HashMap::new();
            for (place, step) in &steps {
                let told = STEPS[usize::from(*step)].of(*place);
                *classes.entry((*step, told)).or_default() += counts[place];
            }
            for (class, count) in &classes {
                prop_assert!(*count >= threshold, "{class:?}");
            }
            let all: u64 = counts.values().sum();
            prop_assert_eq!(classes.values().sum::<u64>() + withheld, all);
            prop_assert!(withheld < threshold);
        }

        #[test]
        fn who_is_told_coarsely_had_to_be(counts in places(), threshold in 1..8u64) {
            let (steps, _) = assign(counts.clone(), threshold);
            for (place, step) in &steps {
                // At each finer step, those who got as far as that were too few.
                for finer in 0..*step {
                    let told = STEPS[usize::from(finer)];
                    let alike: u64 = steps
                        .iter()
                        .filter(|(other, at)| **at >= finer && told.of(**other) == told.of(*place))
                        .map(|(other, _)| counts[other])
                        .sum();
                    prop_assert!(alike < threshold);
                }
            }
        }
    }

    #[test]
    fn a_month_counts_only_as_a_whole() {
        let day = |text: &str| -> Option<Date> { text.parse().ok() };
        let one = |month, day| Exported {
            step: 1,
            unit: None,
            field: None,
            procedure: None,
            touchpoint: None,
            channel: None,
            provenance: None,
            timeliness: None,
            month,
            day,
            partial: false,
            flagged: false,
            answers: Packed(Vec::new()),
            reasons: Vec::new(),
        };
        let month = one(day("2026-07-15"), None);
        assert!(month.within(day("2026-07-01"), day("2026-07-31")));
        assert!(!month.within(day("2026-07-02"), None));
        assert!(!month.within(None, day("2026-07-30")));
        let exact = one(day("2026-07-15"), day("2026-07-15"));
        assert!(exact.within(day("2026-07-15"), day("2026-07-15")));
        assert!(!exact.within(day("2026-07-16"), None));
        let never = one(None, None);
        assert!(never.within(None, None) && !never.within(day("2000-01-01"), None));
    }
}
