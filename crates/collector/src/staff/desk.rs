//! Signing in with a password, who is signed in and what that account may do, and signing out.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRef, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::pages::{Login, Refused, Stranger, render};
use super::scope::Scope;
use super::words::{Choice, Language, fill};
use super::{oidc, origin, session};
use crate::auth;
use crate::http::{App, Problem, address};
use crate::index::DEMO_NOTE;
use crate::store::{Deed, Entry, Role, User};

/// Longest name and password that are looked at, in bytes.
const MAX_CREDENTIAL: usize = 256;
/// Where an officer goes after signing in.
pub(super) const HOME: &str = "/staff";
/// Where it ends, below [`HOME`].
const LOGOUT: &str = "/logout";

/// Lets only so many passwords be hashed at once: each takes 19 MiB and a core.
pub(crate) struct LoginDesk {
    seats: Semaphore,
}

impl Default for LoginDesk {
    fn default() -> Self {
        Self {
            seats: Semaphore::new(2),
        }
    }
}

impl LoginDesk {
    /// The account, if the password is right. An unknown name takes as long as a wrong password, and so does an account that
    /// no password opens.
    async fn check(&self, user: Option<User>, password: String) -> Option<User> {
        let _seat = self.seats.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || match user {
            Some(user) if !user.password_hash.is_empty() => {
                auth::verify_password(&password, &user.password_hash).then_some(user)
            }
            _ => {
                auth::verify_nobody(&password);
                None
            }
        })
        .await
        .ok()?
    }
}

/// A signed-in officer.
pub(super) struct Officer {
    pub(super) user: User,
    pub(super) csrf: String,
    /// The units that it sees.
    pub(super) scope: Scope,
}

/// The officer who asks, or the way to the login page.
impl<S: Send + Sync> FromRequestParts<S> for Officer
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let session = session::of(&app, &parts.headers)
            .await
            .map_err(IntoResponse::into_response)?;
        let user = match &session {
            Some(session) => app
                .store
                .user(&session.user)
                .await
                .map_err(|error| Problem::from(error).into_response())?,
            None => None,
        };
        let (Some(session), Some(user)) = (session, user.filter(|user| user.disabled_at.is_none()))
        else {
            return Err(Redirect::to(&login_link(parts)).into_response());
        };
        let scope = Scope::of(app.store.as_ref(), &user)
            .await
            .map_err(|error| Problem::from(error).into_response())?;
        let officer = Self {
            user,
            csrf: session.csrf,
            scope,
        };
        if let Some(refusal) = officer.refusal(parts) {
            return Err(officer.refused(&app, lang(parts), refusal).await);
        }
        parts.extensions.insert(officer.scope.clone());
        Ok(officer)
    }
}

/// The language that an address asks for.
fn lang(parts: &Parts) -> Language {
    let asked = Query::<Choice>::try_from_uri(&parts.uri).map(|Query(choice)| choice);
    asked.unwrap_or_default().language()
}

impl Officer {
    /// Why this account may not have what it asks for, whatever the page: a unit outside its branch, or a change.
    fn refusal(&self, parts: &Parts) -> Option<String> {
        let words = &lang(parts).words().refused;
        let top = self.scope.top().unwrap_or_default();
        if self.user.role == Role::Unit && self.scope.is_all() {
            return Some(words.no_branch.clone());
        }
        let query = parts.uri.query().unwrap_or_default();
        let is_outside = form_urlencoded::parse(query.as_bytes()).any(|(name, value)| {
            let names_unit = matches!(&*name, "unit" | "within");
            names_unit && !value.trim().is_empty() && !self.scope.sees(value.trim())
        });
        if is_outside {
            return Some(fill(&words.other_unit, &[("top", top)]));
        }
        let changes = !parts.method.is_safe() && parts.uri.path() != LOGOUT;
        (changes && !self.may_change()).then(|| words.no_change.clone())
    }

    /// A plain page that says why not.
    pub(super) async fn refused(&self, app: &App, lang: Language, message: String) -> Response {
        let title = &lang.words().refused.title;
        let page = self.plain(app, lang, title, message).await;
        (StatusCode::FORBIDDEN, page).into_response()
    }

    /// A plain page that says that there is no such thing.
    pub(super) async fn unknown(&self, app: &App, lang: Language, message: String) -> Response {
        let title = &lang.words().refused.unknown;
        let page = self.plain(app, lang, title, message).await;
        (StatusCode::NOT_FOUND, page).into_response()
    }

