//! What periods, releases and the values of dimensions are called.

use survey::form::Form;
use unicode_normalization::UnicodeNormalization;

use super::super::numbers::{day, month};
use super::super::report::unit_name;
use super::super::words::{Language, fill};
use crate::publish::{Period, PeriodKind, ReleaseHead, TableName};
use crate::store::calendar::month_number;
use crate::store::{Procedure, Unit};

/// A period in a sentence: `tháng 07/2026`, `third quarter of 2026`.
pub(in crate::staff) fn period(lang: Language, period: Period) -> String {
    let number = month_number(period.from());
    match period.kind() {
        PeriodKind::Month => month(lang, number),
        PeriodKind::Quarter => {
            let words = &lang.words().public;
            let quarter = number.rem_euclid(12) / 3 + 1;
            let quarter = words.quarters.get(&quarter.to_string());
            let year = number.div_euclid(12).to_string();
            let places = [
                ("quarter", quarter.map_or("", String::as_str)),
                ("year", year.as_str()),
            ];
            fill(&words.quarter, &places)
        }
    }
}

/// The same with its days.
pub(super) fn of_period(lang: Language, one: Period) -> String {
    let places = [
        ("period", period(lang, one)),
        ("from", day(lang, one.from())),
        ("to", day(lang, one.to())),
    ];
    fill(
        &lang.words().public.of_period,
        &places.each_ref().map(|(name, text)| (*name, text.as_str())),
    )
}

/// A release in a list, under its form.
pub(in crate::staff) fn title(lang: Language, head: &ReleaseHead) -> String {
    format!(
        "{} · {} {} · {}",
        period(lang, head.period),
        lang.words().report.version,
        head.form_version,
        head.method.words().label.get(lang.tag())
    )
}

/// Names of the values of dimensions.
#[derive(Clone, Copy)]
pub(in crate::staff) struct Names<'a> {
    pub(in crate::staff) lang: Language,
    pub(in crate::staff) form: &'a Form,
    pub(in crate::staff) units: &'a [Unit],
    pub(in crate::staff) procedures: &'a [Procedure],
}

impl Names<'_> {
    /// What a value is called; its code where nothing is known of it.
    pub(super) fn of(&self, axis: &str, value: Option<&str>) -> String {
        let words = self.lang.words();
        let Some(value) = value else {
            return words.public.other.clone();
        };
        let tag = self.lang.tag();
        let name = match axis {
            "unit" => unit_name(self.units, value),
            "procedure" => self
                .procedures
                .iter()
                .find(|known| known.code == value)
                .map(|known| known.name.as_str()),
            "channel" => words.figures.channels.get(value).map(String::as_str),
            "touchpoint" => words.public.touchpoints.get(value).map(String::as_str),
            "timeliness" => words.public.timelinesses.get(value).map(String::as_str),
            "item" => {
                let known = self.form.items.iter().find(|item| item.id == value);
                known.map(|item| item.text.get(tag))
            }
            "factor" => {
                let known = self.form.factors.iter().find(|factor| factor.id == value);
                known.map(|factor| factor.text.get(tag))
            }
            _ => None,
        };
        name.unwrap_or(value).to_owned()
    }

    /// The heading of a dimension's column.
    pub(super) fn column(&self, axis: &str) -> String {
        let columns = &self.lang.words().public.columns;
        columns.get(axis).cloned().unwrap_or_default()
    }
}

/// What a table is called: `Theo đơn vị tiếp nhận và theo câu hỏi`.
pub(in crate::staff) fn table(lang: Language, table: TableName) -> String {
    let words = &lang.words().public;
    let of = |name: &str| words.tables.get(name).cloned().unwrap_or_default();
    match table.by() {
        [] => of("whole"),
        [one] => of(one),
        [one, other, ..] => {
            // In the middle of a sentence.
            let other = of(other).to_lowercase();
            fill(&words.and, &[("one", &of(one)), ("other", &other)])
        }
    }
}

/// By what names are put in the order of the Vietnamese alphabet, as far as base letters and đ go: ă after a, đ after d.
pub(super) fn by_name(name: &str) -> String {
    let lower = name.to_lowercase().replace('đ', "d\u{36f}");
    lower.nfd().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::MENU;

    #[test]
    fn periods_are_told_as_people_say_them() {
        let told = |lang, name: &str| period(lang, name.parse().expect("a period"));
        assert_eq!(told(Language::Vi, "2026-07"), "tháng 07/2026");
        assert_eq!(told(Language::Vi, "2026-Q3"), "quý III/2026");
        assert_eq!(told(Language::En, "2026-Q1"), "first quarter of 2026");
        assert_eq!(told(Language::En, "2026-12"), "December 2026");
    }

    #[test]
    fn names_stand_in_the_order_of_the_alphabet() {
        let mut names = ["Xã Ea", "Xã Đức", "Xã Dừa", "Xã Ăng", "Xã Bình", "Xã An"];
        names.sort_by_cached_key(|name| by_name(name));
        assert_eq!(
            names,
            ["Xã An", "Xã Ăng", "Xã Bình", "Xã Dừa", "Xã Đức", "Xã Ea"]
        );
    }

    #[test]
    fn every_table_that_can_be_published_and_its_columns_have_names_in_both_languages() {
        for lang in Language::ALL {
            let words = &lang.words().public;
            for one in MENU {
                assert!(!table(lang, one).trim().is_empty());
                for by in one.by() {
                    assert!(words.tables.contains_key(*by), "{by}");
                    assert!(words.columns.contains_key(*by), "{by}");
                }
            }
        }
        let both = TableName::of_name("unit-item").expect("a table of the menu");
        assert_eq!(
            table(Language::Vi, both),
            "Theo đơn vị tiếp nhận và theo câu hỏi"
        );
    }
}
