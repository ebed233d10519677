//! Codes of administrative units that changed their meaning: what a figure of a day may be called.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod store_fixture;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use collector::coverage::{self, CoverageRequest, UnaskedRequest};
use collector::import;
use collector::index::{self, IndexAnswer, IndexRequest};
use collector::intake::Intake;
use collector::intake::pseudonym::PseudonymKey;
use collector::store::calendar::day_of_number;
use collector::store::sqlite::SqliteStore;
use collector::store::{Admitted, Dossier, Store, Unit, UnitChange};
use collector::units::{Lineage, UnitsAs};
use collector::within;
use proptest::prelude::*;
use store_fixture::{admitted, day, forms, moment, store};

/// The seven codes that another province has had since 01/07/2025, those of surviving names that went, the city of Huế,
/// which changed its kind half a year earlier, Đồng Nai, which became a city in 2026, and a district that is no more.
const TABLE: &str = "\
code,name,kind,parent,valid_from,valid_to
15,Yên Bái,province,,,30/06/2025
15,Lào Cai,province,,01/07/2025,
24,Bắc Giang,province,,,30/06/2025
24,Bắc Ninh,province,,01/07/2025,
44,Quảng Bình,province,,,30/06/2025
44,Quảng Trị,province,,01/07/2025,
52,Bình Định,province,,,30/06/2025
52,Gia Lai,province,,01/07/2025,
80,Long An,province,,,30/06/2025
80,Tây Ninh,province,,01/07/2025,
82,Tiền Giang,province,,,30/06/2025
82,Đồng Tháp,province,,01/07/2025,
91,Kiên Giang,province,,,30/06/2025
91,An Giang,province,,01/07/2025,
64,Gia Lai,province,,,30/06/2025
89,An Giang,province,,,30/06/2025
10,Lào Cai,province,,,30/06/2025
46,Thừa Thiên Huế,province,,,31/12/2024
46,Thành phố Huế,city,,01/01/2025,
75,Đồng Nai,province,,,29/04/2026
75,Thành phố Đồng Nai,city,,30/04/2026,
H57.10,Quận Thuận Hóa,district,46,01/01/2025,30/06/2025
H57.132,Phường A,ward,H57.10,,30/06/2025
H57.132,Phường A mới,ward,46,01/07/2025,
";

async fn units() -> Vec<Unit> {
    let (_folder, store) = store();
    import::units(Cursor::new(TABLE), None, &store, &mut ())
        .await
        .unwrap();
    store.units().await.unwrap()
}

fn name<'a>(units: &'a [Unit], code: &str, on: &str) -> Option<&'a str> {
    Unit::on(units, code, day(on)).map(|unit| unit.name.as_str())
}

#[tokio::test]
async fn the_same_code_is_another_province_from_the_first_of_july_on() {
    let units = units().await;
    for (code, old, new) in [
        ("15", "Yên Bái", "Lào Cai"),
        ("24", "Bắc Giang", "Bắc Ninh"),
        ("44", "Quảng Bình", "Quảng Trị"),
        ("52", "Bình Định", "Gia Lai"),
        ("80", "Long An", "Tây Ninh"),
        ("82", "Tiền Giang", "Đồng Tháp"),
        ("91", "Kiên Giang", "An Giang"),
    ] {
        assert_eq!(
            name(&units, code, "2025-06-30"),
            Some(old),
            "{code} as it was"
        );
        assert_eq!(
            name(&units, code, "2025-07-01"),
            Some(new),
            "{code} as it is"
        );
        assert_eq!(Unit::newest_name(&units, code).as_deref(), Some(new));
    }
}

#[tokio::test]
async fn a_name_that_lives_on_leaves_its_old_code() {
    let units = units().await;
    for code in ["64", "89", "10"] {
        assert!(name(&units, code, "2025-06-30").is_some());
        assert_eq!(
            name(&units, code, "2025-07-01"),
            None,
            "{code} is never given out again"
        );
    }
}

