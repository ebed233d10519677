//! What a receipt does to the record it is about. Pure.

use survey::response::{Receipt, Status};

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The collector has it: it leaves the device.
    Gone,
    /// The collector will never take it as it is: kept for a person to look at.
    Parked(Reason),
    /// It waits on.
    Stays,
}

/// Why a record was parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Machine code of the collector.
    pub code: String,
    /// Every fault with its field, as JSON text of [`survey::response::Fault`]s.
    pub faults: String,
}

impl Reason {
    /// A request with nothing but this response was refused with an HTTP status.
    pub fn http(status: u16) -> Self {
        Self {
            code: ["http-", &status.to_string()].concat(),
            faults: "[]".to_owned(),
        }
    }

    fn of(receipt: &Receipt) -> Self {
        Self {
            code: receipt
                .code
                .clone()
                .unwrap_or_else(|| "rejected".to_owned()),
            faults: serde_json::to_string(&receipt.faults).unwrap_or_default(),
        }
    }
}

/// What the collector said about one revision of a response.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Id of the response.
    pub id: String,
    /// The revision that was sent.
    pub revision: u32,
    /// What is to become of it.
    pub fate: Fate,
}

impl Verdict {
    /// What a receipt says about the revision that was sent.
    pub fn of(receipt: &Receipt, revision: u32) -> Self {
        Self {
            id: receipt.id.to_string(),
            revision,
            fate: match receipt.status {
                Status::Stored | Status::Duplicate => Fate::Gone,
                Status::Rejected => Fate::Parked(Reason::of(receipt)),
            },
        }
    }

    /// What becomes of the record as it lies on the device now. One that was saved again while the other revision was
    /// under way waits for its own receipt.
    pub fn for_stored(self, revision: u32) -> Fate {
        if revision == self.revision {
            self.fate
        } else {
            Fate::Stays
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use survey::response::Fault;
    use uuid::Uuid;

    use super::*;

    fn receipt(status: Status, code: Option<&str>) -> Receipt {
        Receipt {
            id: Uuid::from_u128(7),
            status,
            code: code.map(str::to_owned),
            faults: vec![Fault::new("answers.overall", "wrong-level", "mend it")],
        }
    }

    proptest! {
        /// A record leaves only on the word of the collector about that very revision.
        #[test]
        fn only_a_receipt_for_what_lies_on_the_device_moves_it(sent in 0u32..5, stored in 0u32..5, status in 0usize..3) {
            let status = [Status::Stored, Status::Duplicate, Status::Rejected][status];
            let fate = Verdict::of(&receipt(status, Some("id-reused")), sent).for_stored(stored);
            match fate {
                Fate::Gone => prop_assert!(sent == stored && status != Status::Rejected),
                Fate::Parked(reason) => {
                    prop_assert!(sent == stored && status == Status::Rejected);
                    prop_assert_eq!(reason.code, "id-reused");
                    let faults: Vec<Fault> = serde_json::from_str(&reason.faults).expect("faults");
                    prop_assert_eq!(faults[0].field.as_str(), "answers.overall");
                }
                Fate::Stays => prop_assert!(sent != stored),
            }
        }
    }

    #[test]
    fn a_rejection_without_a_code_has_one_on_the_device() {
        let verdict = Verdict::of(&receipt(Status::Rejected, None), 0);
        let Fate::Parked(reason) = verdict.for_stored(0) else {
            unreachable!("a rejected record is parked");
        };
        assert_eq!(reason.code, "rejected");
    }
}
