//! Everything that waits on a device, as one file that a person can carry to the collector. Pure.

use serde_json::Value;

/// A response that the collector refused: its JSON text, and the collector's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The response as it was sent.
    pub body: String,
    /// Why it was refused, as a machine code.
    pub code: String,
}

/// Writes the file:
/// `{"format":"hai-long-rescue","version":1,"device":…,"exported_at":…,"responses":[…],"parked":[{"response":…,"code":…}]}`.
/// Bodies stand in it byte for byte as they would be sent; `exported_at` is the device's clock, RFC 3339.
pub fn write(device: &str, exported_at: &str, waiting: &[String], parked: &[Parked]) -> String {
    let parked: Vec<String> = parked
        .iter()
        .map(|Parked { body, code }| {
            ["{\"response\":", body, ",\"code\":", &quoted(code), "}"].concat()
        })
        .collect();
    [
        "{\"format\":\"hai-long-rescue\",\"version\":1,\"device\":",
        &quoted(device),
        ",\"exported_at\":",
        &quoted(exported_at),
        ",\"responses\":[",
        &waiting.join(","),
        "],\"parked\":[",
        &parked.join(","),
        "]}",
    ]
    .concat()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the device is called, the file is JSON that holds every response and every reason.
        #[test]
        fn the_file_can_be_read(device in any::<String>(), code in any::<String>(), waiting in 0usize..4, parked in 0usize..4) {
            let bodies: Vec<String> = (0..waiting).map(|n| format!("{{\"seq\":{n}}}")).collect();
            let refused = vec![Parked { body: "{\"seq\":9}".to_owned(), code: code.clone() }; parked];
            let text = write(&device, "2026-08-04T02:00:00.000Z", &bodies, &refused);
            let file: Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(&file["format"], "hai-long-rescue");
            prop_assert_eq!(&file["version"], 1);
            prop_assert_eq!(file["device"].as_str(), Some(device.as_str()));
            let responses = file["responses"].as_array().expect("responses");
            prop_assert_eq!(responses.len(), waiting);
            for (n, response) in responses.iter().enumerate() {
                prop_assert_eq!(&response["seq"], n);
            }
            let out = file["parked"].as_array().expect("parked");
            prop_assert_eq!(out.len(), parked);
            for refused in out {
                prop_assert_eq!(refused["code"].as_str(), Some(code.as_str()));
                prop_assert_eq!(&refused["response"]["seq"], 9);
            }
        }
    }
}
