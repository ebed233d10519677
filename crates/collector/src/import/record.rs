//! From a row of a table to a record of the store, one fault for each thing that is wrong.

use std::future::Future;

use survey::dossier::DossierCode;
use survey::response::Fault;

use super::clean::{self, DayMeans};
use super::read::{Column, Row};
use crate::store::calendar::business_day;
use crate::store::{
    Dossier, Fed, Kept, Procedure, StatusChange, Store, StoreError, ToldChange, Unit, UnitChange,
};

/// Longest name of a unit or procedure, in characters; the longest official procedure names are near 400.
const MAX_NAME: usize = 600;
/// Longest short word: kind of a unit, status.
const MAX_WORD: usize = 60;
/// How a dossier may be filed, and how it may end: words that figures are told by.
const FILING_CHANNELS: [&str; 3] = ["desk", "online", "post"];
const OUTCOMES: [&str; 3] = ["granted", "refused", "withdrawn"];

/// What became of records that were handed to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// So many codes were new; the table does not tell more.
    New(u64),
    /// One answer each, in order.
    Each(Vec<Kept>),
}

/// A table that can be imported.
pub trait Record: Sized + Send + 'static {
    /// Its columns, in the order of the documentation; a header may have them in any order.
    const COLUMNS: &'static [Column];

    /// Makes a record of a row whose values stand in the order of [`Record::COLUMNS`].
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn from_row(row: &Row) -> Result<Self, Vec<Fault>>;

    /// Its code.
    fn code(&self) -> &str;

    /// Adds or replaces by code.
    fn upsert(
        store: &dyn Store,
        records: Vec<Self>,
    ) -> impl Future<Output = Result<Written, StoreError>> + Send;
}

impl Record for Unit {
    const COLUMNS: &'static [Column] = &[
        Column::required("code"),
        Column::required("name"),
        Column::required("kind"),
        Column::optional("parent"),
        Column::optional("valid_from"),
        Column::optional("valid_to"),
    ];

    fn from_row(row: &Row) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(row, Self::COLUMNS);
        let unit = Self {
            code: fields.required("code", clean::code),
            name: fields.required("name", |raw| clean::text(raw, MAX_NAME)),
            kind: fields.required("kind", |raw| clean::text(raw, MAX_WORD)),
            parent: fields.optional("parent", clean::code),
            valid_from: fields.optional("valid_from", date),
            valid_to: fields.optional("valid_to", date),
        };
        if unit.parent.as_ref() == Some(&unit.code) {
            fields.fault(Fault::new(
                "parent",
                "own-parent",
                "a unit cannot stand above itself; give the code of the unit above, or leave it empty",
            ));
        }
        if let (Some(from), Some(to)) = (unit.valid_from, unit.valid_to)
            && to < from
        {
            fields.fault(Fault::new(
                "valid_to",
                "before-start",
                format!("{to} is before valid_from {from}; the last day of validity comes after the first"),
            ));
        }
        fields.finish(unit)
    }

    fn code(&self) -> &str {
        &self.code
    }

    async fn upsert(store: &dyn Store, records: Vec<Self>) -> Result<Written, StoreError> {
        store.upsert_units(records).await.map(Written::New)
    }
}

impl Record for ToldChange {
    const COLUMNS: &'static [Column] = &[
        Column::required("unit"),
        Column::optional("successor"),
        Column::required("from"),
    ];

    fn from_row(row: &Row) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(row, Self::COLUMNS);
        let unit = fields.required("unit", clean::code);
        let successor = fields.optional("successor", clean::code);
        let from = fields.required("from", date);
        fields.finish(match successor {
            Some(successor) => Self::Is(UnitChange {
                unit,
                successor,
                from,
            }),
            None => Self::IsNot { unit, from },
        })
    }

    fn code(&self) -> &str {
        match self {
            Self::Is(change) => &change.unit,
            Self::IsNot { unit, .. } => unit,
        }
    }

    async fn upsert(store: &dyn Store, records: Vec<Self>) -> Result<Written, StoreError> {
        store.tell_unit_changes(records).await.map(Written::New)
    }
}

impl Record for Procedure {
    const COLUMNS: &'static [Column] = &[
        Column::required("code"),
        Column::required("name"),
        Column::required("field"),
    ];

    fn from_row(row: &Row) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(row, Self::COLUMNS);
        let procedure = Self {
            code: fields.required("code", clean::code),
            name: fields.required("name", |raw| clean::text(raw, MAX_NAME)),
            field: fields.required("field", |raw| clean::text(raw, MAX_NAME)),
        };
        fields.finish(procedure)
    }

    fn code(&self) -> &str {
        &self.code
    }

    async fn upsert(store: &dyn Store, records: Vec<Self>) -> Result<Written, StoreError> {
        store.upsert_procedures(records).await.map(Written::New)
    }
}

