//! What a portal may do with its key from its own pages, and nobody from others.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::num::NonZeroU32;
use std::time::Duration;

use collector::http::Rate;
use collector::site;
use collector::store::{Dossier, Role, SiteKey};
use http_fixture::{Collector, problem};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

const RESPONSES: &str = "/api/v1/responses";
const PORTAL: &str = "https://dichvucong.example.vn";
const OTHER_PORTAL: &str = "https://xa-a.example.vn:8443";
const STRANGER: &str = "https://dichvucong.example.vn.evil.example";
const UNIT: &str = "000.00.19.H10";
const DOSSIER: &str = "000.00.19.H10-260804-0001";

/// A collector with two portals: its address, and the key of the first, which names no unit.
async fn with_portals() -> (Collector, String) {
    let collector = Collector::start_with(|settings| settings.threshold = 1).await;
    let store = &*collector.store;
    let key = site::create(store, "dvc", vec![PORTAL.to_owned()], None, None, "lan").await;
    let other = site::create(
        store,
        "xa-a",
        vec![OTHER_PORTAL.to_owned()],
        Some("U9".to_owned()),
        Some("t".to_owned()),
        "lan",
    );
    other.await.unwrap().unwrap();
    (collector, key.unwrap().unwrap())
}

fn rating(more: Value) -> Value {
    let mut rating = json!({
        "id": Uuid::now_v7(), "form": "t", "form_version": 1, "touchpoint": "result", "channel": "portal",
        "answers": {"overall": 4},
    });
    for (name, value) in more.as_object().unwrap() {
        rating[name] = value.clone();
    }
    rating
}

async fn send(collector: &Collector, origin: Option<&str>, key: &str, rating: Value) -> Response {
    let body = json!({"site": key, "responses": [rating]});
    let mut request = collector.post(RESPONSES).json(&body);
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    request.send().await.unwrap()
}

/// Status and code of the receipt of one rating from this page.
async fn told(collector: &Collector, origin: &str, key: &str, rating: Value) -> String {
    let answer = send(collector, Some(origin), key, rating).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    let receipt = &answer["results"][0];
    let code = receipt["code"].as_str().unwrap_or_default();
    format!("{} {code}", receipt["status"].as_str().unwrap())
        .trim()
        .to_owned()
}

async fn index(collector: &Collector, query: &str) -> Value {
    let answer = collector
        .get(&format!("/api/v1/index?form=t&{query}"))
        .bearer_auth(collector.key(Role::Analyst))
        .send()
        .await;
    answer.unwrap().json().await.unwrap()
}

/// The answer's header for other origins, if it has one.
fn allowed(answer: &Response) -> Option<&str> {
    let value = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN)?;
    Some(value.to_str().unwrap())
}

fn varies_by_origin(answer: &Response) -> bool {
    answer
        .headers()
        .get_all(header::VARY)
        .iter()
        .any(|value| value.to_str().unwrap().contains("origin"))
}

