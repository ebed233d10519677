//! Who an account is at a provider of accounts (OpenID Connect).

use jiff::Timestamp;

/// An account's person at a provider. An account has at most one at each provider, and a person at most one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Login name of the account.
    pub user: String,
    /// The provider, exactly as it writes itself in its tokens.
    pub issuer: String,
    /// Who it is there.
    pub mark: Mark,
    /// When the administrator linked them.
    pub linked_at: Timestamp,
}

/// What a person is known by at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The provider's own name for the person, which never goes to another.
    Subject(String),
    /// An e-mail address in lower case, until somebody signs in for whom the provider has verified it.
    Email(String),
}
