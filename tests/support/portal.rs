//! A portal: somebody else's web server, with pages that show the element of a collector on another origin.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::AbortHandle;

use crate::browser::Browser;
use crate::collector::{Collector, Data};
use crate::hall::{SERVE, UNIT};
use crate::phone::file;
use crate::wait::{PATIENCE, until};

/// The code of the dossier that the portal's pages are about.
pub const CODE: &str = "000.01.02.H10-260804-0583";

/// What stands first in every page: it writes down what the page's own scripts could notice.
const PROBE: &str = include_str!("page/host.js");

/// A page of the portal.
#[derive(Clone, Debug, Default)]
struct Page {
    html: String,
    policy: Option<String>,
}

/// The portal's server; ends with this value.
pub struct Portal {
    /// The collector's data folder.
    pub data: Data,
    /// The collector.
    pub collector: Collector,
    /// Origin of the portal.
    pub origin: String,
    /// Key of its site.
    pub site: String,
    pages: Arc<Pages>,
    server: AbortHandle,
}

#[derive(Default)]
struct Pages {
    pages: Mutex<BTreeMap<String, Page>>,
    /// Folder of further files, under `/files/`.
    files: Mutex<Option<PathBuf>>,
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Portal {
    /// A collector that knows the portal and two of its dossiers, and the portal.
    pub async fn build() -> Result<Self> {
        let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", socket.local_addr()?);
        let data = Data::new()?;
        data.import(
            "units",
            &format!("code,name,kind,parent,valid_from,valid_to\n{UNIT},Xã A,commune,,,\n"),
        )?;
        file(&data, &[CODE.to_owned(), other(CODE)])?;
        let site = data.hai_long(&[
            "site",
            "create",
            "--name",
            "portal",
            "--origins",
            &origin,
            "--unit",
            UNIT,
        ])?;
        let collector = Collector::start(&data, &SERVE)?;
        let pages = Arc::new(Pages::default());
        let router = Router::new().fallback(served).with_state(pages.clone());
        let server = tokio::spawn(async move {
            // Ends with the test.
            let _ = axum::serve(socket, router).await;
        });
        Ok(Self {
            data,
            collector,
            origin,
            site,
            pages,
            server: server.abort_handle(),
        })
    }

    /// Puts a page there: what stands in its body, and its policy.
    pub fn page(&self, path: &str, html: &str, policy: Option<&str>) {
        let page = Page {
            html: html.to_owned(),
            policy: policy.map(str::to_owned),
        };
        let mut pages = self
            .pages
            .pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        pages.insert(path.to_owned(), page);
    }

    /// Serves the files of a folder under `/files/`.
    pub fn files(&self, folder: PathBuf) {
        let mut files = self
            .pages
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *files = Some(folder);
    }

    /// The element with these attributes beside those that every page needs.
    pub fn element(&self, more: &str) -> String {
        let (endpoint, site) = (&self.collector.address, &self.site);
        format!(
            "<hai-long-survey endpoint=\"{endpoint}\" site=\"{site}\" {more}>\
             <a href=\"{endpoint}/r/0\">Mời Ông/Bà đánh giá việc phục vụ</a></hai-long-survey>"
        )
    }

    /// The tag that loads the element, as a module.
    pub fn script(&self) -> String {
        format!(
            "<script type=\"module\" src=\"{}/embed/v1/hai-long.js\"></script>",
            self.collector.address
        )
    }

    /// Opens a page and waits until it stands.
    pub async fn open(&self, browser: &Browser, path: &str) -> Result<()> {
        let page = format!("{}{path}", self.origin);
        browser.page.goto(page).await?;
        Ok(())
    }

    /// How many ratings the index counts, by channel and provenance.
    pub async fn counted(&self) -> Result<Value> {
        let path = "/api/v1/index?form=one-stop-quick&by=channel,provenance";
        Ok(self.collector.get(path).await?["cells"].take())
    }

    /// Waits until so many ratings are counted.
    pub async fn delivered(&self, n: u64) -> Result<()> {
        until(format!("{n} counted"), PATIENCE, async || {
            let cells = self.counted().await?;
            let sum: u64 = cells
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|cell| cell["n"].as_u64())
                .sum();
            Ok((sum == n).then_some(()))
        })
        .await
    }
}

