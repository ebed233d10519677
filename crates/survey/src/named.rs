//! Values by name. The collector keeps them in a tree; the widget, which holds a dozen, in a list: a tree of each type
//! would cost it several kilobytes of code.

/// Values by name, ordered by name.
#[cfg(feature = "server")]
pub type Named<V> = std::collections::BTreeMap<String, V>;
#[cfg(not(feature = "server"))]
pub use small::Named;

#[cfg(not(feature = "server"))]
mod small {
    use serde::{Serialize, Serializer};

    /// Values by name, ordered by name.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Named<V>(Vec<(String, V)>);

    impl<V> Named<V> {
        /// An empty map.
        pub const fn new() -> Self {
            Self(Vec::new())
        }

        fn find(&self, name: &str) -> Result<usize, usize> {
            let later = self.0.iter().position(|(known, _)| known.as_str() >= name);
            match later {
                Some(at) if self.0[at].0 == name => Ok(at),
                Some(at) => Err(at),
                None => Err(self.0.len()),
            }
        }

        /// The value of this name.
        pub fn get(&self, name: &str) -> Option<&V> {
            let at = self.find(name).ok()?;
            self.0.get(at).map(|(_, value)| value)
        }

        /// Sets a value; gives the one that it replaces.
        pub fn insert(&mut self, name: String, value: V) -> Option<V> {
            match self.find(&name) {
                Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
                Err(at) => {
                    self.0.insert(at, (name, value));
                    None
                }
            }
        }

        /// Takes a value out.
        pub fn remove(&mut self, name: &str) -> Option<V> {
            let at = self.find(name).ok()?;
            Some(self.0.remove(at).1)
        }

        /// Takes all values out.
        pub fn clear(&mut self) {
            self.0.clear();
        }

        /// Is there a value of this name?
        pub fn contains_key(&self, name: &str) -> bool {
            self.find(name).is_ok()
        }

        /// Is there none at all?
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }

        /// Names and values, in the order of the names.
        pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
            self.0.iter().map(|(name, value)| (name, value))
        }

        /// The values, in the order of their names.
        pub fn values(&self) -> impl Iterator<Item = &V> {
            self.0.iter().map(|(_, value)| value)
        }
    }

    impl<V> Default for Named<V> {
        fn default() -> Self {
            Self::new()
        }
    }

    impl<V> Extend<(String, V)> for Named<V> {
        fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, entries: I) {
            for (name, value) in entries {
                self.insert(name, value);
            }
        }
    }

    impl<V> FromIterator<(String, V)> for Named<V> {
        fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Self {
            let mut map = Self::new();
            map.extend(entries);
            map
        }
    }

    impl<V> IntoIterator for Named<V> {
        type Item = (String, V);
        type IntoIter = std::vec::IntoIter<(String, V)>;

        fn into_iter(self) -> Self::IntoIter {
            self.0.into_iter()
        }
    }

    impl<V: Serialize> Serialize for Named<V> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.iter())
        }
    }
}
