//! Clients that are slow, greedy, many, or gone.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::time::Duration;

use http_fixture::{Collector, problem};
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest that a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends bytes one by one until the collector closes the connection; returns what it answered.
async fn trickle(stream: TcpStream, bytes: &'static [u8]) -> Vec<u8> {
    let (mut read, mut write) = stream.into_split();
    let writer = tokio::spawn(async move {
        for byte in bytes.iter().cycle() {
            if write.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, async {
        let mut chunk = [0; 1024];
        while let Ok(count @ 1..) = read.read(&mut chunk).await {
            answer.extend_from_slice(&chunk[..count]);
        }
    })
    .await
    .expect("the collector closes the connection");
    writer.abort();
    answer
}

#[tokio::test]
async fn headers_that_trickle_in_are_cut() {
    let collector = Collector::start_with(|settings| {
        settings.bounds.header_timeout = Duration::from_millis(300);
    })
    .await;
    let mut stream = TcpStream::connect(collector.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nX-A: ").await.unwrap();
    let answer = trickle(stream, b"a").await;
    assert!(!answer.starts_with(b"HTTP/1.1 2"));
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let collector = Collector::start_with(|settings| {
        settings.bounds.header_timeout = Duration::from_millis(300);
    })
    .await;
    let mut stream = TcpStream::connect(collector.address).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the collector closes the connection")
        .unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_trickles_in_is_cut_with_408() {
    let collector = Collector::start_with(|settings| {
        settings.bounds.request_timeout = Duration::from_millis(500);
    })
    .await;
    let mut stream = TcpStream::connect(collector.address).await.unwrap();
    let head = format!(
        "POST /api/v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
        collector.key(collector::store::Role::Device)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = String::from_utf8(trickle(stream, b" ").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"too-slow\""));
}

#[tokio::test]
async fn a_body_of_two_megabytes_is_refused_with_413() {
    let collector = Collector::start().await;
    let answer = collector.send(vec![b' '; 2 << 20]).await;
    problem(answer, 413, "too-large").await;
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let collector = Collector::start().await;
    let mut stream = TcpStream::connect(collector.address).await.unwrap();
    let head = format!(
        "POST /api/v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        collector.key(collector::store::Role::Device)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let sent = tokio::time::timeout(PATIENCE, async {
        let mut sent = 0_u64;
        while stream.write_all(&chunk).await.is_ok() {
            sent += chunk.len() as u64;
        }
        sent
    })
    .await
    .expect("the collector closes the connection");
    assert!(sent < 64 << 20, "{sent} bytes were taken");
}

#[tokio::test]
async fn beyond_the_cap_new_connections_are_closed_and_old_ones_served() {
    let collector = Collector::start_with(|settings| {
        settings.bounds.max_connections = 1;
    })
    .await;
    let mut first = TcpStream::connect(collector.address).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    // The accept loop takes connections in order: once the second is closed, the first has its seat.
    let mut second = TcpStream::connect(collector.address).await.unwrap();
    let mut nothing = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, second.read_to_end(&mut nothing))
        .await
        .expect("the second connection is closed");
    assert!(nothing.is_empty());
    first
        .write_all(b"Host: a\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    first.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_stop_lets_the_request_under_way_finish() {
    let mut collector = Collector::start().await;
    let mut stream = TcpStream::connect(collector.address).await.unwrap();
    let body = "{\"responses\":[]}";
    let head = format!(
        "POST /api/v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        collector.key(collector::store::Role::Device),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // `100 Continue` tells that the handler has begun to read the body.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    collector.stop.take().unwrap().send(()).unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"));
    tokio::time::timeout(PATIENCE, collector.done)
        .await
        .expect("the server stops")
        .unwrap();
    assert!(TcpStream::connect(collector.address).await.is_err());
}

#[tokio::test]
async fn a_caller_that_asks_too_often_is_told_to_wait() {
    let collector = Collector::start_with(|settings| {
        settings.rates.public.burst = 2.try_into().unwrap();
        settings.rates.public.per_minute = 1.try_into().unwrap();
    })
    .await;
    for _ in 0..2 {
        let answer = collector.get("/api/v1/forms").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let answer = collector
        .get("/api/v1/forms")
        .header("X-Forwarded-For", "198.51.100.7")
        .send()
        .await
        .unwrap();
    let wait: u32 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait));
    problem(answer, 429, "too-many-requests").await;
}
