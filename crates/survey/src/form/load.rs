//! From the text of a form file to a [`Form`] that can be relied on.

use super::{Form, check};

/// One thing that is wrong with a form file: where, which rule, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {path}: {message} [{rule}]")]
pub struct FormFault {
    /// The file, as named by the caller of [`load`].
    pub file: String,
    /// The place in the form, with ids where things have ids: `items.overall.text.en`, `scales.age.levels.1`.
    /// For a file that is no form at all, the place where reading stopped: `items[3].scale`.
    pub path: String,
    /// The rule, as a machine code: `duplicate-id`.
    pub rule: &'static str,
    /// What is wrong and how to mend it, in a plain sentence.
    pub message: String,
}

/// Reads and checks one form file. `file` is only used to name the file in faults.
///
/// # Errors
///
/// Every fault that was found. A text that is not JSON, or not of the shape of [`Form`], yields exactly one fault with
/// the rule `shape`, because nothing after it can be read.
///
/// # What the checks cannot see
///
/// An option that was copied into the wrong question is only noticed when its words also stand in a scale of another
/// kind, or when no item uses its scale; a wording that differs from the official one is not noticed at all.
///
/// # Examples
///
/// ```
/// let (file, json) = survey::form::shipped()[0];
/// let form = survey::form::load(json, file).expect("a shipped form passes its own checks");
/// assert_eq!(form.id, "one-stop-quick");
///
/// let faults = survey::form::load(r#"{"id": "x"}"#, "x.json").expect_err("most of the form is missing");
/// assert_eq!(faults[0].rule, "shape");
/// ```
pub fn load(json: &str, file: &str) -> Result<Form, Vec<FormFault>> {
    let form = read(json).map_err(|(path, message)| {
        vec![FormFault {
            file: file.to_owned(),
            path,
            rule: "shape",
            message: format!("{message}; forms/form.schema.json describes the shape"),
        }]
    })?;
    let faults = check::all(&form);
    if faults.is_empty() {
        return Ok(form);
    }
    Err(faults
        .into_iter()
        .map(|fault| FormFault {
            file: file.to_owned(),
            path: fault.path,
            rule: fault.rule,
            message: fault.message,
        })
        .collect())
}

fn read(json: &str) -> Result<Form, (String, String)> {
    // Windows editors put a byte-order mark before the text.
    let mut reader =
        serde_json::Deserializer::from_str(json.strip_prefix('\u{feff}').unwrap_or(json));
    let form = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| (error.path().to_string(), error.inner().to_string()))?;
    reader
        .end()
        .map_err(|error| (".".to_owned(), error.to_string()))?;
    Ok(form)
}