/// Another dossier of the same day.
pub fn other(code: &str) -> String {
    format!("{}4", &code[..code.len() - 1])
}

async fn served(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/host.js" {
        return ([(header::CONTENT_TYPE, "text/javascript")], PROBE).into_response();
    }
    let files = pages
        .files
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let (Some(rest), Some(folder)) = (path.strip_prefix("/files/"), files) {
        return match std::fs::read(folder.join(rest)) {
            Ok(content) => {
                let kind = match rest.rsplit('.').next() {
                    Some("js" | "mjs") => "text/javascript",
                    Some("css") => "text/css",
                    Some("wasm") => "application/wasm",
                    _ => "application/octet-stream",
                };
                ([(header::CONTENT_TYPE, kind)], content).into_response()
            }
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let page = pages
        .pages
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&path)
        .cloned();
    let Some(page) = page else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let html = format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>Cổng dịch vụ công</title>\
         <script src=\"/host.js\"></script></head><body>{}</body></html>",
        page.html
    );
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    if let Some(policy) = page.policy.and_then(|policy| policy.parse().ok()) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// An element in a page: finds what a person would find within it.
pub struct Survey<'a> {
    browser: &'a Browser,
    /// The JavaScript expression for the element.
    element: String,
}

impl<'a> Survey<'a> {
    /// The element that this selector finds.
    pub fn at(browser: &'a Browser, selector: &str) -> Self {
        Self {
            browser,
            element: format!("document.querySelector({})", Value::from(selector)),
        }
    }

    /// The value of an expression about the shadow root `root`, or of the page `document` within its frame.
    pub async fn eval(&self, expression: &str) -> Result<Value> {
        let element = &self.element;
        self.browser
            .eval(&format!(
                "(() => {{ const root = {element}?.shadowRoot; return {expression} }})()"
            ))
            .await
    }

    /// Waits until the question of this item is shown and takes taps.
    pub async fn wait_for_question(&self, item: &str) -> Result<()> {
        let shown = format!(
            "root?.querySelector('[data-live] [data-item]')?.dataset.item === '{item}' && !root.querySelector('[data-guard]')"
        );
        let seen = until(format!("question {item:?}"), PATIENCE, async || {
            Ok((self.eval(&shown).await? == true).then_some(()))
        })
        .await;
        if seen.is_err() {
            let page = self
                .eval("[root?.innerHTML, hlHost.events, hlHost.errors]")
                .await?;
            return seen.with_context(|| page.to_string());
        }
        seen
    }

    /// Waits until this screen is shown.
    pub async fn wait_for(&self, screen: &str) -> Result<()> {
        let shown = format!("root?.querySelector('[data-screen]')?.dataset.screen === '{screen}'");
        until(format!("screen {screen:?}"), PATIENCE, async || {
            Ok((self.eval(&shown).await? == true).then_some(()))
        })
        .await
    }

    /// Taps what this selector finds in the shadow root.
    pub async fn tap(&self, selector: &str) -> Result<()> {
        let found = format!(
            "return {}.shadowRoot.querySelector({})",
            self.element,
            Value::from(selector)
        );
        let control = self
            .browser
            .page
            .execute(found, Vec::new())
            .await?
            .element()?;
        control
            .click()
            .await
            .with_context(|| format!("tap {selector}"))
    }

    /// Taps the tile of this level of the item in question.
    pub async fn rate(&self, item: &str, level: u8) -> Result<()> {
        self.wait_for_question(item).await?;
        self.tap(&format!(
            "[data-item='{item}'] label:has(input[value='{level}'])"
        ))
        .await
    }

    /// Answers every question with the same level, as far as the thank-you.
    pub async fn rate_all(&self, level: u8) -> Result<()> {
        for item in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
            self.rate(item, level).await?;
        }
        if level <= 2 {
            self.wait_for("reasons").await?;
            until("the screen to take taps", PATIENCE, async || {
                Ok((self.eval("!root.querySelector('[data-guard]')").await? == true).then_some(()))
            })
            .await?;
            self.tap("[data-action=next]").await?;
        }
        self.wait_for("thanks").await
    }
}

