//! What the administrator has said about the provider, checked.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use axum::http::{HeaderValue, Uri};

/// Longest subject (OpenID Connect Core, 2).
const LONGEST_SUBJECT: usize = 255;
/// Longest e-mail address that mail can be sent to (RFC 5321, 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;
/// Longest text of the button, in characters.
const LONGEST_NAME: usize = 80;
/// Where the provider sends the browser back to.
pub(crate) const CALLBACK: &str = "/staff/oidc/callback";

/// How long the provider is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one answer of it, from the connection to the last byte.
    pub each: Duration,
    /// For all that one page needs of it; shorter than a request may take, so that the page can still say what happened.
    pub all: Duration,
    /// After a failure it is left alone for so long.
    pub rest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            each: Duration::from_secs(4),
            all: Duration::from_secs(8),
            rest: Duration::from_secs(5),
        }
    }
}

/// A provider of accounts as the administrator has set it up.
#[derive(Clone)]
pub struct ProviderSettings {
    /// As it was written, to the letter: tokens must name it so.
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) name: Option<String>,
    pub(super) redirect: String,
    /// How long it is waited for.
    pub patience: Patience,
}

/// Settings that cannot be used: which one, and what belongs there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{setting}: {mend}")]
pub struct SettingsFault {
    /// The setting's long name.
    pub setting: &'static str,
    /// The rule and the mend.
    pub mend: String,
}

fn fault(setting: &'static str, mend: impl Into<String>) -> SettingsFault {
    SettingsFault {
        setting,
        mend: mend.into(),
    }
}

impl ProviderSettings {
    /// `name` is the text of the button; `public_url` is where browsers reach the staff pages.
    ///
    /// # Errors
    /// Names the setting that does not fit and what belongs there.
    pub fn new(
        issuer: &str,
        client_id: &str,
        client_secret: &str,
        name: Option<&str>,
        public_url: &str,
    ) -> Result<Self, SettingsFault> {
        for (setting, value) in [
            ("oidc-client-id", client_id),
            ("oidc-client-secret", client_secret),
        ] {
            let is_fit = !value.is_empty()
                && value.trim() == value
                && !value.chars().any(char::is_control)
                && HeaderValue::from_str(value).is_ok();
            if !is_fit {
                return Err(fault(
                    setting,
                    "write it as the provider gives it, in one line without spaces around it",
                ));
            }
        }
        if name.is_some_and(|name| name.trim().is_empty() || name.chars().count() > LONGEST_NAME) {
            return Err(fault(
                "oidc-name",
                format!(
                    "the text of the button has 1 to {LONGEST_NAME} characters; leave it out for the usual one"
                ),
            ));
        }
        self::issuer(issuer)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            name: name.map(str::to_owned),
            redirect: redirect(public_url)?,
            patience: Patience::default(),
        })
    }

    /// Is it on another machine?
    pub(super) fn is_elsewhere(&self) -> bool {
        self.issuer.starts_with("https:")
    }
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}

/// Checks a provider's own address, as it writes itself.
///
/// # Errors
/// When it is no `https://` address, or has a query, a fragment or a name and password in it. `http://` is for a provider on
/// this machine alone.
pub fn issuer(text: &str) -> Result<(), SettingsFault> {
    private_address(text)
        .filter(|uri| uri.query().is_none())
        .map(|_| ())
        .ok_or_else(|| {
            fault(
                "oidc-issuer",
                "write the provider's address as it writes itself in its tokens: https://HOST/PATH, without ? and #; \
                 http:// is taken for this machine alone",
            )
        })
}

/// Where the browser comes back to.
fn redirect(public_url: &str) -> Result<String, SettingsFault> {
    private_address(public_url)
        .filter(|uri| uri.path() == "/" && uri.query().is_none())
        .map(|_| format!("{}{CALLBACK}", public_url.trim_end_matches('/')))
        .ok_or_else(|| {
            fault(
                "public-url",
                "signing in by OpenID Connect comes back to it, so it must be https://HOST without a path, as browsers of \
                 officers reach the staff pages; http:// is taken for this machine alone",
            )
        })
}

