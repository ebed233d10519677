//! Citizen reports as the system of phản ánh, kiến nghị exports them: CSV, a workbook, a JSON array, or one JSON
//! object a line.

use std::io::Read;

use jiff::Timestamp;
use survey::dossier::DossierCode;
use survey::response::Fault;

use super::clean::{self, DayMeans};
use super::read::{self, Column, Layout, Row};
use super::record::{Fields, dossier_code};
use super::{Format, ImportError, Refused};
use crate::intake::Intake;
use crate::reports::due::DueRule;
use crate::reports::{NewReport, Outcome, Source, Standing, State};
use crate::store::calendar::business_day;
use crate::store::terms::Term;

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::required("id"),
    Column::required("received_at"),
    Column::optional("due_at"),
    Column::optional("answered_at"),
    Column::required("unit"),
    Column::optional("within_competence"),
    Column::optional("outcome"),
    Column::optional("dossier"),
];

/// A line of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The report's id in its own system.
    pub id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When the answer is due; by our own rule when absent.
    pub due_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Unit that must answer.
    pub unit: String,
    /// Is it this authority's business? Yes when the line does not say.
    pub within_competence: bool,
    /// What the citizen said about the answer.
    pub outcome: Outcome,
    /// Normalised code of the dossier that it is about.
    pub dossier: Option<String>,
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Lines {
    /// Lines that are well.
    pub good: Vec<Line>,
    /// Lines that are not.
    pub refused: Vec<Refused>,
}

/// Reads a file whole; an authority has thousands of reports a year.
///
/// # Errors
/// When the header is wrong or reading fails. A faulty line is no error.
pub fn read(reader: impl Read, format: Option<Format>) -> Result<Lines, ImportError> {
    let mut lines = Lines::default();
    let layout = Layout {
        columns: COLUMNS,
        mapping: None,
    };
    read::rows(reader, format, layout, &mut |row, _| {
        let line = row.and_then(|row| {
            Line::of(&row).map_err(|faults| Refused {
                line: row.line,
                faults,
                values: row.values.clone(),
            })
        });
        match line {
            Ok(line) => lines.good.push(line),
            Err(refused) => lines.refused.push(refused),
        }
        true
    })?;
    Ok(lines)
}

impl Line {
    fn of(row: &Row) -> Result<Self, Vec<Fault>> {
        let moment = |day_means| {
            move |raw: &str| {
                clean::parse_time(raw, day_means).map_err(|told| Fault::new("", "bad-time", told))
            }
        };
        let mut fields = Fields::of(row, COLUMNS);
        let received_at = fields.required("received_at", moment(DayMeans::Start));
        let line = Self {
            id: fields.required("id", id),
            received_at,
            due_at: fields.optional("due_at", moment(DayMeans::End)),
            answered_at: fields.optional("answered_at", moment(DayMeans::Start)),
            unit: fields.required("unit", clean::code),
            within_competence: fields
                .optional("within_competence", yes_or_no)
                .unwrap_or(true),
            outcome: fields.optional("outcome", outcome).unwrap_or_default(),
            dossier: fields.optional("dossier", dossier_code),
        };
        // Days, not moments: one of the two may be known by its date alone.
        let received = business_day(received_at);
        for (field, moment) in [("due_at", line.due_at), ("answered_at", line.answered_at)] {
            if moment.is_some_and(|moment| business_day(moment) < received) {
                fields.fault(Fault::new(
                    field,
                    "before-receipt",
                    "this cannot be before the day on which the report came; correct one of the two",
                ));
            }
        }
        if line.outcome != Outcome::Unknown && line.answered_at.is_none() {
            fields.fault(Fault::new(
                "outcome",
                "not-answered",
                "nothing can be said of an answer that was not given; fill in answered_at or leave this empty",
            ));
        }
        fields.finish(line)
    }

