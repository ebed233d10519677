//! The element in pages as portals make them: old jQuery, React, Vue and Angular with the package from npm, pages that are
//! swapped without being loaded, WordPress blocks, and frames.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::portal::{CODE, Portal, Survey, furniture, leaves_alone, put, visitor};
use end_to_end::wait::{PATIENCE, until};
use serde_json::json;
use thirtyfour::prelude::*;

/// What `cargo xtask test` has bundled.
const OUT: &str = "../target/tools/hosts/out";

async fn portal() -> Result<Portal> {
    let portal = Portal::build().await?;
    let out = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(OUT);
    ensure!(
        out.join("react.js").exists(),
        "the pages of other frameworks are not built: `cargo xtask test` does"
    );
    portal.files(out);
    Ok(portal)
}

/// A page of a framework: its body says where the collector is, and its script does the rest.
async fn framework(name: &str, firefox: bool) -> Result<()> {
    let portal = portal().await?;
    let html = format!(
        "<script>Object.assign(document.body.dataset, {})</script>{}<main></main>",
        json!({"endpoint": portal.collector.address, "site": portal.site, "dossier": CODE}),
        furniture()
    );
    portal.page(
        "/page",
        &format!("{html}<script type=\"module\" src=\"/files/{name}.js\"></script>"),
        None,
    );
    let (browser, _profile) = visitor(firefox).await?;
    portal.open(&browser, "/page").await?;
    Survey::at(&browser, "hai-long-survey").rate_all(5).await?;
    portal.delivered(1).await?;
    until("the framework to hear of it", PATIENCE, async || {
        let told = browser
            .eval("document.querySelector('output').textContent")
            .await?;
        Ok((told == "queued: false").then_some(()))
    })
    .await?;
    let errors = browser.eval("hlHost.errors").await?;
    ensure!(errors == json!([]), "{errors}");
    let cells = portal
        .collector
        .get("/api/v1/index?form=one-stop-quick&by=procedure")
        .await?;
    ensure!(
        cells["cells"][0]["key"]["procedure"] == "1.011441",
        "the dossier did not arrive: {cells}"
    );
    Ok(())
}

#[tokio::test]
async fn react() -> Result<()> {
    framework("react", false).await
}

#[tokio::test]
async fn vue() -> Result<()> {
    framework("vue", false).await
}

#[tokio::test]
async fn angular() -> Result<()> {
    framework("angular", false).await
}

#[tokio::test]
async fn frameworks_in_firefox() -> Result<()> {
    for name in ["react", "vue", "angular"] {
        framework(name, true).await.context(name)?;
    }
    Ok(())
}

/// jQuery moves things about, and its page has a script that is older than modules.
async fn jquery(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    let head = "<script src=\"/files/jquery.js\"></script><div id=\"panel\" hidden></div>";
    put(&portal, "/jquery", head, None);
    let (browser, _profile) = visitor(firefox).await?;
    leaves_alone(&portal, &browser, "/jquery").await?;
    portal.delivered(1).await?;

    let html = format!(
        "{head}<script defer src=\"{}/embed/v1/hai-long.iife.js\"></script>
         <script>jQuery(() => jQuery('#panel').html({}).slideDown(1))</script>",
        portal.collector.address,
        serde_json::Value::from(portal.element("")),
    );
    portal.page("/panel", &html, None);
    portal.open(&browser, "/panel").await?;
    Survey::at(&browser, "hai-long-survey").rate_all(4).await?;
    portal.delivered(2).await
}

#[tokio::test]
async fn a_page_of_jquery() -> Result<()> {
    jquery(false).await
}

#[tokio::test]
async fn a_page_of_jquery_in_firefox() -> Result<()> {
    jquery(true).await
}

/// As Liferay's SennaJS does: the body is swapped, its scripts are run again, and the address changes without a load.
async fn swapped(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    let page = |n: u8| {
        format!(
            "<h1>Trang {n}</h1>{}<script src=\"{}/embed/v1/hai-long.iife.js\"></script>",
            portal.element(&format!("data-n=\"{n}\"")),
            portal.collector.address
        )
    };
    let swap = "window.swap = (html, address) => {
        history.pushState(null, '', address);
        const surface = document.querySelector('#surface');
        surface.innerHTML = html;
        for (const old of surface.querySelectorAll('script')) {
          const script = document.createElement('script');
          script.src = old.src;
          old.replaceWith(script);
        } };";
    portal.page(
        "/one",
        &format!(
            "<div id=\"surface\">{}</div><script>{swap}</script>",
            page(1)
        ),
        None,
    );
    let (browser, _profile) = visitor(firefox).await?;
    portal.open(&browser, "/one").await?;
    let first = Survey::at(&browser, "hai-long-survey[data-n='1']");
    first.rate("overall", 5).await?;
    first.wait_for_question("timeliness").await?;
    browser
        .eval(&format!(
            "swap({}, '/two')",
            serde_json::Value::from(page(2))
        ))
        .await?;
    Survey::at(&browser, "hai-long-survey[data-n='2']")
        .rate_all(4)
        .await?;
    // What was answered on the page that is gone is sent as unfinished.
    portal.delivered(2).await?;
    let errors = browser.eval("hlHost.errors").await?;
    ensure!(errors == json!([]), "{errors}");
    Ok(())
}

