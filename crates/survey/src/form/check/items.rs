//! Items, the conditions between them, and the reasons: nothing points into the void, nothing can dead-end.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, is_rated, list};
use crate::form::{Form, Item, Judge, Role};

pub(super) fn check(form: &Form, found: &mut Findings) {
    for item in &form.items {
        let path = format!("items.{}", item.id);
        references(form, item, &path, found);
        required(item, &path, found);
    }
    for factor in &form.factors {
        let used = |item: &Item| item.factor.as_ref() == Some(&factor.id);
        if !form.items.iter().any(used) {
            found.add(
                format!("factors.{}", factor.id),
                "unused-factor",
                "no item belongs to this factor; take it out, or name it in an item",
            );
        }
    }
    conditions(form, found);
    gates(form, found);
    reasons(form, found);
    comment(form, found);
}

fn references(form: &Form, item: &Item, path: &str, found: &mut Findings) {
    match form.scale_of(item) {
        None => found.add(
            format!("{path}.scale"),
            "unknown-scale",
            format!(
                "there is no scale {:?}; use one of {}",
                item.scale,
                list(form.scales.keys())
            ),
        ),
        // Averaging "on time / late" or "simple / complicated" into satisfaction is how published figures went wrong.
        Some(scale) if item.role == Role::Rating && !is_rated(scale) => found.add(
            format!("{path}.scale"),
            "rating-scale",
            format!(
                "scale {} measures no satisfaction and no points, so it cannot enter an index; use another scale, or another role",
                item.scale
            ),
        ),
        Some(_) => {}
    }
    if let Some(factor) = &item.factor
        && !form.factors.iter().any(|known| known.id == *factor)
    {
        found.add(
            format!("{path}.factor"),
            "unknown-factor",
            format!(
                "there is no factor {factor:?}; use one of {}",
                list(form.factors.iter().map(|known| &known.id))
            ),
        );
    }
}

fn required(item: &Item, path: &str, found: &mut Findings) {
    if !item.required {
        return;
    }
    let never = if item.role == Role::Demographic {
        "questions about the person are always optional"
    } else if item.judge == Judge::Records {
        "an item that records judge is never asked"
    } else if item.off_by_default {
        "an item that is off by default is not asked"
    } else {
        return;
    };
    found.add(
        format!("{path}.required"),
        "required",
        format!("{never}, so it cannot be required; take required out"),
    );
}

/// Follows the conditions from top to bottom and keeps which items a person can come to at all.
fn conditions(form: &Form, found: &mut Findings) {
    let mut reachable: BTreeMap<&str, bool> = BTreeMap::new();
    for item in &form.items {
        let mut reached = item.judge == Judge::Person;
        if let Some(condition) = &item.when {
            let path = format!("items.{}.when", item.id);
            match (
                reachable.get(condition.item.as_str()),
                form.item(&condition.item),
            ) {
                (Some(true), Some(gate)) => {
                    reached &= condition_holds(form, item, gate, &path, found);
                }
                (Some(false), Some(_)) => {
                    reached = false;
                    found.add(
                        path,
                        "dead-end",
                        format!("item {} is never asked, so this item never is; depend on an item that is asked", condition.item),
                    );
                }
                (_, gate) => {
                    reached = false;
                    let what = match gate {
                        Some(_) => "does not stand before this item",
                        None => "does not exist",
                    };
                    found.add(
                        path,
                        "condition-item",
                        format!(
                            "item {:?} {what}; depend on an earlier item",
                            condition.item
                        ),
                    );
                }
            }
        }
        reachable.insert(&item.id, reached);
    }
    let askable = |item: &&Item| {
        item.role == Role::Rating
            && !item.off_by_default
            && reachable.get(item.id.as_str()) == Some(&true)
    };
    if !form.items.iter().any(|item| askable(&item)) {
        found.add(
            "items",
            "no-rating",
            "no rating is put to the person; add an item with role rating that is asked of everybody",
        );
    }
}

/// Can some answer to `gate` lead to `item`?
fn condition_holds(
    form: &Form,
    item: &Item,
    gate: &Item,
    path: &str,
    found: &mut Findings,
) -> bool {
    let Some(condition) = &item.when else {
        return true;
    };
    if gate.off_by_default && !item.off_by_default {
        found.add(
            path,
            "dead-end",
            format!("item {} is off by default, so this item is never asked; depend on an item that is asked, or switch this one off by default too", gate.id),
        );
        return false;
    }
    let Some(scale) = form.scale_of(gate) else {
        return false;
    };
    if condition.is.is_empty() {
        found.add(
            format!("{path}.is"),
            "dead-end",
            "no answer leads here; name at least one value",
        );
        return false;
    }
    let mut holds = true;
    for value in &condition.is {
        if scale.level(*value).is_none() {
            holds = false;
            found.add(
                format!("{path}.is"),
                "condition-value",
                format!(
                    "{value} is no level of scale {}; use some of {}",
                    gate.scale,
                    list(scale.levels.iter().map(|level| level.value))
                ),
            );
        }
    }
    holds
}

/// A question about experience that decides nothing: the items it should open are put to people without that
/// experience.
fn gates(form: &Form, found: &mut Findings) {
    for gate in form
        .items
        .iter()
        .filter(|item| item.role == Role::Experience)
    {
        let opens = |item: &Item| item.when.as_ref().is_some_and(|when| when.item == gate.id);
        if !form.items.iter().any(opens) {
            found.add(
                format!("items.{}", gate.id),
                "unused-gate",
                "no item depends on this experience; give the items that need it a condition (when)",
            );
        }
    }
}

fn reasons(form: &Form, found: &mut Findings) {
    let Some(reasons) = &form.reasons else { return };
    if reasons.options.is_empty() {
        found.add(
            "reasons.options",
            "no-reasons",
            "offer at least one reason, or take reasons out",
        );
    }
    let mut seen = BTreeSet::new();
    for reason in &reasons.options {
        if !seen.insert(reason.text.get(crate::text::Lang::DEFAULT)) {
            found.add(
                format!("reasons.options.{}.text", reason.id),
                "duplicate-text",
                "two reasons have the same words; a person could not tell them apart",
            );
        }
    }
    let scale = form
        .item(&reasons.item)
        .filter(|item| item.role == Role::Rating && item.judge == Judge::Person)
        .and_then(|item| form.scale_of(item));
    let Some(scale) = scale else {
        found.add(
            "reasons.item",
            "reasons-item",
            format!(
                "{:?} is no rating that is put to the person; name one",
                reasons.item
            ),
        );
        return;
    };
    let low = scale.level(reasons.at_or_below);
    if low.is_none_or(|level| level.satisfied) {
        let unsatisfied = scale.levels.iter().filter(|level| !level.satisfied);
        found.add(
            "reasons.at-or-below",
            "reasons-threshold",
            format!(
                "reasons are offered at or below a level that is not satisfied; use one of {}",
                list(unsatisfied.map(|level| level.value))
            ),
        );
    }
}

fn comment(form: &Form, found: &mut Findings) {
    if form
        .comment
        .as_ref()
        .is_some_and(|comment| comment.max_chars == 0)
    {
        found.add(
            "comment.max-chars",
            "comment-length",
            "a comment of no characters cannot be written; allow some, or take comment out",
        );
    }
}
