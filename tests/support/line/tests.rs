use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::{get, post};
use reqwest::Client;

use super::{Fate, Faults, Line};

/// Bodies that the server got whole, in order.
type Got = Arc<Mutex<Vec<String>>>;

const PAGE: usize = 50_000;

async fn server() -> (String, Got) {
    let got = Got::default();
    let router = Router::new()
        .route(
            "/page",
            get(|uri: Uri| async move { format!("{uri}{}", ".".repeat(PAGE)) }),
        )
        .route(
            "/rate",
            post(|State(got): State<Got>, body: String| async move {
                got.lock().unwrap().push(body.clone());
                format!("got {body}")
            }),
        )
        .with_state(Arc::clone(&got));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, got)
}

async fn rate(line: &Line, client: &Client, body: &str) -> Option<String> {
    let url = format!("{}/rate", line.address);
    let answer = client.post(url).body(body.to_owned()).send().await.ok()?;
    answer.text().await.ok()
}

async fn page(line: &Line, client: &Client) -> Option<String> {
    let url = format!("{}/page?a=1", line.address);
    client.get(url).send().await.ok()?.text().await.ok()
}

#[tokio::test]
async fn a_good_line_changes_nothing() {
    let (upstream, got) = server().await;
    let line = Line::open(&upstream, Faults::none()).await.unwrap();
    let client = Client::new();
    for body in ["a", "b", "c"] {
        assert_eq!(
            rate(&line, &client, body).await,
            Some(format!("got {body}"))
        );
    }
    let page = page(&line, &client).await.unwrap();
    assert!(page.starts_with("/page?a=1.") && page.len() > PAGE);
    assert_eq!(*got.lock().unwrap(), ["a", "b", "c"]);
    let last = line.passages().pop().unwrap();
    assert_eq!((last.path.as_str(), last.status), ("/page?a=1", Some(200)));
}

#[tokio::test]
async fn each_fate_does_what_it_says_to_both_sides() {
    let (upstream, got) = server().await;
    let line = Line::open(&upstream, Faults::none()).await.unwrap();
    let client = Client::new();
    let cases = [
        (Fate::Delay(Duration::from_millis(1)), true, 1),
        (Fate::CutBefore, false, 0),
        (Fate::CutInBody, false, 0),
        (Fate::CutAnswer, false, 1),
        (Fate::Duplicate, true, 2),
    ];
    for (fate, heard, copies) in cases {
        got.lock().unwrap().clear();
        line.next([fate]);
        let answer = rate(&line, &client, "four").await;
        assert_eq!(answer.is_some(), heard, "{fate:?}");
        assert_eq!(got.lock().unwrap().len(), copies, "{fate:?}");
        assert_eq!(line.passages().last().unwrap().fate, fate);
    }
}

#[tokio::test]
async fn held_requests_arrive_after_later_ones() {
    let (upstream, got) = server().await;
    let line = Line::open(&upstream, Faults::none()).await.unwrap();
    let client = Client::new();
    line.next([Fate::Hold(2), Fate::Hold(9), Fate::Hold(9)]);
    for body in ["first", "second", "third", "fourth"] {
        rate(&line, &client, body).await;
    }
    assert_eq!(*got.lock().unwrap(), ["first", "fourth"]);
    line.release().await;
    assert_eq!(*got.lock().unwrap(), ["first", "fourth", "third", "second"]);
}

#[tokio::test]
async fn the_seed_alone_decides_and_only_where_it_applies() {
    let (upstream, _) = server().await;
    let mut seen = Vec::new();
    for seed in [1, 1, 2] {
        let line = Line::open(&upstream, Faults::bad(seed).only("/rate"))
            .await
            .unwrap();
        let client = Client::new();
        for n in 0..24 {
            rate(&line, &client, &n.to_string()).await;
            assert!(page(&line, &client).await.is_some());
        }
        let passages = line.passages();
        let posts = passages.iter().filter(|p| p.path == "/rate");
        seen.push(posts.map(|p| p.fate).collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test]
async fn a_window_ends_with_its_budget_and_breaks_what_is_under_way() {
    let (upstream, _) = server().await;
    let line = Line::open(&upstream, Faults::none()).await.unwrap();
    let client = Client::new();
    line.up_for(2 * PAGE as u64);
    assert!(page(&line, &client).await.is_some());
    assert!(page(&line, &client).await.is_none());
    line.gone().await;
    assert_eq!(line.carried(), 2 * PAGE as u64);
    assert!(page(&line, &client).await.is_none());
    line.up();
    assert!(page(&line, &client).await.is_some());
    line.down();
    assert!(rate(&line, &client, "lost").await.is_none());
}

#[tokio::test]
async fn a_slow_wire_is_shared_and_as_slow_as_told() {
    let (upstream, _) = server().await;
    let line = Line::open(&upstream, Faults::none()).await.unwrap();
    let (one, other) = (Client::new(), Client::new());
    line.throttle(Some(400_000));
    let started = Instant::now();
    let (a, b) = tokio::join!(page(&line, &one), page(&line, &other));
    assert!(a.is_some() && b.is_some());
    // The last frame need not have passed for the client to have it.
    let least = (line.carried() - 2_000) as f64 / 400_000.0;
    assert!(started.elapsed().as_secs_f64() >= least);
}

#[tokio::test]
async fn without_a_collector_nobody_answers() {
    let (upstream, _) = server().await;
    let gone = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let line = Line::open(&gone, Faults::none()).await.unwrap();
    assert!(rate(&line, &Client::new(), "lost").await.is_none());
    assert_eq!(line.passages()[0].status, None);
    drop(line);
    assert!(
        Line::open(&upstream["http://".len()..], Faults::none())
            .await
            .is_err()
    );
}
