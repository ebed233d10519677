//! Did a form come from our own page? First line against forged requests; the session's form token is the second.

use axum::http::{HeaderMap, header};

/// True when the browser says that the request comes from our own origin, or when no browser sent it: every browser
/// that still gets updates sends `Sec-Fetch-Site` or `Origin` with a form.
pub(super) fn is_ours(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let from = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, authority)| authority);
    from.is_some() && from == host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&'static str, &'static str)]) -> bool {
        is_ours(
            &pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
        )
    }

    #[test]
    fn forms_from_other_sites_are_refused() {
        assert!(ours(&[("host", "a.vn")]));
        assert!(ours(&[("host", "a.vn"), ("sec-fetch-site", "same-origin")]));
        assert!(ours(&[
            ("host", "a.vn:8080"),
            ("origin", "http://a.vn:8080")
        ]));
        for forged in [
            [("host", "a.vn"), ("sec-fetch-site", "cross-site")],
            [("host", "a.vn"), ("sec-fetch-site", "same-site")],
            [("host", "a.vn"), ("origin", "https://b.vn")],
            [("host", "a.vn"), ("origin", "https://a.vn.b.vn")],
            [("host", "a.vn"), ("origin", "null")],
        ] {
            assert!(!ours(&forged), "{forged:?}");
        }
    }
}