#[tokio::test]
async fn a_portal_sends_ratings_with_its_key_and_they_are_placed_by_dossier_or_unit() {
    let (collector, key) = with_portals().await;
    let dossier = Dossier {
        code: DOSSIER.into(),
        procedure: "1.011441".into(),
        unit: UNIT.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some("2026-08-19T03:00:00Z".parse().unwrap()),
        outcome: None,
    };
    collector
        .store
        .upsert_dossiers(vec![dossier])
        .await
        .unwrap();
    let by_dossier = rating(json!({"dossier": DOSSIER}));
    assert_eq!(
        told(&collector, PORTAL, &key, by_dossier.clone()).await,
        "stored"
    );
    assert_eq!(
        told(&collector, PORTAL, &key, by_dossier).await,
        "duplicate"
    );
    let by_unit = rating(json!({"unit": UNIT}));
    assert_eq!(told(&collector, PORTAL, &key, by_unit).await, "stored");
    let nowhere = rating(json!({}));
    assert_eq!(
        told(&collector, PORTAL, &key, nowhere).await,
        "rejected required"
    );

    let index = index(&collector, "by=provenance,channel,unit").await;
    let keys: Vec<&Value> = index["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| &cell["key"])
        .collect();
    assert_eq!(keys.len(), 2, "{index}");
    for provenance in ["dossier", "unit"] {
        let key = json!({"provenance": provenance, "channel": "portal", "unit": UNIT});
        assert!(keys.contains(&&key), "{index}");
    }
}

#[tokio::test]
async fn the_unit_of_a_portal_is_where_its_ratings_go() {
    let (collector, _) = with_portals().await;
    let sites = collector.store.sites().await.unwrap();
    let key = &sites.iter().find(|site| site.name == "xa-a").unwrap().keys[0].key;
    let elsewhere = rating(json!({"unit": UNIT}));
    assert_eq!(
        told(&collector, OTHER_PORTAL, key, elsewhere).await,
        "stored"
    );
    let index = index(&collector, "by=unit").await;
    assert_eq!(index["cells"][0]["key"]["unit"], "U9", "{index}");
    assert_eq!(index["cells"][0]["flagged"], 1, "{index}");
}

#[tokio::test]
async fn a_dossier_that_has_not_been_fed_yet_is_placed_by_its_code() {
    let (collector, key) = with_portals().await;
    let unfed = rating(json!({"dossier": DOSSIER}));
    assert_eq!(told(&collector, PORTAL, &key, unfed).await, "stored");
    let index = index(&collector, "by=unit,provenance").await;
    let placed = json!({"unit": UNIT, "provenance": "unit"});
    assert_eq!(index["cells"][0]["key"], placed, "{index}");
    assert_eq!(index["cells"][0]["flagged"], 1, "{index}");
    // A code of a unit that nobody knows places nothing.
    let elsewhere = rating(json!({"dossier": "H99.999-260804-0001"}));
    assert_eq!(
        told(&collector, PORTAL, &key, elsewhere).await,
        "rejected required"
    );
}

/// The index is public, and its units must not be what a stranger writes.
#[tokio::test]
async fn a_page_cannot_make_up_a_unit() {
    let (collector, key) = with_portals().await;
    let rating = rating(json!({"unit": "Đơn vị bịa đặt"}));
    assert_eq!(
        told(&collector, PORTAL, &key, rating).await,
        "rejected unknown-unit"
    );
}

#[tokio::test]
async fn a_page_can_read_that_it_was_too_slow() {
    let collector = Collector::start_with(|settings| {
        settings.bounds.request_timeout = Duration::ZERO;
    })
    .await;
    let origins = vec![PORTAL.to_owned()];
    let key = site::create(&*collector.store, "dvc", origins, None, None, "lan").await;
    let key = key.unwrap().unwrap();
    let answer = send(
        &collector,
        Some(PORTAL),
        &key,
        rating(json!({"unit": UNIT})),
    )
    .await;
    assert_eq!(allowed(&answer), Some(PORTAL));
    problem(answer, 408, "too-slow").await;
}

#[tokio::test]
async fn a_portal_cannot_pass_for_another_door() {
    let (collector, key) = with_portals().await;
    for channel in ["kiosk", "phone", "paper"] {
        let rating = rating(json!({"unit": UNIT, "channel": channel}));
        assert_eq!(
            told(&collector, PORTAL, &key, rating).await,
            "rejected wrong-channel"
        );
    }
}

#[tokio::test]
async fn a_key_is_good_only_from_the_pages_of_its_own_site() {
    let (collector, key) = with_portals().await;
    for origin in [
        STRANGER,
        "null",
        OTHER_PORTAL,
        "http://dichvucong.example.vn",
    ] {
        let answer = send(
            &collector,
            Some(origin),
            &key,
            rating(json!({"unit": UNIT})),
        )
        .await;
        let fault = problem(answer, 403, "origin-not-allowed").await;
        assert_eq!(fault["field"], "Origin");
        let detail = fault["detail"].as_str().unwrap();
        assert!(detail.contains(origin), "{detail}");
        assert_eq!(
            origin != "null",
            detail.contains("hai-long site set"),
            "{detail}"
        );
    }
    let answer = send(&collector, None, &key, rating(json!({"unit": UNIT}))).await;
    problem(answer, 403, "origin-not-allowed").await;
    let nobody = "site_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let answer = send(
        &collector,
        Some(PORTAL),
        nobody,
        rating(json!({"unit": UNIT})),
    )
    .await;
    // The page can read what is wrong with its key.
    assert_eq!(allowed(&answer), Some(PORTAL));
    let fault = problem(answer, 403, "site-unknown").await;
    assert_eq!(fault["field"], "site");
    assert_eq!(collector.store.totals().await.unwrap().responses, 0);
}

#[tokio::test]
async fn a_frame_of_ours_in_a_portal_sends_with_the_portals_key() {
    let (collector, key) = with_portals().await;
    let ours = format!("http://{}", collector.address);
    let rating = rating(json!({"unit": UNIT}));
    assert_eq!(told(&collector, &ours, &key, rating).await, "stored");
}

