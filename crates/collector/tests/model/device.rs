//! The rules of the widget's outbox, without browser and disk.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

use survey::answers::Answer;
use survey::response::{Batch, Channel, Receipt, Response, Status, Touchpoint};
use uuid::Uuid;

/// A kiosk.
pub struct Device {
    number: u8,
    /// Unit in whose hall it stands.
    pub unit: String,
    /// Counts starts; answers to an earlier run reach nobody.
    pub boot: u32,
    ahead: SignedDuration,
    /// Server minus device clock, as of the last contact.
    known_offset_ms: Option<i64>,
    /// Last number given out; kept on disk.
    seq: u64,
    /// What is on disk and not yet with the collector, oldest first.
    pub outbox: Vec<Response>,
    /// What the collector rejected.
    pub parked: Vec<(Response, Receipt)>,
    /// The session on the screen; in memory only.
    open: Option<Uuid>,
    /// Everything that was ever on its disk, as it last was: what the citizens were promised.
    pub promised: BTreeMap<Uuid, Response>,
}

impl Device {
    /// A new device, its clock right.
    pub fn new(number: u8) -> Self {
        Self {
            number,
            unit: format!("U{number}"),
            boot: 1,
            ahead: SignedDuration::ZERO,
            known_offset_ms: None,
            seq: 0,
            outbox: Vec::new(),
            parked: Vec::new(),
            open: None,
            promised: BTreeMap::new(),
        }
    }

    fn clock(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.ahead).unwrap_or(now)
    }

    /// The overall rating is on disk the moment it is given. Its level follows from the dossier, so that what must be
    /// counted does not depend on which of several ratings of one dossier arrives first.
    pub fn rate(&mut self, now: Timestamp, dossier: Option<u8>) {
        self.open = None;
        self.seq += 1;
        let at = self.clock(now);
        let mut random = [self.number; 10];
        random[2..].copy_from_slice(&self.seq.to_be_bytes());
        let since_1970 = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(since_1970, &random).into_uuid();
        let level = dossier.map_or(3, |dossier| 1 + dossier % 5);
        self.open = Some(id);
        self.keep(Response {
            revision: 0,
            id,
            form: "t".into(),
            form_version: 1,
            dossier: dossier.map(|dossier| format!("H57.132-260804-{dossier:04}")),
            invite: None,
            unit: Some(self.unit.clone()),
            touchpoint: match dossier {
                Some(_) => Touchpoint::Result,
                None => Touchpoint::Receipt,
            },
            channel: Channel::Kiosk,
            answers: [("overall".into(), Answer::Level(level))].into(),
            reasons: Vec::new(),
            comment: None,
            locale: Some("vi".into()),
            scale_order: None,
            presentation: None,
            audio: false,
            assisted: false,
            partial: true,
            device: Some(format!("kiosk-{}", self.number)),
            boot: Some(self.boot.to_string()),
            seq: Some(self.seq),
            started_at: Some(at.to_string()),
            submitted_at: Some(at.to_string()),
            elapsed_ms: Some(4_000),
            clock_offset_ms: self.known_offset_ms,
        });
    }

    /// One more answer replaces what is kept of this session, which goes on.
    pub fn answer(&mut self, now: Timestamp) {
        if let Some(mut response) = self.revised(now) {
            response.answers.insert("time".into(), Answer::Level(2));
            self.keep(response);
        }
    }

    /// The rest of the answers replaces what is kept of this session, which ends.
    pub fn finish(&mut self, now: Timestamp) {
        if let Some(mut response) = self.revised(now) {
            response.answers.insert("attitude".into(), Answer::Level(4));
            response.partial = false;
            self.keep(response);
            self.open = None;
        }
    }

    /// The next revision of the session on the screen.
    fn revised(&self, now: Timestamp) -> Option<Response> {
        let mut response = self.promised.get(&self.open?)?.clone();
        response.revision += 1;
        response.submitted_at = Some(self.clock(now).to_string());
        response.elapsed_ms = response.elapsed_ms.map(|elapsed| elapsed + 5_000);
        Some(response)
    }

    fn keep(&mut self, response: Response) {
        self.outbox.retain(|kept| kept.id != response.id);
        self.outbox.push(response.clone());
        self.promised.insert(response.id, response);
    }

    /// Nobody stands at the screen any more.
    pub fn leave(&mut self) {
        self.open = None;
    }

    /// Everything in memory is gone.
    pub fn reboot(&mut self) {
        self.boot += 1;
        self.open = None;
        self.known_offset_ms = None;
    }

    /// The clock is now so far ahead of the truth, in seconds.
    pub fn set_clock(&mut self, ahead: i64) {
        self.ahead = SignedDuration::from_secs(ahead);
    }

    /// The next batch, oldest first; the session on the screen too, as far as it has come.
    pub fn batch(&self, most: usize) -> Vec<Response> {
        self.outbox
            .iter()
            .take(most.min(Batch::MAX))
            .cloned()
            .collect()
    }

    /// Deletes what the collector has and parks what it will never have; but only what is still as it was sent: a
    /// receipt for the partial rating says nothing about the whole one that has replaced it since.
    pub fn hear(&mut self, now: Timestamp, sent: &[Response], receipts: &[Receipt]) {
        let offset = now.duration_since(self.clock(now)).as_millis();
        self.known_offset_ms = i64::try_from(offset).ok();
        for (response, receipt) in sent.iter().zip(receipts) {
            let Some(at) = self.outbox.iter().position(|kept| kept == response) else {
                continue;
            };
            let settled = self.outbox.remove(at);
            if receipt.status == Status::Rejected {
                self.parked.push((settled, receipt.clone()));
            }
        }
    }
}
