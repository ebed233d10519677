//! Sites: portals whose pages may send ratings, their public keys and their origins.

use jiff::{SignedDuration, Timestamp};

use crate::auth::{self, AuthError};
use crate::store::{Change, Deed, Entry, Site, SiteKey, Store, StoreError};

/// How long an old key stays good when another takes its place, unless said otherwise, in days.
pub const OVERLAP_DAYS: u16 = 30;
/// Longest origin: a host name has at most 253 characters.
const MAX_ORIGIN: usize = 270;

/// Why a site could not be made or given another key.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There was no randomness for a key.
    #[error(transparent)]
    Auth(#[from] AuthError),
}

/// Makes a site, writes down that `who` did, and gives its key; `None` when the name is taken, by a revoked site too.
///
/// # Errors
/// See [`SiteError`].
pub async fn create(
    store: &dyn Store,
    name: &str,
    origins: Vec<String>,
    unit: Option<String>,
    form: Option<String>,
    who: &str,
) -> Result<Option<String>, SiteError> {
    let key = new_key()?;
    let site = Site {
        name: name.to_owned(),
        unit,
        form,
        origins,
        created_at: key.created_at,
        keys: vec![key.clone()],
        revoked_at: None,
    };
    let entry = Entry::now(who, Deed::SiteCreate, name, &site.origins.join(" "));
    let added = store.change(Change::AddSite(site), Some(entry)).await?;
    Ok(added.then_some(key.key))
}

/// Gives a site another key, and writes down that `who` did; those before it stay good for so many days. The new key and the end of the old ones; `None`
/// when there is no such site, or it is revoked.
///
/// # Errors
/// See [`SiteError`].
pub async fn rotate(
    store: &dyn Store,
    name: &str,
    overlap_days: u16,
    who: &str,
) -> Result<Option<(String, Timestamp)>, SiteError> {
    let key = new_key()?;
    let now = key.created_at;
    let until = now
        .checked_add(SignedDuration::from_hours(24 * i64::from(overlap_days)))
        .unwrap_or(now);
    let detail = format!("keys before it good until {until}");
    let entry = Entry::now(who, Deed::SiteRotate, name, &detail);
    let change = Change::RotateSite {
        name: name.to_owned(),
        key: key.clone(),
        old_until: until,
    };
    let rotated = store.change(change, Some(entry)).await?;
    Ok(rotated.then_some((key.key, until)))
}

fn new_key() -> Result<SiteKey, AuthError> {
    Ok(SiteKey {
        key: auth::new_site_key()?,
        created_at: Timestamp::now(),
        expires_at: None,
    })
}

/// An origin as browsers write it, from what an administrator writes: scheme, host, and the port unless it is the usual
/// one.
///
/// # Errors
/// What is wrong, and the mend.
pub fn origin(text: &str) -> Result<String, String> {
    const FORM: &str = "write it as browsers send it: https://dichvucong.example.vn";
    let text = text.trim();
    if text.contains('*') {
        return Err(format!(
            "{text:?} has a wildcard; every page of such a host could send then, so name each host"
        ));
    }
    let (scheme, rest) = text
        .split_once("://")
        .ok_or_else(|| format!("{text:?} is no origin; {FORM}"))?;
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return Err(format!("{text:?} is neither https nor http; {FORM}")),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
    if authority.contains(['/', '?', '#', '@']) {
        return Err(format!(
            "{text:?} is an address of a page; an origin ends with its host: {scheme}://{}",
            authority.split(['/', '?', '#']).next().unwrap_or_default()
        ));
    }
    if !authority.is_ascii() {
        return Err(format!(
            "{text:?} has letters that browsers send in another spelling (xn--…); copy the origin from a browser"
        ));
    }
    let authority = authority.strip_suffix(usual).unwrap_or(&authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let good_host = match in_brackets {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    let good_port = port.is_none_or(|port| {
        !port.starts_with('0') && port.parse::<u16>().is_ok_and(|number| number > 0)
    });
    if !good_host || !good_port || text.len() > MAX_ORIGIN {
        return Err(format!("{text:?} is no origin; {FORM}"));
    }
    Ok(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::origin;

    #[test]
    fn an_origin_is_kept_as_browsers_write_it() {
        for (written, kept) in [
            (
                "https://dichvucong.example.vn",
                "https://dichvucong.example.vn",
            ),
            (
                " HTTPS://DichVuCong.example.vn/ ",
                "https://dichvucong.example.vn",
            ),
            ("https://a.vn:443", "https://a.vn"),
            ("https://a.vn:8443", "https://a.vn:8443"),
            ("http://localhost:4200", "http://localhost:4200"),
            ("http://10.0.0.7:80", "http://10.0.0.7"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ] {
            assert_eq!(origin(written).as_deref(), Ok(kept), "{written}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_the_mend() {
        for (written, mend) in [
            ("*", "name each host"),
            ("https://*.example.vn", "name each host"),
            ("null", "https://dichvucong.example.vn"),
            ("dichvucong.example.vn", "https://dichvucong.example.vn"),
            ("ftp://a.vn", "https"),
            ("https://a.vn/page", "https://a.vn"),
            ("https://me@a.vn", "page"),
            ("https://dịchvụ.vn", "xn--"),
            ("https://", "no origin"),
            ("https://a.vn:0", "no origin"),
            ("https://a.vn:99999", "no origin"),
            ("https://a b.vn", "no origin"),
        ] {
            let fault = origin(written).expect_err(written);
            assert!(fault.contains(mend), "{written}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(text in any::<String>()) {
            if let Ok(kept) = origin(&text) {
                prop_assert_eq!(origin(&kept), Ok(kept));
            }
        }
    }
}