    async fn plain(&self, app: &App, lang: Language, title: &str, message: String) -> Response {
        let demo = app.store.note(DEMO_NOTE).await;
        render(&Refused {
            lang,
            words: lang.words(),
            demo: demo.is_ok_and(|note| note.is_some()),
            user: &self.user.name,
            csrf: &self.csrf,
            title,
            message,
        })
    }

    /// May this account change anything?
    pub(super) fn may_change(&self) -> bool {
        matches!(self.user.role, Role::Analyst | Role::Admin)
    }

    /// May this account see reports?
    pub(super) fn may_read(&self) -> bool {
        matches!(
            self.user.role,
            Role::Analyst | Role::Admin | Role::Unit | Role::ReadOnly
        )
    }

    /// May this account set kiosks up and see who did what?
    pub(super) fn administers(&self) -> bool {
        self.user.role == Role::Admin && self.scope.is_all()
    }

    /// What this officer does, to be written down together with it.
    pub(super) fn entry(&self, what: Deed, about: &str, detail: &str) -> Entry {
        Entry::now(&self.user.name, what, about, detail)
    }

    /// Writes down what this officer reads.
    pub(super) async fn did(
        &self,
        app: &App,
        what: Deed,
        about: &str,
        detail: &str,
    ) -> Result<(), Problem> {
        Ok(app.store.audit(self.entry(what, about, detail)).await?)
    }
}

/// The pages behind the login, below [`HOME`].
pub const PAGES: [&str; 17] = [
    "",
    "/units",
    "/trend",
    "/print/one-stop",
    "/print/items",
    "/comments",
    "/reports",
    "/reports/new",
    "/reports/one",
    "/qd766",
    "/flags",
    "/coverage",
    "/audit",
    "/retention",
    "/publish",
    "/devices",
    "/devices/edit",
];

/// The login page's address, which remembers the page asked for.
fn login_link(parts: &Parts) -> String {
    // Inside the nested router the path begins below `HOME`.
    let path = parts.uri.path().trim_end_matches('/');
    let page = PAGES
        .into_iter()
        .find(|page| *page == path)
        .unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let mut link = form_urlencoded::Serializer::new(String::new());
    link.append_pair("lang", lang(parts).tag());
    let next = match query {
        "" => format!("{HOME}{page}"),
        query => format!("{HOME}{page}?{query}"),
    };
    if next != HOME {
        link.append_pair("next", &next);
    }
    format!("{HOME}/login?{}", link.finish())
}

/// What the login page carries through.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Way {
    lang: Option<String>,
    next: Option<String>,
}

impl Way {
    pub(super) fn language(&self) -> Language {
        Language::of(self.lang.as_deref().unwrap_or_default())
    }

    /// Forgets a page whose address is longer than this, in bytes, and a language that is none of ours.
    pub(super) fn shorten(&mut self, longest: usize) {
        self.lang = Some(self.language().tag().to_owned());
        self.next.take_if(|next| next.len() > longest);
    }

    /// The address of another page on this way.
    pub(super) fn link(&self, page: &str) -> String {
        let mut link = form_urlencoded::Serializer::new(String::new());
        link.append_pair("lang", self.language().tag());
        if let Some(next) = self.next.as_deref().filter(|next| !next.is_empty()) {
            link.append_pair("next", next);
        }
        format!("{page}?{}", link.finish())
    }

    /// The page to go to: only one of ours, or else a link to the login page could lead anywhere.
    pub(super) fn target(&self) -> String {
        self.next
            .as_deref()
            .filter(|next| {
                let path = next.split_once('?').map_or(*next, |(path, _)| path);
                path.strip_prefix(HOME)
                    .is_some_and(|page| PAGES.contains(&page))
                    && next
                        .bytes()
                        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            })
            .map_or_else(
                || format!("{HOME}?lang={}", self.language().tag()),
                str::to_owned,
            )
    }
}

/// `GET /staff/login`
pub(super) async fn login_page(
    State(app): State<Arc<App>>,
    Query(way): Query<Way>,
) -> Result<Response, Problem> {
    page(&app, &way, "", None, None).await
}

/// The login page, with what went wrong and who is not known here.
pub(super) async fn page(
    app: &App,
    way: &Way,
    name: &str,
    message: Option<String>,
    stranger: Option<Stranger>,
) -> Result<Response, Problem> {
    let lang = way.language();
    Ok(render(&Login {
        lang,
        words: lang.words(),
        demo: app.store.note("demo").await?.is_some(),
        name,
        next: way.next.as_deref().unwrap_or_default(),
        message,
        stranger,
        provider: oidc::button(app, way, lang),
    }))
}

