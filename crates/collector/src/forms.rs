//! The forms that this collector knows: those shipped with it and those in the data folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use survey::form::{self, Form, FormFault};

use crate::store::FormKey;

/// Folder for further forms, in the data folder.
const FOLDER: &str = "forms";

/// All versions of all forms.
#[derive(Clone, Debug, Default)]
pub struct FormBook(BTreeMap<FormKey, Arc<Form>>);

/// Why there is no book of forms.
#[derive(Debug, thiserror::Error)]
pub enum FormBookError {
    /// A file or the folder cannot be read.
    #[error("{path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A form breaks rules.
    #[error("a form is refused:\n{}", faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
    Faulty {
        /// Everything that is wrong with it.
        faults: Vec<FormFault>,
    },
    /// Two files hold one version of one form.
    #[error(
        "{second} holds form {id} version {version}, which {first} holds too; a changed form needs a new version"
    )]
    Twice {
        /// Form id.
        id: String,
        /// Form version.
        version: u16,
        /// The file that was read first.
        first: String,
        /// The file that came after it.
        second: String,
    },
}

impl FromIterator<Form> for FormBook {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Self {
        Self(
            forms
                .into_iter()
                .map(|form| (FormKey::of(&form), Arc::new(form)))
                .collect(),
        )
    }
}

impl FormBook {
    /// The shipped forms and those in `forms/*.json` of the data folder (which need not exist).
    ///
    /// # Errors
    ///
    /// [`FormBookError`] at the first file that cannot be read, breaks a rule, or holds a version that is there
    /// already: a collector must not start with a part of its forms.
    pub fn load(data: &Path) -> Result<Self, FormBookError> {
        let mut forms = BTreeMap::new();
        let mut origins: BTreeMap<FormKey, String> = BTreeMap::new();
        let mut add = |name: &str, json: &str| {
            let form = form::load(json, name).map_err(|faults| FormBookError::Faulty { faults })?;
            let key = FormKey::of(&form);
            if let Some(first) = origins.insert(key.clone(), name.to_owned()) {
                return Err(FormBookError::Twice {
                    id: key.id,
                    version: key.version,
                    first,
                    second: name.to_owned(),
                });
            }
            forms.insert(key, Arc::new(form));
            Ok(())
        };
        for (name, json) in form::shipped() {
            add(name, json)?;
        }
        for path in json_files(&data.join(FOLDER))? {
            let json = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?;
            add(&path.display().to_string(), &json)?;
        }
        Ok(Self(forms))
    }

    /// One version of a form.
    pub fn get(&self, id: &str, version: u16) -> Option<&Arc<Form>> {
        self.0.get(&FormKey {
            id: id.to_owned(),
            version,
        })
    }

    /// The newest version of a form.
    pub fn newest(&self, id: &str) -> Option<&Arc<Form>> {
        self.0.values().rfind(|form| form.id == id)
    }

    /// All versions of all forms, by id and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Form>> {
        self.0.values()
    }
}

/// The form that is asked unless another is named.
pub(crate) const USUAL_FORM: &str = "one-stop-quick";

/// The JSON files of a folder by name; none when there is no such folder.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, FormBookError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(unreadable(folder, cause)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, cause: std::io::Error) -> FormBookError {
    FormBookError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a folder");
        let forms = data.path().join(FOLDER);
        std::fs::create_dir(&forms).expect("a folder");
        for (name, json) in files {
            std::fs::write(forms.join(name), json).expect("a file");
        }
        data
    }

    #[test]
    fn a_form_in_the_data_folder_stands_beside_the_shipped_ones() {
        let (_, shipped) = form::shipped()[0];
        let next = shipped.replacen("\"version\": 1", "\"version\": 2", 1);
        let data = folder(&[("next.json", &next), ("readme.txt", "no form")]);
        let book = FormBook::load(data.path()).expect("loaded");
        assert_eq!(book.iter().count(), form::shipped().len() + 1);
        assert_eq!(
            book.newest("one-stop-quick").map(|form| form.version),
            Some(2)
        );
        assert!(book.get("one-stop-quick", 1).is_some());
        assert!(book.get("one-stop-quick", 3).is_none());
    }

    #[test]
    fn a_version_that_is_there_already_is_refused_with_both_files() {
        let (name, shipped) = form::shipped()[0];
        let data = folder(&[("mine.json", shipped)]);
        let error = FormBook::load(data.path())
            .expect_err("refused")
            .to_string();
        assert!(
            error.contains(name) && error.contains("mine.json"),
            "{error}"
        );
    }

    #[test]
    fn a_faulty_form_is_refused_with_its_file() {
        let data = folder(&[("wat.json", "{}")]);
        let error = FormBook::load(data.path())
            .expect_err("refused")
            .to_string();
        assert!(error.contains("wat.json"), "{error}");
    }
}
