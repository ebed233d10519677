//! The collector as the device sees it: who am I, what do I ask, take these responses.

use gloo_net::http::{Request, RequestBuilder, Response as Answer};
use gloo_timers::callback::Timeout;
use serde::Deserialize;
#[cfg(feature = "kiosk")]
use survey::heartbeat::Greeting;
#[cfg(feature = "kiosk")]
use survey::kiosk::KioskSettings;
use survey::response::{Receipts, ScaleOrder, Touchpoint};
use web_sys::AbortController;

use crate::json;

/// Longest wait for an answer: on a bad line a request may otherwise hang for minutes.
const PATIENCE_MS: u32 = 20_000;

/// Why the collector did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer came: no network, no collector, or too slow.
    #[error("the collector cannot be reached")]
    Unreachable,
    /// The device key is not, or no longer, valid.
    #[error("the device key was refused")]
    Refused,
    /// The collector answered with another status than success.
    #[error("the collector answered {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// Seconds to wait before asking again, if the collector said so.
        retry_after: Option<u32>,
    },
    /// The answer is not what the contract says.
    #[error("the collector's answer cannot be read")]
    Unreadable,
}

#[cfg(feature = "kiosk")]
/// What the collector knows of this device: `GET /api/v1/device`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Device {
    /// Name given when it was enrolled.
    pub name: String,
    /// Code of the unit it stands in.
    #[serde(default)]
    pub unit: Option<String>,
    /// Name of the unit for people.
    #[serde(default)]
    pub unit_name: Option<String>,
    /// Id of the form it asks.
    pub form: String,
    /// Version of the form.
    pub form_version: u16,
    /// How the dossier codes of the unit begin; without it there is no keypad.
    #[serde(default)]
    pub code_prefix: Option<String>,
    /// The collector holds demonstration data.
    #[serde(default)]
    pub demo: bool,
    /// The collector's time, RFC 3339.
    #[serde(default)]
    pub server_time: Option<String>,
    /// What else the authority has chosen for it.
    #[serde(flatten)]
    pub chosen: KioskSettings,
}

/// The answer to a code that enrols a device.
#[cfg(feature = "kiosk")]
#[derive(Clone, Debug, Deserialize)]
struct Enrolled {
    key: String,
}

/// What the one-stop software shows on a device: `GET /api/v1/device/presented`, and the data of the event `presented`.
#[cfg(feature = "kiosk")]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Shown {
    /// The dossier, if there is one.
    #[serde(default)]
    pub presented: Option<Presented>,
}

/// A dossier that the one-stop software shows.
#[cfg(feature = "kiosk")]
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Presented {
    /// Tells this showing from every other; it only grows.
    pub number: f64,
    /// Code of the dossier.
    pub dossier: String,
}

/// What the collector tells a device of a dossier: `POST /api/v1/device/dossier`.
#[cfg(feature = "kiosk")]
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Told {
    #[serde(default)]
    procedure_name: Option<String>,
}

/// What a citizen's link opens: `GET /api/v1/invites/{token}`, which also stands in the page behind the link.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Invite {
    /// Id of the form to ask.
    pub form: String,
    /// Its version.
    pub form_version: u16,
    /// Name of the unit for people.
    #[serde(default)]
    pub unit_name: Option<String>,
    /// Name of the procedure for people.
    #[serde(default)]
    pub procedure_name: Option<String>,
    /// The moment of the procedure that is rated.
    pub touchpoint: Touchpoint,
    /// Order of the levels that the authority has chosen.
    #[serde(default)]
    pub scale_order: Option<ScaleOrder>,
    /// The collector holds demonstration data.
    #[serde(default)]
    pub demo: bool,
}

