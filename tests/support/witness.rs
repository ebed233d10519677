//! Hears what a page saw, and keeps it when the page dies: a small server to which the page's scripts tell each event.

use std::collections::BTreeMap;
use std::convert::Infallible;

use anyhow::{Result, ensure};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::collector::Collector;
use crate::wait::{PATIENCE, until};
use crate::{hall, ratings};

/// What the page told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What happened, as a path: `/record` before a response is written, `/thanks` when the thank-you stands in the page.
    pub what: String,
    /// The response in question.
    pub response: Value,
}

/// A server that listens for as long as it lives.
#[derive(Debug)]
pub struct Witness {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    heard: watch::Sender<Vec<Told>>,
    accepting: AbortHandle,
}

impl Witness {
    /// Listens on any free port.
    pub async fn listen() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let heard = watch::Sender::new(Vec::new());
        let accepting = tokio::spawn(accept(listener, heard.clone())).abort_handle();
        Ok(Self {
            address,
            heard,
            accepting,
        })
    }

    /// Everything heard so far, in order.
    pub fn heard(&self) -> Vec<Told> {
        self.heard.borrow().clone()
    }

    /// Returns as soon as this kind has been heard `n` times after the first `known` messages.
    pub async fn count(&self, what: &str, n: usize, known: usize) {
        let enough = |heard: &Vec<Told>| {
            let new = heard.iter().skip(known);
            new.filter(|told| told.what == what).count() >= n
        };
        // The sender lives as long as this witness.
        let _ = self.heard.subscribe().wait_for(enough).await;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The latest of the messages of this kind about each response, by its id.
pub fn latest(heard: &[Told], what: &str) -> BTreeMap<String, Value> {
    heard
        .iter()
        .filter(|told| told.what == what)
        .filter_map(|told| {
            Some((
                told.response["id"].as_str()?.to_owned(),
                told.response.clone(),
            ))
        })
        .collect()
}

/// Fails unless the collector has each rating that was thanked for, all ratings that were given at most once, and a
/// device that sends everything again changes nothing but what it may.
pub async fn expect_exactly_once(collector: &Collector, key: &str, heard: &[Told]) -> Result<()> {
    let thanked = latest(heard, "/thanks");
    let written = latest(heard, "/record");
    let counted = hall::counted(collector).await?;
    let bounds = thanked.len() as u64..=written.len() as u64;
    ensure!(
        bounds.contains(&counted),
        "the index counts {counted}, not one of {bounds:?}"
    );
    let sent: Vec<Value> = thanked.values().cloned().collect();
    let told = ratings::send_once(&collector.address, key, &sent).await?;
    let lost: Vec<String> = told
        .iter()
        .zip(&sent)
        .filter(|(status, _)| *status != "duplicate")
        .map(|(status, rating)| format!("{status}: {}", history(heard, &rating["id"])))
        .collect();
    ensure!(
        lost.is_empty(),
        "thanked for, and now not there, {} of {}:\n{}",
        lost.len(),
        sent.len(),
        lost.join("\n")
    );
    let again = hall::counted(collector).await?;
    ensure!(again == counted, "{counted} became {again}");

    // Of the others the page may have lost what it had not finished. With them in, each is there once.
    let sent: Vec<Value> = written.values().cloned().collect();
    for status in ratings::send_once(&collector.address, key, &sent).await? {
        ensure!(
            matches!(&*status, "stored" | "duplicate"),
            "{status} for an unfinished rating"
        );
    }
    let all = written.len() as u64;
    until(format!("{all} counted"), PATIENCE, async || {
        let counted = hall::counted(collector).await?;
        ensure!(counted <= all, "{counted} counted of {all}");
        Ok((counted == all).then_some(()))
    })
    .await?;
    println!(
        "{} thanked, all in the index once; {counted} of {all} written were sent",
        thanked.len()
    );
    Ok(())
}

/// What was heard of a response, and what was heard around its end.
fn history(heard: &[Told], id: &Value) -> String {
    let of_it = |told: &&Told| told.response["id"] == *id;
    let last = heard.iter().rposition(|told| told.response["id"] == *id);
    let after = last.map_or(0, |last| heard.len() - last - 1);
    let told: Vec<String> = heard
        .iter()
        .filter(of_it)
        .map(|told| format!("{} {}", told.what, told.response))
        .collect();
    format!("{} (then {after} more messages)", told.join(", "))
}

async fn accept(listener: TcpListener, heard: watch::Sender<Vec<Told>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let heard = heard.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| hear(request, &heard));
            // A page that dies breaks its connection: that is what the witness is for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn hear(
    request: Request<Incoming>,
    heard: &watch::Sender<Vec<Told>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let what = request.uri().path().to_owned();
    // Half a message is none: the page that was sending it had not gone on.
    if let Ok(body) = request.into_body().collect().await
        && let Ok(response) = serde_json::from_slice(&body.to_bytes())
    {
        heard.send_modify(|heard| heard.push(Told { what, response }));
    }
    let mut answer = Response::new(Empty::new());
    answer
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(answer)
}
