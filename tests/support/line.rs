//! A bad line between devices and collector: an HTTP proxy that does to each request what bad lines do.
//!
//! ```text
//! browser or client ─▶ metered wire ─▶ fate of the request ─▶ collector
//! ```
//!
//! The fate of a request follows from a seed and its number, or from the test ([`Line::next`]), and every one is
//! recorded ([`Line::passages`]). The wire as a whole has a speed, a budget of bytes, and may be gone.
//!
//! Request bodies are read whole before they are sent on; answers stream through. WebSockets are not carried.

mod fate;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

pub use self::fate::{Fate, Faults};
use self::wire::{Metered, Wire};

/// What became of one request.
#[derive(Clone, Debug)]
pub struct Passage {
    /// `POST`, `GET` …
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The body.
    pub body: Bytes,
    /// What the line did to it.
    pub fate: Fate,
    /// What the collector answered, by the last copy that reached it; the client need not have seen it.
    pub status: Option<u16>,
}

/// A line to one collector; gone when dropped.
pub struct Line {
    /// `http://127.0.0.1:PORT`: where clients find the line.
    pub address: String,
    inner: Arc<Inner>,
    accepting: AbortHandle,
}

struct Inner {
    upstream: String,
    wire: Arc<Wire>,
    state: Mutex<State>,
}

struct State {
    faults: Faults,
    /// Decided by the test, before the seed decides.
    next: VecDeque<Fate>,
    /// Requests that the faults apply to, so far.
    exposed: u64,
    passages: Vec<Passage>,
    held: Vec<Held>,
}

struct Held {
    passage: usize,
    message: Message,
    /// Later requests that still go before it.
    behind: u8,
}

/// A request as it can be sent any number of times.
#[derive(Clone)]
struct Message {
    head: Parts,
    body: Bytes,
}

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// The client's connection ends without an answer.
fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the line cut the request")
}

