//! What an account sees: everything, or one branch of the units. This is the one place that narrows what a page asks.
//!
//! [`Officer`](super::desk::Officer) refuses an address that names a unit outside; [`Asked`](super::asked::Asked) can only be
//! made with the scope of whoever asks, and puts it into every question to the index; whatever else a page reads goes through
//! [`Scope::units`] or [`Scope::sees`].

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::store::{Store, StoreError, Unit, User};
use crate::units::{key_of_unit, unit_of_key};

/// The units that an account sees; the default is every unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope(Option<Arc<Branch>>);

#[derive(Debug, PartialEq, Eq)]
struct Branch {
    top: String,
    /// What the unit on top is called, by its last name; else its code.
    name: String,
    codes: BTreeSet<String>,
}

impl Branch {
    fn scope(units: &[Unit], top: &str, codes: BTreeSet<String>) -> Scope {
        let name = unit_of_key(units, top).map_or(top, |unit| &unit.name);
        Scope(Some(Arc::new(Self {
            top: top.to_owned(),
            name: name.to_owned(),
            codes,
        })))
    }
}

impl Scope {
    /// The scope of this account by the units as they are known now.
    pub(super) async fn of(store: &dyn Store, user: &User) -> Result<Self, StoreError> {
        Ok(match &user.branch {
            None => Self::default(),
            Some(top) => Self::branch(&store.units().await?, top),
        })
    }

    /// Of this scope only the units of these keys, which are those below `top` and itself.
    pub(super) fn within(&self, units: &[Unit], top: &str, keys: BTreeSet<String>) -> Self {
        let mut codes: BTreeSet<String> = keys.into_iter().filter(|key| self.sees(key)).collect();
        if codes.is_empty() {
            // An empty filter would be none.
            codes.insert(top.to_owned());
        }
        Branch::scope(units, top, codes)
    }

    fn branch(units: &[Unit], top: &str) -> Self {
        Branch::scope(units, top, Unit::branch(units, top))
    }

    /// Every unit?
    pub(super) fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Code of the unit on top; none for all units.
    pub(super) fn top(&self) -> Option<&str> {
        self.0.as_ref().map(|branch| branch.top.as_str())
    }

    /// What the unit on top is called; none for all units.
    pub(super) fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|branch| branch.name.as_str())
    }

    /// May something of the unit of this code be shown?
    pub(super) fn sees(&self, code: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|branch| branch.codes.contains(code))
    }

    /// The codes that figures are filtered by; never empty, none for all units.
    pub(super) fn codes(&self) -> Option<&BTreeSet<String>> {
        self.0.as_ref().map(|branch| &branch.codes)
    }

    /// The units that may be named.
    pub(super) async fn units(&self, store: &dyn Store) -> Result<Vec<Unit>, StoreError> {
        let all = store.units().await?;
        let is_seen = |unit: &&Unit| self.sees(&unit.code) || self.sees(&key_of_unit(&all, unit));
        Ok(all.iter().filter(is_seen).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(code: &str, parent: Option<&str>, from: Option<&str>) -> Unit {
        Unit {
            code: code.to_owned(),
            name: code.to_owned(),
            kind: String::new(),
            parent: parent.map(str::to_owned),
            valid_from: from.map(|day| day.parse().unwrap()),
            valid_to: None,
        }
    }

    #[test]
    fn a_branch_has_all_that_was_ever_below_it_and_nothing_beside_or_above() {
        let units = [
            unit("tinh", None, None),
            unit("huyen-1", Some("tinh"), None),
            unit("huyen-2", Some("tinh"), None),
            unit("xa-1", Some("huyen-1"), None),
            unit("xa-2", Some("huyen-2"), None),
            // Moved from the one to the other.
            unit("xa-3", Some("huyen-1"), Some("2020-01-01")),
            unit("xa-3", Some("huyen-2"), Some("2025-07-01")),
        ];
        let scope = Scope::branch(&units, "huyen-1");
        let seen: Vec<&str> = scope.codes().unwrap().iter().map(String::as_str).collect();
        assert_eq!(seen, ["huyen-1", "xa-1", "xa-3"]);
        assert!(!scope.sees("tinh") && !scope.sees("xa-2") && !scope.sees(""));
        assert!(Scope::default().sees("xa-2"));
    }

    #[test]
    fn an_unknown_top_and_units_in_a_ring_see_no_more_than_themselves() {
        let ring = [
            unit("a", Some("b"), None),
            unit("b", Some("a"), None),
            unit("c", None, None),
        ];
        let codes = |top: &str| Scope::branch(&ring, top).codes().unwrap().len();
        assert_eq!((codes("a"), codes("none"), codes("c")), (2, 1, 1));
    }
}
