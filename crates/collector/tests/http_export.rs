//! Ratings go out one by one: complete for the analyst, and nobody in them can be pointed at.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::collections::HashMap;

use collector::store::{Admitted, Circumstances, Provenance, Role, Timeliness};
use http_fixture::{Collector, problem, store_fixture};
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use survey::answers::Packed;

/// Responses of a unit on a day, about dossiers of a procedure.
fn ratings(start: u128, unit: &str, procedure: &str, day: &str, count: u128) -> Vec<Admitted> {
    (start..start + count)
        .map(|n| Admitted {
            unit: unit.to_owned(),
            procedure: Some(procedure.to_owned()),
            field: Some("Đất đai".to_owned()),
            timeliness: Timeliness::OnTime,
            provenance: Provenance::Dossier,
            day: store_fixture::day(day),
            answers: Packed(vec![2, 5, Packed::NOT_APPLICABLE, 1]),
            assisted: true,
            reasons: vec!["slow".to_owned()],
            comment: Some("Bà Lan ở quầy số 2".to_owned()),
            circumstances: Circumstances {
                locale: Some("km".to_owned()),
                device: Some("hall-1".to_owned()),
                boot: Some("boot-7".to_owned()),
                ..Circumstances::default()
            },
            ..store_fixture::admitted(n)
        })
        .collect()
}

/// Six alike on one day; four dossiers of the same unit and month that are one of a kind each; three of another unit in
/// another month.
async fn collector() -> Collector {
    let collector = Collector::start().await;
    let mut all = ratings(1, "A", "1.000001", "2026-07-15", 6);
    for (start, day) in [
        (101, "2026-07-01"),
        (102, "2026-07-02"),
        (103, "2026-07-03"),
        (104, "2026-07-04"),
    ] {
        all.extend(ratings(start, "A", &format!("1.{start:06}"), day, 1));
    }
    all.extend(ratings(201, "A", "1.000009", "2026-07-20", 1));
    all.extend(ratings(301, "B", "1.000001", "2026-08-05", 3));
    collector.store.append(all).await.unwrap();
    collector
}

async fn export(collector: &Collector, query: &str) -> Response {
    let request = collector.get(&format!("/api/v1/responses?{query}"));
    request
        .bearer_auth(collector.key(Role::Analyst))
        .send()
        .await
        .unwrap()
}

