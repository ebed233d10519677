//! From a response on the wire to one that may enter the log: who sent it, does it fit its form, whose is it,
//! when was it, and does it look odd?

use std::sync::Arc;

use survey::response::{Receipt, Response};

use crate::forms::FormBook;
use crate::store::{Key, Store, StoreError};

/// Why a response looks odd; kept as bits, reported apart, never a reason to drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Flag {
    /// The dossier code is of no style that we know.
    UnknownStyle = 1,
    /// The collector has no such dossier.
    UnknownDossier = 1 << 1,
    /// The dossier is not finished and the touchpoint says it is.
    UnfinishedDossier = 1 << 2,
    /// The unit is not in the table of units.
    UnknownUnit = 1 << 3,
    /// The device's clock was off by more than five minutes, or before 2025.
    ClockSkew = 1 << 4,
    /// Less than a second a question.
    TooFast = 1 << 5,
}

/// Who sends: decided by the HTTP layer before the intake is called.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A key with role device or admin.
    Key(Key),
    /// The demonstration loader and imports by the administrator.
    Operator,
}

/// The intake of one collector.
pub struct Intake {
    /// Known forms.
    pub forms: Arc<FormBook>,
    /// Where admitted responses go.
    pub store: Arc<dyn Store>,
}

impl Intake {
    /// Checks, admits and stores 1 to 50 responses; one receipt each, in order. An error means that nothing is known
    /// to be stored and the sender should repeat the request.
    pub async fn receive(
        &self,
        _responses: Vec<Response>,
        _sender: &Sender,
    ) -> Result<Vec<Receipt>, StoreError> {
        Ok(Vec::new())
    }
}