#[tokio::test]
async fn a_key_is_rotated_with_overlap_and_a_site_is_revoked() {
    let (collector, old) = with_portals().await;
    let store = &*collector.store;
    let try_with = async |key: &str| {
        let rating = rating(json!({"unit": UNIT}));
        let answer = send(&collector, Some(PORTAL), key, rating).await;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        (
            status.as_u16(),
            body["detail"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let (new, until) = site::rotate(store, "dvc", 30, "lan")
        .await
        .unwrap()
        .unwrap();
    assert!(until > Timestamp::now() + SignedDuration::from_hours(29 * 24));
    assert_eq!(try_with(&old).await.0, 200);
    assert_eq!(try_with(&new).await.0, 200);

    // Another rotation does not lengthen the life of a key that ends already.
    let soon = SiteKey {
        key: "site_third".into(),
        created_at: Timestamp::now(),
        expires_at: None,
    };
    assert!(
        store
            .rotate_site("dvc", soon, Timestamp::now())
            .await
            .unwrap()
    );
    let (fourth, _) = site::rotate(store, "dvc", 30, "lan")
        .await
        .unwrap()
        .unwrap();
    for ended in [&old, &new] {
        let (status, detail) = try_with(ended).await;
        assert_eq!(status, 403);
        assert!(detail.contains("ended at"), "{detail}");
    }
    assert_eq!(try_with("site_third").await.0, 200);
    assert_eq!(try_with(&fourth).await.0, 200);

    assert!(store.revoke_site("dvc", Timestamp::now()).await.unwrap());
    assert_eq!(try_with(&fourth).await.0, 403);
    assert_eq!(site::rotate(store, "dvc", 30, "lan").await.unwrap(), None);
    // Its pages are those of nobody now.
    let answer = collector
        .get("/api/v1/forms")
        .header(header::ORIGIN, PORTAL);
    problem(answer.send().await.unwrap(), 403, "origin-not-allowed").await;
}

#[tokio::test]
async fn pages_of_sites_may_call_what_a_portal_needs_and_no_other_page_may() {
    let (collector, _) = with_portals().await;
    let open = [
        (Method::POST, RESPONSES, 415),
        (Method::GET, "/api/v1/forms", 200),
        (Method::GET, "/api/v1/forms/t", 200),
        (Method::GET, "/api/v1/forms/none", 404),
        (Method::GET, "/api/v1/invites/4017932588091746335261", 404),
        (
            Method::GET,
            "/api/v1/sites/site_aaaaaaaaaaaaaaaaaaaaaaaaaa",
            403,
        ),
    ];
    for (method, path, status) in open {
        for origin in [PORTAL, OTHER_PORTAL] {
            let asked = preflight(&collector, &method, path, origin).await;
            assert_eq!(asked.status(), StatusCode::NO_CONTENT, "{path}");
            assert_eq!(allowed(&asked), Some(origin));
            let headers = asked.headers();
            assert_eq!(
                headers[header::ACCESS_CONTROL_ALLOW_METHODS],
                method.as_str()
            );
            let sent = headers[header::ACCESS_CONTROL_ALLOW_HEADERS]
                .to_str()
                .unwrap();
            assert!(sent.contains("content-type") && !sent.contains("authorization"));
            let answer = collector
                .request(method.clone(), path)
                .header(header::ORIGIN, origin);
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(allowed(&answer), Some(origin), "{path}");
            for answer in [&asked, &answer] {
                assert!(varies_by_origin(answer), "{path}");
                let credentials = header::ACCESS_CONTROL_ALLOW_CREDENTIALS;
                assert!(!answer.headers().contains_key(credentials), "{path}");
            }
        }
        for origin in [STRANGER, "null", "https://DICHVUCONG.example.vn", "x"] {
            let asked = preflight(&collector, &method, path, origin).await;
            assert_eq!(allowed(&asked), None);
            assert!(varies_by_origin(&asked));
            problem(asked, 403, "origin-not-allowed").await;
            let answer = collector
                .request(method.clone(), path)
                .header(header::ORIGIN, origin)
                .send()
                .await
                .unwrap();
            assert_eq!(allowed(&answer), None, "{path}");
            assert!(varies_by_origin(&answer), "{path}");
            if method == Method::GET {
                problem(answer, 403, "origin-not-allowed").await;
            }
        }
        let unsaid = collector.request(method, path).send().await.unwrap();
        assert_eq!((unsaid.status().as_u16(), allowed(&unsaid)), (status, None));
        assert!(varies_by_origin(&unsaid), "{path}");
    }
}

#[tokio::test]
async fn the_widget_learns_what_its_site_asks() {
    let (collector, _) = with_portals().await;
    let sites = collector.store.sites().await.unwrap();
    let key = |name: &str| {
        let site = sites.iter().find(|site| site.name == name).unwrap();
        format!("/api/v1/sites/{}", site.keys[0].key)
    };
    let ask = async |path: String, origin: &str| {
        let request = collector.get(&path).header(header::ORIGIN, origin);
        request.send().await.unwrap()
    };
    let answer = ask(key("xa-a"), OTHER_PORTAL).await;
    assert_eq!(allowed(&answer), Some(OTHER_PORTAL));
    let told: Value = answer.json().await.unwrap();
    assert_eq!(
        (
            &told["form"],
            &told["form_version"],
            &told["unit"],
            &told["demo"]
        ),
        (&json!("t"), &json!(1), &json!("U9"), &json!(false)),
        "{told}"
    );
    problem(ask(key("xa-a"), PORTAL).await, 403, "origin-not-allowed").await;
    // The usual form is not among those of this collector.
    let answer = ask(key("dvc"), PORTAL).await;
    let fault = problem(answer, 409, "site-misconfigured").await;
    assert_eq!(fault["field"], "form");
    problem(
        ask("/api/v1/sites/%ff".to_owned(), PORTAL).await,
        403,
        "site-unknown",
    )
    .await;
    // A frame of ours asks without saying where it stands.
    let frame = collector.get(&key("xa-a")).send().await.unwrap();
    assert_eq!(frame.status(), StatusCode::OK);
}

#[tokio::test]
async fn nothing_else_is_open_to_pages_of_sites() {
    let (collector, _) = with_portals().await;
    for path in [
        "/api/v1/invites",
        "/api/v1/index",
        "/api/v1/device",
        "/api/v1/heartbeat",
        "/staff",
        "/healthz",
        "/r/4017932588091746335261",
    ] {
        for method in [Method::GET, Method::POST] {
            let asked = preflight(&collector, &method, path, PORTAL).await;
            assert_eq!(allowed(&asked), None, "{path}");
            assert!(!asked.status().is_success(), "{path}");
            let answer = collector
                .request(method, path)
                .header(header::ORIGIN, PORTAL);
            assert_eq!(allowed(&answer.send().await.unwrap()), None, "{path}");
        }
    }
}

async fn preflight(collector: &Collector, method: &Method, path: &str, origin: &str) -> Response {
    collector
        .request(Method::OPTIONS, path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, method.as_str())
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn one_address_cannot_flood_the_index_through_a_portal() {
    let few = NonZeroU32::new(3).unwrap();
    let collector =
        Collector::start_with(|settings| settings.rates.portal = Rate::new(few, few)).await;
    let origins = vec![PORTAL.to_owned()];
    let key = site::create(&*collector.store, "dvc", origins, None, None, "lan").await;
    let key = key.unwrap().unwrap();
    let by_unit = || rating(json!({"unit": UNIT}));
    for _ in 0..3 {
        assert_eq!(told(&collector, PORTAL, &key, by_unit()).await, "stored");
    }
    let refused = send(&collector, Some(PORTAL), &key, by_unit()).await;
    // The page can read when to come again.
    assert_eq!(allowed(&refused), Some(PORTAL));
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    problem(refused, 429, "too-many-requests").await;
    assert_eq!(collector.store.totals().await.unwrap().responses, 3);
    // Whoever brings an invite is not held up by others behind the same address.
    let guess = rating(json!({"invite": "4017932588091746335261"}));
    assert_eq!(
        told(&collector, PORTAL, &key, guess).await,
        "rejected invite-unknown"
    );
}

/// Behind a proxy that tells us another host than the kiosk's browser knows, kiosks must go on sending.
#[tokio::test]
async fn a_right_of_its_own_is_good_from_any_page() {
    let (collector, _) = with_portals().await;
    let body = json!({"responses": [rating(json!({"channel": "kiosk"}))]});
    let answer = collector
        .post(RESPONSES)
        .bearer_auth(collector.key(Role::Device))
        .header(header::ORIGIN, "https://danhgia.example.vn")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(allowed(&answer), None);
}
