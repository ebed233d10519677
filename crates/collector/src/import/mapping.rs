//! A mapping file: how the export of some one-stop software is read as our table, without code.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use survey::response::Fault;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::read::{Column, Row};
use crate::store::calendar::ZONE;

/// Columns whose values are moments; a mapping's date formats are for them.
const MOMENTS: [&str; 5] = [
    "received_at",
    "due_at",
    "finished_at",
    "status_at",
    "updated_at",
];

/// How a foreign table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The sheet of a workbook that holds the table; the first that is not hidden when absent.
    sheet: Option<String>,
    /// The row of a sheet or the line of CSV that names the columns; when absent, looked for in a sheet, and the first
    /// line of CSV.
    header_row: Option<u64>,
    /// What stands between the fields of CSV; told from the header when absent.
    delimiter: Option<char>,
    /// How the text is encoded; only `utf-8` is read.
    encoding: Option<String>,
    /// strptime patterns of dates and moments, tried in order; the usual ways of writing are read without.
    dates: Vec<String>,
    /// Our column → the name of theirs.
    columns: BTreeMap<String, String>,
    /// Our column → the value of every record.
    constants: BTreeMap<String, String>,
    /// Our column → their value → ours. A value that is not in the table of its column is a fault.
    values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Mapping {
    /// Reads a mapping for a table of these columns.
    ///
    /// # Errors
    /// A sentence that names the place and the mend.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut mapping: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (table, names) in [
            ("columns", mapping.columns.keys().collect::<Vec<_>>()),
            ("constants", mapping.constants.keys().collect()),
            ("values", mapping.values.keys().collect()),
        ] {
            for name in names {
                if !columns.iter().any(|column| column.name == name) {
                    let known: Vec<_> = columns.iter().map(|column| column.name).collect();
                    return Err(format!(
                        "[{table}] names {name:?}, which this table does not have; it has {}",
                        known.join(", ")
                    ));
                }
            }
        }
        for (ours, theirs) in &mapping.columns {
            if mapping.constants.contains_key(ours) {
                return Err(format!(
                    "{ours:?} stands in [columns] and in [constants]; keep one of the two"
                ));
            }
            let name = fold(theirs);
            let others = mapping.columns.iter().filter(|(other, _)| *other != ours);
            if name.is_empty() || others.clone().any(|(_, other)| fold(other) == name) {
                return Err(format!(
                    "[columns] {ours} = {theirs:?}: name a column of the file that no other field takes"
                ));
            }
        }
        if mapping.header_row == Some(0) {
            return Err(
                "header_row = 0: the first row is 1, as spreadsheet programs count".to_owned(),
            );
        }
        if let Some(encoding) = &mapping.encoding
            && !encoding.eq_ignore_ascii_case("utf-8")
        {
            return Err(format!(
                "encoding = {encoding:?}: only utf-8 is read; save the export as \"CSV UTF-8\", or convert it with \
                 `iconv -f {encoding} -t utf-8`"
            ));
        }
        if mapping
            .delimiter
            .is_some_and(|one| !one.is_ascii() || matches!(one, '"' | '\n' | '\r'))
        {
            return Err(
                "delimiter: one ASCII character, such as \";\", \",\", \"|\" or \"\\t\"".to_owned(),
            );
        }
        for (column, table) in &mut mapping.values {
            let mut folded = BTreeMap::new();
            for (theirs, ours) in std::mem::take(table) {
                let before = folded.insert(fold(&theirs), ours.clone());
                if before.is_some_and(|before| before != ours) {
                    return Err(format!(
                        "[values.{column}] has {theirs:?} twice with different values, since case, blanks and the place of a tone \
                         mark do not matter; keep one"
                    ));
                }
            }
            *table = folded;
        }
        Ok(mapping)
    }

    /// The sheet of a workbook that holds the table.
    pub(super) fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// The row that names the columns; the first one is 1.
    pub(super) fn header_row(&self) -> Option<u64> {
        self.header_row
    }

    /// What stands between the fields of CSV.
    pub(super) fn delimiter(&self) -> Option<u8> {
        self.delimiter.and_then(|one| u8::try_from(one).ok())
    }

    /// Our column that this column of the file fills; a mapped field is not looked for under its own name.
    pub(super) fn ours<'a>(&'a self, theirs: &str) -> Option<&'a str> {
        let name = fold(theirs);
        let mut columns = self.columns.iter();
        columns
            .find(|(_, theirs)| fold(theirs) == name)
            .map(|(ours, _)| ours.as_str())
    }

    /// Does every record have this field without a column?
    pub(super) fn fills(&self, ours: &str) -> bool {
        self.constants.contains_key(ours)
    }

    /// What to call our column in a message: as the file does.
    pub(super) fn shown(&self, ours: &str) -> Option<&str> {
        self.columns.get(ours).map(String::as_str)
    }

    /// Translates a row in place; what cannot be translated stays, with a fault.
    pub(super) fn apply(&self, row: &mut Row, columns: &[Column]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (value, column) in row.values.iter_mut().zip(columns) {
            if let Some(constant) = self.constants.get(column.name) {
                value.clone_from(constant);
                continue;
            }
            if value.trim().is_empty() {
                continue;
            }
            if let Some(table) = self.values.get(column.name) {
                match table.get(&fold(value)) {
                    Some(ours) => value.clone_from(ours),
                    None => faults.push(Fault::new(
                        column.name,
                        "unmapped-value",
                        format!(
                            "{:?} stands in no line of [values.{}] of the mapping; add it there",
                            value.trim(),
                            column.name
                        ),
                    )),
                }
            } else if MOMENTS.contains(&column.name)
                && let Some(written) = self
                    .dates
                    .iter()
                    .find_map(|date| moment(date, value.trim()))
            {
                *value = written;
            }
        }
        faults
    }
}

