//! The rules of retention at the command line.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use cli_fixture::{fail, folder, run, succeed, with_dossier};

#[test]
fn rules_are_told_set_put_off_and_written_down() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let told = succeed(&data, &["retention"]);
    assert_eq!(told.matches("24 months").count(), 2, "{told}");
    succeed(&data, &["retention", "set", "comments", "36"]);
    succeed(&data, &["retention", "set", "reports", "never"]);
    let told = succeed(&data, &["retention", "set", "keys", "60"]);
    assert!(told.contains("60 months"), "{told}");
    succeed(&data, &["retention", "notice", "30"]);
    let told = succeed(
        &data,
        &["retention", "hold", "comments", "--reason", "thanh tra"],
    );
    for part in ["36 months", "never destroyed", "thanh tra"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = succeed(&data, &["retention", "release", "comments"]);
    assert!(!told.contains("thanh tra"), "{told}");
    let ran = succeed(&data, &["retention", "run"]);
    assert!(!ran.contains("destroyed:"), "{ran}");
    let audit = succeed(&data, &["audit", "--format", "csv"]);
    for line in [
        "retention-set,comments,36 months",
        "retention-set,reports,never destroyed",
        "retention-set,keys,60 months",
        "retention-set,notice,30 days",
        "retention-hold,comments,thanh tra",
        "retention-release,comments,",
    ] {
        assert!(audit.contains(line), "{line}: {audit}");
    }
}

#[test]
fn what_cannot_be_a_rule_is_refused_with_what_can() {
    let folder = folder();
    let data = with_dossier(folder.path());
    for (arguments, mend) in [
        (["retention", "set", "comments", "0"], "never"),
        (["retention", "set", "comments", "1.5"], "whole months"),
        (["retention", "set", "ratings", "24"], "reports"),
    ] {
        let output = run(&data, &arguments);
        assert_eq!(output.status.code(), Some(2));
        let told = cli_fixture::err(&output);
        assert!(told.contains(mend), "{told}");
    }
    let told = fail(&data, &["retention", "set", "keys", "11"]);
    assert!(told.contains("at least 12 months"), "{told}");
    let told = fail(&data, &["retention", "hold", "comments", "--reason", " "]);
    assert!(told.contains("--reason"), "{told}");
}
