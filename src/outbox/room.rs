//! What gives way when the disk is full. Pure.

use super::record::Record;

/// Ids of the records that give way to one of `bytes` bytes, the oldest first, and no more than it takes. Only what
/// nobody has been promised gives way, and never the response that is being saved.
pub fn gives_way(records: &[Record], saving: &str, bytes: usize) -> Vec<String> {
    let mut freed = 0;
    records
        .iter()
        .filter(|record| !record.promised && record.id != saving)
        .take_while(|record| {
            let wanted = freed < bytes;
            freed += record.body.len();
            wanted
        })
        .map(|record| record.id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A rating whose person was thanked never gives way; of the others the oldest do, and enough of them if there are
        /// enough.
        #[test]
        fn only_unfinished_ratings_give_way(
            rows in prop::collection::vec((any::<bool>(), 1usize..900), 0..40), saving in 0usize..40, bytes in 1usize..4_000,
        ) {
            let records: Vec<Record> = rows.iter().enumerate().map(|(n, (promised, bytes))| Record {
                id: n.to_string(), seq: n as u64, revision: 0, promised: *promised, body: "x".repeat(*bytes),
            }).collect();
            let saving = saving.to_string();
            let ids = gives_way(&records, &saving, bytes);
            let spare: Vec<&Record> = records.iter().filter(|record| !record.promised && record.id != saving).collect();
            prop_assert!(ids.iter().zip(&spare).all(|(id, record)| *id == record.id));
            let freed: usize = spare.iter().take(ids.len()).map(|record| record.body.len()).sum();
            prop_assert!(freed >= bytes || ids.len() == spare.len());
            if let Some((_, but_last)) = spare[..ids.len()].split_last() {
                prop_assert!(but_last.iter().map(|record| record.body.len()).sum::<usize>() < bytes);
            }
        }
    }
}
