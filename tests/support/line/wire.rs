//! The wire under the requests: its speed, its budget of bytes, and whether it is there at all.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep};

/// Most bytes that cross at once, about one Ethernet frame, so that connections share a slow wire.
const FRAME: usize = 1460;

/// One wire that all connections share, in both directions.
pub struct Wire {
    state: Mutex<State>,
    there: watch::Sender<bool>,
}

struct State {
    bytes_per_second: Option<u32>,
    /// Bytes until the wire is gone.
    budget: Option<u64>,
    /// When the bytes sent so far have passed.
    free_at: Instant,
    carried: u64,
}

enum Turn {
    Now(usize),
    At(Instant),
    Gone,
}

impl Wire {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                bytes_per_second: None,
                budget: None,
                free_at: Instant::now(),
                carried: 0,
            }),
            there: watch::Sender::new(true),
        }
    }

    pub fn throttle(&self, bytes_per_second: Option<u32>) {
        self.state().bytes_per_second = bytes_per_second;
    }

    pub fn up(&self, budget: Option<u64>) {
        self.state().budget = budget;
        self.there.send_replace(true);
    }

    pub fn down(&self) {
        self.there.send_replace(false);
    }

    pub async fn gone(&self) {
        // The sender lives as long as this wire, so the only way out is that the wire is gone.
        let _ = self.there.subscribe().wait_for(|there| !there).await;
    }

    pub fn carried(&self) -> u64 {
        self.state().carried
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> Turn {
        let state = self.state();
        if !*self.there.borrow() {
            Turn::Gone
        } else if state.free_at > Instant::now() {
            Turn::At(state.free_at)
        } else {
            let budget = state.budget.unwrap_or(u64::MAX);
            Turn::Now(usize::try_from(budget).unwrap_or(FRAME).min(FRAME))
        }
    }

    /// Writes down that so many bytes cross now. The wire is gone with the last byte of its budget.
    fn carry(&self, bytes: usize) {
        let mut state = self.state();
        state.carried += bytes as u64;
        if let Some(speed) = state.bytes_per_second {
            let time = Duration::from_secs_f64(bytes as f64 / f64::from(speed.max(1)));
            state.free_at = state.free_at.max(Instant::now()) + time;
        }
        if let Some(budget) = &mut state.budget {
            *budget = budget.saturating_sub(bytes as u64);
            if *budget == 0 {
                self.down();
            }
        }
    }
}

/// A client's connection over the wire.
pub struct Metered {
    stream: TcpStream,
    wire: Arc<Wire>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Metered {
    pub fn new(stream: TcpStream, wire: Arc<Wire>) -> Self {
        Self {
            stream,
            wire,
            pause: None,
        }
    }

    /// Ready with the number of bytes that may cross now, at least one.
    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.wire.turn() {
                Turn::Now(0) | Turn::Gone => {
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                Turn::Now(bytes) => return Poll::Ready(Ok(bytes)),
                Turn::At(moment) => self.pause = Some(Box::pin(tokio::time::sleep_until(moment))),
            }
        }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let most = ready!(self.poll_turn(context))?.min(into.remaining());
        let mut frame = [0; FRAME];
        let mut part = ReadBuf::new(&mut frame[..most]);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        self.wire.carry(part.filled().len());
        into.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = ready!(self.poll_turn(context))?.min(bytes.len());
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[..most]))?;
        self.wire.carry(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
