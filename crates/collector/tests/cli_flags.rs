//! `hai-long flags`: counts by rule with their reasons, and rules of an authority's own that are checked when they are read.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use cli_fixture::{Server, enrol, fail, folder, rating, succeed, with_dossier, write};
use serde_json::Value;

fn told(data: &std::path::Path, more: &[&str]) -> Value {
    let arguments = [&["flags", "--json"], more].concat();
    serde_json::from_str(&succeed(data, &arguments)).unwrap()
}

#[tokio::test]
async fn rules_count_and_an_authority_may_bring_its_own() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let key = enrol(&data, "hall-1");
    let server = Server::start(&data);
    let ratings: Vec<Value> = (10..20)
        .map(|n| {
            let mut one = rating(n * 20);
            one["answers"] = serde_json::json!({"overall": 5});
            one["assisted"] = (n < 16).into();
            one
        })
        .collect();
    assert_eq!(server.send(&key, &ratings).await, ["stored"; 10]);
    server.stop();

    let shipped = told(&data, &[]);
    assert_eq!(shipped["rules_version"], 3);
    let counts = &shipped["counts"][0];
    assert_eq!(counts["responses"], 10, "{shipped}");
    assert_eq!(counts["raised"]["assisted"], 6);
    assert_eq!(counts["raised"]["unknown-dossier"], 10);
    let table = succeed(&data, &["flags", "--by", "unit"]);
    assert!(
        table.contains("assisted: The citizen asked for help while rating."),
        "{table}"
    );

    let own = r#"{"version": 9, "utc-offset-minutes": 420, "rules": [{
        "id": "help", "test": {"kind": "assisted"}, "label": {"vi": "Có hỗ trợ", "en": "Help"},
        "explanation": {"vi": "Có hỗ trợ.", "en": "With help."}, "innocent": {"vi": "Người cao tuổi.", "en": "Old age."}}]}"#;
    let file = write(folder.path(), "own.json", own);
    let by_own = told(&data, &["--flag-rules", &file]);
    assert_eq!(by_own["rules_version"], 9);
    assert_eq!(
        by_own["counts"][0]["raised"],
        serde_json::json!({"help": 6})
    );
    assert_eq!(by_own["index"]["cells"][0]["flagged"], 6);
    let settings = write(
        folder.path(),
        "hai-long.toml",
        "flag-rules = \"own.json\"\n",
    );
    assert_eq!(told(&data, &["--config", &settings]), by_own);

    let faulty = write(
        folder.path(),
        "faulty.json",
        &own.replace("assisted", "mood"),
    );
    let said = fail(&data, &["flags", "--flag-rules", &faulty]);
    assert!(
        said.contains("faulty.json") && said.contains("rules[0].test"),
        "{said}"
    );
    let missing = fail(&data, &["index", "--flag-rules", "none.json"]);
    assert!(missing.contains("none.json"), "{missing}");
    let cut = fail(&data, &["flags", "--by", "item"]);
    assert!(cut.contains("--by item"), "{cut}");
}
