//! Words of signing in by the authority's accounts.

use serde::Deserialize;

/// The field's name says where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcWords {
    pub(crate) button: String,
    pub(crate) hint: String,
    pub(crate) password: String,
    pub(crate) unreachable: String,
    pub(crate) stale: String,
    pub(crate) declined: String,
    pub(crate) untrusted: String,
    pub(crate) stranger: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) disabled: String,
    pub(crate) done: String,
    pub(crate) go_on: String,
}
