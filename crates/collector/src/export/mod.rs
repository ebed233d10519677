//! Responses one by one for analysts, as coarsely as [`crate::store::anonymous`] tells them; comments, pseudonyms, devices
//! and the clock stay at home, and so does what was answered about the person.

mod line;
mod parquet;
mod table;

use std::sync::Arc;

use jiff::civil::Date;
use survey::form::Form;

use crate::forms::FormBook;
use crate::store::anonymous::{Exported, Plan};
use crate::store::{FormKey, Store, StoreError};

pub use line::Lines;
pub(crate) use line::harmless;
pub use parquet::{ParquetExportError, parquet};
pub use table::{XlsxError, xlsx};

/// Rows of a plan that are read at once.
pub const PAGE: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportRequest {
    /// Form id.
    pub form: String,
    /// Form version; the newest when absent.
    pub form_version: Option<u16>,
    /// First business day.
    pub from: Option<Date>,
    /// Last business day.
    pub to: Option<Date>,
    /// Last business day that may be told ([`crate::delay::Delay::last_day`]); none: every day.
    pub shown_to: Option<Date>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The question is at fault.
    #[error("{field}: {message}")]
    Request {
        /// Parameter at fault.
        field: &'static str,
        /// Machine code.
        code: &'static str,
        /// The rule and the mend.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An export on its way out, page by page.
pub struct Export {
    store: Arc<dyn Store>,
    form: Arc<Form>,
    request: ExportRequest,
    plan: Arc<Plan>,
    next: usize,
}

impl Export {
    /// Looks at the whole record of a form version that may be told, and plans what each line may tell.
    ///
    /// # Errors
    ///
    /// [`ExportError::Request`] names the parameter at fault.
    pub async fn begin(
        store: Arc<dyn Store>,
        forms: &FormBook,
        threshold: u64,
        request: ExportRequest,
    ) -> Result<Self, ExportError> {
        let wrong = |field, code, message| ExportError::Request {
            field,
            code,
            message,
        };
        let form = match request.form_version {
            None => forms.newest(&request.form),
            Some(version) => forms.get(&request.form, version),
        };
        let Some(form) = form else {
            let known: Vec<String> = forms
                .iter()
                .map(|form| format!("{} version {}", form.id, form.version))
                .collect();
            return Err(wrong(
                "form",
                "unknown-form",
                format!(
                    "there is no such form; ask for one of: {}",
                    known.join(", ")
                ),
            ));
        };
        if let (Some(from), Some(to)) = (request.from, request.to)
            && from > to
        {
            return Err(wrong(
                "from",
                "wrong-period",
                format!("the first day, {from}, must not come after the last, {to}"),
            ));
        }
        let plan = store
            .export_plan(&FormKey::of(form), threshold, request.shown_to)
            .await?;
        Ok(Self {
            form: Arc::clone(form),
            store,
            request,
            plan: Arc::new(plan),
            next: 0,
        })
    }

    /// The form version that was answered.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// Last business day that may be told; none when all may.
    pub fn shown_to(&self) -> Option<Date> {
        self.request.shown_to
    }

    /// Responses that cannot be told even coarsely.
    pub fn withheld(&self) -> u64 {
        self.plan.withheld
    }

    /// The next responses, which may be none; `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn next(&mut self) -> Result<Option<Vec<Exported>>, StoreError> {
        if self.next >= self.plan.len() {
            return Ok(None);
        }
        let mut page = self.store.export_page(&self.plan, self.next, PAGE).await?;
        self.next += PAGE;
        page.retain(|one| one.within(self.request.from, self.request.to));
        Ok(Some(page))
    }
}