/// A browser of its own for a portal's page, desktop-sized.
pub async fn visitor(firefox: bool) -> Result<(Browser, TempDir)> {
    let profile = tempfile::tempdir()?;
    let browser = if firefox {
        Browser::firefox(profile.path()).await?
    } else {
        Browser::start(profile.path()).await?
    };
    if !firefox {
        browser.resize((1366, 900)).await?;
    }
    Ok((browser, profile))
}

/// Fifty things of the page that must look the same with the element as without it.
pub fn furniture() -> String {
    let mut html = String::from(
        "<h1 data-host>Cổng dịch vụ công</h1><input id=\"search\" data-host value=\"hồ sơ\">",
    );
    for n in 0..8 {
        html.push_str(&format!(
            "<div data-host><p data-host class=\"hl-button\">Đoạn {n}</p><button data-host>Nút {n}</button>\
             <ul data-host><li data-host>Mục</li></ul><label data-host>Nhãn</label></div>"
        ));
    }
    html
}

/// Rates in the element and holds the page against what it was before.
pub async fn leaves_alone(portal: &Portal, browser: &Browser, path: &str) -> Result<()> {
    portal.open(browser, path).await?;
    let survey = Survey::at(browser, "hai-long-survey");
    browser
        .eval("(() => { const search = document.querySelector('#search'); search?.focus(); search?.select(); })()")
        .await?;
    survey.wait_for_question("overall").await?;
    let quiet = browser
        .eval("[document.activeElement.id, String(getSelection()), scrollY]")
        .await?;
    ensure!(
        quiet[0] == "search" && quiet[2] == 0,
        "the focus or the view has moved: {quiet}"
    );
    survey.rate_all(4).await?;
    browser
        .eval("(() => { document.activeElement.blur(); scrollTo(0, 0) })()")
        .await?;
    let seen = browser
        .eval("[hlHost.look(), hlHost.hosts(), hlHost.errors, hlHost.keys, hlHost.events]")
        .await?;
    let look: Value = serde_json::from_str(seen[0].as_str().context("look")?)?;
    let [hosts, errors, keys, events] = [1, 2, 3, 4].map(|at| &seen[at]);
    ensure!(
        look["storage"] == json!([[], [], ""]),
        "storage: {}",
        look["storage"]
    );
    ensure!(keys == &json!([]), "listeners on the page: {keys}");
    ensure!(errors == &json!([]), "errors: {errors}");
    let allowed = [portal.origin.clone(), portal.collector.address.clone()];
    for host in hosts.as_array().context("hosts")? {
        ensure!(allowed.iter().any(|known| host == known), "asked {host}");
    }
    let names: Vec<&str> = events
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|event| event[0].as_str())
        .collect();
    for name in ["hl-ready", "hl-change", "hl-step", "hl-submit", "hl-saved"] {
        ensure!(names.contains(&name), "no {name} in {names:?}");
    }
    ensure!(!names.contains(&"hl-error"), "{events}");

    // The same page without the element's script.
    let plain = format!("{path}-plain");
    portal.open(browser, &plain).await?;
    browser
        .eval("(() => { document.activeElement.blur(); scrollTo(0, 0) })()")
        .await?;
    let before: Value = serde_json::from_str(
        browser
            .eval("hlHost.look()")
            .await?
            .as_str()
            .context("look")?,
    )?;
    ensure!(
        before["count"].as_u64().is_some_and(|count| count >= 50),
        "{}",
        before["count"]
    );
    ensure!(
        before["styles"] == look["styles"],
        "the page looks otherwise"
    );
    let (before, after) = (&before["globals"], &look["globals"]);
    ensure!(before == after, "globals: {before}, and {after}");
    Ok(())
}

/// The page at `path` with the element behind the furniture, and beside it the same without its script.
pub fn put(portal: &Portal, path: &str, head: &str, policy: Option<&str>) {
    let body = format!(
        "{head}{}{}",
        furniture(),
        portal.element(&format!("dossier=\"{CODE}\""))
    );
    portal.page(path, &format!("{body}{}", portal.script()), policy);
    portal.page(&format!("{path}-plain"), &body, policy);
}