#[cfg(all(target_arch = "wasm32", feature = "kiosk"))]
impl survey::read::Read for Device {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            name: node.get("name")?,
            unit: node.get("unit"),
            unit_name: node.get("unit_name"),
            form: node.get("form")?,
            form_version: node.get("form_version")?,
            code_prefix: node.get("code_prefix"),
            demo: node.get("demo").unwrap_or_default(),
            server_time: node.get("server_time"),
            chosen: KioskSettings::read(node)?,
        })
    }
}

#[cfg(all(target_arch = "wasm32", feature = "kiosk"))]
impl survey::read::Read for Enrolled {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            key: node.get("key")?,
        })
    }
}

#[cfg(all(target_arch = "wasm32", feature = "kiosk"))]
impl survey::read::Read for Shown {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            presented: node.get("presented"),
        })
    }
}

#[cfg(all(target_arch = "wasm32", feature = "kiosk"))]
impl survey::read::Read for Presented {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            number: node.get("number")?,
            dossier: node.get("dossier")?,
        })
    }
}

#[cfg(all(target_arch = "wasm32", feature = "kiosk"))]
impl survey::read::Read for Told {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            procedure_name: node.get("procedure_name"),
        })
    }
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Invite {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            form: node.get("form")?,
            form_version: node.get("form_version")?,
            unit_name: node.get("unit_name"),
            procedure_name: node.get("procedure_name"),
            touchpoint: node.get("touchpoint")?,
            scale_order: node.get("scale_order"),
            demo: node.get("demo").unwrap_or_default(),
        })
    }
}

/// Speaks to the collector: to the one that served the page, or from a portal to the one that it names.
#[derive(Clone, Debug, Default)]
pub struct Client {
    authorization: Option<String>,
    /// `https://host` of a collector elsewhere; empty for the one that served the page.
    base: String,
    /// Key of the portal's site; without one each response brings the right to be taken itself.
    site: Option<String>,
}

impl Client {
    /// With the key of this device.
    #[cfg(feature = "kiosk")]
    pub fn of_device(key: &str) -> Self {
        Self {
            authorization: Some(["Bearer ", key].concat()),
            ..Self::default()
        }
    }

    /// Without a key: each response brings the right to be taken itself.
    pub fn of_citizen() -> Self {
        Self::default()
    }