#[tokio::test]
async fn kinds_change_at_other_days_than_the_great_one() {
    let units = units().await;
    let kind = |code: &str, on: &str| Unit::on(&units, code, day(on)).unwrap().kind.clone();
    assert_eq!(
        [kind("46", "2024-12-31"), kind("46", "2025-01-01")],
        ["province", "city"]
    );
    assert_eq!(
        [kind("75", "2026-04-29"), kind("75", "2026-04-30")],
        ["province", "city"]
    );
}

#[tokio::test]
async fn the_district_stands_in_the_line_until_it_is_abolished() {
    let units = units().await;
    let line = |on: &str| {
        let line = Unit::line_on(&units, "H57.132", day(on));
        line.into_iter()
            .map(|unit| unit.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        line("2025-03-01"),
        ["Phường A", "Quận Thuận Hóa", "Thành phố Huế"]
    );
    assert_eq!(line("2025-07-01"), ["Phường A mới", "Thành phố Huế"]);
    // Before the district began the tables know no further; nothing is made up.
    assert_eq!(line("2024-06-01"), ["Phường A"]);
}

proptest! {
    /// Whatever the tables say, a line ends, and names each code once.
    #[test]
    fn a_line_never_goes_round(parents in prop::collection::vec(prop::option::of(0usize..6), 6)) {
        let units: Vec<Unit> = parents.iter().enumerate().map(|(at, parent)| Unit {
            code: at.to_string(), name: String::new(), kind: "ward".into(),
            parent: parent.map(|parent| parent.to_string()), valid_from: None, valid_to: None,
        }).collect();
        let line = Unit::line_on(&units, "0", day("2026-01-01"));
        let mut codes: Vec<&str> = line.iter().map(|unit| unit.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        prop_assert!(!line.is_empty());
        prop_assert_eq!(codes.len(), line.len());
    }
}

/// Who took whose place; `H57.7` is split, `H57.8` is merged twice, and of `89` nothing is told.
const CHANGES: &str = "\
unit,successor,from
15,15,01/07/2025
10,15,01/07/2025
24,24,01/07/2025
44,44,01/07/2025
52,52,01/07/2025
64,52,01/07/2025
80,80,01/07/2025
82,82,01/07/2025
91,91,01/07/2025
46,46,01/01/2025
75,75,30/04/2026
H57.132,H57.132,01/07/2025
H57.7,H57.71,01/07/2025
H57.7,H57.72,01/07/2025
H57.8,H57.81,01/07/2025
H57.81,H57.82,30/04/2026
";

/// Those of [`CHANGES`] beside the table above.
const MORE: &str = "\
code,name,kind,parent,valid_from,valid_to
H57.7,Xã Hoà Bình,commune,H57.10,,30/06/2025
H57.71,Xã Hòa Bình,commune,46,01/07/2025,
H57.72,Xã Hòa Bình Đông,commune,46,01/07/2025,
H57.8,Xã X,commune,H57.10,,30/06/2025
H57.81,Xã Y,commune,46,01/07/2025,29/04/2026
H57.82,Phường Z,ward,46,30/04/2026,
";

async fn office() -> (tempfile::TempDir, SqliteStore) {
    let (folder, store) = store();
    for table in [TABLE, MORE] {
        import::units(Cursor::new(table), None, &store, &mut ())
            .await
            .unwrap();
    }
    let told = import::unit_changes(Cursor::new(CHANGES), None, &store, &mut ())
        .await
        .unwrap();
    assert_eq!(told.refused, 0);
    (folder, store)
}

async fn lineage(units: UnitsAs) -> Lineage {
    let (_folder, store) = office().await;
    loaded(&store, units, "2026-11-01").await
}

async fn loaded(store: &SqliteStore, units: UnitsAs, today: &str) -> Lineage {
    let lineage = Lineage::load(store, units, day(today)).await.unwrap();
    lineage.unwrap()
}

#[tokio::test]
async fn a_code_that_came_back_is_never_two_provinces_in_one_figure() {
    let was = lineage(UnitsAs::Was).await;
    for code in ["15", "24", "44", "52", "80", "82", "91"] {
        assert_eq!(
            was.key(code, day("2025-06-30")),
            format!("{code}@2025-06-30")
        );
        assert_eq!(was.key(code, day("2025-07-01")), code);
    }
    // Nothing is known to have taken the place of the old one: the code alone joins nothing.
    let (_folder, store) = store();
    import::units(Cursor::new(TABLE), None, &store, &mut ())
        .await
        .unwrap();
    let is = loaded(&store, UnitsAs::Is, "2026-11-01").await;
    assert_eq!(is.key("52", day("2025-06-30")), "52@2025-06-30");
}

#[tokio::test]
async fn as_is_the_old_province_counts_under_the_one_that_took_its_place() {
    let is = lineage(UnitsAs::Is).await;
    for (code, today) in [
        ("15", "15"),
        ("10", "15"),
        ("24", "24"),
        ("44", "44"),
        ("52", "52"),
        ("64", "52"),
        ("80", "80"),
        ("82", "82"),
        ("91", "91"),
        ("46", "46"),
        ("75", "75"),
        ("H57.132", "H57.132"),
    ] {
        assert_eq!(is.key(code, day("2024-12-01")), today, "{code}");
    }
}

#[tokio::test]
async fn a_name_joins_nothing_however_it_is_spelt() {
    let is = lineage(UnitsAs::Is).await;
    // 89 was An Giang, and 91 is An Giang today; nobody told that one took the place of the other.
    assert_eq!(is.key("89", day("2025-06-30")), "89");
    let kept = is.kept_as_was("89", day("2025-06-30")).unwrap();
    assert_eq!((kept.unit.as_str(), kept.successors.len()), ("89", 0));
    // Xã Hoà Bình and Xã Hòa Bình are one name in two spellings, and two units.
    assert_ne!(
        is.key("H57.7", day("2025-06-30")),
        is.key("H57.71", day("2025-07-01"))
    );
    // And a unit that is spelt otherwise the next time is not a second one.
    let (_folder, store) = office().await;
    let again = MORE.replace("Hoà", "Hòa");
    let told = import::units(Cursor::new(again), None, &store, &mut ())
        .await
        .unwrap();
    assert_eq!((told.new, told.replaced), (0, 6));
}

#[tokio::test]
async fn a_chain_of_mergers_is_followed_to_its_end() {
    let is = lineage(UnitsAs::Is).await;
    for (code, on) in [
        ("H57.8", "2025-01-01"),
        ("H57.81", "2025-12-31"),
        ("H57.82", "2026-05-01"),
    ] {
        assert_eq!(is.key(code, day(on)), "H57.82");
    }
    // Before the second merger there was only the first.
    let (_folder, store) = office().await;
    let then = loaded(&store, UnitsAs::Is, "2026-01-01").await;
    assert_eq!(then.key("H57.8", day("2025-01-01")), "H57.81");
}

#[tokio::test]
async fn a_split_has_no_single_successor_and_is_named() {
    let is = lineage(UnitsAs::Is).await;
    assert_eq!(is.key("H57.7", day("2025-06-30")), "H57.7");
    let kept = is.kept_as_was("H57.7", day("2025-06-30")).unwrap();
    assert_eq!(kept.successors, ["H57.71", "H57.72"]);
    assert_eq!(is.kept_as_was("H57.8", day("2025-06-30")), None);
}

#[tokio::test]
async fn what_was_told_of_a_change_can_be_taken_back() {
    let (_folder, store) = office().await;
    let back = "unit,successor,from\nH57.7,,01/07/2025\nH57.7,H57.71,01/07/2025\n";
    import::unit_changes(Cursor::new(back), None, &store, &mut ())
        .await
        .unwrap();
    let is = loaded(&store, UnitsAs::Is, "2026-11-01").await;
    assert_eq!(is.key("H57.7", day("2025-06-30")), "H57.71");
}

/// Ratings of units and days, each number of them.
async fn rated(store: &SqliteStore, ratings: &[(&str, &str, u128)]) {
    let mut number = 0;
    for (unit, on, count) in ratings {
        let some = (0..*count).map(|_| {
            number += 1;
            Admitted {
                unit: (*unit).into(),
                day: day(on),
                ..admitted(number)
            }
        });
        store.append(some.collect()).await.unwrap();
    }
}

async fn by_unit(
    store: &SqliteStore,
    units: UnitsAs,
    unit: &[&str],
) -> (IndexAnswer, Vec<(String, u64)>) {
    let mut request = IndexRequest {
        form: "t".into(),
        by: vec!["unit".into()],
        units,
        ..IndexRequest::default()
    };
    if !unit.is_empty() {
        let keys = unit.iter().map(|key| (*key).to_owned()).collect();
        request.filters.insert("unit".into(), keys);
    }
    let answer = index::answer(store, &forms(), 1, request).await.unwrap();
    let counts = answer.cells.iter().map(|cell| {
        let key = cell.key.get("unit").unwrap().to_owned();
        (key, cell.n.unwrap())
    });
    let counts = counts.collect();
    (answer, counts)
}

fn owned(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    let each = counts.iter().map(|(key, n)| ((*key).to_owned(), *n));
    each.collect()
}

const RATINGS: [(&str, &str, u128); 7] = [
    ("52", "2025-06-30", 2),
    ("52", "2025-07-01", 3),
    ("64", "2025-03-05", 4),
    ("H57.7", "2025-06-01", 5),
    ("H57.8", "2025-06-01", 6),
    ("H57.81", "2026-04-29", 7),
    ("H57.82", "2026-04-30", 8),
];

#[tokio::test]
async fn the_index_counts_as_was_unless_asked_otherwise_and_says_which() {
    let (_folder, store) = office().await;
    rated(&store, &RATINGS).await;
    let (answer, counts) = by_unit(&store, UnitsAs::default(), &[]).await;
    assert_eq!(answer.units, "as-was");
    assert_eq!(answer.kept_as_was, []);
    let was = [
        ("52", 3),
        ("52@2025-06-30", 2),
        ("64", 4),
        ("H57.7", 5),
        ("H57.8", 6),
        ("H57.81", 7),
        ("H57.82", 8),
    ];
    assert_eq!(counts, owned(&was));

    let (answer, counts) = by_unit(&store, UnitsAs::Is, &[]).await;
    assert_eq!(answer.units, "as-is");
    assert_eq!(counts, owned(&[("52", 9), ("H57.7", 5), ("H57.82", 21)]));
    let [kept] = answer.kept_as_was.as_slice() else {
        panic!("one unit was split: {:?}", answer.kept_as_was);
    };
    assert_eq!(kept.unit, "H57.7");
}

#[tokio::test]
async fn a_key_of_the_answer_asks_for_that_group_again() {
    let (_folder, store) = office().await;
    rated(&store, &RATINGS).await;
    for (units, key, n) in [
        (UnitsAs::Was, "52", 3),
        (UnitsAs::Was, "52@2025-06-30", 2),
        (UnitsAs::Was, "64", 4),
        (UnitsAs::Is, "52", 9),
        (UnitsAs::Is, "H57.82", 21),
        (UnitsAs::Is, "H57.7", 5),
    ] {
        let (_, counts) = by_unit(&store, units, &[key]).await;
        assert_eq!(counts, owned(&[(key, n)]), "{units:?}");
    }
    // The old code has no ratings of its own any more.
    assert_eq!(by_unit(&store, UnitsAs::Is, &["64"]).await.1, []);
}

async fn within(
    store: &SqliteStore,
    top: &str,
    units: UnitsAs,
    days: [Option<&str>; 2],
) -> Result<Vec<String>, String> {
    let [from, to] = days.map(|one| one.map(day));
    let mut filters = BTreeMap::new();
    within::narrow(store, Some(top), units, (from, to), &mut filters)
        .await
        .map_err(|error| error.to_string())?;
    Ok(filters.remove("unit").unwrap())
}

#[tokio::test]
async fn an_abolished_district_has_the_total_of_what_stood_below_it() {
    let (_folder, store) = office().await;
    rated(&store, &RATINGS).await;
    let below = within(&store, "H57.10", UnitsAs::Was, [None, None]).await;
    let below = below.unwrap();
    // Not the ward's later meaning, which the district never saw.
    assert_eq!(below, ["H57.10", "H57.132@2025-06-30", "H57.7", "H57.8"]);
    let keys: Vec<&str> = below.iter().map(String::as_str).collect();
    let (_, counts) = by_unit(&store, UnitsAs::Was, &keys).await;
    assert_eq!(counts, owned(&[("H57.7", 5), ("H57.8", 6)]));
    // The city above it has old and new communes, as far as the period reaches.
    let city = |from, to| within(&store, "46", UnitsAs::Was, [from, to]);
    let whole = city(None, None).await.unwrap();
    for unit in ["H57.10", "H57.7", "H57.71", "H57.81", "H57.82", "H57.132"] {
        assert!(whole.iter().any(|one| one == unit), "{unit}: {whole:?}");
    }
    let later = city(Some("2025-07-01"), Some("2026-04-29")).await.unwrap();
    assert_eq!(later, ["46", "H57.132", "H57.71", "H57.72", "H57.81"]);
    // Of today, when units are counted so; a district that is no more has nothing then.
    let is = within(&store, "46", UnitsAs::Is, [None, None]).await;
    assert_eq!(is.unwrap(), ["46", "H57.132", "H57.71", "H57.72", "H57.82"]);
    for (top, units, from) in [
        ("H57.10", UnitsAs::Is, None),
        ("H57.10", UnitsAs::Was, Some("2025-07-01")),
        ("H57.999", UnitsAs::Was, None),
    ] {
        let told = within(&store, top, units, [from, None]).await;
        let told = told.expect_err("no such unit then");
        assert!(told.starts_with("within: "), "{told}");
    }
}

#[tokio::test]
async fn whom_nobody_asked_below_a_district_is_told_by_the_units_of_the_day() {
    let (_folder, store) = office().await;
    // The ward of the district, and the ward of the city that has its code since.
    let finished = ["2025-06-30T10:00:00Z", "2025-07-01T10:00:00Z"];
    let dossiers = finished
        .into_iter()
        .enumerate()
        .map(|(number, at)| Dossier {
            code: format!("HS {number}"),
            procedure: "P".into(),
            unit: "H57.132".into(),
            authority: None,
            filing_channel: None,
            received_at: None,
            due_at: None,
            finished_at: Some(moment(at)),
            outcome: None,
        });
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
    let below = within(&store, "H57.10", UnitsAs::Was, [None, None]).await;
    let intake = Intake::new(forms(), Arc::new(store), PseudonymKey::from_bytes([1; 32]));
    let of = CoverageRequest {
        form: Some("t".into()),
        filters: BTreeMap::from([("unit".to_owned(), below.unwrap())]),
        ..CoverageRequest::default()
    };
    assert_eq!(coverage::count(&intake, of.clone()).await.unwrap(), 1);
    let request = UnaskedRequest {
        of,
        limit: 10,
        ..UnaskedRequest::default()
    };
    let page = coverage::list(&intake, request).await.unwrap();
    let codes: Vec<&str> = page
        .dossiers
        .iter()
        .map(|one| one.dossier.as_str())
        .collect();
    assert_eq!(codes, ["HS 0"]);
}

#[tokio::test]
async fn coverage_counts_units_the_same_way() {
    let (_folder, store) = office().await;
    let dossier = |(number, (unit, finished)): (usize, (&str, &str))| Dossier {
        code: format!("HS {number}"),
        procedure: "P".into(),
        unit: unit.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some(moment(finished)),
        outcome: None,
    };
    let finished = [
        ("52", "2025-06-30T10:00:00Z"),
        ("52", "2025-07-01T10:00:00Z"),
        ("64", "2025-03-05T10:00:00Z"),
        ("H57.7", "2025-06-01T10:00:00Z"),
        ("H57.8", "2025-06-01T10:00:00Z"),
    ];
    let dossiers = finished.into_iter().enumerate().map(dossier);
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
    let intake = Intake::new(forms(), Arc::new(store), PseudonymKey::from_bytes([1; 32]));
    let closed = async |units, filter: Option<&str>| {
        let mut request = CoverageRequest {
            form: Some("t".into()),
            by: vec!["unit".into()],
            units,
            ..CoverageRequest::default()
        };
        let filter = filter.map(|key| ("unit".into(), vec![key.into()]));
        request.filters.extend(filter);
        let answer = coverage::answer(&intake, 1, request).await.unwrap();
        let cells = answer.cells.iter();
        let each = cells.map(|cell| (cell.key.get("unit").unwrap().to_owned(), cell.closed));
        (
            answer.units.clone(),
            each.collect::<Vec<_>>(),
            answer.kept_as_was.len(),
        )
    };
    let was = [
        ("52", 1),
        ("52@2025-06-30", 1),
        ("64", 1),
        ("H57.7", 1),
        ("H57.8", 1),
    ];
    assert_eq!(
        closed(UnitsAs::Was, None).await,
        ("as-was".into(), owned(&was), 0)
    );
    let is = [("52", 3), ("H57.7", 1), ("H57.82", 1)];
    assert_eq!(
        closed(UnitsAs::Is, None).await,
        ("as-is".into(), owned(&is), 1)
    );
    assert_eq!(closed(UnitsAs::Is, Some("52")).await.1, owned(&[("52", 3)]));
}

proptest! {
    /// Whatever became of whom: every rating has one key in either way of counting, and a key finds its ratings again.
    #[test]
    fn no_rating_is_lost_or_counted_twice(
        spans in prop::collection::vec((0usize..4, prop::option::of(0i32..40), prop::option::of(0i32..40)), 0..8),
        changes in prop::collection::vec((0usize..4, 0usize..4, 0i32..40), 0..8),
        is: bool,
    ) {
        let on = |number: i32| day_of_number(9_000 + number).unwrap();
        let units: Vec<Unit> = spans.into_iter().map(|(code, from, to)| Unit {
            code: code.to_string(), name: String::new(), kind: "ward".into(), parent: None,
            valid_from: from.map(on), valid_to: to.map(on),
        }).collect();
        let changes = changes.into_iter().map(|(unit, successor, from)| UnitChange {
            unit: unit.to_string(), successor: successor.to_string(), from: on(from),
        }).collect();
        let mode = if is { UnitsAs::Is } else { UnitsAs::Was };
        let lineage = Lineage::new(mode, on(30), &units, changes);
        let (first, last) = (on(-5), on(45));
        let segments = lineage.segments(first, last, None);
        let mut expected = first;
        for segment in &segments {
            prop_assert_eq!(segment.from, expected, "no day is left out or told twice");
            prop_assert!(segment.to >= segment.from);
            expected = segment.to.tomorrow().unwrap();
            for code in 0..4 {
                let code = code.to_string();
                let key = lineage.key(&code, segment.from);
                prop_assert_eq!(&key, &lineage.key(&code, segment.to), "a key holds for a whole part");
                let again = lineage.segments(segment.from, segment.from, Some(&[key]));
                prop_assert!(again[0].units.as_ref().unwrap().contains(&code));
            }
        }
        prop_assert_eq!(expected, last.tomorrow().unwrap());
    }
}
