//! The accept loop: what `axum::serve` lacks against slow, many or endless clients.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::limits::Peer;
use super::{App, metrics, router};

/// How long the loop rests when the system has no file left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often limiters forget and histograms fold.
const UPKEEP: Duration = Duration::from_secs(10);

/// Serves until `shutdown` resolves, then takes no more connections, lets the requests that are under way finish
/// (at most one request time-out long), and returns.
///
/// A connection whose next request's headers have not arrived after [`super::Bounds::header_timeout`] is closed: that
/// ends slow senders and idle keep-alive alike. Beyond [`super::Bounds::max_connections`] new connections are closed at
/// once.
pub async fn serve(listener: TcpListener, app: Arc<App>, shutdown: impl Future<Output = ()>) {
    let bounds = app.settings.bounds;
    let routes = router(Arc::clone(&app));
    let seats = Arc::new(Semaphore::new(bounds.max_connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.header_timeout);
    let mut upkeep = tokio::time::interval(UPKEEP);
    let mut shutdown = std::pin::pin!(shutdown);

    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            _ = upkeep.tick() => {
                app.limits.forget_rested();
                app.board.forget(Timestamp::now());
                metrics::upkeep();
                continue;
            }
            () = &mut shutdown => break,
        };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            metrics::refused_connection();
            continue;
        };
        // Answers are small: waiting to fill a packet only adds delay.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not set TCP_NODELAY");
        }
        let routes = routes.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let routes = routes.clone();
            async move { Ok::<_, Infallible>(answer(routes, request.map(Body::new)).await) }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
            drop(seat);
        });
    }

    drop(listener);
    app.board.close();
    if tokio::time::timeout(bounds.request_timeout, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish before the stop");
    }
}

async fn answer(routes: axum::Router, request: Request) -> axum::response::Response {
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
