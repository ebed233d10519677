//! Reading JSON objects in which a key given twice is an error.
//!
//! A plain map keeps the last of two equal keys and says nothing: a form would silently lose a scale, and a response
//! an answer.

#[cfg(feature = "server")]
use std::collections::BTreeMap;
#[cfg(feature = "server")]
use std::fmt;
#[cfg(feature = "server")]
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer};
#[cfg(feature = "server")]
use serde::de::{Error, MapAccess, Visitor};

/// For `#[serde(deserialize_with)]` without the collector's checks: the last of two equal keys.
#[cfg(not(feature = "server"))]
pub(crate) fn map<'de, D, V>(deserializer: D) -> Result<crate::named::Named<V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    let map = std::collections::BTreeMap::<String, V>::deserialize(deserializer)?;
    Ok(map.into_iter().collect())
}

/// For `#[serde(deserialize_with)]`: a map whose keys are all different.
#[cfg(feature = "server")]
pub(crate) fn map<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Debug,
    V: Deserialize<'de>,
{
    struct UniqueKeys<K, V>(PhantomData<(K, V)>);

    impl<'de, K, V> Visitor<'de> for UniqueKeys<K, V>
    where
        K: Deserialize<'de> + Ord + fmt::Debug,
        V: Deserialize<'de>,
    {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object whose keys are all different")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(key) = entries.next_key::<K>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format!(
                        "key {key:?} is given twice; give each key once"
                    )));
                }
                map.insert(key, entries.next_value()?);
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(UniqueKeys(PhantomData))
}
