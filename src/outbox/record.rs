//! A response as it waits on the device. Pure.
//!
//! The body is kept as the JSON text that goes on the wire, so that a record written by an older release is sent as it
//! was written, whatever has been added to the types since. It is written once for each revision and never again.

use serde::Deserialize;
use survey::response::Response;

use crate::json;

/// Version of the record; a later release that writes another still sends this one. Format 1 had neither revision nor
/// number beside the body, and held only responses that were over.
pub const FORMAT: u32 = 2;

/// A waiting response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Id of the response.
    pub id: String,
    /// Its number on this device; the same for all revisions.
    pub seq: u64,
    /// How often it has been saved, from 0.
    pub revision: u32,
    /// The person may have been told that it is recorded: nothing but a receipt may take it away.
    pub promised: bool,
    /// The response as JSON text.
    pub body: String,
}

/// What the device adds to a response.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Name of the device.
    pub device: String,
    /// Id of this run of the page.
    pub boot: String,
    /// Number of the response on this device.
    pub seq: u64,
    /// How often the response has been saved before.
    pub revision: u32,
    /// Collector's clock minus device's, in milliseconds, if known.
    pub clock_offset_ms: Option<i64>,
}

impl Stamp {
    /// The record of a response, stamped.
    pub fn record(
        self,
        mut response: Response,
        promised: bool,
    ) -> Result<Record, serde_json::Error> {
        response.revision = self.revision;
        response.device = Some(self.device.chars().take(Response::MAX_NAME).collect());
        response.boot = Some(self.boot);
        response.seq = Some(self.seq);
        response.clock_offset_ms = self.clock_offset_ms;
        Ok(Record {
            id: response.id.to_string(),
            seq: self.seq,
            revision: self.revision,
            promised,
            body: serde_json::to_string(&response)?,
        })
    }
}

#[derive(Deserialize)]
struct Numbered {
    seq: f64,
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Numbered {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            seq: node.get("seq")?,
        })
    }
}

/// The number in a body of format 1; 0, which sends it first, when it holds none.
pub fn seq_in(body: &str) -> u64 {
    json::read::<Numbered>(body).map_or(0, |Numbered { seq }| seq as u64)
}

/// The body of a request that hands over these records: a [`survey::response::Batch`] without a site.
pub fn batch(records: &[Record]) -> String {
    let bodies: Vec<&str> = records.iter().map(|record| record.body.as_str()).collect();
    ["{\"responses\":[", &bodies.join(","), "]}"].concat()
}

#[cfg(test)]
mod tests {
    use survey::answers::Answer;
    use survey::response::Batch;

    use super::*;
    use crate::rating::fixture;

    #[test]
    fn what_is_kept_is_what_the_collector_reads() {
        let mut journey = fixture::journey();
        journey.choose(Answer::Level(4));
        let response = fixture::response(&journey, true);
        let stamp = |seq| Stamp {
            device: "kiosk".repeat(20),
            boot: "b".to_owned(),
            seq,
            revision: 3,
            clock_offset_ms: Some(-120),
        };
        let records = [17, 18].map(|seq| {
            stamp(seq)
                .record(response.clone(), false)
                .expect("a record")
        });
        let read: Batch = serde_json::from_str(&batch(&records)).expect("a batch");
        assert_eq!(read.responses.len(), 2);
        for (sent, record) in read.responses.iter().zip(&records) {
            assert_eq!(sent.answers, response.answers);
            assert!(sent.check(journey.form()).is_empty());
            assert_eq!(sent.id.to_string(), record.id);
            assert_eq!((sent.revision, record.revision), (3, 3));
            assert_eq!(sent.seq, Some(record.seq));
            assert_eq!(seq_in(&record.body), record.seq);
        }
    }

    #[test]
    fn a_body_without_a_number_is_sent_first_and_not_lost() {
        assert_eq!(seq_in("{\"id\":\"x\"}"), 0);
        assert_eq!(seq_in("not JSON"), 0);
    }
}