impl Record for Fed {
    const COLUMNS: &'static [Column] = &[
        Column::required("code"),
        Column::required("procedure"),
        Column::optional("field"),
        Column::required("unit"),
        Column::optional("authority"),
        Column::optional("filing_channel"),
        Column::optional("received_at"),
        Column::optional("due_at"),
        Column::optional("finished_at"),
        Column::optional("outcome"),
        Column::optional("status"),
        Column::optional("status_at"),
        Column::optional("updated_at"),
    ];

    fn from_row(row: &Row) -> Result<Self, Vec<Fault>> {
        let moment = |day_means| {
            move |raw: &str| {
                clean::parse_time(raw, day_means).map_err(|told| Fault::new("", "bad-time", told))
            }
        };
        let mut fields = Fields::of(row, Self::COLUMNS);
        let dossier = Dossier {
            code: fields.required("code", dossier_code),
            procedure: fields.required("procedure", clean::code),
            unit: fields.required("unit", clean::code),
            authority: fields.optional("authority", clean::code),
            filing_channel: fields.optional("filing_channel", one_of(&FILING_CHANNELS)),
            received_at: fields.optional("received_at", moment(DayMeans::Start)),
            due_at: fields.optional("due_at", moment(DayMeans::End)),
            finished_at: fields.optional("finished_at", moment(DayMeans::Start)),
            outcome: fields.optional("outcome", one_of(&OUTCOMES)),
        };
        // Days, not moments: one of the two may be known by its date alone.
        if let (Some(received), Some(finished)) = (dossier.received_at, dossier.finished_at)
            && business_day(finished) < business_day(received)
        {
            fields.fault(Fault::new(
                "finished_at",
                "before-receipt",
                "the dossier cannot be finished before the day on which it was received; correct one of the two",
            ));
        }
        let field = fields.optional("field", |raw| clean::text(raw, MAX_NAME));
        let status = fields.optional("status", |raw| clean::text(raw, MAX_WORD));
        let status_at = fields.optional("status_at", moment(DayMeans::Start));
        let updated_at = fields.optional("updated_at", moment(DayMeans::Start));
        let status = match (status, status_at.or(updated_at)) {
            (Some(status), Some(at)) => Some(StatusChange { at, status }),
            (Some(_), None) => {
                fields.fault(Fault::new(
                    "status_at",
                    "required",
                    "a status needs the moment at which the dossier came to it; fill in status_at or updated_at",
                ));
                None
            }
            (None, _) => None,
        };
        fields.finish(Self {
            dossier,
            field,
            status,
            updated_at,
        })
    }

    fn code(&self) -> &str {
        &self.dossier.code
    }

    async fn upsert(store: &dyn Store, records: Vec<Self>) -> Result<Written, StoreError> {
        store.feed_dossiers(records).await.map(Written::Each)
    }
}

/// Reads one of these words, whatever its case.
fn one_of(words: &'static [&'static str]) -> impl Fn(&str) -> Result<String, Fault> {
    move |raw| {
        let told = raw.to_lowercase();
        words
            .iter()
            .find(|word| **word == told)
            .map(|word| (*word).to_owned())
            .ok_or_else(|| {
                Fault::new(
                    "",
                    "unknown-word",
                    format!(
                        "write one of {}, or leave it empty; other words become these by [values] of a mapping",
                        words.join(", ")
                    ),
                )
            })
    }
}

fn date(raw: &str) -> Result<jiff::civil::Date, Fault> {
    clean::parse_date(raw).map_err(|told| Fault::new("", "bad-date", told))
}

pub(super) fn dossier_code(raw: &str) -> Result<String, Fault> {
    DossierCode::parse(raw)
        .map(|code| code.as_str().to_owned())
        .map_err(|error| Fault::new("", "bad-dossier-code", error.to_string()))
}

/// The fields of one row, and the faults found so far.
pub(super) struct Fields<'a> {
    row: &'a Row,
    columns: &'static [Column],
    faults: Vec<Fault>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(row: &'a Row, columns: &'static [Column]) -> Self {
        Self {
            row,
            columns,
            faults: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let at = self.columns.iter().position(|column| column.name == name)?;
        let raw = self.row.values.get(at).map_or("", |value| value.trim());
        if raw.is_empty() {
            return None;
        }
        match read(raw) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(Fault {
                    field: name.to_owned(),
                    ..fault
                });
                None
            }
        }
    }

    /// A value that must be there; the default stands in for a faulty one until [`Fields::finish`] refuses the row.
    pub(super) fn required<T: Default>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> T {
        let before = self.faults.len();
        self.optional(name, read).unwrap_or_else(|| {
            if self.faults.len() == before {
                self.fault(Fault::new(
                    name,
                    "required",
                    "this field must not be empty; fill it in",
                ));
            }
            T::default()
        })
    }

    pub(super) fn finish<T>(self, record: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() {
            Ok(record)
        } else {
            Err(self.faults)
        }
    }
}
