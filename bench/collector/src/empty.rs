//! Handlers that do nothing: what HTTP costs, and what HTTP and the JSON of the same ratings cost, without a store.

use std::io::Write;

use anyhow::Result;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use survey::response::{Batch, Receipt, Receipts, Response, Status};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Serves until killed.
pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}/", listener.local_addr()?)?;
    let bare = [1, 50].map(|count| serde_json::to_vec(&receipts(count)).map(Bytes::from));
    let [one, fifty] = bare;
    let (one, fifty) = (one?, fifty?);
    let routes = Router::new()
        .route("/ready", get(|| async {}))
        .route(
            "/bare/{count}",
            // The body is read to its end and dropped.
            post(move |Path(count): Path<usize>, body: Bytes| async move {
                drop(body);
                if count == 1 { one } else { fifty }
            }),
        )
        .route("/json", post(json));
    // Answers are small: waiting to fill a packet only adds delay; the collector does the same.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await?;
    Ok(())
}

fn receipts(count: usize) -> Receipts {
    let response = |_| stored(Uuid::now_v7());
    Receipts {
        results: (0..count).map(response).collect(),
    }
}

async fn json(Json(batch): Json<Batch>) -> Json<Receipts> {
    let receipt = |response: &Response| stored(response.id);
    Json(Receipts {
        results: batch.responses.iter().map(receipt).collect(),
    })
}

fn stored(id: Uuid) -> Receipt {
    Receipt {
        id,
        status: Status::Stored,
        code: None,
        faults: Vec::new(),
    }
}
