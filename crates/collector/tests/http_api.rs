//! What clients of the API may rely on, apart from what ratings mean.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::Role;
use http_fixture::{Collector, ROLES, problem};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

fn rating(id: &str) -> Value {
    json!({
        "id": id, "form": "t", "form_version": 1, "unit": "000.00.19.H10", "touchpoint": "result",
        "channel": "kiosk", "answers": {"overall": 5}
    })
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let collector = Collector::start().await;
    for path in [
        "/nothing",
        "/api/v1/nothing",
        "/assets/../../etc/passwd",
        "/staff/nothing",
    ] {
        let answer = collector.get(path).send().await.unwrap();
        problem(answer, 404, "not-found").await;
    }
    for (method, path, allowed) in [
        (Method::DELETE, "/api/v1/responses", "POST,GET,HEAD"),
        (Method::POST, "/api/v1/forms", "GET,HEAD"),
        (Method::PUT, "/healthz", "GET,HEAD"),
    ] {
        let answer = collector.request(method, path).send().await.unwrap();
        assert_eq!(answer.headers()[header::ALLOW], allowed);
        problem(answer, 405, "method-not-allowed").await;
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let collector = Collector::start().await;
    for path in ["/", "/nothing", "/api/v1/forms", "/staff/login"] {
        let answer = collector.get(path).send().await.unwrap();
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers.contains_key("permissions-policy"));
    }
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more() {
    let collector = Collector::start().await;
    for role in ROLES {
        let sends = matches!(role, Role::Device | Role::Admin);
        let answer = collector
            .post("/api/v1/responses")
            .bearer_auth(collector.key(role))
            .json(&json!({"responses": []}))
            .send()
            .await
            .unwrap();
        if sends {
            problem(answer, 400, "no-responses").await;
        } else {
            problem(answer, 403, "wrong-role").await;
        }
        let answer = collector
            .get("/api/v1/device")
            .bearer_auth(collector.key(role))
            .send()
            .await
            .unwrap();
        if role == Role::Device {
            assert_eq!(answer.status(), StatusCode::OK);
        } else {
            problem(answer, 403, "wrong-role").await;
        }
    }
}

#[tokio::test]
async fn without_a_good_key_nothing_that_needs_one_answers() {
    let collector = Collector::start().await;
    let good = collector.key(Role::Device).to_owned();
    let answer = collector.get("/api/v1/device").send().await.unwrap();
    assert!(
        answer.headers()[header::WWW_AUTHENTICATE]
            .to_str()
            .unwrap()
            .starts_with("Bearer")
    );
    problem(answer, 401, "no-key").await;
    for wrong in [
        format!("Basic {good}"),
        format!("Bearer{good}"),
        format!("Bearer  {good}"),
        format!("Bearer {good} "),
        format!("Bearer {good}x"),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer {good},{good}"),
        "Bearer".to_owned(),
    ] {
        // The client trims values; a trailing blank must then be the good key.
        let expected = if wrong.trim() == format!("Bearer {good}") {
            200
        } else {
            401
        };
        let answer = collector
            .get("/api/v1/device")
            .header(header::AUTHORIZATION, &wrong)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), expected, "{wrong:?}");
    }
    let answer = collector
        .get("/api/v1/device")
        .header(header::AUTHORIZATION, "Bearer hl_device_none")
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .send()
        .await
        .unwrap();
    problem(answer, 401, "unknown-key").await;
}

