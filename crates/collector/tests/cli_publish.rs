//! Publishing at the command line.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;
mod store_fixture;

use std::path::{Path, PathBuf};

use cli_fixture::{err, fail, folder, run, succeed};
use collector::store::sqlite::SqliteStore;
use collector::store::{Admitted, Store};
use store_fixture::{FORM, admitted, day, forms};

/// A data folder with a form of its own and ratings of July 2025: 30 of one unit, 9 of another, 2 of a third.
async fn with_ratings(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    std::fs::create_dir_all(data.join("forms")).unwrap();
    std::fs::write(data.join("forms/t.json"), FORM).unwrap();
    let store = SqliteStore::open(&data, forms()).unwrap();
    for (first, count, unit) in [(1, 30, "U1"), (100, 9, "U2"), (200, 2, "U3")] {
        let ratings = (first..first + count).map(|n| Admitted {
            unit: unit.into(),
            day: day("2025-07-10"),
            ..admitted(n)
        });
        store.append(ratings.collect()).await.unwrap();
    }
    store.close();
    data
}

const MAKE: [&str; 6] = ["publish", "make", "--form", "t", "--period", "2025-07"];

#[tokio::test]
async fn a_release_is_tried_made_shown_withdrawn_and_put_back() {
    let folder = folder();
    let data = with_ratings(folder.path()).await;
    let with = |more: &[&'static str]| [&MAKE[..], &["--tables", "unit"], more].concat();
    let tried = succeed(&data, &with(&["--dry-run"]));
    let unit = tried
        .lines()
        .find(|line| line.trim_start().starts_with("unit"))
        .unwrap();
    let counts: Vec<&str> = unit.split_whitespace().skip(1).collect();
    assert_eq!(counts, ["3", "1", "1", "1", "0"], "{tried}");
    assert!(!succeed(&data, &["publish", "list"]).contains("t-1-2025-07"));

    succeed(&data, &with(&[]));
    let shown = succeed(&data, &["publish", "show", "t-1-2025-07"]);
    assert!(
        shown.contains("U1") && shown.contains("suppressed"),
        "{shown}"
    );
    let again = fail(&data, &with(&[]));
    assert!(again.contains("published as t-1-2025-07"), "{again}");
    succeed(&data, &["publish", "withdraw", "t-1-2025-07"]);
    let shown = succeed(&data, &["publish", "show", "t-1-2025-07"]);
    assert!(shown.starts_with("withdrawn since"), "{shown}");
    succeed(&data, &["publish", "restore", "t-1-2025-07"]);
    let audit = succeed(&data, &["audit", "--format", "csv"]);
    for line in [
        "release-make,t-1-2025-07,\"method top2, threshold 5, tables whole unit, 2 of 4 figures hidden\"",
        "release-withdraw,t-1-2025-07,",
        "release-restore,t-1-2025-07,",
    ] {
        assert!(audit.contains(line), "{line}: {audit}");
    }
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_with_what_can() {
    let folder = folder();
    let data = with_ratings(folder.path()).await;
    for (arguments, mend) in [
        (vec!["--period", "2025-13"], "2026-Q3"),
        (
            vec!["--period", "2025-07", "--tables", "unit,month"],
            "unit-channel",
        ),
    ] {
        let all = [&["publish", "make", "--form", "t"], &arguments[..]].concat();
        let output = run(&data, &all);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(mend), "{}", err(&output));
    }
    for (arguments, mend) in [
        (
            ["publish", "make", "--form", "t", "--period", "2200-01"],
            "period: 2200-01 is not over",
        ),
        (
            ["publish", "make", "--form", "t", "--period", "2025-01"],
            "fewer than 5 respondents",
        ),
        (
            ["publish", "make", "--form", "x", "--period", "2025-07"],
            "form: there is no such form",
        ),
    ] {
        let told = fail(&data, &arguments);
        assert!(told.contains(mend), "{told}");
    }
    for command in ["withdraw", "restore", "show"] {
        let told = fail(&data, &["publish", command, "t-1-2025-07"]);
        assert!(told.contains("there is no"), "{told}");
    }
}
