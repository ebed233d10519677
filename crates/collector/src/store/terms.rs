//! The closed sets of words that responses are described by: each with its name outside and its number on disk.

use survey::response::{Channel, Presentation, ScaleOrder, Touchpoint};

use crate::reports::{Outcome, Source, State, Step};

use super::{Dimension, FinishedBy, Provenance, Role, Timeliness};

/// One word of a closed set. Numbers are written to disk and must never change their meaning.
pub trait Term: Copy + PartialEq + 'static {
    /// Every word with its number on disk and its name in the API.
    const ALL: &'static [(Self, u8, &'static str)];

    /// The number on disk.
    fn number(self) -> u8 {
        Self::ALL
            .iter()
            .find(|(term, ..)| *term == self)
            .map_or(u8::MAX, |(_, number, _)| *number)
    }

    /// The name in the API.
    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(term, ..)| *term == self)
            .map_or("", |(.., name)| name)
    }

    /// The word with this number.
    fn of_number(number: i64) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, own, _)| i64::from(*own) == number)
            .map(|(term, ..)| *term)
    }

    /// The word of this name.
    fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(.., own)| *own == name)
            .map(|(term, ..)| *term)
    }

    /// All names, in order.
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(.., name)| *name).collect()
    }
}

impl Term for Channel {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Kiosk, 1, "kiosk"),
        (Self::Portal, 2, "portal"),
        (Self::Phone, 3, "phone"),
        (Self::Paper, 4, "paper"),
    ];
}

impl Term for Touchpoint {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Receipt, 1, "receipt"),
        (Self::Supplement, 2, "supplement"),
        (Self::Refusal, 3, "refusal"),
        (Self::Result, 4, "result"),
    ];
}

impl Term for Provenance {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Invited, 1, "invited"),
        (Self::Dossier, 2, "dossier"),
        (Self::Unit, 3, "unit"),
    ];
}

impl Term for Timeliness {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Unknown, 0, "unknown"),
        (Self::OnTime, 1, "on-time"),
        (Self::Late, 2, "late"),
        (Self::Pending, 3, "pending"),
    ];
}

impl Term for ScaleOrder {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Ascending, 1, "ascending"),
        (Self::Descending, 2, "descending"),
    ];
}

impl Term for Presentation {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Faces, 1, "faces"),
        (Self::TwoStep, 2, "two-step"),
        (Self::Words, 3, "words"),
    ];
}

impl Term for Role {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Device, 1, "device"),
        (Self::OneStop, 2, "one-stop"),
        (Self::Analyst, 3, "analyst"),
        (Self::Admin, 4, "admin"),
        (Self::Unit, 5, "unit"),
        (Self::ReadOnly, 6, "read-only"),
    ];
}

impl Term for State {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::New, 1, "new"),
        (Self::Assigned, 2, "assigned"),
        (Self::Answered, 3, "answered"),
    ];
}

impl Term for Outcome {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Unknown, 0, "unknown"),
        (Self::Satisfied, 1, "satisfied"),
        (Self::NotSatisfied, 2, "not-satisfied"),
        (Self::Complaint, 3, "complaint"),
    ];
}

impl Term for Source {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Comment, 1, "comment"),
        (Self::Hotline, 2, "hotline"),
        (Self::Portal, 3, "portal"),
        (Self::NationalPortal, 4, "national-portal"),
        (Self::Other, 5, "other"),
    ];
}

impl Term for Step {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Opened, 1, "opened"),
        (Self::Assigned, 2, "assigned"),
        (Self::Answered, 3, "answered"),
        (Self::Judged, 4, "judged"),
        (Self::Reopened, 5, "reopened"),
        (Self::Changed, 6, "changed"),
        (Self::Undone, 7, "undone"),
        (Self::Fed, 8, "fed"),
    ];
}

impl Term for Dimension {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Unit, 0, "unit"),
        (Self::Field, 1, "field"),
        (Self::Procedure, 2, "procedure"),
        (Self::Channel, 3, "channel"),
        (Self::Touchpoint, 4, "touchpoint"),
        (Self::Month, 5, "month"),
        (Self::Timeliness, 6, "timeliness"),
        (Self::Provenance, 7, "provenance"),
    ];
}

impl Term for FinishedBy {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Unit, 0, "unit"),
        (Self::Field, 1, "field"),
        (Self::Procedure, 2, "procedure"),
        (Self::FilingChannel, 3, "filing_channel"),
        (Self::Month, 4, "month"),
        (Self::Timeliness, 5, "timeliness"),
        (Self::Authority, 6, "authority"),
        (Self::Outcome, 7, "outcome"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one_to_one<T: Term + std::fmt::Debug>() {
        for (term, number, name) in T::ALL {
            assert_eq!(T::of_number(i64::from(*number)), Some(*term));
            assert_eq!(T::of_name(name), Some(*term));
        }
    }

    #[test]
    fn numbers_and_names_are_one_to_one() {
        is_one_to_one::<Channel>();
        is_one_to_one::<Touchpoint>();
        is_one_to_one::<Provenance>();
        is_one_to_one::<Timeliness>();
        is_one_to_one::<ScaleOrder>();
        is_one_to_one::<Presentation>();
        is_one_to_one::<Role>();
        is_one_to_one::<crate::store::Deed>();
        is_one_to_one::<Dimension>();
        is_one_to_one::<FinishedBy>();
        is_one_to_one::<State>();
        is_one_to_one::<Outcome>();
        is_one_to_one::<Source>();
        is_one_to_one::<Step>();
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for (channel, _, name) in Channel::ALL {
            assert_eq!(serde_json::to_value(channel).expect("a word"), *name);
        }
        for (touchpoint, _, name) in Touchpoint::ALL {
            assert_eq!(serde_json::to_value(touchpoint).expect("a word"), *name);
        }
    }
}
