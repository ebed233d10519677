//! Who calls the API: a bearer key, checked against the store, or nobody.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;

use super::App;
use super::limits::{Peer, caller_address};
use super::problem::Problem;
use crate::auth;
use crate::store::{Key, Role};

/// Longest `Authorization` value that is looked at.
const MAX_AUTHORIZATION: usize = 256;

/// A caller with a known key that has not called too often.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Key);

impl Caller {
    /// 403 unless the key has one of these roles.
    pub(crate) fn require(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.0.role) {
            return Ok(());
        }
        let allowed: Vec<&str> = roles.iter().map(|role| auth::role_name(*role)).collect();
        Err(Problem::forbidden(
            "wrong-role",
            format!(
                "this key has the role {}; use one with the role {}",
                auth::role_name(self.0.role),
                allowed.join(" or ")
            ),
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Arc::<App>::from_ref(state);
        let key = match bearer(parts) {
            Some(secret) => app.store.key(&auth::hash_secret(secret)).await?,
            None => None,
        };
        match key {
            Some(key) => {
                app.limits.key(&key.name)?;
                Ok(Self(key))
            }
            None => {
                app.limits.failure(address(parts, &app))?;
                Err(if parts.headers.contains_key(header::AUTHORIZATION) {
                    Problem::unauthorized(
                        "unknown-key",
                        "this key is not known here; make one with `hai-long key create` and send it as \
                         `Authorization: Bearer KEY`",
                    )
                } else {
                    no_key()
                })
            }
        }
    }
}

/// A caller who sends ratings: with a key, or a citizen whose right lies in what is sent.
#[derive(Clone, Debug)]
pub(crate) enum Rater {
    /// Somebody with a key.
    Known(Caller),
    /// Somebody without one, from this address.
    Citizen(IpAddr),
}

impl<S: Send + Sync> FromRequestParts<S> for Rater
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self::Known(Caller::from_request_parts(parts, state).await?));
        }
        let Anybody(from) = Anybody::from_request_parts(parts, state).await?;
        Ok(Self::Citizen(from))
    }
}

/// A caller of a public route that has not called too often, by the address that wrong guesses are counted by.
pub(crate) struct Anybody(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Anybody
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Arc::<App>::from_ref(state);
        let from = address(parts, &app);
        app.limits.public(from)?;
        Ok(Self(from))
    }
}

/// 401 for a request without a key.
pub(crate) fn no_key() -> Problem {
    Problem::unauthorized(
        "no-key",
        "this needs a key; send it as `Authorization: Bearer KEY`",
    )
}

/// The address that limits count the request by.
pub(crate) fn address(parts: &Parts, app: &App) -> IpAddr {
    caller_address(
        parts.extensions.get::<Peer>().copied(),
        &parts.headers,
        &app.settings.trusted_proxies,
    )
}

/// Does the request come through a proxy whose headers we believe?
pub(crate) fn from_trusted_proxy(parts: &Parts, app: &App) -> bool {
    parts.extensions.get::<Peer>().is_some_and(|Peer(socket)| {
        let proxies = &app.settings.trusted_proxies;
        proxies.contains(&socket.ip().to_canonical())
    })
}

/// The secret of a single well-formed `Authorization: Bearer` header (RFC 6750); the scheme's case does not matter.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() || value.len() > MAX_AUTHORIZATION {
        return None;
    }
    let (scheme, secret) = value.split_once(' ')?;
    let well_formed = !secret.is_empty()
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (scheme.eq_ignore_ascii_case("bearer") && well_formed).then_some(secret)
}
