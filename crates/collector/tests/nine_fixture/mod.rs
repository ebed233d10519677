//! The shipped forms, and responses to one that is made of points.

use std::sync::Arc;

use collector::forms::FormBook;
use collector::store::{Admitted, FormKey};
use survey::answers::Packed;
use survey::form::{load, shipped};

use crate::http_fixture::store_fixture;

/// An indicator that no citizen is asked.
pub const HELD: u8 = Packed::NOT_ASKED;

/// Every shipped form.
pub fn forms() -> Arc<FormBook> {
    Arc::new(
        shipped()
            .iter()
            .map(|(name, text)| load(text, name).unwrap())
            .collect(),
    )
}

/// Responses of a unit to a form, each with these answers.
pub fn given(start: u128, unit: &str, form: &str, answers: &[Vec<u8>]) -> Vec<Admitted> {
    (start..)
        .zip(answers)
        .map(|(n, answers)| Admitted {
            unit: unit.to_owned(),
            form: FormKey {
                id: form.to_owned(),
                version: 1,
            },
            answers: Packed(answers.clone()),
            ..store_fixture::admitted(n)
        })
        .collect()
}