    /// The report that this line tells of; without its dossier when the key of that one's year is destroyed.
    ///
    /// # Errors
    /// A sentence, when the dossier code cannot be read, its due day lies beyond the calendar, or the store cannot be read.
    pub async fn report(self, intake: &Intake, rule: &DueRule) -> Result<NewReport, String> {
        let dossier = match self.dossier.as_deref() {
            None => None,
            Some(code) => {
                let code = DossierCode::parse(code).map_err(|error| error.to_string())?;
                let named = intake.report_pseudonym(&code).await;
                named.map_err(|error| error.to_string())?
            }
        };
        let due_at = self
            .due_at
            .or_else(|| rule.due(self.received_at))
            .ok_or("the due day lies beyond the calendar; give due_at")?;
        Ok(NewReport {
            outside_id: Some(self.id),
            source: Source::Other,
            text: String::new(),
            dossier,
            received_at: self.received_at,
            standing: Standing {
                state: match self.answered_at {
                    Some(_) => State::Answered,
                    None => State::New,
                },
                // Known by its day alone, it may seem to be before its receipt.
                answered_at: self.answered_at.map(|at| at.max(self.received_at)),
                outcome: self.outcome,
                ..Standing::new(self.unit, due_at, self.within_competence)
            },
        })
    }
}

fn id(raw: &str) -> Result<String, Fault> {
    if raw.chars().count() <= 64 && !raw.chars().any(char::is_control) {
        Ok(raw.to_owned())
    } else {
        Err(Fault::new(
            "",
            "bad-id",
            "an id has at most 64 characters on one line",
        ))
    }
}

fn yes_or_no(raw: &str) -> Result<bool, Fault> {
    match raw.to_lowercase().as_str() {
        "1" | "true" | "yes" | "có" | "x" => Ok(true),
        "0" | "false" | "no" | "không" => Ok(false),
        _ => Err(Fault::new(
            "",
            "bad-yes-or-no",
            "write 1, true, yes or có; or 0, false, no or không",
        )),
    }
}

fn outcome(raw: &str) -> Result<Outcome, Fault> {
    let told = raw.to_lowercase();
    Outcome::of_name(&told)
        .or(match told.as_str() {
            "hài lòng" => Some(Outcome::Satisfied),
            "không hài lòng" => Some(Outcome::NotSatisfied),
            "khiếu nại" => Some(Outcome::Complaint),
            _ => None,
        })
        .ok_or_else(|| {
            let names = Outcome::names().join(", ");
            Fault::new(
                "",
                "bad-outcome",
                format!(
                    "write one of {names}, hài lòng, không hài lòng, khiếu nại; or leave it empty"
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str =
        "id,received_at,due_at,answered_at,unit,within_competence,outcome,dossier\n";

    fn lines(rows: &str) -> Lines {
        read(std::io::Cursor::new(format!("{HEADER}{rows}")), None).expect("a readable file")
    }

    #[test]
    fn a_line_says_what_became_of_a_report() {
        let lines = lines(
            "PA-1,2026-07-01,2026-07-15,10:00 10/07/2026,H57.132,có,Không hài lòng,h57.132-260804-0583\n",
        );
        let [line] = lines.good.as_slice() else {
            panic!("{:?}", lines.refused)
        };
        assert_eq!(line.outcome, Outcome::NotSatisfied);
        assert_eq!(
            line.due_at.map(|at| at.to_string()).as_deref(),
            Some("2026-07-15T16:59:59Z")
        );
        assert_eq!(line.dossier.as_deref(), Some("H57.132-260804-0583"));
        assert!(line.within_competence);
    }

    #[test]
    fn what_is_wrong_is_named_with_the_mend() {
        let lines = lines(
            ",2026-07-01,,,A,,,\n2,31/02/2026,,,A,,,\n3,2026-07-02,2026-07-01,,A,,,\n4,2026-07-01,,,A,maybe,,\n\
             5,2026-07-01,,,A,,satisfied,\n6,2026-07-01,,2026-07-02,A,,glad,\n7,2026-07-01,,,A,,,1.011441\n",
        );
        let fields: Vec<&str> = lines
            .refused
            .iter()
            .map(|refused| refused.faults[0].field.as_str())
            .collect();
        let expected = [
            "id",
            "received_at",
            "due_at",
            "within_competence",
            "outcome",
            "outcome",
            "dossier",
        ];
        assert_eq!(fields, expected);
        assert!(lines.good.is_empty());
    }

    proptest! {
        /// Whatever a file says, each of its lines is taken or refused, and nothing panics.
        #[test]
        fn every_line_is_taken_or_refused(
            rows in prop::collection::vec("[a-z0-9/:-]{1,10}(,[a-zđó0-9/: .-]{0,12}){7}", 0..20),
        ) {
            let lines = lines(&rows.join("\n"));
            prop_assert_eq!(lines.good.len() + lines.refused.len(), rows.len());
        }
    }
}
