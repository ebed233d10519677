//! The tables that can be published.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A table of the menu.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    name: &'static str,
    /// Dimensions of its keys, as `GET /api/v1/index` names them.
    by: &'static [&'static str],
}

const fn table(name: &'static str, by: &'static [&'static str]) -> Table {
    Table { name, by }
}

/// In the order of a release: what others are a part of stands before them.
static TABLES: [Table; 15] = [
    table("whole", &[]),
    table("unit", &["unit"]),
    table("field", &["field"]),
    table("procedure", &["procedure"]),
    table("channel", &["channel"]),
    table("touchpoint", &["touchpoint"]),
    table("timeliness", &["timeliness"]),
    table("unit-field", &["unit", "field"]),
    table("unit-channel", &["unit", "channel"]),
    table("unit-touchpoint", &["unit", "touchpoint"]),
    table("unit-timeliness", &["unit", "timeliness"]),
    table("factor", &["factor"]),
    table("item", &["item"]),
    table("unit-factor", &["unit", "factor"]),
    table("unit-item", &["unit", "item"]),
];

/// The name of a table that can be published. Orders as the menu does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName(u8);

/// Every table that can be published, in the order of a release.
pub const MENU: [TableName; TABLES.len()] = {
    let mut all = [TableName(0); TABLES.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = TableName(at as u8);
        at += 1;
    }
    all
};

impl TableName {
    /// All ratings in one figure; part of every release.
    pub const WHOLE: Self = Self(0);

    fn table(self) -> &'static Table {
        // Names are made from the menu alone; the whole stands for what cannot be.
        TABLES.get(usize::from(self.0)).unwrap_or(&TABLES[0])
    }

    /// Its name: `unit-field`.
    pub fn name(self) -> &'static str {
        self.table().name
    }

    /// The dimensions of its keys, as `GET /api/v1/index` names them.
    pub fn by(self) -> &'static [&'static str] {
        self.table().by
    }

    /// The table of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        MENU.into_iter().find(|one| one.name() == name)
    }

    /// The table with these dimensions, in any order.
    pub fn of_dimensions(by: &[String]) -> Option<Self> {
        MENU.into_iter().find(|one| {
            one.by().len() == by.len()
                && one
                    .by()
                    .iter()
                    .all(|own| by.iter().any(|asked| asked == own))
        })
    }

    /// Figures by factor or item of the groups of this table; itself for all others. A release that has the one has the
    /// other: without the figure of a group there are none of its parts.
    pub fn of_groups(self) -> Self {
        let groups: Vec<String> = self
            .by()
            .iter()
            .filter(|by| !matches!(**by, "factor" | "item"))
            .map(|by| (*by).to_owned())
            .collect();
        Self::of_dimensions(&groups).unwrap_or(Self::WHOLE)
    }

    /// Names of all tables, for whoever named another.
    pub fn names() -> String {
        MENU.map(Self::name).join(", ")
    }
}

impl Serialize for TableName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of_name(&name).ok_or_else(|| {
            de::Error::custom(format!(
                "there is no table {name:?} to publish; choose among: {}",
                Self::names()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_found_by_its_name_and_its_dimensions() {
        for one in MENU {
            assert_eq!(TableName::of_name(one.name()), Some(one));
            let mut by: Vec<String> = one.by().iter().map(|by| (*by).to_owned()).collect();
            by.reverse();
            assert_eq!(TableName::of_dimensions(&by), Some(one));
        }
        assert_eq!(TableName::of_name("unit,field"), None);
    }

    #[test]
    fn parts_of_a_group_come_after_the_group() {
        let groups = |name| TableName::of_name(name).map(TableName::of_groups);
        assert_eq!(groups("unit-item"), TableName::of_name("unit"));
        assert_eq!(groups("factor"), Some(TableName::WHOLE));
        assert_eq!(groups("unit-field"), TableName::of_name("unit-field"));
        assert!(MENU.into_iter().all(|one| one.of_groups() <= one));
    }
}
