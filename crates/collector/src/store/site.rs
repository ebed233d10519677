//! A portal whose pages may send ratings.

use jiff::Timestamp;

/// A site: whoever sends from one of its origins with one of its keys may rate through the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Name given by the administrator; unique.
    pub name: String,
    /// Where ratings without a known dossier are placed; none: where they say themselves.
    pub unit: Option<String>,
    /// Id of the form that its pages ask, where they name none themselves; none: the usual one.
    pub form: Option<String>,
    /// Allowed origins, as browsers write them.
    pub origins: Vec<String>,
    /// Its keys, the newest first.
    pub keys: Vec<SiteKey>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// A site's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteKey {
    /// The key itself: it stands in pages that everybody can read.
    pub key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, once another has taken its place.
    pub expires_at: Option<Timestamp>,
}

impl Site {
    /// When this key of the site stopped being good; `None` while it is.
    pub fn ended(&self, key: &str, now: Timestamp) -> Option<Timestamp> {
        let expired = self
            .keys
            .iter()
            .find(|one| one.key == key)
            .and_then(|one| one.expires_at);
        [self.revoked_at, expired]
            .into_iter()
            .flatten()
            .filter(|end| *end <= now)
            .min()
    }

    /// May a page of this origin send?
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }
}
