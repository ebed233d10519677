//! The mark of a response's content: tells a repeat from an id that was used for something else.

use survey::response::Response;

use super::keys::Keys;
use crate::store::Bucket;

/// The mark of what a response about a dossier of this bucket says; where that has no key any more, of all else that it says.
pub fn mark(keys: &Keys, bucket: Option<Bucket>, response: &Response) -> [u8; 16] {
    match keys.of_content(bucket) {
        Some(key) => key.fingerprint(canonical(response).as_bytes()),
        None => {
            let rest = Response {
                dossier: None,
                invite: None,
                ..response.clone()
            };
            keys.folder().fingerprint(canonical(&rest).as_bytes())
        }
    }
}

/// What the device sent, in one spelling: keys in order, absent fields left out.
fn canonical(response: &Response) -> String {
    // Through a value, whose keys are sorted; a response is plain data, so this cannot fail.
    serde_json::to_value(response).map_or_else(|_| String::new(), |value| value.to_string())
}
