//! What this device is and what it asks; remembered, so that a kiosk starts without the collector, too.

use std::sync::Arc;

use survey::form::Form;

use crate::collector::{Client, Device, Failure};
use crate::{browser, json};

const DEVICE: &str = "hl-device";
const FORM: &str = "hl-form";

/// The device and its form.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub device: Device,
    pub form: Arc<Form>,
    fresh: bool,
}

/// Why the kiosk cannot serve anybody; each is told to the attendant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    NotEnrolled,
    Refused,
    Unreachable,
    Unreadable,
    Storage,
}

impl Trouble {
    /// Key of its words.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotEnrolled => "error.not-enrolled",
            Self::Refused => "error.refused",
            Self::Unreachable => "error.unreachable",
            Self::Unreadable => "error.unreadable",
            Self::Storage => "error.storage",
        }
    }

    /// Does the machine need a key, or another one?
    pub fn needs_a_key(self) -> bool {
        matches!(self, Self::NotEnrolled | Self::Refused)
    }

    /// May it end without a person?
    pub fn may_pass(self) -> bool {
        // A disk that is full now may have room later.
        matches!(self, Self::Unreachable | Self::Unreadable | Self::Storage)
    }
}

impl Setup {
    /// As remembered from the last time that the collector answered.
    pub fn remembered() -> Option<Self> {
        let device = json::read::<Device>(&browser::recall(DEVICE)?)?;
        let form = json::read::<Form>(&browser::recall(FORM)?)?;
        (form.id == device.form && form.version == device.form_version).then(|| Self {
            device,
            form: Arc::new(form),
            fresh: false,
        })
    }

    /// Forgets what is remembered.
    pub fn forget() {
        browser::forget(DEVICE);
    }

    /// From the collector, else as remembered from the last time that it answered.
    pub async fn load(client: &Client) -> Result<Self, Trouble> {
        let (device, device_text, fresh) =
            known(client.device().await, DEVICE, json::read::<Device>, |_| {
                true
            })?;
        let answer = client.form(&device.form, device.form_version).await;
        let (form, form_text, _) = known(answer, FORM, json::read::<Form>, |form| {
            form.id == device.form && form.version == device.form_version
        })?;
        // Without room to remember them, the next start needs the collector; nothing is lost.
        browser::remember(DEVICE, &device_text);
        browser::remember(FORM, &form_text);
        Ok(Self {
            device,
            form: Arc::new(form),
            fresh,
        })
    }

    /// The collector's clock minus the device's; `None` from memory, where the time told is long past.
    pub fn clock_offset_ms(&self) -> Option<i64> {
        self.device
            .server_time
            .as_deref()
            .filter(|_| self.fresh)
            .and_then(browser::offset_of)
    }
}

/// What the collector answered, or what is remembered and still fits; with its text, and whether it is fresh.
fn known<T>(
    answer: Result<String, Failure>,
    key: &str,
    read: impl Fn(&str) -> Option<T>,
    fits: impl Fn(&T) -> bool,
) -> Result<(T, String, bool), Trouble> {
    let trouble = match answer {
        Ok(text) => match read(&text) {
            Some(value) => return Ok((value, text, true)),
            None => Trouble::Unreadable,
        },
        Err(Failure::Refused) => return Err(Trouble::Refused),
        Err(Failure::Unreachable | Failure::Status { .. }) => Trouble::Unreachable,
        Err(Failure::Unreadable) => Trouble::Unreadable,
    };
    let remembered = browser::recall(key).and_then(|text| {
        let value = read(&text)?;
        fits(&value).then_some((value, text, false))
    });
    remembered.ok_or(trouble)
}
