//! Rows of the stores as the code sees them.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::StorageError;
use crate::browser;
use crate::outbox::record::{FORMAT, Record, seq_in};

/// Field of a row by whose index the rows are read: its number on the device.
pub const SEQ: &str = "seq";
/// Field that only rows have that may give way when the disk is full; holds their number, too.
pub const SPARE: &str = "spare";

/// The row of a record saved now.
pub fn row(record: &Record) -> Result<Object, StorageError> {
    let row = Object::new();
    set(&row, "id", &record.id)?;
    set_number(&row, "format", f64::from(FORMAT))?;
    set(&row, "body", &record.body)?;
    set(&row, "created", &browser::rfc3339_now())?;
    set_number(&row, "revision", f64::from(record.revision))?;
    set_number(&row, SEQ, record.seq as f64)?;
    if !record.promised {
        set_number(&row, SPARE, record.seq as f64)?;
    }
    Ok(row)
}

/// The record in a row; `None` when it is none.
pub fn record(row: &JsValue) -> Option<Record> {
    Some(Record {
        id: text(row, "id")?,
        seq: number(row, SEQ).unwrap_or(0.0) as u64,
        revision: revision(row),
        promised: number(row, SPARE).is_none(),
        body: text(row, "body")?,
    })
}

/// The revision in a row; 0 in one of format 1.
pub fn revision(row: &JsValue) -> u32 {
    number(row, "revision").unwrap_or(0.0) as u32
}

/// Gives a row of format 1 the number by which rows are read. Its text to send stays as it is.
pub fn number_row(row: &JsValue) -> Result<(), StorageError> {
    let seq = seq_in(&text(row, "body").unwrap_or_default());
    set_number(row, SEQ, seq as f64)
}

/// Sets a text field.
pub fn set(row: &JsValue, name: &str, text: &str) -> Result<(), StorageError> {
    Ok(Reflect::set(row, &name.into(), &text.into()).map(|_| ())?)
}

/// Sets a number.
pub fn set_number(row: &JsValue, name: &str, number: f64) -> Result<(), StorageError> {
    Ok(Reflect::set(row, &name.into(), &number.into()).map(|_| ())?)
}

/// A text field, if the row has it.
pub fn text(row: &JsValue, name: &str) -> Option<String> {
    Reflect::get(row, &name.into()).ok()?.as_string()
}

/// A number, if the row has it.
pub fn number(row: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(row, &name.into()).ok()?.as_f64()
}
