//! Which records go into the next request. Pure.

use survey::response::Batch;

use super::record::Record;

/// Most bytes of responses in one request: three seconds at 512 kbit/s.
pub const MOST_BYTES: usize = 200_000;

/// How much is sent at once: as much as the collector takes, or less while a response that spoils the request is looked
/// for.
#[derive(Clone, Debug)]
pub struct Portion {
    most: usize,
}

impl Default for Portion {
    fn default() -> Self {
        Self { most: Batch::MAX }
    }
}

impl Portion {
    /// The next request: of the waiting records, in their order, without the one whose visit is still open on this
    /// screen. At least one if any may go, however long it is.
    pub fn of(&self, waiting: Vec<Record>, open: Option<&str>) -> Vec<Record> {
        let mut bytes = 0;
        waiting
            .into_iter()
            .filter(|record| Some(record.id.as_str()) != open)
            .take(self.most)
            .enumerate()
            .take_while(|(n, record)| {
                bytes += record.body.len();
                *n == 0 || bytes <= MOST_BYTES
            })
            .map(|(_, record)| record)
            .collect()
    }

    /// The request with `sent` records was refused as a whole. `true`: the only record in it is the culprit, to be
    /// parked. `false`: the next request is half as long.
    pub fn refused(&mut self, sent: usize) -> bool {
        let culprit = sent <= 1;
        self.most = if culprit { Batch::MAX } else { sent / 2 };
        culprit
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(n: usize, bytes: usize) -> Record {
        Record {
            id: n.to_string(),
            seq: n as u64,
            revision: 0,
            promised: true,
            body: "x".repeat(bytes),
        }
    }

    proptest! {
        /// A request is never longer than the collector takes, keeps the order, and is empty only when nothing may go.
        #[test]
        fn a_portion_fits(sizes in prop::collection::vec(1usize..90_000, 0..80), open in prop::option::of(0usize..80)) {
            let waiting: Vec<Record> = sizes.iter().enumerate().map(|(n, bytes)| record(n, *bytes)).collect();
            let open = open.map(|n| n.to_string());
            let may_go = waiting.iter().filter(|record| Some(&record.id) != open.as_ref()).count();
            let sent = Portion::default().of(waiting, open.as_deref());
            prop_assert_eq!(sent.is_empty(), may_go == 0);
            prop_assert!(sent.len() <= Batch::MAX);
            prop_assert!(sent.len() <= 1 || sent.iter().map(|record| record.body.len()).sum::<usize>() <= MOST_BYTES);
            prop_assert!(sent.windows(2).all(|pair| pair[0].seq < pair[1].seq));
            prop_assert!(sent.iter().all(|record| Some(&record.id) != open.as_ref()));
        }

        /// A collector that refuses every request with a bad response in it gets all the others, and exactly the bad ones
        /// are parked.
        #[test]
        fn the_culprits_are_found_and_nobody_else_is_parked(bad in prop::collection::vec(any::<bool>(), 0..130)) {
            let mut waiting: Vec<Record> = (0..bad.len()).map(|n| record(n, 600)).collect();
            let mut portion = Portion::default();
            let (mut stored, mut parked) = (Vec::new(), Vec::new());
            for _ in 0..20 * bad.len() + 1 {
                let sent = portion.of(waiting.clone(), None);
                if sent.is_empty() {
                    break;
                }
                let seqs = sent.iter().map(|record| record.seq as usize);
                if seqs.clone().any(|n| bad[n]) {
                    if !portion.refused(sent.len()) {
                        continue;
                    }
                    parked.extend(seqs);
                } else {
                    stored.extend(seqs);
                }
                waiting.retain(|record| !sent.contains(record));
            }
            prop_assert!(waiting.is_empty());
            prop_assert!(parked.iter().all(|n| bad[*n]));
            prop_assert!(stored.iter().all(|n| !bad[*n]));
            prop_assert_eq!(parked.len() + stored.len(), bad.len());
        }
    }
}
