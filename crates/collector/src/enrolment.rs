//! Enrolling a kiosk by a short code: an officer is given eight digits, somebody types them at the kiosk, and it gets its
//! key. Nobody has to carry a long key to a machine without a keyboard.

use jiff::{SignedDuration, Timestamp};

use crate::auth::{self, AuthError};
use crate::store::{Change, Deed, DeviceSettings, Enrolment, Entry, Role, Store, StoreError};

/// How long a code lasts: long enough to walk to the kiosk, too short to be guessed. With eight digits and the limit on
/// wrong keys (60 a minute and address), one address finds a given code with a chance of 1 in 100,000.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// A code that was given out.
#[derive(Clone, Debug)]
pub struct Given {
    /// Eight digits.
    pub code: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why no code was given out, or none taken.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// The store failed, or the name is taken by a key that is no device's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There was no randomness for a code or a key.
    #[error(transparent)]
    Auth(#[from] AuthError),
}

/// Gives a code for a kiosk of this name, and writes down that `who` did; an earlier one for it is over. An enrolled kiosk of this name keeps its place and
/// gets another key when the code is used.
///
/// # Errors
/// See [`EnrolmentError`].
pub async fn open(
    store: &dyn Store,
    name: &str,
    device: DeviceSettings,
    who: &str,
) -> Result<Given, EnrolmentError> {
    let code = auth::new_code()?;
    let expires_at = Timestamp::now() + LIFETIME;
    let entry = Entry::now(who, Deed::DeviceCode, name, &device.in_words());
    let change = Change::AddEnrolment(Box::new(Enrolment {
        code: auth::hash_secret(&code),
        name: name.to_owned(),
        device,
        expires_at,
    }));
    if !store.change(change, Some(entry)).await? {
        return Err(StoreError::NameTaken(name.to_owned()).into());
    }
    Ok(Given { code, expires_at })
}

/// Takes a code, with or without spaces between its digits: name and key of the kiosk, or `None` for a code that is unknown,
/// used or over.
///
/// # Errors
/// See [`EnrolmentError`].
pub async fn redeem(
    store: &dyn Store,
    code: &str,
) -> Result<Option<(String, String)>, EnrolmentError> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let secret = auth::new_secret(Role::Device)?;
    let name = store
        .enrol(
            &auth::hash_secret(&digits),
            &auth::hash_secret(&secret),
            Timestamp::now(),
        )
        .await?;
    Ok(name.map(|name| (name, secret)))
}