/// An absolute address where nobody reads on the way what goes there: over TLS, or on this machine. None with a fragment, or a
/// name and password.
pub(super) fn private_address(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let is_private = match uri.scheme_str()? {
        "https" => true,
        "http" => is_this_machine(uri.host()?),
        _ => false,
    };
    let authority = uri.authority()?.as_str();
    (is_private && !uri.host()?.is_empty() && !authority.contains('@') && !text.contains('#'))
        .then_some(uri)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A person's name at a provider.
///
/// # Errors
/// When it is empty, longer than 255 bytes, or has control characters.
pub fn subject(text: &str) -> Result<String, String> {
    if (1..=LONGEST_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a subject has 1 to {LONGEST_SUBJECT} bytes, as the page of a refused sign-in shows it"
        ))
    }
}

/// An e-mail address in lower case.
///
/// # Errors
/// When it is none.
pub fn mail_address(text: &str) -> Result<String, String> {
    let is_address = text.len() <= LONGEST_ADDRESS
        && !text
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control())
        && text
            .rsplit_once('@')
            .is_some_and(|(person, host)| !person.is_empty() && !host.is_empty());
    if is_address {
        Ok(text.to_lowercase())
    } else {
        Err("write an e-mail address, as lan@tinh.gov.vn".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str, public_url: &str) -> Result<ProviderSettings, SettingsFault> {
        ProviderSettings::new(issuer, "hai-long", "secret", None, public_url)
    }

    #[test]
    fn a_secret_travels_over_https_or_stays_on_this_machine() {
        let ours = "https://hailong.tinh.gov.vn";
        for issuer in [
            "https://sso.tinh.gov.vn/realms/tinh",
            "https://sso.tinh.gov.vn/",
            "http://127.0.0.1:8080/realms/x",
            "http://[::1]:1/",
            "http://localhost/",
        ] {
            assert!(settings(issuer, ours).is_ok(), "{issuer}");
        }
        for issuer in [
            "http://sso.tinh.gov.vn/",
            "http://127.0.0.1.tinh.gov.vn/",
            "https://a:b@sso.tinh.gov.vn/",
            "https://sso.tinh.gov.vn/?a=b",
            "https://sso.tinh.gov.vn/#a",
            "sso.tinh.gov.vn",
            "",
        ] {
            assert_eq!(
                settings(issuer, ours).unwrap_err().setting,
                "oidc-issuer",
                "{issuer}"
            );
        }
        let there = "https://sso.tinh.gov.vn/";
        for public in ["http://hailong.tinh.gov.vn", "https://tinh.gov.vn/hailong"] {
            assert_eq!(
                settings(there, public).unwrap_err().setting,
                "public-url",
                "{public}"
            );
        }
        assert_eq!(
            settings(there, ours).unwrap().redirect,
            "https://hailong.tinh.gov.vn/staff/oidc/callback"
        );
    }

    #[test]
    fn a_secret_is_never_shown() {
        let settings = ProviderSettings::new(
            "https://sso.tinh.gov.vn/",
            "hai-long",
            "khong-noi-ra",
            None,
            "https://hailong.tinh.gov.vn",
        );
        assert!(!format!("{settings:?}").contains("khong-noi-ra"));
        let empty = ProviderSettings::new(
            "https://sso.tinh.gov.vn/",
            "hai-long",
            "two\nlines",
            None,
            "https://hailong.tinh.gov.vn",
        )
        .unwrap_err();
        assert_eq!(empty.setting, "oidc-client-secret");
        assert!(!empty.to_string().contains("two"));
    }

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(mail_address("Lan@Tinh.gov.VN").unwrap(), "lan@tinh.gov.vn");
        for wrong in ["lan", "@tinh.gov.vn", "lan@", "lan @tinh.gov.vn", "a@b\n"] {
            assert!(mail_address(wrong).is_err(), "{wrong:?}");
        }
    }
}
