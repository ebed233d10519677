//! What everybody may see of the figures: pages that need no account, made of releases alone.
//!
//! Nothing here asks the index for a figure. What was not published, or was withdrawn, cannot get onto these pages.

mod answer;
mod names;
mod page;
mod shelf;
pub(super) mod shown;
mod trend;
mod wall;
mod wall_view;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::http::App;

pub(super) use names::{Names, period, table, title};
pub(crate) use shelf::Shelf;
pub(super) use shelf::{Past, history};

/// Tables of many units are long and compress well; more would take longer than it saves.
const QUALITY: CompressionLevel = CompressionLevel::Precise(5);

/// The routes of the public pages.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/public", get(page::page))
        .route("/public/style.css", get(style))
        .route("/wall/{unit}", get(wall::page))
        .route("/public/wall.css", get(wall_style))
        // They hold no secret that their size could tell.
        .layer(CompressionLayer::new().quality(QUALITY))
}

type Sheet = ([(HeaderName, &'static str); 2], &'static str);

const fn sheet(css: &'static str) -> Sheet {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        css,
    )
}

/// The style sheet of the public page, on top of that of the staff pages.
async fn style() -> Sheet {
    sheet(include_str!("../../../../../style/public.css"))
}

/// The style sheet of the wall screens.
async fn wall_style() -> Sheet {
    sheet(include_str!("../../../../../style/wall.css"))
}
