//! From a response on the wire to one that may enter the log: who sent it, does it fit its form, whose is it,
//! when was it, and does it look odd?
//!
//! [`wire`] reads the bytes, `admit` judges one response, [`keys`] and [`pseudonym`] hide its dossier, `content` marks
//! what it says, `scrub` cleans its comment; [`Intake::receive`] leads a batch through all of them and into the store.
//! Answers and dossier codes are never logged.

pub(crate) mod admit;
mod content;
pub mod invite;
pub mod keys;
pub mod pseudonym;
pub(crate) mod scrub;
pub mod wire;

pub use scrub::comment as cleaned;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use survey::dossier::DossierCode;
use survey::response::{Fault, Receipt, Response, Status, Touchpoint};
use uuid::Uuid;

use self::admit::{Desk, Judged};
use self::keys::Keys;
use self::pseudonym::PseudonymKey;
use self::wire::Parsed;
use crate::forms::FormBook;
use crate::store::{
    Appended, Key, Namer, Naming, Periods, Pseudonym, Role, Site, Store, StoreError,
};

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
    /// The device's clock was off by more than five minutes, or before 2025, or told a moment that cannot be.
    ClockSkew = 1 << 4,
    /// Less than a second a question.
    TooFast = 1 << 5,
    /// The response named another unit than the one it was placed at.
    OtherUnit = 1 << 6,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 7] = [
        Self::UnknownStyle,
        Self::UnknownDossier,
        Self::UnfinishedDossier,
        Self::UnknownUnit,
        Self::ClockSkew,
        Self::TooFast,
        Self::OtherUnit,
    ];

    /// Is this flag among the bits?
    pub fn is_in(self, bits: u32) -> bool {
        bits & self as u32 != 0
    }
}

/// Who sends: decided by the HTTP layer before the intake is called.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A key with role device or admin.
    Key(Key),
    /// The administrator, for a device whose responses could not come by themselves: placed as if the device had sent
    /// them, from any time in the past.
    OnBehalfOf(Key),
    /// A citizen without a key: each response brings an invite, which is the right to send it.
    Citizen,
    /// A page of a portal, which anybody can open: placed where the dossier or the portal says.
    Site(Site),
    /// The demonstration loader and imports by the administrator: may tell of any time in the past.
    Operator,
}

/// The time of day, so that tests can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The intake of one collector.
pub struct Intake {
    /// Known forms.
    pub forms: Arc<FormBook>,
    /// Where admitted responses go.
    pub store: Arc<dyn Store>,
    /// Held from listing those whom nobody asked until they are invited: two at once would both find the same people.
    pub(crate) inviting: tokio::sync::Mutex<()>,
    key: PseudonymKey,
    clock: Clock,
}

