//! `/staff/devices/edit`: what a kiosk is set up to do, and the code that enrols it. For administrators.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use survey::kiosk::KioskSettings;
use survey::response::Fault;

use super::desk::Officer;
use super::origin;
use super::pages::{DeviceForm, render};
use super::spans::clock_time;
use super::words::Language;
use crate::enrolment::{self, EnrolmentError};
use crate::forms::USUAL_FORM;
use crate::http::{App, Problem};
use crate::kiosk_settings;
use crate::store::{Change, Deed, DeviceSettings, StoreError, Unit};

/// Longest name of a kiosk, in characters.
const LONGEST_NAME: usize = 64;

/// Which kiosk.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    name: Option<String>,
}

/// What the form sends, and what it is filled with.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) form: String,
    #[serde(default)]
    pub(super) languages: String,
    #[serde(default)]
    pub(super) idle_s: String,
    #[serde(default)]
    pub(super) screen_inches: String,
    #[serde(default)]
    pub(super) presentation: String,
    #[serde(default)]
    pub(super) scale_order: String,
    #[serde(default)]
    pub(super) touchpoint: String,
    /// `save`, or `code` for a code that enrols it.
    #[serde(default)]
    action: String,
}

/// A code that was given out.
pub(super) struct Code {
    pub(super) digits: String,
    pub(super) until: String,
}

impl Fields {
    fn of(name: &str, device: &DeviceSettings) -> Self {
        let kiosk = &device.kiosk;
        let word = |value: Option<serde_json::Value>| {
            value
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default()
        };
        Self {
            name: name.to_owned(),
            unit: device.unit.clone(),
            form: device.form.clone(),
            languages: kiosk.languages.join(", "),
            idle_s: kiosk.idle_s.map(|s| s.to_string()).unwrap_or_default(),
            screen_inches: kiosk
                .screen_inches
                .map(|inches| inches.to_string())
                .unwrap_or_default(),
            presentation: word(serde_json::to_value(kiosk.presentation).ok()),
            scale_order: word(serde_json::to_value(kiosk.scale_order).ok()),
            touchpoint: word(serde_json::to_value(kiosk.touchpoint).ok()),
            ..Self::default()
        }
    }

    /// The settings, or what is wrong with which field.
    fn settings(&self, app: &App) -> Result<DeviceSettings, Fault> {
        let written = [
            ("languages", self.languages.as_str()),
            ("idle_s", &self.idle_s),
            ("screen_inches", &self.screen_inches),
            ("presentation", &self.presentation),
            ("scale_order", &self.scale_order),
            ("touchpoint", &self.touchpoint),
        ];
        let kiosk = kiosk_settings::changed(&KioskSettings::default(), &written)?;
        let length = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length)
            || self.name.trim() != self.name
            || self.name.chars().any(char::is_control)
        {
            return Err(Fault::new("name", "bad-value", ""));
        }
        if self.unit.trim().is_empty() || self.unit.chars().count() > LONGEST_NAME {
            return Err(Fault::new("unit", "bad-value", ""));
        }
        if app.forms.newest(&self.form).is_none() {
            return Err(Fault::new("form", "bad-value", ""));
        }
        Ok(DeviceSettings {
            unit: self.unit.trim().to_owned(),
            form: self.form.clone(),
            kiosk,
        })
    }
}

/// `GET /staff/devices/edit`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = Language::of(asked.lang.as_deref().unwrap_or_default());
    must_administer(&officer, lang)?;
    let fields = match &asked.name {
        Some(name) => match app.store.device(name).await? {
            Some(device) => Fields::of(name, &device),
            None => {
                return Err(Problem::not_found(
                    "unknown-device",
                    lang.words().device_form.unknown.clone(),
                ));
            }
        },
        None => Fields {
            form: USUAL_FORM.to_owned(),
            ..Fields::default()
        },
    };
    filled(&app, &officer, lang, fields, None, None).await
}

/// `POST /staff/devices/edit`
pub(super) async fn save(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(fields) = form.map_err(|rejected| {
        Problem::new(
            rejected.status(),
            "bad-form",
            "send the form of the page of the kiosk",
        )
    })?;
    let lang = Language::of(&fields.lang);
    let ours = origin::is_ours(&parts.headers)
        && bool::from(fields.csrf.as_bytes().ct_eq(officer.csrf.as_bytes()));
    if !ours {
        return Err(Problem::forbidden(
            "foreign-form",
            "the form did not come from this session's page; open the page again and retry",
        ));
    }
    must_administer(&officer, lang)?;
    let device = match fields.settings(&app) {
        Ok(device) => device,
        Err(fault) => {
            let page = filled(&app, &officer, lang, fields, Some(fault), None).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    if fields.action == "code" {
        return match enrolment::open(&*app.store, &fields.name, device, &officer.user.name).await {
            Ok(given) => {
                let (first, last) = given.code.split_at(4);
                let code = Code {
                    digits: format!("{first} {last}"),
                    until: clock_time(given.expires_at),
                };
                filled(&app, &officer, lang, fields, None, Some(code)).await
            }
            Err(EnrolmentError::Store(StoreError::NameTaken(_))) => {
                let fault = Fault::new("name", "name-taken", "");
                let page = filled(&app, &officer, lang, fields, Some(fault), None).await?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
            }
            Err(error) => Err(error.into()),
        };
    }
    let name = fields.name.clone();
    let entry = officer.entry(Deed::DeviceSet, &name, &device.in_words());
    let change = Change::SetDevice(name, Box::new(device));
    if !app.store.change(change, Some(entry)).await? {
        return Err(Problem::not_found(
            "unknown-device",
            lang.words().device_form.unknown.clone(),
        ));
    }
    app.board.settings_changed(&fields.name);
    Ok(Redirect::to(&format!("/staff/devices?lang={}", lang.tag())).into_response())
}

fn must_administer(officer: &Officer, lang: Language) -> Result<(), Problem> {
    if officer.administers() {
        return Ok(());
    }
    Err(Problem::forbidden(
        "wrong-role",
        lang.words().device_form.not_allowed.clone(),
    ))
}

async fn filled(
    app: &App,
    officer: &Officer,
    lang: Language,
    fields: Fields,
    fault: Option<Fault>,
    code: Option<Code>,
) -> Result<Response, Problem> {
    let words = lang.words();
    let mut units: Vec<Unit> = officer.scope.units(app.store.as_ref()).await?;
    units.sort_by(|a, b| a.code.cmp(&b.code));
    units.dedup_by(|a, b| a.code == b.code);
    let mut forms: Vec<(String, String)> = app
        .forms
        .iter()
        .map(|form| (form.id.clone(), form.title.get(lang.tag()).to_owned()))
        .collect();
    forms.dedup_by(|a, b| a.0 == b.0);
    let known = app.store.device(&fields.name).await?.is_some();
    let wrong = fault.map(|fault| {
        let told = words.device_form.faults.get(fault.field.as_str());
        (fault.field, told.cloned().unwrap_or(fault.message))
    });
    Ok(render(&DeviceForm {
        lang,
        words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        known,
        units: units
            .into_iter()
            .map(|unit| (unit.code, unit.name))
            .collect(),
        forms,
        fields,
        wrong,
        code,
    }))
}
