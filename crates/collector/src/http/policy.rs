//! What the browser may do on a page: our own files, and what stands in the page itself as the build has listed it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;

/// Who may show a page in a frame, unless it is said otherwise.
const NOBODY: &str = "'none'";

/// Written by the build beside the pages: what stands in each of them.
const LIST: &str = "pages.json";

/// Hashes of the scripts and sheets that stand in a page, as a content security policy names them.
#[derive(Debug, Default, Deserialize)]
struct Inline {
    script: Vec<String>,
    style: Vec<String>,
}

/// The policy of a page with these hashes: nothing else inline, framed by nobody but `around`, no form sent elsewhere. WASM may be
/// compiled, and sounds that the page has fetched whole may be played.
fn policy(inline: &Inline, around: &str) -> String {
    let quoted =
        |hashes: &[String]| -> String { hashes.iter().map(|hash| format!(" '{hash}'")).collect() };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{}; style-src 'self'{}; img-src 'self' data:; \
         connect-src 'self'; font-src 'self' data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; \
         frame-ancestors {around}; base-uri 'none'",
        quoted(&inline.script),
        quoted(&inline.style)
    )
}

/// The policy of everything that has none of its own.
pub(super) fn strict() -> Option<HeaderValue> {
    static STRICT: OnceLock<Option<HeaderValue>> = OnceLock::new();
    STRICT
        .get_or_init(|| HeaderValue::try_from(policy(&Inline::default(), NOBODY)).ok())
        .clone()
}

/// Gives the answer that holds this page of the web folder the policy that the page needs. A list that is missing or
/// broken leaves the strict policy, under which the page still loads its files.
pub(super) fn allow(response: &mut Response, web_dir: &Path, page: &str) {
    let inline = fs::read_to_string(web_dir.join(LIST))
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|mut pages| serde_json::from_value::<Inline>(pages[page].take()).ok())
        .unwrap_or_default();
    let hash = |text: &String| {
        text.strip_prefix("sha256-").is_some_and(|rest| {
            rest.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        })
    };
    let all = inline.script.iter().chain(&inline.style);
    if all.clone().count() > 0
        && all.clone().all(hash)
        && let Ok(value) = HeaderValue::try_from(policy(&inline, NOBODY))
    {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// Gives the page for frames its policy: pages of these origins, as browsers write them, may show it.
pub(super) fn frame_in(response: &mut Response, origins: &[String]) {
    let around = if origins.is_empty() {
        NOBODY.to_owned()
    } else {
        origins.join(" ")
    };
    if let Ok(value) = HeaderValue::try_from(policy(&Inline::default(), &around)) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn allowed(list: Option<&str>) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(list) = list {
            fs::write(folder.path().join(LIST), list).expect("a list");
        }
        let mut response = "".into_response();
        allow(&mut response, folder.path(), "index.html");
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY)?;
        Some(policy.to_str().expect("a policy").to_owned())
    }

    #[test]
    fn a_page_may_do_what_the_build_has_listed_and_nothing_else_inline() {
        let list = r#"{"index.html":{"script":["sha256-AA+/="],"style":["sha256-BB=="]},"phone.html":{"script":[],"style":[]}}"#;
        let policy = allowed(Some(list)).expect("a policy");
        assert!(policy.contains(
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-AA+/='; style-src 'self' 'sha256-BB=='"
        ));
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_list_that_is_missing_or_broken_loosens_nothing() {
        for list in [
            None,
            Some("no JSON"),
            Some("{}"),
            Some(r#"{"index.html":{"script":["'unsafe-inline'"],"style":[]}}"#),
            Some(r#"{"index.html":{"script":["sha256-A'; script-src *"],"style":[]}}"#),
        ] {
            assert_eq!(allowed(list), None, "{list:?}");
        }
        let strict = strict().expect("a policy");
        assert!(!strict.to_str().expect("a text").contains("sha256"));
    }
}
