//! Who somebody is at the authority's provider of accounts: OpenID Connect, authorization code with PKCE.
//!
//! ```text
//! begin ─▶ the browser goes to the provider with state, nonce and challenge ─▶ it comes back with a code
//! finish ─▶ code and verifier for an ID token ─▶ signature and claims ─▶ a person
//! ```
//!
//! Whether that person may come in is decided by the accounts that the administrator has linked. No page and no SQL lives here.

mod checks;
mod fetch;
mod keys;
mod provider;
mod settings;
mod signature;

pub use provider::{Begun, Person, Provider, Secrets};
pub use settings::{Patience, ProviderSettings, SettingsFault, issuer, mail_address, subject};

/// Why a sign-in came to nothing. The texts are for the log and name no secret.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider cannot be asked now; later it may answer.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// The provider does not take the code.
    #[error("the provider does not take the code: {0}")]
    Refused(String),
    /// The provider, or whoever speaks in its place, answers what must not be believed.
    #[error("the provider's answer is not to be believed: {0}")]
    Untrusted(String),
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] crate::auth::AuthError),
}

/// A text from outside as the log may show it: short, and nothing in it that ends a line.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut:?}")
}
