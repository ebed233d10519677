//! Weights of factors: all or none, and nothing in the headline that has no weight.

use super::{Findings, list, ratings};
use crate::form::{Factor, Form};
use crate::method::Method;

const MOST: u16 = 1_000;

pub(super) fn check(form: &Form, found: &mut Findings) {
    if form.factors.iter().all(|factor| factor.weight.is_none()) {
        return;
    }
    if form.index.methods.contains(&Method::Points18) {
        found.add(
            "factors",
            "weight-method",
            "points18 is a sum of points and takes no weights; take weight out of the factors, or points18 out of index.methods",
        );
    }
    let has_ratings =
        |factor: &Factor| ratings(form).any(|item| item.factor.as_ref() == Some(&factor.id));
    for factor in &form.factors {
        let path = format!("factors.{}.weight", factor.id);
        match factor.weight {
            Some(weight) if !(1..=MOST).contains(&weight) => found.add(
                path,
                "weight-range",
                format!("{weight} is no weight; write a whole number from 1 to {MOST}"),
            ),
            Some(_) if !has_ratings(factor) => found.add(
                path,
                "weight-empty",
                "the factor has no ratings, so there is no figure to weigh; take the weight out",
            ),
            None if has_ratings(factor) => found.add(
                path,
                "weight-missing",
                "other factors have a weight; give this one a weight too, or take them all out",
            ),
            _ => {}
        }
    }
    let apart: Vec<&str> = ratings(form)
        .filter(|item| form.is_headline(item) != item.factor.is_some())
        .map(|item| item.id.as_str())
        .collect();
    if !apart.is_empty() {
        found.add(
            "index.headline",
            "weight-headline",
            format!(
                "with weights the headline is made of whole factors, but these are in the headline without a factor, or in a factor and not in the headline: {}",
                list(apart)
            ),
        );
    }
}