#[tokio::test]
async fn pages_that_are_swapped_without_a_load() -> Result<()> {
    swapped(false).await
}

#[tokio::test]
async fn pages_that_are_swapped_without_a_load_in_firefox() -> Result<()> {
    swapped(true).await
}

async fn a_block_of_wordpress(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    // A custom HTML block, as an editor with unfiltered_html saves it; wptexturize and wpautop leave it alone.
    let html = format!(
        "<div class=\"entry-content wp-block-post-content\"><p>Bài viết</p>\
         <!-- wp:html -->\n{}\n{}\n<!-- /wp:html --></div>",
        portal.element(""),
        portal.script()
    );
    portal.page("/post", &html, None);
    let (browser, _profile) = visitor(firefox).await?;
    portal.open(&browser, "/post").await?;
    Survey::at(&browser, "hai-long-survey").rate_all(5).await?;
    portal.delivered(1).await
}

/// The frame alone, as where no script of ours is allowed.
async fn framed(browser: &Browser, portal: &Portal) -> Result<()> {
    let frame = browser.page.find(By::Css("iframe")).await?;
    frame.enter_frame().await?;
    Survey::at(browser, "hai-long-survey").rate_all(5).await?;
    browser.page.enter_default_frame().await?;
    portal.delivered(1).await
}

async fn a_frame_without_any_script_of_ours(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    let address = &portal.collector.address;
    let html = format!(
        "<iframe width=\"900\" height=\"700\" title=\"Đánh giá\" src=\"{address}/frame?site={}#dossier={CODE}\"></iframe>",
        portal.site
    );
    portal.page(
        "/frame",
        &html,
        Some(&format!(
            "default-src 'none'; script-src 'self'; frame-src {address}"
        )),
    );
    let (browser, _profile) = visitor(firefox).await?;
    portal.open(&browser, "/frame").await?;
    framed(&browser, &portal).await
}

async fn a_page_that_stands_in_a_frame_itself(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    portal.page(
        "/inner",
        &format!("{}{}", portal.element(""), portal.script()),
        None,
    );
    portal.page(
        "/outer",
        "<iframe src=\"/inner\" width=\"900\" height=\"700\"></iframe>",
        None,
    );
    let (browser, _profile) = visitor(firefox).await?;
    portal.open(&browser, "/outer").await?;
    framed(&browser, &portal).await
}

async fn a_page_of_another_site_may_not_frame_it(firefox: bool) -> Result<()> {
    let portal = portal().await?;
    let stranger = Portal::build().await?;
    stranger.page(
        "/frame",
        &format!(
            "<iframe title=\"Đánh giá\" src=\"{}/frame?site={}\"></iframe>",
            portal.collector.address, portal.site
        ),
        None,
    );
    let (browser, _profile) = visitor(firefox).await?;
    stranger.open(&browser, "/frame").await?;
    let frame = browser.page.find(By::Css("iframe")).await?;
    frame.enter_frame().await?;
    let shown = browser
        .eval("document.querySelector('hai-long-survey') !== null")
        .await?;
    ensure!(shown == false, "a stranger's page shows the frame");
    Ok(())
}

#[tokio::test]
async fn wordpress_and_frames() -> Result<()> {
    every_other_host(false).await
}

#[tokio::test]
async fn wordpress_and_frames_in_firefox() -> Result<()> {
    every_other_host(true).await
}

async fn every_other_host(firefox: bool) -> Result<()> {
    a_block_of_wordpress(firefox).await.context("WordPress")?;
    a_frame_without_any_script_of_ours(firefox)
        .await
        .context("a frame")?;
    a_page_that_stands_in_a_frame_itself(firefox)
        .await
        .context("a page in a frame")?;
    a_page_of_another_site_may_not_frame_it(firefox)
        .await
        .context("a stranger's page")
}
