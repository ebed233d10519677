//! What a reader of the index may rely on: the figures, their labels, what is hidden, and how a wrong question is told.

mod store_fixture;

use std::collections::BTreeMap;

use collector::index::{DEMO_NOTE, IndexAnswer, IndexCell, IndexError, IndexRequest, answer};
use collector::store::sqlite::SqliteStore;
use collector::store::{Admitted, Dossier, Procedure, Store};
use jiff::civil::Date;
use store_fixture::{admitted, day, forms, moment, store};
use survey::answers::Packed;
use survey::response::Channel;

const THRESHOLD: u64 = 5;

/// Stores `count` responses with these answers, placed by `change`.
async fn rate(
    store: &SqliteStore,
    first: u128,
    count: u128,
    answers: [u8; 4],
    change: impl Fn(&mut Admitted),
) {
    let responses = (first..first + count)
        .map(|n| {
            let mut response = admitted(n);
            response.answers = Packed(answers.to_vec());
            change(&mut response);
            response
        })
        .collect();
    store.append(responses).await.expect("stored");
}

fn by(names: &[&str]) -> IndexRequest {
    IndexRequest {
        form: "t".into(),
        by: names.iter().map(|name| (*name).to_owned()).collect(),
        ..IndexRequest::default()
    }
}

fn filtered(mut request: IndexRequest, name: &str, values: &[&str]) -> IndexRequest {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    request.filters.insert(name.to_owned(), values);
    request
}

async fn ask(store: &SqliteStore, request: IndexRequest) -> IndexAnswer {
    answer(store, &forms(), THRESHOLD, request)
        .await
        .expect("an answer")
}

