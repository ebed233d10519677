//! A table that others have published, typed in to be checked by [`survey::published`].
//!
//! JSON and TOML hold the whole table. CSV holds one line for each level of each row, and what stands once in the
//! publication is given beside it.

use std::path::Path;

use survey::form::ScaleKind;
use survey::published::{Headline, Level, PublishedTable, Row};
use survey::ratio::Decimal;

/// The columns of a CSV file, in the order in which people type them; in the file they may stand in any order.
pub const COLUMNS: [&str; 7] = [
    "row",
    "text",
    "kind",
    "level",
    "count",
    "share",
    "satisfied",
];

/// What stands once in a publication; it wins over what the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Questionnaires that came back.
    pub returned: Option<u64>,
    /// Questionnaires handed out.
    pub handed_out: Option<u64>,
    /// The published figure over all rows, in per cent, with the decimals that were printed.
    pub headline: Option<Decimal>,
}

/// Why a file is no table.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The name says nothing about how the file is written.
    #[error(
        "{0:?} ends neither in .csv, .json nor .toml; rename the file to say how it is written"
    )]
    Ending(String),
    /// JSON, TOML or CSV that cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// A column is missing.
    #[error("the header lacks the column {0}; the columns are {columns}", columns = COLUMNS.join(", "))]
    Column(&'static str),
    /// A value breaks a rule.
    #[error("line {line}, {column}: {rule}")]
    Value {
        /// Line of the file; the header is line 1.
        line: u64,
        /// Column at fault.
        column: &'static str,
        /// The rule and the mend.
        rule: String,
    },
    /// Nobody said how many questionnaires came back.
    #[error("a CSV table does not say how many questionnaires came back; give --returned COUNT")]
    Returned,
}

/// Reads a table; the ending of `path` says how it is written.
///
/// # Errors
///
/// [`TableError`] names line, column, rule and mend.
pub fn read(path: &Path, text: &str, given: &Given) -> Result<PublishedTable, TableError> {
    let text = text.trim_start_matches('\u{feff}');
    let unreadable = |error: &dyn std::fmt::Display| TableError::Unreadable(error.to_string());
    let ending = path.extension().and_then(std::ffi::OsStr::to_str);
    let mut table = match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
        "json" => serde_json::from_str(text).map_err(|error| unreadable(&error))?,
        "toml" => toml::from_str(text).map_err(|error| unreadable(&error))?,
        "csv" => PublishedTable {
            title: path.display().to_string(),
            source: path.display().to_string(),
            handed_out: None,
            returned: given.returned.ok_or(TableError::Returned)?,
            rows: rows(text)?,
            headline: None,
        },
        _ => return Err(TableError::Ending(path.display().to_string())),
    };
    table.returned = given.returned.unwrap_or(table.returned);
    table.handed_out = given.handed_out.or(table.handed_out);
    if let Some(share) = given.headline {
        table.headline = Some(Headline {
            text: share.to_string(),
            share,
        });
    }
    Ok(table)
}

/// A decimal as people print it: with a point or a comma, with or without a percent sign.
///
/// # Errors
///
/// A sentence with the rule.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    text.trim_end_matches('%')
        .trim()
        .replace(',', ".")
        .parse()
        .map_err(|error: survey::ratio::NotDecimal| error.to_string())
}

fn rows(text: &str) -> Result<Vec<Row>, TableError> {
    let header = text.lines().next().unwrap_or_default();
    let semicolons = header.matches(';').count() > header.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| TableError::Unreadable(error.to_string());
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = header
            .iter()
            .position(|name| name.eq_ignore_ascii_case(column))
            .ok_or(TableError::Column(column))?;
    }
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let [id, text, kind, level, count, share, satisfied] =
            places.map(|place| record.get(place).unwrap_or_default());
        let wrong = |column, rule: String| TableError::Value { line, column, rule };
        let level = Level {
            text: level.to_owned(),
            count: count.parse().map_err(|_| {
                wrong("count", format!("{count:?} is no count; write digits alone"))
            })?,
            share: decimal(share).map_err(|rule| wrong("share", rule))?,
            satisfied: yes(satisfied).ok_or_else(|| {
                wrong(
                    "satisfied",
                    format!("{satisfied:?} is neither yes nor no; say yes for levels that the publisher counts as satisfied"),
                )
            })?,
        };
        if id.is_empty() {
            return Err(wrong(
                "row",
                "name the row that the level belongs to".into(),
            ));
        }
        let place = rows.iter().position(|row| row.id == id);
        if place.is_some_and(|at| at + 1 < rows.len()) {
            let rule = format!("row {id:?} stands further up already; keep its levels together");
            return Err(wrong("row", rule));
        }
        match rows.last_mut().filter(|_| place.is_some()) {
            Some(row) => row.levels.push(level),
            None => rows.push(Row {
                id: id.to_owned(),
                text: text.to_owned(),
                kind: kind_of(kind).ok_or_else(|| {
                    wrong(
                        "kind",
                        format!(
                            "{kind:?} is no kind of scale; say satisfaction, points, ordinal or choice"
                        ),
                    )
                })?,
                levels: vec![level],
            }),
        }
    }
    Ok(rows)
}

