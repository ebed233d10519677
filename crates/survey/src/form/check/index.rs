//! What is computed from the form: methods that fit the scales, scopes that may be pooled, bands without holes.

use std::collections::BTreeSet;

use super::{Findings, is_rated, list, ratings};
use crate::form::{Form, Item, Scale, ScaleKind};
use crate::method::Method;

const MAX_DECIMALS: u8 = 4;
const INDICATORS: usize = 9;
const POINTS: [u8; 3] = [0, 1, 2];

pub(super) fn check(form: &Form, found: &mut Findings) {
    let rules = &form.index;
    if rules.methods.is_empty() {
        found.add(
            "index.methods",
            "no-method",
            "name at least one method; a figure without a method is a number without meaning",
        );
    }
    let unique: BTreeSet<_> = rules.methods.iter().collect();
    if unique.len() < rules.methods.len() {
        found.add("index.methods", "duplicate-id", "name each method once");
    }
    if rules.decimals > MAX_DECIMALS {
        found.add(
            "index.decimals",
            "decimals",
            format!("print at most {MAX_DECIMALS} decimals; more only look exact"),
        );
    }
    headline(form, found);
    pooled(form, found);
    if rules.methods.contains(&Method::Top2) {
        top2(form, found);
    }
    if rules.methods.contains(&Method::Points18) {
        points18(form, found);
    } else if !rules.bands.is_empty() {
        found.add(
            "index.bands",
            "bands",
            "bands grade points18, which is not among the methods; add it, or take the bands out",
        );
    }
}

fn headline(form: &Form, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for id in &form.index.headline {
        let path = format!("index.headline.{id}");
        if !seen.insert(id) {
            found.add(&path, "duplicate-id", "name each item once");
        }
        let rated = ratings(form)
            .find(|item| item.id == *id)
            .and_then(|item| form.scale_of(item))
            .is_some_and(is_rated);
        if !rated {
            found.add(
                path,
                "headline-item",
                format!(
                    "the headline is made of ratings on a satisfaction or points scale; use some of {}",
                    list(ratings(form).map(|item| &item.id))
                ),
            );
        }
    }
}

/// Answers are pooled in the headline and in each factor. Three levels without a neutral one and five levels are not
/// comparable, so all scales of a scope have the same kind, values and satisfied levels.
fn pooled(form: &Form, found: &mut Findings) {
    scope(
        form,
        "index.headline",
        ratings(form).filter(|item| form.is_headline(item)),
        found,
    );
    for factor in &form.factors {
        let members = ratings(form).filter(|item| item.factor.as_ref() == Some(&factor.id));
        scope(form, &format!("factors.{}", factor.id), members, found);
    }
}

fn scope<'a>(
    form: &Form,
    path: &str,
    members: impl Iterator<Item = &'a Item>,
    found: &mut Findings,
) {
    let mut first: Option<(&Item, &Scale)> = None;
    for item in members {
        let Some(scale) = form.scale_of(item) else {
            continue;
        };
        let (model, model_scale) = *first.get_or_insert((item, scale));
        if shape(scale) != shape(model_scale) {
            found.add(
                path,
                "mixed-scales",
                format!(
                    "the answers to {} and {} are pooled here, but their scales differ in kind, values or satisfied levels; use one scale, or separate them",
                    model.id, item.id
                ),
            );
        }
    }
}

/// What must be equal for answers to be pooled.
fn shape(scale: &Scale) -> (ScaleKind, Vec<(u8, bool)>) {
    let levels = scale.levels.iter();
    (
        scale.kind,
        levels.map(|level| (level.value, level.satisfied)).collect(),
    )
}

fn top2(form: &Form, found: &mut Findings) {
    for item in ratings(form) {
        let satisfiable = form
            .scale_of(item)
            .is_none_or(|scale| scale.levels.iter().any(|level| level.satisfied));
        if !satisfiable {
            found.add(
                format!("items.{}.scale", item.id),
                "top2",
                format!(
                    "top2 counts satisfied answers, but scale {} marks no level as satisfied; mark some, or take top2 out of index.methods",
                    item.scale
                ),
            );
        }
    }
}

fn points18(form: &Form, found: &mut Findings) {
    let indicators = ratings(form)
        .filter(|item| {
            form.scale_of(item).is_some_and(|scale| {
                scale.kind == ScaleKind::Points
                    && scale.levels.iter().map(|level| level.value).eq(POINTS)
            })
        })
        .count();
    let others = ratings(form).count() - indicators;
    if indicators != INDICATORS || others > 0 {
        found.add(
            "index.methods",
            "points18",
            format!(
                "points18 adds nine ratings on points scales with the values 0, 1 and 2, but this form has {indicators} of these and {others} other ratings"
            ),
        );
    }
    bands(form, found);
}

/// Bands lie without hole or overlap from 0 to the greatest sum. A grading that tests "> 15" and then "12 to < 15"
/// leaves exactly 15 without a grade; here every bound belongs to the band above it.
fn bands(form: &Form, found: &mut Findings) {
    let bands = &form.index.bands;
    let (Some(best), Some(last)) = (bands.first(), bands.last()) else {
        found.add(
            "index.bands",
            "bands",
            "points18 is graded; give bands, best first",
        );
        return;
    };
    let greatest = u16::try_from(INDICATORS).unwrap_or(u16::MAX) * u16::from(POINTS[2]);
    if let Some(below) = best.below {
        found.add(
            format!("index.bands.{}.below", best.id),
            "band-cover",
            format!("{below} points or more would earn no grade; the best band has no upper bound"),
        );
    }
    if best.from > greatest {
        found.add(
            format!("index.bands.{}.from", best.id),
            "band-cover",
            format!("nobody can reach it: the greatest sum is {greatest} points"),
        );
    }
    if last.from > 0 {
        found.add(
            format!("index.bands.{}.from", last.id),
            "band-cover",
            format!(
                "fewer than {} points would earn no grade; the last band starts at 0",
                last.from
            ),
        );
    }
    for pair in bands.windows(2) {
        let (above, here) = (&pair[0], &pair[1]);
        let path = format!("index.bands.{}", here.id);
        let Some(below) = here.below else {
            found.add(
                path,
                "band-overlap",
                format!(
                    "it has no upper bound and overlaps {}; set below to {}",
                    above.id, above.from
                ),
            );
            continue;
        };
        if here.from >= below {
            found.add(
                &path,
                "band-empty",
                format!("from {} to below {below} holds no points; list the bands from best to worst and check the bounds", here.from),
            );
        }
        if below < above.from {
            found.add(
                path,
                "band-gap",
                format!(
                    "{below} up to below {} earns no grade; set below to {}",
                    above.from, above.from
                ),
            );
        } else if below > above.from {
            found.add(
                path,
                "band-overlap",
                format!(
                    "{} up to below {below} earns two grades; set below to {}",
                    above.from, above.from
                ),
            );
        }
    }
}
