//! What a device tells the collector about itself from time to time, and what it is told in return: the body and the
//! answer of `POST /api/v1/heartbeat`.

use serde::{Deserialize, Serialize};

use crate::response::Fault;

/// The state of a device. Nothing in it is about a citizen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Id written once into the device's database: another one under the same key means that its storage was lost
    /// (private mode, a RAM profile, a wiped disk).
    pub install_id: String,
    /// How often the page was started on this storage, from 1.
    pub boots: u64,
    /// Id of the present run.
    pub boot: String,
    /// Version of the widget.
    pub version: String,
    /// Finished ratings that wait to be sent.
    pub waiting: u64,
    /// Ratings that the collector refused and the device keeps.
    pub parked: u64,
    /// Ratings acknowledged since the storage was made.
    pub sent: u64,
    /// State of the storage.
    pub storage: Storage,
    /// The device's clock, RFC 3339.
    pub device_time: String,
}

impl Heartbeat {
    /// Longest text in a heartbeat, in characters.
    pub const MAX_TEXT: usize = 64;
    /// Largest number in a heartbeat: what a browser counts exactly.
    pub const MAX_COUNT: u64 = (1 << 53) - 1;

    /// The first thing that is wrong with the lengths and ranges of the fields; whether the device's clock can be
    /// read is the collector's business.
    pub fn fault(&self) -> Option<Fault> {
        let texts = [
            ("install_id", &self.install_id),
            ("boot", &self.boot),
            ("version", &self.version),
            ("device_time", &self.device_time),
        ];
        let counts = [
            ("boots", Some(self.boots)),
            ("waiting", Some(self.waiting)),
            ("parked", Some(self.parked)),
            ("sent", Some(self.sent)),
            ("storage.used", self.storage.used),
            ("storage.quota", self.storage.quota),
        ];
        let text = texts.into_iter().find(|(_, text)| {
            text.is_empty()
                || text.chars().count() > Self::MAX_TEXT
                || text.chars().any(char::is_control)
        });
        if let Some((field, _)) = text {
            return Some(Fault::new(
                field,
                "bad-value",
                format!(
                    "write 1 to {} characters without control characters",
                    Self::MAX_TEXT
                ),
            ));
        }
        if self.boots == 0 {
            return Some(Fault::new("boots", "bad-value", "count starts from 1"));
        }
        let large = counts
            .into_iter()
            .find(|(_, count)| count.is_some_and(|count| count > Self::MAX_COUNT));
        large.map(|(field, _)| {
            Fault::new(
                field,
                "bad-value",
                format!("send a whole number of at most {}", Self::MAX_COUNT),
            )
        })
    }
}

/// What the browser says of its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// `navigator.storage.persist()` was granted: the browser will not evict it.
    pub persisted: bool,
    /// The database honours strict durability; otherwise a power cut may take the last rating.
    pub strict: bool,
    /// Bytes used, where the browser tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// Bytes allowed, where the browser tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
}

/// The answer to a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
pub struct Greeting {
    /// The collector's clock, RFC 3339.
    pub server_time: String,
    /// What is wrong, as machine codes that the attendant's panel has words for: `storage-lost`,
    /// `not-persisted`, `tiny-quota` (so little storage that the browser is probably in private mode), `not-strict`, `clock-wrong`,
    /// `parked`. The worst comes first.
    pub alarms: Vec<String>,
}
