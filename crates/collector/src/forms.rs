//! The forms that this collector knows: those shipped with it and those in the data folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use survey::form::Form;

use crate::store::FormKey;

/// All versions of all forms.
#[derive(Clone, Debug, Default)]
pub struct FormBook(BTreeMap<FormKey, Arc<Form>>);

impl FromIterator<Form> for FormBook {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Self {
        Self(
            forms
                .into_iter()
                .map(|form| {
                    (
                        FormKey {
                            id: form.id.clone(),
                            version: form.version,
                        },
                        Arc::new(form),
                    )
                })
                .collect(),
        )
    }
}

impl FormBook {
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
