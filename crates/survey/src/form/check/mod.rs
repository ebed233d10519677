//! What a form file must keep to, beyond its shape. One file for each subject; each function adds every fault it finds.

mod index;
mod items;
mod names;
mod ranges;
mod scales;
mod texts;
mod weights;

use super::{Form, Item, Role, Scale, ScaleKind};

/// One thing that is wrong with a form.
pub(super) struct Finding {
    pub path: String,
    pub rule: &'static str,
    pub message: String,
}

/// The faults found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        self.0.push(Finding {
            path: path.into(),
            rule,
            message: message.into(),
        });
    }
}

/// Every fault of the form, in the order of the subjects.
pub(super) fn all(form: &Form) -> Vec<Finding> {
    let mut found = Findings::default();
    names::check(form, &mut found);
    texts::check(form, &mut found);
    scales::check(form, &mut found);
    items::check(form, &mut found);
    index::check(form, &mut found);
    weights::check(form, &mut found);
    found.0
}

/// The items whose answers are ratings.
fn ratings(form: &Form) -> impl Iterator<Item = &Item> {
    form.items.iter().filter(|item| item.role == Role::Rating)
}

/// May a mean or a share of satisfied answers be computed from this scale?
fn is_rated(scale: &Scale) -> bool {
    matches!(scale.kind, ScaleKind::Satisfaction | ScaleKind::Points)
}

/// Things separated by commas, for messages.
fn list<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = things.into_iter().map(|thing| thing.to_string()).collect();
    words.join(", ")
}
