//! The session of a signed-in browser: a random token in a cookie that scripts cannot read, of which only the hash is kept.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};

use super::desk::HOME;
use crate::auth;
use crate::http::{App, Problem};
use crate::store::{Change, Deed, Entry, Session, User};

const COOKIE: &str = "hl_session";
/// A working day; then the officer signs in again.
const LIFETIME: SignedDuration = SignedDuration::from_hours(8);

/// Opens a session, writes down from where, and gives its cookie. Every sign-in has a token of its own, whatever the browser
/// sent.
pub(super) async fn open(
    app: &App,
    parts: &Parts,
    user: User,
    from: &str,
) -> Result<String, Problem> {
    let token = new_token(app, user, from).await?;
    Ok(cookie(&token, LIFETIME.as_secs(), is_secure(app, parts)))
}

/// Opens a session, writes down from where, and returns its token.
async fn new_token(app: &App, user: User, from: &str) -> Result<String, Problem> {
    let random = |error: auth::AuthError| {
        tracing::error!(%error, "no session");
        Problem::internal()
    };
    let token = auth::new_token().map_err(random)?;
    let entry = Entry::now(&user.name, Deed::SignIn, &user.name, from);
    let change = Change::AddSession(Session {
        hash: auth::hash_secret(&token),
        user: user.name,
        csrf: auth::new_token().map_err(random)?,
        expires_at: Timestamp::now() + LIFETIME,
    });
    app.store.change(change, Some(entry)).await?;
    Ok(token)
}

/// Closes the session that the cookie names.
pub(super) async fn close(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(token) = token(headers) {
        app.store.remove_session(&auth::hash_secret(token)).await?;
    }
    Ok(())
}

/// The cookie that takes the place of a session's.
pub(super) fn no_cookie(app: &App, parts: &Parts) -> String {
    cookie("", 0, is_secure(app, parts))
}

/// The open session that the cookie names.
pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    match token(headers) {
        Some(token) => Ok(app
            .store
            .session(&auth::hash_secret(token), Timestamp::now())
            .await?),
        None => Ok(None),
    }
}

/// The session cookie's value.
fn token(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, COOKIE)
}

/// The value of the cookie of this name.
pub(super) fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(own, value)| (own == name && !value.is_empty()).then_some(value))
}

fn cookie(token: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path={HOME}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// Did the browser speak HTTPS, as far as a proxy that we trust, or the administrator, says?
pub(super) fn is_secure(app: &App, parts: &Parts) -> bool {
    app.settings.secure_cookies
        || (crate::http::from_trusted_proxy(parts, app)
            && parts.headers.get("x-forwarded-proto") == Some(&HeaderValue::from_static("https")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; hl_session=xyz; c=d".parse().unwrap());
        assert_eq!(token(&headers), Some("xyz"));
        headers.insert(
            header::COOKIE,
            "xhl_session=xyz; hl_session=".parse().unwrap(),
        );
        assert_eq!(token(&headers), None);
    }
}
