//! What an officer may read off the page of the kiosks.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::pulse::Beat;
use collector::store::{DeviceSettings, Key, Role};
use http_fixture::{Collector, problem};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, header};
use survey::heartbeat::{Heartbeat, Storage};

async fn page(collector: &Collector, cookie: &str, path: &str) -> String {
    let answer = collector
        .get(path)
        .header(header::COOKIE, cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    answer.text().await.unwrap()
}

async fn enrol(collector: &Collector, name: &str, number: u8) {
    let key = Key {
        name: name.into(),
        role: Role::Device,
        hash: [number; 32],
        device: Some(DeviceSettings {
            unit: "000.00.19.H10".into(),
            form: "t".into(),
            ..DeviceSettings::default()
        }),
        created_at: Timestamp::now() - SignedDuration::from_hours(48),
    };
    collector.store.add_key(key).await.unwrap();
}

/// A heartbeat of some minutes ago with which nothing is wrong but what the test changes.
async fn beat(
    collector: &Collector,
    device: &str,
    minutes: i64,
    change: impl FnOnce(&mut Heartbeat),
) {
    let received_at = Timestamp::now() - SignedDuration::from_mins(minutes);
    let mut heartbeat = Heartbeat {
        install_id: "i1".into(),
        boots: 4,
        boot: "b1".into(),
        version: "1.0.0".into(),
        waiting: 0,
        parked: 0,
        sent: 1234,
        storage: Storage {
            persisted: true,
            strict: true,
            used: Some(1_240_000),
            quota: Some(2_000_000_000),
        },
        device_time: received_at.to_string(),
    };
    change(&mut heartbeat);
    let device_time: Timestamp = heartbeat.device_time.parse().unwrap();
    let beat = Beat {
        clock_skew_ms: device_time.as_millisecond() - received_at.as_millisecond(),
        heartbeat,
        received_at,
    };
    collector.store.put_heartbeat(device, beat).await.unwrap();
}

/// Four kiosks: lost, silent with ratings, well, and one with a wrong clock.
async fn with_kiosks() -> (Collector, String) {
    let collector = Collector::start().await;
    collector.store.remove_key("device").await.unwrap();
    for (number, name) in (1..).zip(["a-well", "b-clock", "c-silent", "d-lost"]) {
        enrol(&collector, name, number).await;
    }
    beat(&collector, "a-well", 3, |_| {}).await;
    beat(&collector, "b-clock", 2, |heartbeat| {
        heartbeat.device_time = "1970-01-01T00:05:00Z".into();
    })
    .await;
    beat(&collector, "c-silent", 61, |heartbeat| {
        heartbeat.waiting = 7
    })
    .await;
    beat(&collector, "d-lost", 3, |_| {}).await;
    beat(&collector, "d-lost", 2, |heartbeat| {
        heartbeat.install_id = "<i2>".into();
        heartbeat.version = "<b>".into();
    })
    .await;
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

#[tokio::test]
async fn the_worst_comes_first_and_tells_what_to_do() {
    let (collector, cookie) = with_kiosks().await;
    let page = page(&collector, &cookie, "/staff/devices").await;
    for text in [
        "<html lang=\"vi\">",
        "3 trên 4 máy cần được kiểm tra.",
        "d-lost",
        "Máy đã mất dữ liệu lưu trên máy: 1 lần trong 30 ngày qua (lần cuối: 2 phút trước).",
        "chế độ ẩn danh – mất dữ liệu khi tắt",
        "c-silent",
        "1 giờ trước",
        "7 phiếu đang chờ trên máy",
        "b-clock",
        "Cần lưu ý: Ngày giờ của máy không đúng (chậm 56 năm).",
        "a-well",
        "Bộ phận Một cửa",
        "3 phút trước",
        "1.234",
        "Được giữ lâu dài, đã dùng 1,2\u{a0}MB, cho phép 2,0\u{a0}GB",
        "Đúng",
        "Hoạt động bình thường.",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let names: Vec<usize> = ["d-lost", "c-silent", "b-clock", "a-well"]
        .map(|name| page.find(name).unwrap())
        .into();
    assert!(names.is_sorted());
    assert!(
        !page.contains("không cần xử lý"),
        "a silent kiosk with ratings on it is no kiosk that is merely off"
    );
    assert!(page.contains("&#60;b&#62;"), "what a device tells is text");
    assert!(!page.contains('{'), "every place is filled");
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn english_is_english_throughout() {
    let (collector, cookie) = with_kiosks().await;
    let page = page(&collector, &cookie, "/staff/devices?lang=en").await;
    for text in [
        "<html lang=\"en\">",
        "Kiosks that need a check: 3 of 4.",
        "1 × in the last 30 days (last time: 2 minutes ago)",
        "private mode, which loses its data when switched off",
        "1 hour ago",
        "56 years slow",
        "1,234",
        "Kept, 1.2\u{a0}MB used, 2.0\u{a0}GB allowed",
        "All is well.",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(!page.contains('{'), "every place is filled");
    for vietnamese in ["phút", "máy", "Cần"] {
        assert!(!page.contains(vietnamese), "{vietnamese}");
    }
}

#[tokio::test]
async fn a_calm_line_when_all_is_well_and_a_hint_when_there_is_none() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    beat(&collector, "device", 1, |_| {}).await;
    let calm = page(&collector, &cookie, "/staff/devices").await;
    assert!(calm.contains("Tất cả 1 máy đang hoạt động bình thường."));
    assert!(!calm.contains("Cần"));
    collector.store.remove_key("device").await.unwrap();
    let empty = page(&collector, &cookie, "/staff/devices").await;
    assert!(empty.contains("hai-long device create"));
    assert!(!empty.contains("<table"));
}

#[tokio::test]
async fn a_kiosk_that_never_spoke_says_so() {
    let collector = Collector::start().await;
    enrol(&collector, "mute", 1).await;
    let cookie = collector.sign_in(Role::Admin).await;
    let page = page(&collector, &cookie, "/staff/devices").await;
    assert!(page.contains("chưa lần nào"));
    assert!(page.contains("1 trên 2 máy"), "the other one is new");
}

#[tokio::test]
async fn it_is_for_officers_alone_and_leads_back_after_signing_in() {
    let collector = Collector::start().await;
    let answer = collector
        .get("/staff/devices?lang=en")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers()[header::LOCATION],
        "/staff/login?lang=en&next=%2Fstaff%2Fdevices%3Flang%3Den"
    );
    let answer = collector.get("/staff/devices").send().await.unwrap();
    assert_eq!(
        answer.headers()[header::LOCATION],
        "/staff/login?lang=vi&next=%2Fstaff%2Fdevices"
    );
    let cookie = collector.sign_in(Role::OneStop).await;
    let answer = collector
        .get("/staff/devices")
        .header(header::COOKIE, cookie)
        .send()
        .await
        .unwrap();
    problem(answer, 403, "wrong-role").await;
}

#[tokio::test]
async fn the_report_and_the_kiosks_lead_to_each_other() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let answer = collector
        .get("/staff?lang=en")
        .header(header::COOKIE, &cookie)
        .send()
        .await
        .unwrap();
    let report = answer.text().await.unwrap();
    assert!(report.contains("href=\"/staff/devices?lang=en\""));
    let devices = page(&collector, &cookie, "/staff/devices?lang=en").await;
    assert!(devices.contains("href=\"/staff?lang=en\""));
}