impl Line {
    /// Opens a line to the collector at `upstream` (`http://HOST:PORT`), which need not be there yet.
    pub async fn open(upstream: &str, faults: Faults) -> Result<Self> {
        let authority = upstream
            .strip_prefix("http://")
            .context("an address begins with http://")?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let inner = Arc::new(Inner {
            upstream: authority.to_owned(),
            wire: Arc::new(Wire::new()),
            state: Mutex::new(State {
                faults,
                next: VecDeque::new(),
                exposed: 0,
                passages: Vec::new(),
                held: Vec::new(),
            }),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&inner))).abort_handle();
        Ok(Self {
            address,
            inner,
            accepting,
        })
    }

    /// From now on the line treats requests like this.
    pub fn set_faults(&self, faults: Faults) {
        self.inner.state().faults = faults;
    }

    /// The next requests that faults apply to meet these fates, in this order; the seed decides again after them.
    pub fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        self.inner.state().next.extend(fates);
    }

    /// Speed of the wire in bytes per second, both directions together; 512 kbit/s is 64,000. `None`: no limit.
    pub fn throttle(&self, bytes_per_second: Option<u32>) {
        self.inner.wire.throttle(bytes_per_second);
    }

    /// The line is there until told otherwise.
    pub fn up(&self) {
        self.inner.wire.up(None);
    }

    /// The line is there for this many bytes, both directions together, and then gone: a window of `s` seconds at `r`
    /// bytes per second is `s × r` bytes, whatever the clock of the test machine says.
    pub fn up_for(&self, bytes: u64) {
        self.inner.wire.up(Some(bytes));
    }

    /// The line is gone: every connection breaks, new ones break at once.
    pub fn down(&self) {
        self.inner.wire.down();
    }

    /// Returns when the line is gone, by [`Line::down`] or at the end of a window.
    pub async fn gone(&self) {
        self.inner.wire.gone().await;
    }

    /// Bytes that have crossed the wire so far, both directions together.
    pub fn carried(&self) -> u64 {
        self.inner.wire.carried()
    }

    /// Sends on everything that is still held, last come first, and returns when the collector has answered all.
    pub async fn release(&self) {
        let held = std::mem::take(&mut self.inner.state().held);
        for request in held.into_iter().rev() {
            self.inner.send_late(request).await;
        }
    }

    /// What became of every request, in the order in which they came.
    pub fn passages(&self) -> Vec<Passage> {
        self.inner.state().passages.clone()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
        self.inner.wire.down();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        // A connection that broke before it was accepted is one more fault of the line.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let inner = Arc::clone(&inner);
        tokio::spawn(async move {
            let wire = Arc::clone(&inner.wire);
            let service = service_fn(|request| Arc::clone(&inner).carry(request));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(
                TokioIo::new(Metered::new(stream, Arc::clone(&wire))),
                service,
            );
            tokio::select! {
                biased;
                () = wire.gone() => {}
                // Either end may break the connection at any time: that is what the line is for.
                _ = connection => {}
            }
        });
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a request, decides on it, and does that to it.
    async fn carry(self: Arc<Self>, request: Request<Incoming>) -> io::Result<Answer> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| cut())?.to_bytes();
        drop_hop_headers(&mut head.headers);
        if !body.is_empty() {
            head.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        let message = Message { head, body };
        let (passage, fate, due) = self.state().admit(&message);
        let answer = self.meet(passage, fate, message).await;
        for late in due {
            self.send_late(late).await;
        }
        answer
    }

    async fn meet(&self, passage: usize, fate: Fate, message: Message) -> io::Result<Answer> {
        match fate {
            Fate::Pass => self.pass(passage, message).await,
            Fate::Delay(time) => {
                tokio::time::sleep(time).await;
                self.pass(passage, message).await
            }
            Fate::CutBefore => Err(cut()),
            Fate::CutInBody => {
                self.send_half(&message).await?;
                Err(cut())
            }
            Fate::CutAnswer => {
                self.send_whole(passage, message).await?;
                Err(cut())
            }
            Fate::Duplicate => {
                let (_, answer) = tokio::join!(
                    self.send_whole(passage, message.clone()),
                    self.pass(passage, message)
                );
                answer
            }
            Fate::Hold(behind) => {
                self.state().held.push(Held {
                    passage,
                    message,
                    behind,
                });
                Err(cut())
            }
        }
    }

    /// Sends a request on and lets the answer stream back.
    async fn pass(&self, passage: usize, message: Message) -> io::Result<Answer> {
        let stream = TcpStream::connect(&self.upstream).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        let request = Request::from_parts(message.head, Full::new(message.body));
        let mut answer = sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        self.state().passages[passage].status = Some(answer.status().as_u16());
        drop_hop_headers(answer.headers_mut());
        Ok(answer.map(BodyExt::boxed))
    }

    /// Sends a request on and waits for the end of the answer: the collector has done all that it will do.
    async fn send_whole(&self, passage: usize, message: Message) -> io::Result<()> {
        let answer = self.pass(passage, message).await?;
        answer
            .into_body()
            .collect()
            .await
            .map_err(io::Error::other)?;
        Ok(())
    }

    /// Sends the head and half of the body, ends the stream, and waits until the collector has hung up. Without a body
    /// nothing is sent: half a head differs from none only in the server's log.
    async fn send_half(&self, message: &Message) -> io::Result<()> {
        if message.body.is_empty() {
            return Ok(());
        }
        let target = message
            .head
            .uri
            .path_and_query()
            .map_or("/", |p| p.as_str());
        let mut bytes = format!("{} {target} HTTP/1.1\r\n", message.head.method).into_bytes();
        for (name, value) in &message.head.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&message.body[..message.body.len() / 2]);
        let mut stream = TcpStream::connect(&self.upstream).await?;
        stream.write_all(&bytes).await?;
        stream.shutdown().await?;
        stream.read_to_end(&mut Vec::new()).await?;
        Ok(())
    }

    async fn send_late(&self, late: Held) {
        // Nobody waits for this answer, and a collector that is away has lost nothing that anybody was told of.
        let _ = self.send_whole(late.passage, late.message).await;
    }
}

impl State {
    /// Writes a request down; gives its number, its fate, and the held requests whose turn comes after it.
    fn admit(&mut self, message: &Message) -> (usize, Fate, Vec<Held>) {
        let path = message.head.uri.to_string();
        let exposed = self.faults.apply_to(&path);
        let fate = if exposed {
            self.exposed += 1;
            self.next
                .pop_front()
                .unwrap_or_else(|| self.faults.fate(self.exposed))
        } else {
            Fate::Pass
        };
        self.passages.push(Passage {
            method: message.head.method.clone(),
            path,
            body: message.body.clone(),
            fate,
            status: None,
        });
        let mut due = Vec::new();
        if exposed {
            for late in &mut self.held {
                late.behind = late.behind.saturating_sub(1);
            }
            due = self.held.extract_if(.., |late| late.behind == 0).collect();
        }
        (self.passages.len() - 1, fate, due)
    }
}

/// Headers about one connection are not for the next (RFC 9110 §7.6.1); the body is framed anew, with its length.
fn drop_hop_headers(headers: &mut HeaderMap) {
    let keep_alive = HeaderName::from_static("keep-alive");
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE, keep_alive] {
        headers.remove(name);
    }
}