#[tokio::test]
async fn guessing_keys_is_slowed_down_and_good_keys_are_not() {
    let collector = Collector::start_with(|settings| {
        settings.rates.failures.burst = 2.try_into().unwrap();
        settings.rates.failures.per_minute = 1.try_into().unwrap();
    })
    .await;
    let guess = || {
        collector
            .get("/api/v1/device")
            .bearer_auth("hl_device_guess")
    };
    for _ in 0..2 {
        problem(guess().send().await.unwrap(), 401, "unknown-key").await;
    }
    problem(guess().send().await.unwrap(), 429, "too-many-requests").await;
    let good = collector
        .get("/api/v1/device")
        .bearer_auth(collector.key(Role::Device))
        .send()
        .await
        .unwrap();
    assert_eq!(good.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_is_refused_whole_and_says_why() {
    let collector = Collector::start().await;
    problem(
        collector.send(&b"{\"responses\": [\"\xff\"]}"[..]).await,
        400,
        "not-utf8",
    )
    .await;
    problem(collector.send("{\"responses\": [").await, 400, "bad-json").await;
    let fault = problem(
        collector.send("{\"answers\": []}").await,
        400,
        "unknown-field",
    )
    .await;
    assert!(fault["detail"].as_str().unwrap().contains("answers"));

    let many: Vec<_> = (0..51)
        .map(|n| rating(&format!("018f3c2e-0000-7000-8000-{n:012}")))
        .collect();
    let body = json!({ "responses": many }).to_string();
    let fault = problem(collector.send(body).await, 400, "too-many-responses").await;
    assert_eq!(fault["field"], "responses");

    let body = json!({"site": "s", "responses": [rating("018f3c2e-0000-7000-8000-000000000001")]});
    let fault = problem(collector.send(body.to_string()).await, 403, "site-unknown").await;
    assert_eq!(fault["field"], "site");
    assert_eq!(collector.store.totals().await.unwrap().responses, 0);
}

#[tokio::test]
async fn only_json_is_taken() {
    let collector = Collector::start().await;
    for (kind, taken) in [
        ("application/json", true),
        ("application/json; charset=UTF-8", true),
        ("Application/JSON", true),
        ("application/json; charset=utf-16", false),
        ("text/plain", false),
        ("application/jsonp", false),
        ("", false),
    ] {
        let answer = collector
            .post("/api/v1/responses")
            .bearer_auth(collector.key(Role::Device))
            .header(header::CONTENT_TYPE, kind)
            .body("{\"responses\":[]}")
            .send()
            .await
            .unwrap();
        if taken {
            problem(answer, 400, "no-responses").await;
        } else {
            let fault = problem(answer, 415, "not-json").await;
            assert_eq!(fault["field"], "Content-Type");
        }
    }
}

#[tokio::test]
async fn forms_are_fetched_once_and_then_only_when_they_change() {
    let collector = Collector::start().await;
    let list: Value = collector
        .get("/api/v1/forms")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let entry = &list["forms"][0];
    assert_eq!((&entry["id"], &entry["version"]), (&json!("t"), &json!(1)));
    assert_eq!(entry["instrument"], "csat");
    assert_eq!(entry["languages"], json!(["vi"]));

    let answer = collector
        .get("/api/v1/forms/t?version=1")
        .send()
        .await
        .unwrap();
    let etag = answer.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(entry["etag"], etag);
    assert!(etag.starts_with('"'), "a strong tag");
    let form: survey::form::Form = answer.json().await.unwrap();
    assert_eq!(form, http_fixture::store_fixture::form());

    for (held, status) in [
        (etag.clone(), 304),
        (format!("\"other\", {etag}"), 304),
        (format!("W/{etag}"), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        let answer = collector
            .get("/api/v1/forms/t")
            .header(header::IF_NONE_MATCH, held)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()[header::ETAG], etag);
    }
}

#[tokio::test]
async fn a_form_that_is_not_there_is_named() {
    let collector = Collector::start().await;
    let get = async |path: &str| collector.get(path).send().await.unwrap();
    problem(get("/api/v1/forms/none").await, 404, "unknown-form").await;
    problem(get("/api/v1/forms/%ff").await, 404, "unknown-form").await;
    let fault = problem(get("/api/v1/forms/t?version=2").await, 404, "unknown-form").await;
    assert_eq!(fault["field"], "version");
    for wrong in ["0", "-1", "65536", "1.0", "", "x", "1&version=1"] {
        let answer = get(&format!("/api/v1/forms/t?version={wrong}")).await;
        problem(answer, 400, "wrong-version").await;
    }
    let fault = problem(
        get("/api/v1/forms/t?lang=vi").await,
        400,
        "unknown-parameter",
    )
    .await;
    assert_eq!(fault["field"], "lang");
}

#[tokio::test]
async fn a_kiosk_learns_where_it_stands() {
    let collector = Collector::start().await;
    let answer = collector
        .get("/api/v1/device")
        .bearer_auth(collector.key(Role::Device))
        .send()
        .await
        .unwrap();
    let device: Value = answer.json().await.unwrap();
    assert_eq!(device["name"], "device");
    assert_eq!(device["unit"], "000.00.19.H10");
    assert_eq!(device["unit_name"], "Bộ phận Một cửa");
    assert_eq!(device["code_prefix"], "000.00.19.H10-");
    assert_eq!(
        (&device["form"], &device["form_version"]),
        (&json!("t"), &json!(1))
    );
    assert_eq!(device["demo"], false);
    let clock: jiff::Timestamp = device["server_time"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(clock).as_secs().abs() < 60);
}

#[tokio::test]
async fn the_index_names_the_parameter_at_fault() {
    let collector = Collector::start().await;
    for (query, code, field) in [
        ("", "required", "form"),
        ("?form=", "required", "form"),
        ("?form=t&colour=red", "unknown-parameter", "colour"),
        ("?form=t&from=2026-02-30", "wrong-date", "from"),
        ("?form=t&to=yesterday", "wrong-date", "to"),
        ("?form=t&form_version=0", "wrong-version", "form_version"),
        ("?form=t&form=t", "repeated-parameter", "form"),
        ("?form=t&unit=", "empty-value", "unit"),
        ("?form=t&by=unit,", "empty-value", "by"),
    ] {
        let answer = collector
            .get(&format!("/api/v1/index{query}"))
            .bearer_auth(collector.key(Role::Analyst))
            .send()
            .await
            .unwrap();
        let fault = problem(answer, 400, code).await;
        assert_eq!(fault["field"], field, "{query}");
    }
}

#[tokio::test]
async fn operators_see_life_and_counts() {
    let collector = Collector::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = collector.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    collector.get("/nowhere/1").send().await.unwrap();
    collector.get("/nowhere/2").send().await.unwrap();
    let metrics = collector
        .get("/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let line = |start: &str| {
        metrics
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start} in {metrics}"))
    };
    assert!(
        line("hai_long_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"2xx\"}")
            .ends_with(" 1")
    );
    assert!(
        line("hai_long_http_requests_total{route=\"other\",method=\"GET\",status=\"4xx\"}")
            .ends_with(" 2")
    );
    line("hai_long_responses_total{outcome=\"duplicate\"}");
    line("hai_long_http_request_duration_seconds_bucket{route=\"/readyz\",le=\"0.005\"}");
    assert!(!metrics.contains("nowhere"));
}

#[tokio::test]
async fn web_files_are_served_as_built() {
    let collector = Collector::start().await;
    let answer = collector.get("/kiosk").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.unwrap().contains("cargo xtask build"));

    let dist = collector.folder.path().join("dist");
    std::fs::create_dir_all(dist.join("assets/words")).unwrap();
    std::fs::write(dist.join("assets/words/en.json"), "{}").unwrap();
    std::fs::write(dist.join("index.html"), "<!doctype html>kiosk").unwrap();
    std::fs::write(dist.join("assets/app-1a2b.js"), "plain").unwrap();
    std::fs::write(dist.join("assets/app-1a2b.js.br"), "packed").unwrap();

    let answer = collector.get("/kiosk").send().await.unwrap();
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(answer.text().await.unwrap(), "<!doctype html>kiosk");

    let answer = collector
        .get("/assets/app-1a2b.js")
        .header(header::ACCEPT_ENCODING, "gzip, br")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
    assert_eq!(
        answer.headers()[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(answer.text().await.unwrap(), "packed");

    // Words may be mended without a new build: they are asked for again.
    let words = collector.get("/assets/words/en.json").send().await.unwrap();
    assert_eq!(words.headers()[header::CACHE_CONTROL], "no-cache");

    let answer = collector.get("/assets/app-none.js").send().await.unwrap();
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    problem(answer, 404, "not-found").await;
    let answer = collector
        .get("/assets/app-1a2b.js")
        .header(header::RANGE, "bytes=900-")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn the_service_worker_may_serve_every_page_and_is_never_stale() {
    let collector = Collector::start().await;
    for path in ["/sw.js", "/manifest.webmanifest"] {
        let answer = collector.get(path).send().await.unwrap();
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        problem(answer, 404, "not-found").await;
    }
    let dist = collector.folder.path().join("dist");
    std::fs::create_dir_all(&dist).unwrap();
    std::fs::write(dist.join("sw.js"), "self").unwrap();
    std::fs::write(dist.join("manifest.webmanifest"), "{}").unwrap();

    let answer = collector.get("/sw.js").send().await.unwrap();
    let headers = answer.headers();
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(headers["service-worker-allowed"], "/");
    assert_eq!(headers[header::CONTENT_TYPE], "text/javascript");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("worker-src 'self';") && policy.contains("manifest-src 'self';"));
    assert_eq!(answer.text().await.unwrap(), "self");

    let answer = collector.get("/manifest.webmanifest").send().await.unwrap();
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "application/manifest+json"
    );
    assert!(!answer.headers().contains_key("service-worker-allowed"));
}
