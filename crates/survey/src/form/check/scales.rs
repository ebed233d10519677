//! Levels: values, direction, faces, what counts as satisfied, options that strayed in from elsewhere.

use std::collections::BTreeSet;

use super::{Findings, is_rated, ranges};
use crate::answers::Packed;
use crate::form::{Form, Scale, ScaleKind};
use crate::text::Lang;

pub(super) fn check(form: &Form, found: &mut Findings) {
    for (id, scale) in &form.scales {
        let path = format!("scales.{id}");
        if !form.items.iter().any(|item| item.scale == *id) {
            found.add(
                &path,
                "unused-scale",
                "no item is answered with this scale; take it out, or name it in an item",
            );
        }
        if scale.levels.len() < 2 {
            found.add(
                format!("{path}.levels"),
                "too-few-levels",
                "a scale offers a choice; give it at least two levels",
            );
        }
        values(&path, scale, found);
        words(&path, scale, found);
        faces(&path, scale, found);
        satisfied(&path, scale, found);
        ranges::check(&path, scale, found);
    }
    strays(form, found);
}

fn values(path: &str, scale: &Scale, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    let mut doubled = false;
    for level in &scale.levels {
        let at = format!("{path}.levels.{}", level.value);
        if level.value > Packed::MAX_LEVEL {
            found.add(
                &at,
                "value-too-high",
                format!(
                    "values go from 0 to {}; choose a smaller one",
                    Packed::MAX_LEVEL
                ),
            );
        }
        if !seen.insert(level.value) {
            doubled = true;
            found.add(
                at,
                "duplicate-value",
                "two levels have this value and could not be told apart; give each its own",
            );
        }
    }
    let rises = scale
        .levels
        .windows(2)
        .all(|pair| pair[0].value < pair[1].value);
    if is_rated(scale) && !doubled && !rises {
        found.add(
            format!("{path}.levels"),
            "direction",
            "list the levels from worst to best with rising values; the order on the screen is scale-order",
        );
    }
}

fn words(path: &str, scale: &Scale, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for level in &scale.levels {
        if !seen.insert(level.text.get(Lang::DEFAULT)) {
            found.add(
                format!("{path}.levels.{}.text", level.value),
                "duplicate-text",
                "two levels of this scale have the same words; a person could not tell them apart",
            );
        }
    }
}

fn faces(path: &str, scale: &Scale, found: &mut Findings) {
    let mut last = 0;
    for level in &scale.levels {
        let Some(face) = level.face else { continue };
        let path = format!("{path}.levels.{}.face", level.value);
        if !is_rated(scale) {
            found.add(
                path,
                "face",
                "a face says how good an answer is; take it off a scale that is not satisfaction or points",
            );
        } else if !(1..=5).contains(&face) {
            found.add(path, "face", "faces go from 1 (worst) to 5 (best)");
        } else if face <= last {
            found.add(
                path,
                "face",
                "faces rise with the levels; give the better level the greater face",
            );
        }
        last = last.max(face);
    }
}

fn satisfied(path: &str, scale: &Scale, found: &mut Findings) {
    let count = scale.levels.iter().filter(|level| level.satisfied).count();
    if !is_rated(scale) {
        if count > 0 {
            found.add(
                path,
                "satisfied",
                "only levels of a satisfaction or points scale can be satisfied; take the mark off, or change the kind",
            );
        }
        return;
    }
    let top = scale
        .levels
        .iter()
        .rev()
        .take_while(|level| level.satisfied)
        .count();
    if top < count {
        found.add(
            path,
            "satisfied",
            "the satisfied levels are the best ones without a gap; check the marks and the order of the levels",
        );
    } else if count > 0 && count == scale.levels.len() {
        found.add(
            path,
            "satisfied",
            "with every level satisfied the share is always 100 %; mark only the best ones",
        );
    } else if count == 0 && scale.kind == ScaleKind::Satisfaction {
        found.add(
            path,
            "satisfied",
            "say which levels of this satisfaction scale count as satisfied",
        );
    }
}

/// The same words in scales of two kinds: in one of them the option belongs to another question.
fn strays(form: &Form, found: &mut Findings) {
    let scales: Vec<_> = form.scales.iter().collect();
    for (at, (id, scale)) in scales.iter().enumerate() {
        for (other_id, other) in &scales[at + 1..] {
            if scale.kind == other.kind {
                continue;
            }
            for level in &scale.levels {
                let words = level.text.get(Lang::DEFAULT);
                let same = other
                    .levels
                    .iter()
                    .find(|level| level.text.get(Lang::DEFAULT) == words);
                if let Some(same) = same {
                    found.add(
                        format!("scales.{other_id}.levels.{}.text", same.value),
                        "stray-option",
                        format!(
                            "{words:?} is also an option of scale {id}, which is of another kind; take it out of the question it does not belong to, or give both scales the same kind"
                        ),
                    );
                }
            }
        }
    }
}
