//! Pages for officers: sign in, and a report that is read at a glance. Server-made HTML without scripts, so that they
//! work on old machines, print well, and need nothing but a browser.

mod asked;
mod audit;
mod citizen_report;
mod citizen_report_form;
mod citizen_reports;
mod comments;
mod coverage;
mod desk;
mod device_form;
mod devices;
mod export;
mod figures;
mod flag_page;
mod gap;
mod months;
mod numbers;
mod oidc;
mod origin;
pub(crate) mod pages;
mod plot;
mod print;
pub(crate) mod public;
mod publish;
mod qd766;
mod ranking;
mod report;
mod report_sheet;
mod retention;
mod scope;
mod session;
mod sheet;
mod sheet_page;
mod spans;
mod trend;
mod weighted_part;
pub(crate) mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, header};
use axum::routing::{get, post};

use crate::http::App;

pub(crate) use desk::LoginDesk;
pub use desk::PAGES;

/// A name and a password need no more.
const MAX_FORM: usize = 16 * 1024;

/// The routes below `/staff`.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(report::page))
        .route("/units", get(ranking::page))
        .route("/trend", get(trend::page))
        .route("/print/one-stop", get(print::one_stop::page))
        .route("/print/items", get(print::items::page))
        .route("/print.css", get(print::style))
        .route("/comments", get(comments::page))
        .route("/reports", get(citizen_reports::page))
        .route(
            "/reports/new",
            get(citizen_report_form::page)
                .post(citizen_report_form::save)
                .layer(DefaultBodyLimit::max(citizen_report_form::MAX_FORM)),
        )
        .route(
            "/reports/one",
            get(citizen_report::page).post(citizen_report::act),
        )
        .route("/qd766", get(qd766::page))
        .route("/flags", get(flag_page::page))
        .route("/coverage", get(coverage::page).post(coverage::act))
        .route("/devices", get(devices::page))
        .route(
            "/devices/edit",
            get(device_form::page).post(device_form::save),
        )
        .route("/audit", get(audit::page))
        .route("/retention", get(retention::page).post(retention::act))
        .route("/publish", get(publish::page).post(publish::act))
        .route("/login", get(desk::login_page).post(desk::login))
        .route("/oidc/start", get(oidc::start))
        .route("/oidc/callback", get(oidc::callback))
        .route("/logout", post(desk::logout))
        .route("/style.css", get(style))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

/// The pages' style sheet.
async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        include_str!("../../../../style/staff.css"),
    )
}