/// A date or moment by this pattern, in a way that the table reads.
fn moment(pattern: &str, text: &str) -> Option<String> {
    if let Ok(moment) = DateTime::strptime(pattern, text) {
        let has_time = ["%H", "%I", "%T", "%R", "%k", "%l"]
            .iter()
            .any(|part| pattern.contains(part));
        if has_time {
            return ZONE.to_timestamp(moment).ok().map(|at| at.to_string());
        }
    }
    Date::strptime(pattern, text)
        .ok()
        .map(|date| date.to_string())
}

/// Compared without case, composed, with one blank between words, and wherever in a word its tone mark stands: exports are
/// not careful, and Hoà and Hòa are one name by two rules of spelling.
pub(super) fn fold(text: &str) -> String {
    let words = text.split_whitespace().map(tone_last).collect::<Vec<_>>();
    words.join(" ").nfc().collect::<String>().to_lowercase()
}

/// The word with its tone mark behind the last of its letters. No two words of Vietnamese differ only by where the mark stands.
fn tone_last(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut tones = String::new();
    for c in word.nfd() {
        let of_syllable = c.is_alphabetic() || is_combining_mark(c);
        if !of_syllable {
            folded.push_str(&std::mem::take(&mut tones));
        }
        match c {
            // Grave, acute, tilde, hook above, dot below.
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones.push(c),
            _ => folded.push(c),
        }
    }
    folded + &tones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_without_a_time_stay_dates() {
        assert_eq!(
            moment("%d.%m.%Y", "13.03.2026").as_deref(),
            Some("2026-03-13")
        );
        assert_eq!(
            moment("%d.%m.%y %Hh%M", "13.03.26 10h56").as_deref(),
            Some("2026-03-13T03:56:00Z")
        );
        assert_eq!(moment("%d.%m.%Y", "31.02.2026"), None);
    }

    #[test]
    fn names_are_compared_as_people_read_them() {
        assert_eq!(fold("  Mã  hồ sơ "), fold("MÃ HO\u{302}\u{300} SƠ"));
    }

    #[test]
    fn the_old_and_the_new_place_of_a_tone_mark_are_one() {
        for (old, new) in [
            ("Hoà", "Hòa"),
            ("UBND xã Thuỷ Xuân", "UBND XÃ THỦY XUÂN"),
            ("Khoẻ", "khỏe"),
            ("Hoá chất, Quỳ Hợp", "Hóa chất, Qùy Hợp"),
            ("phường Tân Hoà-Thuỵ Hoả", "Phường Tân Hòa-Thụy Hỏa"),
            ("Hoa\u{300}", "Ho\u{300}a"),
        ] {
            assert_eq!(fold(old), fold(new), "{old}");
        }
    }

    #[test]
    fn other_tones_and_letters_stay_apart() {
        for (one, other) in [
            ("Hoà", "Hoá"),
            ("Hòa", "Hoa"),
            ("Hòa", "Hỏa"),
            ("Thuỷ", "Thuỳ"),
            ("Mường", "Mương"),
            ("Mỏ", "Mơ"),
            ("Đá", "Dá"),
            ("Hòa Hoa", "Hoa Hòa"),
            ("Hòa-Hoa", "Hoa-Hòa"),
            ("Tân", "Tấn"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }
}
