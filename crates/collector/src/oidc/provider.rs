//! The provider: what it says of itself, its keys, and the two ends of a sign-in.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;

use super::checks::{Expected, Fault, check};
use super::fetch::{Fetcher, parsed};
use super::keys::{Kept, KeySet, Published};
use super::settings::{ProviderSettings, SettingsFault, private_address};
use super::{OidcError, quoted, signature};
use crate::auth;

pub use super::checks::Person;

/// How long what the provider says of itself and its keys are kept.
const LIFE: Duration = Duration::from_secs(3600);
/// Keys are fetched anew for one that is not among them at most so often.
const KEY_GAP: Duration = Duration::from_secs(60);
/// What the document of the provider is called in the log.
const DOCUMENT: &str = "the provider's configuration";

/// A provider of accounts. It is asked when somebody signs in and not before, so that a collector starts without it.
pub struct Provider {
    settings: ProviderSettings,
    fetcher: Fetcher,
    document: Mutex<Kept<Document>>,
    keys: Mutex<Kept<KeySet>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

/// What the provider says of itself (OpenID Connect Discovery, 3).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    scopes_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What ties the end of a sign-in to its begin. It is the browser's: whoever has it can end this sign-in and nothing else.
#[derive(Clone, Deserialize, Serialize)]
pub struct Secrets {
    state: String,
    nonce: String,
    verifier: String,
}

impl Secrets {
    fn new() -> Result<Self, auth::AuthError> {
        Ok(Self {
            state: auth::new_token()?,
            nonce: auth::new_token()?,
            verifier: auth::new_token()?,
        })
    }

    /// Does the provider answer this sign-in?
    pub fn is_answered_by(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }
}

/// A sign-in that has begun.
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What it brings back.
    pub secrets: Secrets,
}

