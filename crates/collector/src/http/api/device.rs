//! What a kiosk asks when it starts: who am I, where do I stand, what do I show?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use survey::kiosk::KioskSettings;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::{Role, Unit};

/// How a kiosk is set up.
#[derive(Serialize, ToSchema)]
pub(super) struct Device {
    /// Name of the device's key.
    name: String,
    /// Code of the unit in whose hall it stands.
    unit: String,
    /// Name of that unit; null when the table of units does not have it.
    unit_name: Option<String>,
    /// Form id to show.
    form: String,
    /// Newest version of that form.
    #[schema(minimum = 1)]
    form_version: u16,
    /// What dossier codes of this unit begin with, to be put before digits that are typed.
    code_prefix: String,
    /// The data are synthetic demonstration data.
    demo: bool,
    /// What else the authority has chosen for it.
    #[serde(flatten)]
    chosen: KioskSettings,
    /// The collector's clock, RFC 3339, for the device's clock offset.
    #[schema(value_type = String, format = DateTime)]
    server_time: Timestamp,
}

/// How this kiosk is set up
#[utoipa::path(
    get,
    path = "/api/v1/device",
    tag = "device",
    operation_id = "getDevice",
    security(("key" = [])),
    responses(
        (status = 200, description = "the kiosk's setting", body = Device),
        (status = 409, description = "the device is set up with a form that the collector does not have", body = crate::http::problem::ProblemBody, content_type = "application/problem+json"),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
) -> Result<Json<Device>, Problem> {
    caller.require(&[Role::Device])?;
    let misconfigured =
        |detail: &str| Problem::new(StatusCode::CONFLICT, "device-misconfigured", detail);
    let settings = caller.0.device.ok_or_else(|| {
        misconfigured("this device has no unit and form; enrol it again with `hai-long device`")
    })?;
    let form = app.forms.newest(&settings.form).ok_or_else(|| {
        misconfigured(
            "the collector does not have this device's form; enrol it again with `hai-long device`",
        )
        .field("form")
    })?;
    let units = app.store.units().await?;
    Ok(Json(Device {
        name: caller.0.name,
        unit_name: Unit::newest_name(&units, &settings.unit),
        code_prefix: format!("{}-", settings.unit),
        unit: settings.unit,
        form: form.id.clone(),
        form_version: form.version,
        chosen: settings.kiosk,
        demo: app.store.note("demo").await?.is_some(),
        server_time: Timestamp::now(),
    }))
}
