//! Counts of citizen reports.

use collector::reports::{NewReport, Outcome, Source, Standing, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::desk::{self, Desk, number};
use super::page::tables;

/// Reports of three units, each as far as it may be, some of nobody's competence.
pub fn reports() -> Vec<NewReport> {
    let received_at: Timestamp = "2021-06-01T03:00:00Z".parse().unwrap();
    let due_at = received_at + SignedDuration::from_hours(14 * 24);
    let far = Timestamp::now() + SignedDuration::from_hours(24 * 24);
    let days = |days: i64| received_at + SignedDuration::from_hours(24 * days);
    (0..36)
        .map(|n| {
            let unit = ["U1", "U2", "U3"][n % 3];
            let standing = Standing::new(unit.to_owned(), due_at, n % 7 != 0);
            let standing = match n % 4 {
                0 => standing,
                1 => Standing {
                    due_at: far,
                    ..standing
                },
                late => Standing {
                    state: State::Answered,
                    answered_at: Some(days(if late == 2 { 5 } else { 20 })),
                    outcome: Outcome::Satisfied,
                    ..standing
                },
            };
            NewReport {
                outside_id: Some(n.to_string()),
                source: Source::Portal,
                text: String::new(),
                dossier: None,
                received_at,
                standing,
            }
        })
        .collect()
}

#[tokio::test]
async fn counts_of_citizen_reports_are_those_of_the_api() {
    let desk = Desk::open().await;
    let store = desk.collector.store.as_ref();
    store
        .feed_reports(reports(), "feed", Timestamp::now())
        .await
        .unwrap();
    let mut shares = 0;
    for choice in [
        "",
        "unit=U2",
        "from=2021-06-01&to=2021-06-01",
        "from=2021-06-02",
    ] {
        let path = format!("/staff/reports?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let told = desk.told("reports", choice).await;
        let rows = &files["reports"];
        let (late, within) = (6, 8);
        let count = |wanted: &dyn Fn(&Vec<String>) -> bool| -> u64 {
            rows.iter()
                .filter(|row| wanted(row))
                .count()
                .try_into()
                .unwrap()
        };
        let mut tables = vec![("", &told["together"])];
        for unit in told["units"].as_array().unwrap() {
            tables.push((unit["unit"].as_str().unwrap(), &unit["counts"]));
        }
        let units: u64 = tables[1..]
            .iter()
            .map(|(_, counts)| counts["opened"].as_u64().unwrap())
            .sum();
        assert_eq!(units, told["together"]["opened"].as_u64().unwrap());
        for (unit, counts) in tables {
            let of = |row: &Vec<String>| unit.is_empty() || row[7] == unit;
            for (name, found) in [
                ("opened", count(&of)),
                ("new", count(&|row| of(row) && row[2] == "New")),
                ("assigned", count(&|row| of(row) && row[2] == "Assigned")),
                ("answered", count(&|row| of(row) && row[2] == "Answered")),
                ("overdue", count(&|row| of(row) && !row[late].is_empty())),
                (
                    "within_competence",
                    count(&|row| of(row) && row[within] == "Yes"),
                ),
                (
                    "on_time",
                    count(&|row| {
                        of(row)
                            && row[within] == "Yes"
                            && row[late].is_empty()
                            && !row[5].is_empty()
                    }),
                ),
                (
                    "pending",
                    count(&|row| {
                        of(row) && row[within] == "Yes" && row[late].is_empty() && row[5].is_empty()
                    }),
                ),
            ] {
                assert_eq!(counts[name], found, "{choice} {unit} {name}: {counts}");
            }
            assert_eq!(
                counts["decided"].as_u64().unwrap() + counts["pending"].as_u64().unwrap(),
                counts["within_competence"].as_u64().unwrap()
            );
        }
        let together = &told["together"];
        let said = match together["share_on_time"].as_f64() {
            Some(share) => {
                shares += 1;
                format!(
                    "On time: {share:.1}\u{a0}% ({} of {} within",
                    together["on_time"], together["decided"]
                )
            }
            None => "No citizen report within competence was answered or is overdue.".to_owned(),
        };
        assert!(page.contains(&said), "{choice}: {said}");
        assert!(
            page.contains(&format!("Not due yet: {}.", together["pending"])),
            "{choice}"
        );
    }
    assert_eq!(shares, 3);
    // Without texts, whatever they say.
    let told = desk.told("reports", "").await;
    assert!(
        told.as_object()
            .unwrap()
            .values()
            .all(|value| !value.to_string().contains("text"))
    );
    assert_eq!(number(&told["together"]["reopened"].to_string()), Some(0.0));
    assert_eq!(told["demo"], Value::Bool(false));
}