fn yes(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "yes" | "true" | "1" | "x" | "có" => Some(true),
        "no" | "false" | "0" | "" | "không" => Some(false),
        _ => None,
    }
}

fn kind_of(word: &str) -> Option<ScaleKind> {
    match word {
        "satisfaction" => Some(ScaleKind::Satisfaction),
        "points" => Some(ScaleKind::Points),
        "ordinal" => Some(ScaleKind::Ordinal),
        "choice" => Some(ScaleKind::Choice),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "row,text,kind,level,count,share,satisfied\n";

    fn csv(text: &str) -> Result<PublishedTable, TableError> {
        let given = Given {
            returned: Some(4),
            ..Given::default()
        };
        read(Path::new("t.csv"), text, &given)
    }

    #[test]
    fn what_is_wrong_is_told_with_line_column_and_mend() {
        for (lines, told) in [
            ("1,a,satisfaction,x,3a,75,yes\n", "line 2, count: \"3a\""),
            (
                "1,a,satisfaction,x,3,75,maybe\n",
                "line 2, satisfied: \"maybe\"",
            ),
            ("1,a,smiles,x,3,75,yes\n", "line 2, kind: \"smiles\""),
            (
                "1,a,satisfaction,x,3,7.5.1,yes\n",
                "line 2, share: \"7.5.1\"",
            ),
            (
                "1,a,points,x,3,75,yes\n2,b,points,x,3,75,yes\n1,,,y,1,25,no\n",
                "line 4, row: row \"1\"",
            ),
            (",a,points,x,3,75,yes\n", "line 2, row: name the row"),
        ] {
            let error = csv(&format!("{HEADER}{lines}"))
                .expect_err(lines)
                .to_string();
            assert!(error.starts_with(told), "{error}");
        }
        assert_eq!(
            csv("row,text,kind,level,count,share\n"),
            Err(TableError::Column("satisfied"))
        );
        let none = read(Path::new("t.csv"), HEADER, &Given::default());
        assert_eq!(none, Err(TableError::Returned));
        let pdf = read(Path::new("t.pdf"), "", &Given::default());
        assert_eq!(pdf, Err(TableError::Ending("t.pdf".into())));
    }

    #[test]
    fn offices_write_semicolons_and_decimal_commas() {
        let commas = csv(&format!(
            "{HEADER}1,a,satisfaction,x,3,75.50,yes\n1,,,y,1,24.5,no\n"
        ));
        let office = "\u{feff}row;text;kind;level;count;share;satisfied\r\n1;a;satisfaction;x;3;75,50 %;có\r\n1;;;y;1;24,5;\r\n";
        assert_eq!(csv(office), commas);
    }

    #[test]
    fn what_is_given_beside_the_file_wins() {
        let toml = "title = 't'\nsource = 's'\nreturned = 9\nrows = []\n";
        let given = Given {
            returned: Some(4),
            handed_out: Some(5),
            headline: decimal("97,95").ok(),
        };
        let table = read(Path::new("t.toml"), toml, &given).expect("a table");
        assert_eq!((table.returned, table.handed_out), (4, Some(5)));
        assert_eq!(
            table.headline.map(|one| one.share.to_string()),
            Some("97.95".into())
        );
        let own = read(Path::new("t.toml"), toml, &Given::default()).expect("a table");
        assert_eq!(own.returned, 9);
    }

    proptest! {
        #[test]
        fn any_text_is_a_table_or_an_error(lines in "[0-9a-z,;.\"\n]{0,200}") {
            let _ = csv(&lines);
            let _ = csv(&format!("{HEADER}{lines}"));
        }
    }
}
