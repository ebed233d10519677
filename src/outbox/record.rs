//! A response as it waits on the device. Pure.
//!
//! The body is kept as the JSON text that goes on the wire, so that a record written by an older release is sent as it
//! was written, whatever has been added to the types since.

use survey::response::Response;

/// Version of the record; a later release that writes another still sends this one.
pub const FORMAT: u32 = 1;

/// A waiting response: the key of its record, and the text to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Id of the response.
    pub id: String,
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
    /// Collector's clock minus device's at the last contact, in milliseconds.
    pub clock_offset_ms: Option<i64>,
}

impl Stamp {
    /// The record of a response, stamped.
    pub fn record(self, mut response: Response) -> Result<Record, serde_json::Error> {
        response.device = Some(self.device.chars().take(Response::MAX_NAME).collect());
        response.boot = Some(self.boot);
        response.seq = Some(self.seq);
        response.clock_offset_ms = self.clock_offset_ms;
        Ok(Record {
            id: response.id.to_string(),
            body: serde_json::to_string(&response)?,
        })
    }
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
            clock_offset_ms: Some(-120),
        };
        let records = [17, 18].map(|seq| stamp(seq).record(response.clone()).expect("a record"));
        let read: Batch = serde_json::from_str(&batch(&records)).expect("a batch");
        assert_eq!(read.responses.len(), 2);
        assert_eq!(read.responses[1].seq, Some(18));
        for sent in &read.responses {
            assert_eq!(sent.answers, response.answers);
            assert!(sent.check(journey.form()).is_empty());
            assert_eq!(sent.id.to_string(), records[0].id);
        }
    }
}
