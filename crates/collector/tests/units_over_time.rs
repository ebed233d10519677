//! Codes of administrative units that changed their meaning: what a figure of a day may be called.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod store_fixture;

use std::io::Cursor;

use collector::import;
use collector::store::{Store, Unit};
use proptest::prelude::*;
use store_fixture::{day, store};

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
