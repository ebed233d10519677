//! The collector's HTTP client: small JSON answers, within a time, without following anybody elsewhere.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;

use super::OidcError;

/// Longest answer, in bytes: many times what a provider's settings and keys take.
const MAX_BODY: usize = 256 * 1024;

/// Asks the provider.
pub struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    each: Duration,
}

impl Fetcher {
    /// Every answer must be whole within `each`. Certificates are believed that the system believes; how many of its own it has
    /// is given, too.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(each: Duration) -> Result<(Self, usize), rustls::Error> {
        let mut roots = RootCertStore::empty();
        let (believed, _) =
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        // Somebody signs in now and then: a connection that was kept would be one that the other side has closed.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector);
        Ok((Self { client, each }, believed))
    }

    /// The JSON document at this address; `what` names it in the log.
    pub async fn get<T: DeserializeOwned>(&self, what: &str, from: &str) -> Result<T, OidcError> {
        let request = Request::get(from).body(Full::default());
        let (status, body) = self.whole(what, request).await?;
        if status != StatusCode::OK {
            return Err(OidcError::Unreachable(format!(
                "{what}: the answer has the status {status}"
            )));
        }
        parsed(what, &body)
    }

    /// The answer to a form: its status, and what it holds. `authorization` is the value of that header.
    pub async fn post(
        &self,
        what: &str,
        to: &str,
        form: String,
        authorization: Option<HeaderValue>,
    ) -> Result<(StatusCode, Bytes), OidcError> {
        let mut request = Request::post(to)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        self.whole(what, request.body(Full::from(form))).await
    }

    async fn whole(
        &self,
        what: &str,
        request: Result<Request<Full<Bytes>>, axum::http::Error>,
    ) -> Result<(StatusCode, Bytes), OidcError> {
        let request = request.map_err(|error| OidcError::Untrusted(format!("{what}: {error}")))?;
        tokio::time::timeout(self.each, self.answer(what, request))
            .await
            .unwrap_or_else(|_| {
                Err(OidcError::Unreachable(format!(
                    "{what}: no answer within {:?}",
                    self.each
                )))
            })
    }

    async fn answer(
        &self,
        what: &str,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), OidcError> {
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| OidcError::Unreachable(format!("{what}: {}", chain(&error))))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
        match body {
            Ok(body) => Ok((status, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(OidcError::Untrusted(format!(
                "{what}: the answer is longer than {MAX_BODY} bytes"
            ))),
            Err(error) => Err(OidcError::Unreachable(format!(
                "{what}: {}",
                chain(&*error)
            ))),
        }
    }
}

/// A document of the provider.
pub fn parsed<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, OidcError> {
    // Where, and never what: an answer may hold tokens.
    serde_json::from_slice(body).map_err(|error| {
        OidcError::Untrusted(format!(
            "{what}: no such JSON (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// The error with what is behind it: "client error" alone helps nobody.
fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        told = format!("{told}: {error}");
        behind = error.source();
    }
    told
}