/// What the provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// Why it gives nothing (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Provider {
    /// Asks nobody yet.
    ///
    /// # Errors
    /// When the system believes nobody's certificates.
    pub fn new(settings: ProviderSettings) -> Result<Self, SettingsFault> {
        signature::install();
        let fault = |mend: String| SettingsFault {
            setting: "oidc-issuer",
            mend,
        };
        let (fetcher, certificates) = Fetcher::new(settings.patience.each)
            .map_err(|error| fault(format!("TLS cannot be set up: {error}")))?;
        if certificates == 0 && settings.is_elsewhere() {
            return Err(fault(
                "this system believes nobody's certificates; install its package of them (ca-certificates)".to_owned(),
            ));
        }
        Ok(Self {
            fetcher,
            settings,
            document: Mutex::default(),
            keys: Mutex::default(),
        })
    }

    /// The provider as it writes itself.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The text of the button, when the administrator has chosen one.
    pub fn name(&self) -> Option<&str> {
        self.settings.name.as_deref()
    }

    /// Begins a sign-in.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`] or [`OidcError::Untrusted`] when the provider does not say where to go.
    pub async fn begin(&self) -> Result<Begun, OidcError> {
        let document = self.in_time(self.document()).await?;
        let secrets = Secrets::new()?;
        let knows_email = document
            .scopes_supported
            .as_ref()
            .is_none_or(|all| all.iter().any(|scope| scope == "email"));
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect)
            .append_pair(
                "scope",
                if knows_email {
                    "openid email"
                } else {
                    "openid"
                },
            )
            .append_pair("state", &secrets.state)
            .append_pair("nonce", &secrets.nonce)
            .append_pair("code_challenge_method", "S256")
            .append_pair(
                "code_challenge",
                &BASE64URL_NOPAD.encode(&Sha256::digest(secrets.verifier.as_bytes())),
            );
        let endpoint = &document.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        Ok(Begun {
            address: format!("{endpoint}{joint}{}", query.finish()),
            secrets,
        })
    }

    /// Ends a sign-in that [`Secrets::is_answered_by`] the provider: who came back with this code. `issuer` is who the browser
    /// says has answered (RFC 9207).
    ///
    /// # Errors
    /// Everything else but the one person that the provider vouches for.
    pub async fn finish(
        &self,
        secrets: &Secrets,
        code: &str,
        issuer: Option<&str>,
    ) -> Result<Person, OidcError> {
        self.in_time(self.person(secrets, code, issuer)).await
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, OidcError>>,
    ) -> Result<T, OidcError> {
        let all = self.settings.patience.all;
        tokio::time::timeout(all, work)
            .await
            .unwrap_or_else(|_| Err(OidcError::Unreachable(format!("no answer within {all:?}"))))
    }

    async fn person(
        &self,
        secrets: &Secrets,
        code: &str,
        issuer: Option<&str>,
    ) -> Result<Person, OidcError> {
        let document = self.document().await?;
        match issuer {
            Some(other) if other != document.issuer => {
                return Err(OidcError::Untrusted(format!(
                    "the browser comes from {}",
                    quoted(other)
                )));
            }
            None if document.authorization_response_iss_parameter_supported => {
                return Err(OidcError::Untrusted(
                    "the browser does not say from where it comes (iss)".to_owned(),
                ));
            }
            _ => {}
        }
        let tokens = self.exchange(&document, secrets, code).await?;
        let expected = Expected {
            issuer: &document.issuer,
            client_id: &self.settings.client_id,
            nonce: &secrets.nonce,
            access_token: tokens.access_token.as_deref(),
        };
        let keys = self.keys(&document).await?;
        let checked = match check(&tokens.id_token, &keys.0, &expected) {
            Err(Fault::UnknownKey) => {
                let newer = self.newer_keys(&document, &keys).await?;
                check(&tokens.id_token, &newer.0, &expected)
            }
            checked => checked,
        };
        checked.map_err(|fault| OidcError::Untrusted(fault.to_string()))
    }

    /// What the provider says of itself.
    async fn document(&self) -> Result<Arc<Document>, OidcError> {
        let mut kept = self.document.lock().await;
        if let Some(fresh) = kept.fresh(LIFE, Instant::now()) {
            return Ok(fresh);
        }
        self.rested(&kept)?;
        let fetched = self.fetch_document().await;
        kept.keep(fetched, Instant::now())
    }

    async fn fetch_document(&self) -> Result<Document, OidcError> {
        let issuer = self.issuer();
        let at = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let document: Document = self.fetcher.get(DOCUMENT, &at).await?;
        if document.issuer != issuer {
            return Err(OidcError::Untrusted(format!(
                "{DOCUMENT}: it calls itself {}; write --oidc-issuer to the letter so",
                quoted(&document.issuer)
            )));
        }
        for (name, address) in [
            ("authorization_endpoint", &document.authorization_endpoint),
            ("token_endpoint", &document.token_endpoint),
            ("jwks_uri", &document.jwks_uri),
        ] {
            // A provider elsewhere has no business with what runs on this machine.
            let is_fit = private_address(address).is_some_and(|uri| {
                !self.settings.is_elsewhere() || uri.scheme_str() == Some("https")
            });
            if !is_fit {
                return Err(OidcError::Untrusted(format!(
                    "{DOCUMENT}: {name} is no https:// address"
                )));
            }
        }
        Ok(document)
    }

    async fn keys(&self, document: &Document) -> Result<Arc<KeySet>, OidcError> {
        let mut kept = self.keys.lock().await;
        if let Some(fresh) = kept.fresh(LIFE, Instant::now()) {
            return Ok(fresh);
        }
        self.fetch_keys(document, &mut kept).await
    }

    /// Keys that were fetched after these.
    async fn newer_keys(
        &self,
        document: &Document,
        than: &Arc<KeySet>,
    ) -> Result<Arc<KeySet>, OidcError> {
        let mut kept = self.keys.lock().await;
        let now = Instant::now();
        if let Some(other) = kept
            .fresh(LIFE, now)
            .filter(|fresh| !Arc::ptr_eq(fresh, than))
        {
            return Ok(other);
        }
        if !kept.may_renew(KEY_GAP, now) {
            return Err(OidcError::Untrusted(Fault::UnknownKey.to_string()));
        }
        self.fetch_keys(document, &mut kept).await
    }

    async fn fetch_keys(
        &self,
        document: &Document,
        kept: &mut Kept<KeySet>,
    ) -> Result<Arc<KeySet>, OidcError> {
        self.rested(kept)?;
        let fetched = self
            .fetcher
            .get::<Published>("the provider's keys", &document.jwks_uri)
            .await;
        kept.keep(fetched.map(KeySet::from), Instant::now())
    }

    fn rested<T>(&self, kept: &Kept<T>) -> Result<(), OidcError> {
        if kept.may_ask(self.settings.patience.rest, Instant::now()) {
            return Ok(());
        }
        Err(OidcError::Unreachable(
            "it has just failed, and is left alone for a moment".to_owned(),
        ))
    }

    /// Tokens for a code (RFC 6749, 4.1.3; RFC 7636, 4.5).
    async fn exchange(
        &self,
        document: &Document,
        secrets: &Secrets,
        code: &str,
    ) -> Result<Tokens, OidcError> {
        const WHAT: &str = "the provider's tokens";
        let is_basic = self.takes_basic(document);
        let form = self.form(secrets, code, !is_basic);
        let authorization = is_basic.then(|| self.basic()).transpose()?;
        let (status, body) = self
            .fetcher
            .post(WHAT, &document.token_endpoint, form, authorization)
            .await?;
        match status {
            StatusCode::OK => parsed(WHAT, &body),
            status if status.is_client_error() => {
                let refusal = parsed::<Refusal>(WHAT, &body);
                let error = refusal.map_or_else(|_| status.to_string(), |no| quoted(&no.error));
                Err(OidcError::Refused(error))
            }
            status => Err(OidcError::Unreachable(format!(
                "{WHAT}: the answer has the status {status}"
            ))),
        }
    }

    fn form(&self, secrets: &Secrets, code: &str, with_client: bool) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.settings.redirect)
            .append_pair("code_verifier", &secrets.verifier);
        if with_client {
            form.append_pair("client_id", &self.settings.client_id)
                .append_pair("client_secret", &self.settings.client_secret);
        }
        form.finish()
    }

    /// In the header, which is what a provider takes that says nothing, or in the form?
    fn takes_basic(&self, document: &Document) -> bool {
        let named = |method: &str| {
            document
                .token_endpoint_auth_methods_supported
                .as_ref()
                .is_some_and(|all| all.iter().any(|one| one == method))
        };
        named("client_secret_basic") || !named("client_secret_post")
    }

    /// Both parts are encoded as in a form first (RFC 6749, 2.3.1).
    fn basic(&self) -> Result<HeaderValue, OidcError> {
        let encoded =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!(
            "{}:{}",
            encoded(&self.settings.client_id),
            encoded(&self.settings.client_secret)
        );
        let mut value = HeaderValue::try_from(format!("Basic {}", BASE64.encode(pair.as_bytes())))
            .map_err(|_| OidcError::Refused("the client's secret is too long".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}
