//! Putting a form to a person: which item comes next, what applies, what is offered.

#[cfg(feature = "server")]
use super::Role;
use super::{Form, Item, Judge, Level, Reasons, Scale};
use crate::answers::{Answer, Answers};
#[cfg(feature = "server")]
use crate::text::Text;

impl Form {
    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The scale that answers an item of this form.
    pub fn scale_of(&self, item: &Item) -> Option<&Scale> {
        self.scales.get(&item.scale)
    }

    /// The sentence that stands above this item, where its role has one.
    #[cfg(feature = "server")]
    pub fn lead_of(&self, item: &Item) -> Option<&Text> {
        self.leads.get(&item.role)
    }

    /// Is this item put to a person who has answered like this so far? `enabled` lists sensitive items that the
    /// authority has switched on.
    pub fn applies(&self, item: &Item, answers: &Answers, enabled: &[String]) -> bool {
        item.judge == Judge::Person
            && (!item.off_by_default || enabled.contains(&item.id))
            && item.when.as_ref().is_none_or(|condition| {
                matches!(answers.get(&condition.item), Some(Answer::Level(level)) if condition.is.contains(level))
            })
    }

    /// The first applicable item after `after` (from the start if `None`): the next question to put.
    pub fn next_item(
        &self,
        after: Option<&str>,
        answers: &Answers,
        enabled: &[String],
    ) -> Option<&Item> {
        let start = match after {
            None => 0,
            Some(id) => self.items.iter().position(|item| item.id == id)? + 1,
        };
        self.items[start..]
            .iter()
            .find(|item| self.applies(item, answers, enabled))
    }

    /// Does this item enter the form's headline figure?
    #[cfg(feature = "server")]
    pub fn is_headline(&self, item: &Item) -> bool {
        item.role == Role::Rating
            && (self.index.headline.is_empty() || self.index.headline.contains(&item.id))
    }

    /// Should reasons be offered to a person who has answered like this?
    pub fn offers_reasons(&self, answers: &Answers) -> Option<&Reasons> {
        self.reasons.as_ref().filter(|reasons| {
            matches!(answers.get(&reasons.item), Some(Answer::Level(level)) if *level <= reasons.at_or_below)
        })
    }
}

impl Scale {
    /// The level with this value.
    pub fn level(&self, value: u8) -> Option<&Level> {
        self.levels.iter().find(|level| level.value == value)
    }
}