    /// From a page of somebody else's, for the site with this key, if it has one; `base` is the collector's
    /// `https://host`.
    pub fn of_portal(base: &str, site: Option<String>) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            site,
            ..Self::default()
        }
    }

    /// Where the collector is, if it did not serve the page.
    pub fn elsewhere(&self) -> Option<&str> {
        (!self.base.is_empty()).then_some(self.base.as_str())
    }

    /// The newest version of a form as JSON text: see [`survey::form::Form`].
    pub async fn newest_form(&self, id: &str) -> Result<String, Failure> {
        self.ask(&["/api/v1/forms/", id].concat()).await
    }

    /// What the link with this token opens, as JSON text: see [`Invite`].
    pub async fn invite(&self, token: &str) -> Result<String, Failure> {
        self.ask(&["/api/v1/invites/", token].concat()).await
    }

    /// The device as JSON text: see [`Device`].
    #[cfg(feature = "kiosk")]
    pub async fn device(&self) -> Result<String, Failure> {
        self.ask("/api/v1/device").await
    }

    /// The key of the device that this code enrols.
    #[cfg(feature = "kiosk")]
    pub async fn enrol(&self, code: &str) -> Result<String, Failure> {
        let body = ["{\"code\":\"", code, "\"}"].concat();
        let text = self.tell("/api/v1/device/enrol", body).await?;
        json::read::<Enrolled>(&text)
            .map(|enrolled| enrolled.key)
            .ok_or(Failure::Unreadable)
    }

    /// What the one-stop software shows on this device, as JSON text: see [`Shown`].
    #[cfg(feature = "kiosk")]
    pub async fn presented(&self) -> Result<Shown, Failure> {
        let text = self.ask("/api/v1/device/presented").await?;
        json::read(&text).ok_or(Failure::Unreadable)
    }

    /// Name of the procedure of this dossier, as far as the collector knows them.
    #[cfg(feature = "kiosk")]
    pub async fn procedure_of(&self, code: &str) -> Result<Option<String>, Failure> {
        let code = serde_json::to_string(code).unwrap_or_default();
        let body = ["{\"dossier\":", &code, "}"].concat();
        let text = self.tell("/api/v1/device/dossier", body).await?;
        json::read::<Told>(&text)
            .map(|told| told.procedure_name)
            .ok_or(Failure::Unreadable)
    }

    /// Opens the line on which the collector tells what is new for this device.
    #[cfg(feature = "kiosk")]
    pub async fn events(&self) -> Result<Answer, Failure> {
        let request = Request::get("/api/v1/device/events");
        let request = match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        };
        checked(request.send().await)
    }

    /// One version of a form as JSON text: see [`survey::form::Form`].
    pub async fn form(&self, id: &str, version: u16) -> Result<String, Failure> {
        self.ask(&["/api/v1/forms/", id, "?version=", &version.to_string()].concat())
            .await
    }

    /// Hands over a [`survey::response::Batch`] as JSON text; a receipt says what became of each response.
    pub async fn hand_over(&self, batch: String) -> Result<Receipts, Failure> {
        let batch = match &self.site {
            // A key has no characters that JSON would have to hide, and a batch has members of its own.
            Some(site) => [
                "{\"site\":\"",
                site,
                "\",",
                batch.get(1..).unwrap_or_default(),
            ]
            .concat(),
            None => batch,
        };
        let text = self.tell("/api/v1/responses", batch).await?;
        json::read(&text).ok_or(Failure::Unreadable)
    }

    #[cfg(feature = "kiosk")]
    /// Tells the state of this device: a [`survey::heartbeat::Heartbeat`] as JSON text.
    pub async fn heartbeat(&self, state: String) -> Result<Greeting, Failure> {
        let text = self.tell("/api/v1/heartbeat", state).await?;
        json::read(&text).ok_or(Failure::Unreadable)
    }

    async fn tell(&self, path: &str, body: String) -> Result<String, Failure> {
        let patience = Patience::new();
        let request = self
            .signed(Request::post(&self.at(path)), &patience)
            .header("Content-Type", "application/json")
            .body(body)
            .map_err(|_| Failure::Unreachable)?;
        let answer = checked(request.send().await)?;
        answer.text().await.map_err(|_| Failure::Unreachable)
    }

    async fn ask(&self, path: &str) -> Result<String, Failure> {
        let patience = Patience::new();
        let request = self.signed(Request::get(&self.at(path)), &patience);
        let answer = checked(request.send().await)?;
        answer.text().await.map_err(|_| Failure::Unreachable)
    }

    fn at(&self, path: &str) -> String {
        [&self.base, path].concat()
    }

    fn signed(&self, request: RequestBuilder, patience: &Patience) -> RequestBuilder {
        let signal = patience.controller.as_ref().map(AbortController::signal);
        let request = request.abort_signal(signal.as_ref());
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }
}

fn checked(answer: Result<Answer, gloo_net::Error>) -> Result<Answer, Failure> {
    let answer = answer.map_err(|_| Failure::Unreachable)?;
    match answer.status() {
        200..=299 => Ok(answer),
        401 | 403 => Err(Failure::Refused),
        status => Err(Failure::Status {
            status,
            retry_after: answer
                .headers()
                .get("retry-after")
                .and_then(|seconds| seconds.trim().parse().ok()),
        }),
    }
}

/// Ends a request that takes too long, and lets go of the timer with it.
struct Patience {
    controller: Option<AbortController>,
    _timer: Option<Timeout>,
}

impl Patience {
    fn new() -> Self {
        let controller = AbortController::new().ok();
        let timer = controller
            .clone()
            .map(|controller| Timeout::new(PATIENCE_MS, move || controller.abort()));
        Self {
            controller,
            _timer: timer,
        }
    }
}
