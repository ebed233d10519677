//! `GET /staff/devices`: how the kiosks are doing, those first that need a person.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::desk::Officer;
use super::numbers::{decimal, whole};
use super::pages::{Devices, render};
use super::report::unit_name;
use super::spans::{ago, span};
use super::words::{Choice, Language, fill};
use crate::http::{App, Problem};
use crate::pulse::{Alarm, Device, MAX_SKEW_MS, Pulse};
use crate::store::Unit;

/// A kiosk on the page.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) unit: Option<String>,
    /// None until its first heartbeat.
    pub(super) state: Option<Told>,
    /// The worst first.
    pub(super) alarms: Vec<Trouble>,
}

/// What a kiosk told last, in words.
pub(super) struct Told {
    pub(super) heard: String,
    /// For machines, RFC 3339.
    pub(super) heard_at: String,
    pub(super) waiting: String,
    pub(super) parked: String,
    pub(super) sent: String,
    pub(super) storage: String,
    pub(super) clock: String,
    pub(super) version: String,
}

/// An alarm and what to do about it.
pub(super) struct Trouble {
    pub(super) urgent: bool,
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Row {
    /// Is there something to do at once?
    pub(super) fn is_urgent(&self) -> bool {
        self.alarms.iter().any(|alarm| alarm.urgent)
    }
}

/// `GET /staff/devices`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    Query(choice): Query<Choice>,
) -> Result<Response, Problem> {
    let lang = choice.language();
    let words = lang.words();
    if !officer.may_read() {
        return Err(Problem::forbidden(
            "wrong-role",
            words.login.not_allowed.clone(),
        ));
    }
    let now = Timestamp::now();
    let units = officer.scope.units(app.store.as_ref()).await?;
    let mut devices: Vec<(Vec<Alarm>, Device)> = app
        .store
        .devices()
        .await?
        .into_iter()
        .filter(|device| {
            officer
                .scope
                .sees(device.unit.as_deref().unwrap_or_default())
        })
        .map(|device| (device.alarms(now), device))
        .collect();
    devices.sort_by_key(|(alarms, device)| {
        let worst = alarms.first().copied();
        (
            worst.is_none(),
            worst,
            Reverse(alarms.len()),
            device.name.clone(),
        )
    });
    let unwell = devices
        .iter()
        .filter(|(alarms, _)| !alarms.is_empty())
        .count();
    let teller = Teller { lang, now };
    let page = Devices {
        lang,
        words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        administers: officer.administers(),
        summary: teller.summary(unwell, devices.len()),
        rows: devices
            .into_iter()
            .map(|(alarms, device)| teller.row(device, &alarms, &units))
            .collect(),
    };
    Ok(render(&page))
}

/// Puts devices into words.
struct Teller {
    lang: Language,
    now: Timestamp,
}

impl Teller {
    fn summary(&self, unwell: usize, all: usize) -> String {
        let words = &self.lang.words().devices;
        let text = match (unwell, all) {
            (_, 0) => &words.none,
            (0, _) => &words.well,
            _ => &words.unwell,
        };
        fill(
            text,
            &[("bad", &unwell.to_string()), ("all", &all.to_string())],
        )
    }

    fn row(&self, device: Device, alarms: &[Alarm], units: &[Unit]) -> Row {
        Row {
            unit: device
                .unit
                .map(|code| unit_name(units, &code).map(str::to_owned).unwrap_or(code)),
            state: device.pulse.as_ref().map(|pulse| self.told(pulse)),
            alarms: alarms
                .iter()
                // The worse of the two says so already, and what to do about it.
                .filter(|alarm| **alarm != Alarm::Silent || !alarms.contains(&Alarm::WaitingLong))
                .map(|alarm| self.trouble(*alarm, device.pulse.as_ref()))
                .collect(),
            name: device.name,
        }
    }

    fn told(&self, pulse: &Pulse) -> Told {
        let heartbeat = &pulse.beat.heartbeat;
        let heard = pulse.beat.received_at;
        Told {
            heard: self.ago(heard),
            heard_at: heard.to_string(),
            waiting: whole(self.lang, heartbeat.waiting),
            parked: whole(self.lang, heartbeat.parked),
            sent: whole(self.lang, heartbeat.sent),
            storage: self.storage(pulse),
            clock: self.clock(pulse),
            version: heartbeat.version.clone(),
        }
    }

    fn storage(&self, pulse: &Pulse) -> String {
        let words = &self.lang.words().devices;
        let storage = pulse.beat.heartbeat.storage;
        let kept = if storage.persisted {
            &words.kept
        } else {
            &words.evictable
        };
        let mut parts = vec![kept.clone()];
        if let Some(used) = storage.used {
            parts.push(fill(&words.used, &[("used", &self.size(used))]));
        }
        if let Some(quota) = storage.quota {
            parts.push(fill(&words.allowed, &[("quota", &self.size(quota))]));
        }
        parts.join(", ")
    }

    fn clock(&self, pulse: &Pulse) -> String {
        let words = &self.lang.words().devices;
        let skew = pulse.beat.clock_skew_ms;
        let text = match skew {
            _ if skew.unsigned_abs() <= MAX_SKEW_MS.unsigned_abs() => &words.clock_right,
            0.. => &words.clock_fast,
            _ => &words.clock_slow,
        };
        let span = span(self.lang, SignedDuration::from_millis(skew));
        fill(text, &[("span", &span)])
    }

    fn trouble(&self, alarm: Alarm, pulse: Option<&Pulse>) -> Trouble {
        let told = self.lang.words().devices.alarms.get(alarm.code());
        let mut values: Vec<(&str, String)> = Vec::new();
        if let Some(pulse) = pulse {
            let heartbeat = &pulse.beat.heartbeat;
            values = vec![
                ("waiting", whole(self.lang, heartbeat.waiting)),
                ("parked", whole(self.lang, heartbeat.parked)),
                ("clock", self.clock(pulse).to_lowercase()),
                ("times", pulse.times_lost(self.now).to_string()),
            ];
            if let Some(last) = pulse.losses.last() {
                values.push(("when", self.ago(*last)));
            }
            if let Some(quota) = heartbeat.storage.quota {
                values.push(("quota", self.size(quota)));
            }
        }
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Trouble {
            urgent: alarm.is_urgent(),
            what: told.map_or_else(
                || alarm.code().to_owned(),
                |words| fill(&words.what, &values),
            ),
            remedy: told.map(|words| words.remedy.clone()).unwrap_or_default(),
        }
    }

    fn ago(&self, moment: Timestamp) -> String {
        ago(self.lang, self.now.duration_since(moment))
    }

    /// Bytes in megabytes, or in gigabytes from one on.
    fn size(&self, bytes: u64) -> String {
        // Rounded to a tenth: precision beyond 2^53 is not shown.
        let megabytes = bytes as f64 / 1e6;
        let (number, unit) = if megabytes < 1000.0 {
            (megabytes, "MB")
        } else {
            (megabytes / 1000.0, "GB")
        };
        format!("{}\u{a0}{unit}", decimal(self.lang, number, 1))
    }
}