impl Intake {
    /// An intake that goes by the system's clock.
    pub fn new(forms: Arc<FormBook>, store: Arc<dyn Store>, key: PseudonymKey) -> Self {
        Self {
            forms,
            store,
            inviting: tokio::sync::Mutex::default(),
            key,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// The keys that name dossiers now, to find what is stored.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn keys(&self) -> Result<Keys, StoreError> {
        let periods = self.store.periods().await?;
        Ok(Keys::new(self.key.clone(), periods))
    }

    /// The keys under which something may be stored of dossiers of these years; `known` are the years as they stood.
    async fn keys_to_store(
        &self,
        known: Periods,
        years: BTreeSet<i16>,
    ) -> Result<Keys, StoreError> {
        let periods = keys::begin(&*self.store, known, years).await?;
        Ok(Keys::new(self.key.clone(), periods))
    }

    /// How many dossiers are named for this form and touchpoint, for whoever must not have the key.
    pub(crate) fn naming(&self, form: &str, touchpoint: Touchpoint) -> Naming {
        let (key, form) = (self.key.clone(), form.to_owned());
        Arc::new(move |periods: Periods| -> Namer {
            let (keys, form) = (Keys::new(key.clone(), periods), form.clone());
            Box::new(move |code: &DossierCode| keys.pseudonym(code, &form, touchpoint))
        })
    }

    /// How citizen reports name dossiers, for whoever must not have the key.
    pub(crate) fn report_naming(&self) -> Naming {
        let key = self.key.clone();
        Arc::new(move |periods: Periods| -> Namer {
            let keys = Keys::new(key.clone(), periods);
            Box::new(move |code: &DossierCode| keys.report_pseudonym(code))
        })
    }

    /// How a citizen report that is to be stored names its dossier; none when the key of its year is destroyed.
    ///
    /// # Errors
    ///
    /// When the store cannot be read or written.
    pub async fn report_pseudonym(
        &self,
        code: &DossierCode,
    ) -> Result<Option<Pseudonym>, StoreError> {
        let known = self.store.periods().await?;
        let years = keys::years(std::iter::once(code));
        let keys = self.keys_to_store(known, years).await?;
        Ok(keys.report_pseudonym(code))
    }

    /// The same intake going by another clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Checks, admits and stores the responses of a batch; one receipt each, in the order sent.
    ///
    /// # Errors
    ///
    /// As [`Intake::receive`].
    pub async fn receive_batch(
        &self,
        batch: Parsed,
        sender: &Sender,
    ) -> Result<Vec<Receipt>, StoreError> {
        let mut readable = Vec::with_capacity(batch.responses.len());
        let places: Vec<Option<Receipt>> = batch
            .responses
            .into_iter()
            .map(|read| match read {
                Ok(response) => {
                    readable.push(response);
                    None
                }
                Err(receipt) => Some(receipt),
            })
            .collect();
        let mut received = self.receive(readable, sender).await?.into_iter();
        Ok(places
            .into_iter()
            .filter_map(|place| place.or_else(|| received.next()))
            .collect())
    }

    /// Checks, admits and stores responses; one receipt each, in order. A rejected one does not stop the others.
    ///
    /// # Errors
    ///
    /// When the store could not write: nothing is known to be stored, and the sender should repeat the request as it
    /// was.
    pub async fn receive(
        &self,
        responses: Vec<Response>,
        sender: &Sender,
    ) -> Result<Vec<Receipt>, StoreError> {
        let desk = Desk {
            unit: match sender {
                Sender::Key(key) | Sender::OnBehalfOf(key) if key.role == Role::Device => {
                    key.device.as_ref().map(|device| device.unit.as_str())
                }
                Sender::Site(site) => site.unit.as_deref(),
                Sender::Key(_) | Sender::OnBehalfOf(_) | Sender::Citizen | Sender::Operator => None,
            },
            tells_the_past: matches!(sender, Sender::Operator | Sender::OnBehalfOf(_)),
            needs_invite: matches!(sender, Sender::Citizen),
            portal: matches!(sender, Sender::Site(_)),
            received_at: (self.clock)(),
        };
        let judged: Vec<Judged<'_>> = responses
            .iter()
            .map(|response| admit::judge(&self.forms, response))
            .collect();
        let dossiers = judged
            .iter()
            .filter_map(|judged| judged.code.as_ref())
            .map(|code| code.as_str().to_owned())
            .collect();
        let in_codes = judged
            .iter()
            .filter(|_| desk.portal)
            .filter_map(|judged| judged.code.as_ref()?.unit_code());
        let units = responses
            .iter()
            .filter_map(|response| response.unit.as_deref())
            .chain(desk.unit)
            .chain(in_codes)
            .map(str::to_owned)
            .collect();
        let mut registers = self.store.look_up(dossiers, units).await?;
        let years = keys::years(judged.iter().filter_map(|judged| judged.code.as_ref()));
        let keys = self
            .keys_to_store(std::mem::take(&mut registers.periods), years)
            .await?;
        let mut invites = HashMap::new();
        for token in judged.iter().filter_map(|judged| judged.token.as_ref()) {
            let hash = self.key.invite(token);
            if let Some(invite) = self.store.invite(hash).await? {
                invites.insert(hash, invite);
            }
        }

        let mut admitted = Vec::with_capacity(responses.len());
        let verdicts: Vec<Result<Uuid, Receipt>> = judged
            .into_iter()
            .map(|judged| {
                let id = judged.response.id;
                match admit::place(judged, &registers, &invites, &desk, &keys) {
                    Ok(placed) => {
                        admitted.push(placed);
                        Ok(id)
                    }
                    Err(faults) => Err(rejected(id, faults)),
                }
            })
            .collect();
        let mut appended = if admitted.is_empty() {
            Vec::new()
        } else {
            self.store.append(admitted).await?
        }
        .into_iter();
        verdicts
            .into_iter()
            .map(|verdict| match verdict {
                Err(receipt) => Ok(receipt),
                Ok(id) => appended
                    .next()
                    .map(|done| receipt(id, done))
                    .ok_or_else(|| StoreError::Engine("fewer answers than responses".into())),
            })
            .collect()
    }
}

fn receipt(id: Uuid, done: Appended) -> Receipt {
    let with = |status| Receipt {
        id,
        status,
        code: None,
        faults: Vec::new(),
    };
    match done {
        // Whether it counts is not told: that would tell a stranger which dossiers have been rated.
        Appended::Stored { .. } => with(Status::Stored),
        Appended::Duplicate => with(Status::Duplicate),
        Appended::InviteUsed => rejected(id, vec![invite::used()]),
        Appended::IdReused => rejected(
            id,
            vec![Fault::new(
                "id",
                "id-reused",
                "another response with this id is stored; a changed response needs an id of its own, unless it completes a \
                 partial one of the same session with a greater revision",
            )],
        ),
    }
}

/// The code of a rejection is that of its first fault.
fn rejected(id: Uuid, faults: Vec<Fault>) -> Receipt {
    Receipt {
        id,
        status: Status::Rejected,
        code: faults.first().map(|fault| fault.code.clone()),
        faults,
    }
}