async fn lines(collector: &Collector, query: &str) -> (Vec<Value>, u64) {
    let answer = export(collector, query).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let withheld = answer.headers()["hai-long-withheld"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let text = answer.text().await.unwrap();
    (
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
        withheld,
    )
}

#[tokio::test]
async fn a_line_tells_what_enough_others_share_and_nothing_else() {
    let collector = collector().await;
    let (all, withheld) = lines(&collector, "form=t").await;
    let of =
        |step: u64| -> Vec<&Value> { all.iter().filter(|line| line["step"] == step).collect() };
    assert_eq!(
        (of(0).len(), of(1).len(), all.len(), withheld),
        (6, 5, 11, 3)
    );
    assert_eq!(
        *of(0)[0],
        json!({
            "form": "t", "form_version": 1, "step": 0, "unit": "A", "field": "Đất đai", "procedure": "1.000001",
            "touchpoint": "result", "channel": "kiosk", "provenance": "dossier", "timeliness": "on-time",
            "month": "2026-07", "day": "2026-07-15", "partial": false, "flagged": false,
            "answers": {"overall": 2, "attitude": 5, "time": "na"}, "reasons": ["slow"],
        })
    );
    for line in of(1) {
        assert_eq!(line["month"], "2026-07");
        assert!(
            line["day"].is_null() && line["procedure"].is_null(),
            "{line}"
        );
    }
}

#[tokio::test]
async fn what_could_tell_who_it_was_never_leaves() {
    let collector = collector().await;
    for format in ["ndjson", "csv"] {
        let answer = export(&collector, &format!("form=t&format={format}")).await;
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        let text = answer.text().await.unwrap();
        for secret in [
            "Lan",
            "hall-1",
            "boot-7",
            "\"km\"",
            "00000000-0000",
            "assisted",
            "age",
            "T03:00",
        ] {
            assert!(!text.contains(secret), "{format}: {secret}");
        }
    }
}

#[tokio::test]
async fn no_two_answers_together_tell_more_than_the_whole() {
    let collector = collector().await;
    let (whole, _) = lines(&collector, "form=t").await;
    let mut counts: HashMap<String, i64> = HashMap::new();
    for line in &whole {
        *counts.entry(line.to_string()).or_default() += 1;
    }
    // Each day's lines are lines of the whole: no period shows a line finer, nor one that the whole withholds.
    for day in 1..=31 {
        let (part, _) = lines(
            &collector,
            &format!("form=t&from=2026-07-{day:02}&to=2026-08-31"),
        )
        .await;
        let mut part_counts: HashMap<String, i64> = HashMap::new();
        for line in &part {
            *part_counts.entry(line.to_string()).or_default() += 1;
        }
        for (line, count) in part_counts {
            assert!(counts.get(&line).is_some_and(|all| *all >= count), "{line}");
        }
        let coarse = part.iter().filter(|line| line["day"].is_null()).count();
        assert_eq!(
            coarse,
            if day == 1 { 5 } else { 0 },
            "a month counts as a whole"
        );
    }
}

#[tokio::test]
async fn repeats_are_left_out_as_they_are_of_every_figure() {
    let collector = collector().await;
    let twice: Vec<Admitted> = ratings(401, "A", "1.000001", "2026-07-15", 2)
        .into_iter()
        .map(|one| Admitted {
            pseudonym: Some(store_fixture::pseudonym(1)),
            ..one
        })
        .collect();
    collector.store.append(twice).await.unwrap();
    let (all, _) = lines(&collector, "form=t").await;
    assert_eq!(all.iter().filter(|line| line["step"] == 0).count(), 7);
}

#[tokio::test]
async fn the_csv_holds_the_same_lines() {
    let collector = collector().await;
    let text = export(&collector, "form=t&format=csv")
        .await
        .text()
        .await
        .unwrap();
    let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let (lines, _) = lines(&collector, "form=t").await;
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row[at("step")], line["step"].to_string());
        assert_eq!(
            row[at("answer.overall")],
            line["answers"]["overall"].to_string()
        );
        assert_eq!(&row[at("answer.time")], "na");
        assert_eq!(&row[at("day")], line["day"].as_str().unwrap_or_default());
        assert_eq!(&row[at("reasons")], "slow");
    }
}

#[tokio::test]
async fn only_analysts_and_administrators_may_and_questions_are_checked() {
    let collector = collector().await;
    let get = |role| {
        collector
            .get("/api/v1/responses?form=t")
            .bearer_auth(collector.key(role))
    };
    for role in [Role::Device, Role::OneStop] {
        problem(get(role).send().await.unwrap(), 403, "wrong-role").await;
    }
    assert_eq!(
        get(Role::Admin).send().await.unwrap().status(),
        StatusCode::OK
    );
    let bare = collector
        .get("/api/v1/responses?form=t")
        .send()
        .await
        .unwrap();
    problem(bare, 401, "no-key").await;
    for (query, code) in [
        ("", "required"),
        ("form=none", "unknown-form"),
        ("form=t&form_version=9", "unknown-form"),
        ("form=t&form_version=x", "wrong-version"),
        ("form=t&from=1.7.2026", "wrong-date"),
        ("form=t&from=2026-08-01&to=2026-07-01", "wrong-period"),
        ("form=t&format=parquet", "unknown-format"),
        ("form=t&unit=A", "unknown-parameter"),
        ("form=t&form=t", "repeated-parameter"),
    ] {
        problem(export(&collector, query).await, 400, code).await;
    }
    let (none, withheld) = lines(&collector, "form=t&from=2020-01-01&to=2020-12-31").await;
    assert_eq!((none.len(), withheld), (0, 3));
}
