//! Wishes for invites that come in as a file: CSV, a workbook, a JSON array, or one JSON object a line.

use std::io::Read;

use survey::response::{Fault, Touchpoint};

use super::read::{self, Column, Layout, Row};
use super::{ImportError, Refused};
use crate::store::terms::Term;

const COLUMNS: &[Column] = &[
    Column::required("dossier"),
    Column::optional("touchpoint"),
    Column::optional("form"),
];

/// A wish as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Line on which it begins; the first line is 1.
    pub line: u64,
    /// The dossier code.
    pub dossier: String,
    /// The moment, where the line names one.
    pub touchpoint: Option<Touchpoint>,
    /// The form, where the line names one.
    pub form: Option<String>,
}

/// Reads every line of a file; a faulty one does not stop the others.
///
/// # Errors
/// When the header is wrong or reading fails.
pub fn read(reader: impl Read) -> Result<Vec<Result<Asked, Refused>>, ImportError> {
    let mut lines = Vec::new();
    let layout = Layout {
        columns: COLUMNS,
        mapping: None,
    };
    read::rows(reader, None, layout, &mut |row, _| {
        lines.push(row.and_then(asked));
        true
    })?;
    Ok(lines)
}

fn asked(row: Row) -> Result<Asked, Refused> {
    let value = |at: usize| row.values.get(at).map_or("", |value| value.trim());
    let mut faults = Vec::new();
    if value(0).is_empty() {
        faults.push(Fault::new(
            "dossier",
            "required",
            "name the dossier that is to be rated",
        ));
    }
    let touchpoint = Some(value(1)).filter(|name| !name.is_empty()).map(|name| {
        Touchpoint::of_name(name).ok_or_else(|| {
            let names = Touchpoint::names().join(", ");
            Fault::new(
                "touchpoint",
                "unknown-value",
                format!("choose among {names}, or leave it empty"),
            )
        })
    });
    let touchpoint = touchpoint.transpose().unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    if !faults.is_empty() {
        return Err(Refused {
            line: row.line,
            faults,
            values: row.values,
        });
    }
    Ok(Asked {
        line: row.line,
        dossier: value(0).to_owned(),
        touchpoint,
        form: Some(value(2))
            .filter(|form| !form.is_empty())
            .map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_say_the_same() {
        let csv = "dossier;touchpoint\nA-1;receipt\nA-2;\n;\nA-3;never\n";
        let lines = read(csv.as_bytes()).expect("a file");
        let ndjson = "{\"dossier\":\"A-1\",\"touchpoint\":\"receipt\"}\n{\"dossier\":\"A-2\"}\n";
        let objects = read(ndjson.as_bytes()).expect("a file");
        let told = |lines: &[Result<Asked, Refused>]| -> Vec<_> {
            lines
                .iter()
                .flatten()
                .map(|asked| (asked.dossier.clone(), asked.touchpoint))
                .collect()
        };
        let expected = vec![
            ("A-1".to_owned(), Some(Touchpoint::Receipt)),
            ("A-2".to_owned(), None),
        ];
        assert_eq!(told(&lines), expected);
        assert_eq!(told(&objects), expected);
        let refused: Vec<(u64, &str)> = lines
            .iter()
            .filter_map(|line| line.as_ref().err())
            .map(|refused| (refused.line, refused.faults[0].field.as_str()))
            .collect();
        assert_eq!(refused, [(5, "touchpoint")], "an empty line is none");
    }

    #[test]
    fn a_file_without_dossiers_is_refused_as_a_whole() {
        let error = read("code,form\nA-1,t\n".as_bytes()).expect_err("no dossier");
        assert!(error.to_string().contains("dossier"), "{error}");
    }
}
