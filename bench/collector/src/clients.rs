//! Clients: each one connection that sends, waits for its answer, and sends again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::request::Builder;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::ratings::Wire;
use crate::spread::percentile;

/// Longest that one slot may take altogether.
const LIMIT: Duration = Duration::from_secs(60);

/// Where ratings go.
#[derive(Clone)]
pub struct Target {
    /// `127.0.0.1:port`.
    pub address: String,
    /// Path of the request.
    pub path: String,
    /// Keys of devices, used in turn: one device may send 20 times a second in the long run.
    pub keys: Arc<Vec<String>>,
}

/// How many at once, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Connections.
    pub clients: u64,
    /// Ratings in a request.
    pub batch: u64,
}

/// What a slot of sending came to.
pub struct Sent {
    /// Ratings acknowledged a second.
    pub per_second: f64,
    /// Half of the answers came within so many ms.
    pub p50_ms: f64,
    /// 95 of 100 answers came within so many ms.
    pub p95_ms: f64,
}

/// Sends ratings, numbered on from `next`, for so long. Fails when anything but `stored` is answered.
pub async fn send(
    target: &Target,
    load: Load,
    lasting: Duration,
    next: &Arc<AtomicU64>,
) -> Result<Sent> {
    let wire = Arc::new(Wire::now());
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..load.clients {
        let (target, wire, next) = (target.clone(), Arc::clone(&wire), Arc::clone(next));
        clients.spawn(async move { client(&target, load, started + lasting, &wire, &next).await });
    }
    let mut answers = Vec::new();
    tokio::time::timeout(LIMIT, async {
        while let Some(client) = clients.join_next().await {
            answers.extend(client??);
        }
        Ok::<_, anyhow::Error>(())
    })
    .await
    .context("the clients did not come to an end")??;
    Ok(Sent {
        per_second: (answers.len() as u64 * load.batch) as f64 / started.elapsed().as_secs_f64(),
        p50_ms: percentile(&mut answers, 0.5),
        p95_ms: percentile(&mut answers, 0.95),
    })
}

async fn client(
    target: &Target,
    load: Load,
    until: Instant,
    wire: &Wire,
    next: &AtomicU64,
) -> Result<Vec<f64>> {
    let mut connection = connect(&target.address).await?;
    let stored = memchr::memmem::Finder::new(br#""status":"stored""#);
    let mut answers = Vec::new();
    while Instant::now() < until {
        let first = next.fetch_add(load.batch, Ordering::Relaxed);
        let key = usize::try_from(first / load.batch)? % target.keys.len();
        let request = Request::post(&target.path)
            .header(header::HOST, &target.address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", target.keys.get(key).context("no key")?),
            )
            .body(Full::new(Bytes::from(wire.body(first, load.batch)?)))?;
        let sent = Instant::now();
        connection.ready().await?;
        let answer = connection.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        answers.push(sent.elapsed().as_secs_f64() * 1_000.0);
        let acknowledged = stored.find_iter(&body).count() as u64;
        if acknowledged != load.batch {
            bail!(
                "{acknowledged} of {} ratings were stored; status {status}: {}",
                load.batch,
                String::from_utf8_lossy(body.get(..300).unwrap_or(&body))
            );
        }
    }
    Ok(answers)
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (connection, driver) = handshake(TokioIo::new(stream)).await?;
    // Ends with the connection.
    tokio::spawn(driver);
    Ok(connection)
}

/// One connection that is asked again and again.
pub struct Connection {
    address: String,
    sender: SendRequest<Full<Bytes>>,
}

/// What was answered.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// `name=value` of the cookie that it sets.
    pub cookie: Option<String>,
    /// Its body, whole.
    pub body: Bytes,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str) -> Result<Self> {
        Ok(Self {
            address: address.to_owned(),
            sender: connect(address).await?,
        })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, request: Builder, body: String) -> Result<Answer> {
        let request = request
            .header(header::HOST, &self.address)
            .body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let cookie = answer.headers().get(header::SET_COOKIE);
        let cookie = cookie.and_then(|set| set.to_str().ok()?.split(';').next());
        Ok(Answer {
            status: answer.status(),
            cookie: cookie.map(str::to_owned),
            body: answer.into_body().collect().await?.to_bytes(),
        })
    }
}

/// The body of `GET path` on a new connection; an error unless the status is 200.
pub async fn get(address: &str, path: &str) -> Result<Bytes> {
    get_as(address, path, None).await
}

/// As [`get`], with a key.
pub async fn get_as(address: &str, path: &str, key: Option<&str>) -> Result<Bytes> {
    let mut connection = connect(address).await?;
    let mut request = Request::get(path).header(header::HOST, address);
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    let request = request.body(Full::default())?;
    let answer = connection.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    if status != 200 {
        bail!(
            "GET {path}: {status}: {}",
            String::from_utf8_lossy(body.get(..300).unwrap_or(&body))
        );
    }
    Ok(body)
}