fn keys(answer: &IndexAnswer, name: &str) -> Vec<Option<String>> {
    answer
        .cells
        .iter()
        .map(|cell| cell.key.get(name).map(str::to_owned))
        .collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

fn numbers(cell: &IndexCell) -> Vec<Option<u64>> {
    let IndexCell {
        n,
        respondents,
        satisfied,
        missing,
        not_applicable,
        flagged,
        ..
    } = cell;
    vec![
        *n,
        *respondents,
        *satisfied,
        *missing,
        *not_applicable,
        *flagged,
    ]
}

#[tokio::test]
async fn a_figure_carries_its_labels() {
    let (_folder, store) = store();
    rate(&store, 1, 30, [5, 4, 4, Packed::MISSING], |_| {}).await;
    rate(&store, 100, 10, [2, 4, 4, Packed::MISSING], |r| {
        r.assisted = true
    })
    .await;
    rate(&store, 200, 3, [Packed::MISSING, 1, 1, 1], |r| {
        r.day = day("2026-08-01")
    })
    .await;
    rate(&store, 300, 2, [Packed::NOT_APPLICABLE, 1, 1, 1], |_| {}).await;
    let told = ask(&store, by(&[])).await;
    assert_eq!((told.form.as_str(), told.form_version), ("t", 1));
    assert_eq!(told.method.id(), "top2");
    assert!(!told.formula.is_empty());
    assert_eq!((told.from, told.to), (day("2026-07-15"), day("2026-08-01")));
    assert_eq!((told.threshold, told.demo), (THRESHOLD, false));
    let [cell] = told.cells.as_slice() else {
        panic!("one cell: {told:?}");
    };
    assert_eq!(cell.value, Some(75.0));
    // Of 45 responses 40 rate, 3 leave the question out, to 2 it does not apply; 10 are flagged.
    assert_eq!(numbers(cell), [40, 40, 30, 3, 2, 10].map(Some));
    let [low, high] = cell.interval.expect("an interval");
    assert!(low < 75.0 && 75.0 < high);
    assert_eq!(cell.closed, Some(0));
    assert_eq!(cell.coverage, None);
    assert!(!cell.suppressed);

    store.set_note(DEMO_NOTE, "synthetic").await.expect("noted");
    assert!(ask(&store, by(&[])).await.demo);
}

#[tokio::test]
async fn coverage_stands_beside_groups_that_dossiers_have() {
    let (_folder, store) = store();
    let dossier = |n: u32, unit: &str, finished: Option<&str>| Dossier {
        code: format!("H57.132-260701-{n:04}"),
        procedure: "1.000001".into(),
        unit: unit.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: finished.map(moment),
        outcome: None,
    };
    let mut dossiers: Vec<_> = (0..16)
        .map(|n| dossier(n, "U1", Some("2026-07-15T02:00:00Z")))
        .collect();
    dossiers.push(dossier(16, "U1", None));
    // The evening of the 14th in UTC is the 15th in Viet Nam.
    dossiers.push(dossier(17, "U2", Some("2026-07-14T20:00:00Z")));
    dossiers.push(dossier(18, "U3", Some("2026-07-15T02:00:00Z")));
    dossiers.push(dossier(19, "U1", Some("2026-07-16T02:00:00Z")));
    assert_eq!(store.upsert_dossiers(dossiers.clone()).await, Ok(20));
    assert_eq!(store.upsert_dossiers(dossiers).await, Ok(0));
    let verification = store.verify().await.expect("verified");
    assert_eq!((verification.cells, verification.differences), (3, vec![]));
    let procedure = Procedure {
        code: "1.000001".into(),
        name: "Thủ tục".into(),
        field: "Đất đai".into(),
    };
    store
        .upsert_procedures(vec![procedure])
        .await
        .expect("a procedure");
    let known = |r: &mut Admitted| {
        r.field = Some("Đất đai".into());
        r.procedure = Some("1.000001".into());
    };
    rate(&store, 1, 8, [5, 5, 5, 1], known).await;
    rate(&store, 50, 6, [5, 5, 5, 1], |r| r.unit = "U2".into()).await;

    let told = ask(&store, by(&["unit"])).await;
    let shown: Vec<_> = told
        .cells
        .iter()
        .map(|cell| (cell.closed, cell.coverage))
        .collect();
    assert_eq!(keys(&told, "unit"), some(&["U1", "U2"]));
    assert_eq!(shown, [(Some(16), Some(0.5)), (Some(1), Some(6.0))]);

    let mut july = by(&["unit"]);
    (july.from, july.to) = (Some(day("2026-07-01")), Some(day("2026-07-31")));
    let closed: Vec<_> = ask(&store, july).await.cells;
    assert_eq!(
        closed.iter().map(|cell| cell.closed).collect::<Vec<_>>(),
        [Some(17), Some(1)]
    );

    let told = ask(&store, by(&["field"])).await;
    let shown: Vec<_> = told.cells.iter().map(|cell| cell.closed).collect();
    assert_eq!(keys(&told, "field"), [None, Some("Đất đai".into())]);
    assert_eq!(shown, [None, Some(18)]);

    for dimension in ["channel", "touchpoint", "timeliness", "provenance"] {
        let told = ask(&store, by(&[dimension])).await;
        assert!(
            told.cells.iter().all(|cell| cell.closed.is_none()),
            "{dimension}"
        );
    }
    let one_door = filtered(by(&["unit"]), "channel", &["kiosk"]);
    let told = ask(&store, one_door).await;
    assert!(told.cells.iter().all(|cell| cell.coverage.is_none()));
}

#[tokio::test]
async fn items_and_factors_come_in_the_order_of_the_form_and_people_are_not_rated() {
    let (_folder, store) = store();
    rate(&store, 1, 10, [5, 4, 2, 1], |_| {}).await;
    let told = ask(&store, by(&["unit", "item"])).await;
    assert_eq!(told.by, ["unit", "item"]);
    assert_eq!(keys(&told, "item"), some(&["overall", "attitude", "time"]));
    let values: Vec<_> = told.cells.iter().map(|cell| cell.value).collect();
    assert_eq!(values, [Some(100.0), Some(100.0), Some(0.0)]);

    let told = ask(&store, by(&["factor"])).await;
    assert_eq!(keys(&told, "factor"), some(&["service"]));
    assert_eq!(
        (told.cells[0].value, told.cells[0].n),
        (Some(50.0), Some(20))
    );

    let one = filtered(by(&["item"]), "item", &["time"]);
    assert_eq!(keys(&ask(&store, one).await, "item"), some(&["time"]));
    let of_factor = filtered(by(&["item"]), "factor", &["service"]);
    assert_eq!(
        keys(&ask(&store, of_factor).await, "item"),
        some(&["attitude", "time"])
    );
    let unnamed = filtered(by(&[]), "item", &["time"]);
    assert_eq!(ask(&store, unnamed).await.cells[0].value, Some(0.0));
}

#[tokio::test]
async fn few_people_are_hidden_with_everything_that_would_give_them_away() {
    let (_folder, store) = store();
    for (at, count) in [(1, 40), (2, 4), (3, 12), (4, 30)] {
        rate(&store, at * 1000, count, [5, 4, 2, 1], |r| {
            r.unit = format!("U{at}");
        })
        .await;
    }
    let told = ask(&store, by(&["unit"])).await;
    let hidden: Vec<_> = told.cells.iter().map(|cell| cell.suppressed).collect();
    assert_eq!(keys(&told, "unit"), some(&["U1", "U2", "U3", "U4"]));
    assert_eq!(hidden, [false, true, true, false]);
    for cell in told.cells.iter().filter(|cell| cell.suppressed) {
        assert_eq!(numbers(cell), [None; 6]);
        assert_eq!(
            (cell.value, cell.interval, cell.coverage),
            (None, None, None)
        );
        assert_eq!(cell.grade, None);
    }
}

#[tokio::test]
async fn groups_are_sorted_and_filters_hold() {
    let (_folder, store) = store();
    for (at, (unit, channel, day_text)) in [
        ("B", Channel::Phone, "2026-08-02"),
        ("A", Channel::Kiosk, "2026-07-31"),
        ("B", Channel::Kiosk, "2026-07-01"),
    ]
    .into_iter()
    .enumerate()
    {
        rate(&store, at as u128 * 100, 9, [5, 4, 2, 1], |r| {
            r.unit = unit.into();
            r.channel = channel;
            r.day = day(day_text);
        })
        .await;
    }
    let told = ask(&store, by(&["month", "unit"])).await;
    assert_eq!(
        keys(&told, "month"),
        some(&["2026-07", "2026-07", "2026-08"])
    );
    assert_eq!(keys(&told, "unit"), some(&["A", "B", "B"]));
    let kiosk = filtered(by(&["unit"]), "channel", &["kiosk"]);
    assert_eq!(keys(&ask(&store, kiosk).await, "unit"), some(&["A", "B"]));
    let mut late = by(&["unit"]);
    late.from = Some(day("2026-07-02"));
    late.to = Some(day("2026-08-01"));
    assert_eq!(keys(&ask(&store, late).await, "unit"), some(&["A"]));
    let nowhere = filtered(by(&[]), "unit", &["nowhere"]);
    assert_eq!(ask(&store, nowhere).await.cells, []);
}

#[tokio::test]
async fn a_form_without_ratings_has_an_answer_without_cells() {
    let (_folder, store) = store();
    let told = ask(&store, by(&["unit", "item"])).await;
    assert_eq!(told.cells, []);
    assert_eq!(told.from, told.to);
    let mut since = by(&[]);
    since.from = Some(day("2026-01-01"));
    let told = ask(&store, since).await;
    assert!(told.from <= told.to);
}

#[tokio::test]
async fn a_wrong_question_names_the_parameter_and_what_it_may_be() {
    let (_folder, store) = store();
    let with = |change: &dyn Fn(&mut IndexRequest)| {
        let mut request = by(&[]);
        change(&mut request);
        request
    };
    let filter = |name: &str, value: &str| filtered(by(&[]), name, &[value]);
    let cases: Vec<(IndexRequest, &str, &str)> = vec![
        (with(&|r| r.form = "wat".into()), "form", "t"),
        (with(&|r| r.form_version = Some(9)), "form_version", "1"),
        (
            with(&|r| r.method = Some("wat".into())),
            "method",
            "top2, mean100",
        ),
        (
            with(&|r| r.method = Some("points18".into())),
            "method",
            "top2, mean100",
        ),
        (by(&["wat"]), "by", "unit, field"),
        (by(&["unit", "unit"]), "by", "once"),
        (by(&["factor", "item"]), "by", "not by both"),
        (filter("wat", "x"), "wat", "unit, field"),
        (
            filter("channel", "fax"),
            "channel",
            "kiosk, portal, phone, paper",
        ),
        (filter("touchpoint", "x"), "touchpoint", "refusal"),
        (filter("timeliness", "x"), "timeliness", "on-time"),
        (filter("provenance", "x"), "provenance", "invited"),
        (filter("month", "2026-13"), "month", "2026-07"),
        (filter("item", "age"), "item", "overall, attitude, time"),
        (filter("factor", "x"), "factor", "service"),
        (
            filtered(by(&[]), "item", &["overall", "time"]),
            "by",
            "group by",
        ),
        (
            filtered(by(&["factor"]), "item", &["time"]),
            "item",
            "group by item",
        ),
        (
            with(&|r| {
                (r.from, r.to) = (
                    Some(Date::constant(2026, 8, 1)),
                    Some(Date::constant(2026, 7, 1)),
                )
            }),
            "from",
            "2026-07-01",
        ),
    ];
    for (request, parameter, told) in cases {
        let error = answer(&store, &forms(), THRESHOLD, request.clone()).await;
        let Err(IndexError::Request { field, message, .. }) = error else {
            panic!("{request:?} must be refused");
        };
        assert_eq!(field, parameter, "{request:?}");
        assert!(message.contains(told), "{message}");
    }
}

#[tokio::test]
async fn the_total_of_a_partition_is_the_sum_of_its_parts() {
    let (_folder, store) = store();
    for at in 0..6u128 {
        rate(
            &store,
            at * 100,
            10 + at,
            [5 - (at % 3) as u8, 4, 2, 1],
            |r| {
                r.unit = format!("U{}", at % 2);
                r.field = (at > 2).then(|| "F".to_owned());
                r.day = day(&format!("2026-0{}-10", 4 + at));
            },
        )
        .await;
    }
    let total = ask(&store, by(&[])).await.cells[0].n;
    let mut sums = BTreeMap::new();
    for dimension in [
        "unit",
        "field",
        "month",
        "channel",
        "timeliness",
        "procedure",
    ] {
        let parts = ask(&store, by(&[dimension])).await;
        sums.insert(
            dimension,
            parts.cells.iter().map(|cell| cell.n).sum::<Option<u64>>(),
        );
    }
    assert!(
        sums.values().all(|sum| *sum == total),
        "{total:?}: {sums:?}"
    );
}
