//! The JSON Schema of form files, made from the types.

use super::Form;

/// The schema that `forms/form.schema.json` holds: for editors, and for people who write a form without this program.
/// It describes the shape; [`load`](super::load) also checks what one part of a form promises about another.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Form).to_value()
}