/// What the login form sends.
#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
    #[serde(flatten)]
    way: Way,
}

/// `POST /staff/login`
pub(super) async fn login(
    State(app): State<Arc<App>>,
    parts: Parts,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(Credentials {
        name,
        password,
        way,
    }) = form.map_err(|rejected| {
        Problem::new(
            rejected.status(),
            "bad-form",
            "send the form of the login page with a name and a password",
        )
    })?;
    let words = &way.language().words().login;
    if !origin::is_ours(&parts.headers) {
        let page = page(&app, &way, &name, Some(words.foreign.clone()), None).await?;
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    if let Err(problem) = app.limits.login(address(&parts, &app), &name) {
        throttled(&app, &parts, &name).await?;
        let seconds = problem.wait().to_string();
        let message = fill(&words.too_many, &[("seconds", &seconds)]);
        let page = page(&app, &way, &name, Some(message), None).await?;
        return Ok((
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, seconds)],
            page,
        )
            .into_response());
    }
    let readable = name.len() <= MAX_CREDENTIAL && password.len() <= MAX_CREDENTIAL;
    let account = if readable {
        app.store.user(&name).await?
    } else {
        None
    };
    // What was typed for an unknown name may be a password in the wrong place, so it is not kept.
    let known = account.as_ref().map(|user| user.name.clone());
    let from = address(&parts, &app).to_string();
    // A disabled account takes as long as one that there is not.
    let account = account.filter(|user| user.disabled_at.is_none());
    let Some(user) = app.logins.check(account, password).await else {
        tracing::warn!("a sign-in was refused");
        let about = known.unwrap_or_default();
        let entry = Entry::now("", Deed::SignInRefused, &about, &from);
        app.store.audit(entry).await?;
        let page = page(&app, &way, &name, Some(words.wrong.clone()), None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let cookie = session::open(&app, &parts, user, &from).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&way.target())).into_response())
}

/// Writes down that somebody tries too often, once a minute for each address: else trying would fill the disk.
pub(super) async fn throttled(app: &App, parts: &Parts, name: &str) -> Result<(), Problem> {
    let from = address(parts, app);
    if app.limits.tells_of_throttled(from) {
        let known = match name.len() {
            0..=MAX_CREDENTIAL => app.store.user(name).await?,
            _ => None,
        };
        let about = known.map(|user| user.name).unwrap_or_default();
        let detail = format!("{from}, too many tries");
        let entry = Entry::now("", Deed::SignInRefused, &about, &detail);
        app.store.audit(entry).await?;
    }
    Ok(())
}

/// What the logout form sends.
#[derive(Deserialize)]
pub(super) struct Leave {
    csrf: String,
    lang: Option<String>,
}

/// `POST /staff/logout`
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    form: Result<Form<Leave>, FormRejection>,
) -> Result<Response, Problem> {
    let sent = form.ok().map(|Form(leave)| leave);
    let ours = origin::is_ours(&parts.headers)
        && sent
            .as_ref()
            .is_some_and(|leave| bool::from(leave.csrf.as_bytes().ct_eq(officer.csrf.as_bytes())));
    if !ours {
        return Err(Problem::forbidden(
            "foreign-form",
            "the form did not come from this session's page; open the page again and retry",
        ));
    }
    session::close(&app, &parts.headers).await?;
    let lang = Language::of(
        sent.and_then(|leave| leave.lang)
            .as_deref()
            .unwrap_or_default(),
    );
    let link = format!("{HOME}/login?lang={}", lang.tag());
    let cookie = session::no_cookie(&app, &parts);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&link)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_away() {
        let target = |next: &str| {
            Way {
                lang: None,
                next: Some(next.to_owned()),
            }
            .target()
        };
        for ours in [
            "/staff?unit=H57.132",
            "/staff/devices",
            "/staff/devices?lang=en",
        ] {
            assert_eq!(target(ours), ours);
        }
        for elsewhere in [
            "https://b.vn/",
            "//b.vn",
            "/staff.b.vn",
            "/staffing",
            "/staff/logout",
            "/staff/devices.b.vn",
            "/staff?\r\nSet-Cookie: a=b",
            "/staff\\b",
            "",
        ] {
            assert_eq!(target(elsewhere), "/staff?lang=vi", "{elsewhere:?}");
        }
    }
}
