//! The API: one file a route, its OpenAPI description on the handler, so that the contract cannot drift from the code.

mod coverage;
mod days;
mod device;
mod dossier;
mod enrol;
mod evaluation;
mod export;
mod fed;
mod feed;
mod flags;
mod forms;
mod health;
mod heartbeat;
mod index;
mod index_parameters;
pub(crate) mod invites;
mod present;
mod qd766;
mod ranks;
mod reasons;
mod releases;
mod reports;
mod responses;
mod sites;
mod trend;

use std::sync::Arc;

use axum::{Json, Router};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::App;
use super::problem::ProblemBody;
pub(crate) use forms::Published;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Hài Lòng collector",
        description = "Takes ratings of administrative procedures in and tells the index that they add up to. Every error is an RFC 9457 problem with a machine code, a plain sentence and the field at fault. Times are RFC 3339; days are Asia/Ho_Chi_Minh.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "responses", description = "Ratings come in, and go out for analysts"),
        (name = "dossiers", description = "What the one-stop software tells, and whose citizens were asked"),
        (name = "invites", description = "A citizen's right to rate one dossier once"),
        (name = "forms", description = "Questionnaires"),
        (name = "device", description = "What a kiosk is set up to do, and how it is doing"),
        (name = "index", description = "What the ratings add up to"),
        (name = "operation", description = "For operators and machines"),
    ),
    modifiers(&Bearer)
)]
struct Description;

/// The one way to prove who calls.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme(
                "key",
                SecurityScheme::Http(
                    HttpBuilder::new()
                        .scheme(HttpAuthScheme::Bearer)
                        .description(Some("a key made by `hai-long key create`: `hl_ROLE_…`"))
                        .build(),
                ),
            );
    }
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(responses::post, export::get))
        .routes(routes!(sites::get))
        .routes(routes!(forms::list))
        .routes(routes!(forms::one))
        .routes(routes!(device::get))
        .routes(routes!(enrol::post))
        .routes(routes!(dossier::post))
        .routes(routes!(present::post, present::delete))
        .routes(routes!(present::get))
        .routes(routes!(present::events))
        .routes(routes!(heartbeat::post))
        .routes(routes!(feed::put))
        .routes(routes!(fed::post))
        .routes(routes!(coverage::get))
        .routes(routes!(coverage::unasked))
        .routes(routes!(invites::post))
        .routes(routes!(invites::get))
        .routes(routes!(index::get))
        .routes(routes!(ranks::get))
        .routes(routes!(trend::get))
        .routes(routes!(flags::get))
        .routes(routes!(evaluation::get))
        .routes(routes!(reasons::get))
        .routes(routes!(releases::list))
        .routes(routes!(releases::one))
        .routes(routes!(reports::get))
        .routes(routes!(qd766::get))
        .routes(routes!(document))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

/// The API's routes.
pub(super) fn router() -> Router<Arc<App>> {
    described().into()
}

/// The OpenAPI 3.1 document of the API.
pub fn openapi() -> OpenApi {
    described().into_openapi()
}

/// This document
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "operation",
    operation_id = "getOpenApi",
    responses((status = 200, description = "the OpenAPI 3.1 document", body = Object), super::problem::Everywhere)
)]
async fn document(_: super::caller::Anybody) -> Json<OpenApi> {
    Json(openapi())
}
