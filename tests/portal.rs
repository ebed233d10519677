//! The element `<hai-long-survey>` in pages of a portal on another origin: it rates, it leaves the page alone, and where a
//! policy forbids it there is another way within three seconds.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::axe::{self, ON_PHONE, in_every_way, on_every_panel};
use end_to_end::browser::{Browser, pictures};
use end_to_end::hall;
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::look::look;
use end_to_end::portal::{CODE, Portal, Survey, leaves_alone, other, put, visitor};
use end_to_end::wait::{PATIENCE, setting, until};
use serde_json::{Value, json};

async fn in_plain_html(firefox: bool) -> Result<()> {
    let portal = Portal::build().await?;
    put(&portal, "/plain", "", None);
    let (browser, _profile) = visitor(firefox).await?;
    leaves_alone(&portal, &browser, "/plain").await?;
    portal.delivered(1).await?;
    let cells = portal.counted().await?;
    ensure!(
        cells[0]["key"] == json!({"channel": "portal", "provenance": "unit"})
            || cells[0]["key"]["channel"] == "portal",
        "{cells}"
    );
    portal.data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test]
async fn a_page_of_plain_html_is_left_as_it_was_and_the_rating_is_counted() -> Result<()> {
    in_plain_html(false).await
}

#[tokio::test]
async fn the_same_in_firefox() -> Result<()> {
    in_plain_html(true).await
}

/// Rules that pages have been seen with: they reach the element itself, and nothing within it.
const HOSTILE: &str = "<style>html{font-size:62.5%}*{all:unset!important;color:red!important;font:9px cursive!important}\
    button,input,label,fieldset,legend{display:none!important}hai-long-survey{letter-spacing:1em!important}</style>";

#[tokio::test]
async fn rules_of_the_page_stay_outside() -> Result<()> {
    let portal = Portal::build().await?;
    put(&portal, "/hostile", HOSTILE, None);
    put(&portal, "/usual", "", None);
    let (browser, _profile) = visitor(false).await?;
    let mut seen = Vec::new();
    for path in ["/usual", "/hostile"] {
        portal.open(&browser, path).await?;
        let survey = Survey::at(&browser, "hai-long-survey");
        survey.wait_for_question("overall").await?;
        browser
            .eval("document.querySelector('hai-long-survey').scrollIntoView()")
            .await?;
        browser
            .screenshot(&pictures().join(format!(
                "portal{}-vi-1366x900-100.png",
                path.replace('/', "-")
            )))
            .await?;
        let styles = survey
            .eval(
                "[...root.querySelectorAll('.hl-host *')].filter((part) => part.tagName !== 'SLOT').map((part) => {
                   const { color, fontSize, fontFamily, letterSpacing, display, lineHeight } = getComputedStyle(part);
                   return [part.className.baseVal ?? part.className, color, fontSize, fontFamily, letterSpacing, display, lineHeight].join('|') })",
            )
            .await?;
        seen.push(styles);
    }
    ensure!(
        seen[0].as_array().is_some_and(|all| all.len() > 20),
        "{}",
        seen[0]
    );
    ensure!(
        seen[0] == seen[1],
        "without:\n{}\nwith:\n{}",
        seen[0],
        seen[1]
    );
    Survey::at(&browser, "hai-long-survey").rate_all(2).await?;
    portal.delivered(1).await
}

/// What stands in every portal's page is kept for ever where its name holds its hash, asked for again where not, and may be
/// loaded by any page; its hash is the one that is told.
#[tokio::test]
async fn the_files_for_pages_may_be_loaded_kept_and_checked() -> Result<()> {
    let portal = Portal::build().await?;
    let folder = format!("{}/embed/v1", portal.collector.address);
    let told: Value = reqwest::get(format!("{folder}/integrity.json"))
        .await?
        .json()
        .await?;
    let told = told.as_object().context("hashes")?;
    ensure!(told.len() == 3, "{told:?}");
    let client = reqwest::Client::new();
    for (file, caching) in told
        .keys()
        .map(|file| (file.as_str(), "public, max-age=31536000, immutable"))
        .chain([
            ("hai-long.js", "no-cache"),
            ("hai-long.iife.js", "no-cache"),
        ])
    {
        let answer = client
            .get(format!("{folder}/{file}"))
            .header("Origin", &portal.origin)
            .header("Accept-Encoding", "br")
            .send()
            .await?;
        ensure!(answer.status() == 200, "{file}: {}", answer.status());
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or("none")
        };
        let seen = [
            "cache-control",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "cross-origin-resource-policy",
            "content-encoding",
        ]
        .map(header);
        ensure!(
            seen == [caching, "*", "none", "cross-origin", "br"],
            "{file}: {seen:?}"
        );
    }
    // A browser holds the tag's hash against the file, and runs nothing else.
    let (script, hash) = told
        .iter()
        .find(|(file, _)| file.ends_with(".js") && !file.contains("iife"))
        .context("the module")?;
    let hash = hash.as_str().context("a hash")?;
    let tag = |hash: &str| {
        format!(
            "<script type=\"module\" crossorigin src=\"{folder}/{script}\" integrity=\"{hash}\"></script>"
        )
    };
    let (browser, _profile) = visitor(false).await?;
    portal.page(
        "/checked",
        &format!("{}{}", portal.element(""), tag(hash)),
        None,
    );
    portal.open(&browser, "/checked").await?;
    Survey::at(&browser, "hai-long-survey")
        .wait_for_question("overall")
        .await?;
    let wrong = format!("sha384-{}", "A".repeat(64));
    portal.page(
        "/wrong",
        &format!("{}{}", portal.element(""), tag(&wrong)),
        None,
    );
    portal.open(&browser, "/wrong").await?;
    until("the browser to have refused", PATIENCE, async || {
        let seen = browser
            .eval("document.readyState === 'complete' && !customElements.get('hai-long-survey')")
            .await?;
        Ok((seen == true).then_some(()))
    })
    .await
}

/// Which way is taken under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Element,
    Frame,
    Link,
}

/// Waits until one of the three ways is there, and says which and after how many milliseconds of the page.
async fn way(browser: &Browser) -> Result<(Way, f64)> {
    let survey = Survey::at(browser, "hai-long-survey");
    until("one of the three ways", PATIENCE, async || {
        let state = survey
            .eval(
                "[Boolean(root?.querySelector('[data-live] [data-item]')),
                  (root?.querySelector('iframe')?.getBoundingClientRect().height ?? 0) > 0
                    && root.querySelector('slot').hidden,
                  Boolean(root) && !root.querySelector('iframe') && !root.querySelector('slot').hidden
                    && hlHost.events.some(([name]) => name === 'hl-error'),
                  performance.now()]",
            )
            .await?;
        let at = state[3].as_f64().unwrap_or_default();
        Ok([Way::Element, Way::Frame, Way::Link]
            .into_iter()
            .zip(0..)
            .find(|(_, column)| state[*column] == true)
            .map(|(way, _)| (way, at)))
    })
    .await
}

async fn under_policies(firefox: bool) -> Result<()> {
    let portal = Portal::build().await?;
    let collector = portal.collector.address.clone();
    let guide = format!(
        "default-src 'none'; script-src 'self' {collector} 'wasm-unsafe-eval'; connect-src {collector}"
    );
    let without_wasm = format!(
        "default-src 'none'; script-src 'self' {collector}; connect-src {collector}; frame-src {collector}"
    );
    let types = format!("{guide}; require-trusted-types-for 'script'; trusted-types 'none'");
    let no_connection = format!(
        "default-src 'none'; script-src 'self' {collector} 'wasm-unsafe-eval'; frame-src {collector}"
    );
    let only_script = format!("default-src 'none'; script-src 'self' {collector}");
    let nothing_but_wasm =
        format!("default-src 'none'; script-src 'self' {collector} 'wasm-unsafe-eval'");
    let policies = [
        ("guide", guide.as_str(), Way::Element, ""),
        ("types", &types, Way::Element, ""),
        (
            "without-wasm",
            &without_wasm,
            Way::Frame,
            "'wasm-unsafe-eval'",
        ),
        ("no-connection", &no_connection, Way::Frame, "connect-src"),
        ("only-script", &only_script, Way::Link, "frame-src"),
        (
            "nothing-but-wasm",
            &nothing_but_wasm,
            Way::Link,
            "frame-src",
        ),
    ];
    let (browser, _profile) = visitor(firefox).await?;
    let mut counted = 0;
    for (name, policy, expected, hint) in policies {
        let path = format!("/{name}");
        portal.page(
            &path,
            &format!("{}{}", portal.element(""), portal.script()),
            Some(policy),
        );
        portal.open(&browser, &path).await?;
        let (way, at) = way(&browser).await.with_context(|| name.to_owned())?;
        let events = browser.eval("hlHost.events").await?;
        ensure!(way == expected, "{name}: {way:?}; {events}");
        println!("{name}: {way:?} after {at:.0} ms");
        if hint.is_empty() {
            let errors = browser.eval("hlHost.errors").await?;
            ensure!(errors == json!([]), "{name}: {errors}");
        } else {
            ensure!(
                events.to_string().contains(hint),
                "{name} does not tell of {hint}: {events}"
            );
        }
        match way {
            Way::Element => {
                Survey::at(&browser, "hai-long-survey").rate_all(5).await?;
                counted += 1;
            }
            Way::Frame => {
                in_frame(&browser).await.with_context(|| name.to_owned())?;
                counted += 1;
            }
            Way::Link => {
                let shown = browser.eval("document.querySelector('hai-long-survey a').getBoundingClientRect().height > 0").await?;
                ensure!(shown == true, "{name}: the link is not to be seen");
            }
        }
        portal
            .delivered(counted)
            .await
            .with_context(|| name.to_owned())?;
    }
    Ok(())
}

/// Rates in the frame within the element.
async fn in_frame(browser: &Browser) -> Result<()> {
    let found =
        "return document.querySelector('hai-long-survey').shadowRoot.querySelector('iframe')";
    let frame = browser.page.execute(found, Vec::new()).await?.element()?;
    frame.enter_frame().await?;
    browser
        .eval("window.hlHost ??= { events: [], errors: [] }")
        .await?;
    Survey::at(browser, "hai-long-survey").rate_all(5).await?;
    browser.page.enter_default_frame().await?;
    // What the frame tells comes to the page around it a little later.
    until(
        "the frame to tell what happens in it",
        PATIENCE,
        async || {
            let told = browser
                .eval("hlHost.events.some(([name]) => name === 'hl-saved')")
                .await?;
            Ok((told == true).then_some(()))
        },
    )
    .await
}

#[tokio::test]
async fn under_every_policy_there_is_a_way_to_rate() -> Result<()> {
    under_policies(false).await
}

#[tokio::test]
async fn under_every_policy_there_is_a_way_to_rate_in_firefox() -> Result<()> {
    under_policies(true).await
}

#[tokio::test]
async fn two_elements_rate_two_dossiers_and_know_nothing_of_each_other() -> Result<()> {
    let portal = Portal::build().await?;
    let html = format!(
        "<div id=\"one\">{}</div><div id=\"two\">{}</div>{}",
        portal.element(&format!("dossier=\"{CODE}\"")),
        portal.element(&format!("dossier=\"{}\"", other(CODE))),
        portal.script()
    );
    portal.page("/two", &html, None);
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/two").await?;
    let one = Survey::at(&browser, "#one hai-long-survey");
    let two = Survey::at(&browser, "#two hai-long-survey");
    one.rate("overall", 5).await?;
    two.rate("overall", 4).await?;
    one.wait_for_question("timeliness").await?;
    for (item, next) in [
        ("timeliness", "attitude"),
        ("attitude", "guidance"),
        ("guidance", "procedure"),
    ] {
        one.rate(item, 5).await?;
        two.rate(item, 4).await?;
        one.wait_for_question(next).await?;
        two.wait_for_question(next).await?;
    }
    one.rate("procedure", 5).await?;
    two.rate("procedure", 4).await?;
    one.wait_for("thanks").await?;
    two.wait_for("thanks").await?;
    portal.delivered(2).await?;
    let index = portal
        .collector
        .get("/api/v1/index?form=one-stop-quick&method=mean100")
        .await?;
    ensure!(index["cells"][0]["value"] == 87.5, "{index}");
    portal.data.hai_long(&["verify"])?;
    Ok(())
}

/// What a page holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    nodes: i64,
    listeners: i64,
    heap: i64,
}

/// What the page holds once what is on its way out is gone: the least of several looks.
async fn counted(browser: &Browser) -> Result<Held> {
    let mut least = None::<Held>;
    for _ in 0..4 {
        browser.ask("setTimeout(done, 50)").await?;
        browser
            .tell("HeapProfiler.collectGarbage", json!({}))
            .await?;
        let counters = browser.tell("Memory.getDOMCounters", json!({})).await?;
        let heap = browser.tell("Runtime.getHeapUsage", json!({})).await?;
        let number = |value: &Value| value.as_i64().context("a number");
        let seen = Held {
            nodes: number(&counters["nodes"])?,
            listeners: number(&counters["jsEventListeners"])?,
            heap: number(&heap["usedSize"])?,
        };
        least = Some(least.map_or(seen, |least| Held {
            nodes: least.nodes.min(seen.nodes),
            listeners: least.listeners.min(seen.listeners),
            heap: least.heap.min(seen.heap),
        }));
    }
    least.context("a look")
}

#[tokio::test]
async fn an_element_that_comes_and_goes_leaves_nothing_behind() -> Result<()> {
    let rounds = setting("MOUNTS", 40)?;
    let portal = Portal::build().await?;
    portal.page("/empty", &format!("<main></main>{}", portal.script()), None);
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/empty").await?;
    let element = portal.element(&format!("dossier=\"{CODE}\""));
    let mut measured = Vec::new();
    browser.tell("HeapProfiler.enable", json!({})).await?;
    for round in 1..=rounds {
        browser
            .eval(&format!(
                "(() => {{ document.querySelector('main').innerHTML = {} }})()",
                Value::from(element.clone())
            ))
            .await?;
        Survey::at(&browser, "hai-long-survey")
            .wait_for_question("overall")
            .await?;
        browser
            .eval("(() => { document.querySelector('main').textContent = '' })()")
            .await?;
        if round % (rounds / 4) == 0 {
            let at = counted(&browser).await?;
            println!("{round:>4} times: {at:?}");
            measured.push(at);
        }
    }
    let (first, last) = (measured[1], measured[measured.len() - 1]);
    ensure!(
        last.nodes <= first.nodes && last.listeners <= first.listeners,
        "{measured:?}"
    );
    // The browser's own bookkeeping of what was compiled moves a little.
    let per_round = (last.heap - first.heap) / i64::try_from(rounds / 2)?;
    ensure!(per_round < 1_000, "{per_round} bytes a time: {measured:?}");
    Ok(())
}

/// The first question stands before the code does, and what is chosen on it counts.
#[tokio::test]
async fn a_tap_before_the_code_is_there_counts_and_nothing_moves() -> Result<()> {
    let portal = Portal::build().await?;
    let late = vec![(1, Fate::Delay(Duration::from_secs(3)))];
    let line = Line::open(
        &portal.collector.address,
        Faults::new(0, late).only("/embed/v1/hai-long-"),
    )
    .await?;
    let page = format!("{}{}", portal.element(""), portal.script());
    portal.page(
        "/late",
        &page.replace(&portal.collector.address, &line.address),
        None,
    );
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/late").await?;
    let survey = Survey::at(&browser, "hai-long-survey");
    let tile = "[data-item=overall] label:has(input[value='4'])";
    until("the first question", PATIENCE, async || {
        let drawn = survey
            .eval(&format!(
                "Boolean(root?.querySelector({}))",
                Value::from(tile)
            ))
            .await?;
        Ok((drawn == true).then_some(()))
    })
    .await?;
    let code = survey
        .eval("Boolean(root.querySelector('[data-live]'))")
        .await?;
    ensure!(code == false, "the code was there already");
    survey.tap(tile).await?;
    survey.wait_for_question("timeliness").await?;
    let body = hall::answered_of(&browser, &format!("hai-long {}", line.address), 1).await?;
    ensure!(body["answers"] == json!({"overall": 4}), "{body}");
    let shifted = browser.ask("let sum = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
          .observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))))").await?;
    ensure!(shifted == 0, "the page has moved by {shifted}");
    Ok(())
}

/// A citizen's right that the portal knows: the invite decides what is rated, once.
#[tokio::test]
async fn an_invite_in_the_element_is_used_up_by_its_rating() -> Result<()> {
    let portal = Portal::build().await?;
    let link = portal.data.hai_long(&["invite", "--dossier", CODE])?;
    let token = link.rsplit('/').next().context("a token")?;
    let element = portal
        .element(&format!("invite=\"{token}\""))
        .replace(&format!("site=\"{}\"", portal.site), "");
    portal.page("/invite", &format!("{element}{}", portal.script()), None);
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/invite").await?;
    Survey::at(&browser, "hai-long-survey").rate_all(5).await?;
    portal.delivered(1).await?;
    let cells = portal.counted().await?;
    ensure!(cells[0]["key"]["provenance"] == "invited", "{cells}");
    portal.open(&browser, "/invite").await?;
    until("to be told that it is over", PATIENCE, async || {
        let events = browser.eval("JSON.stringify(hlHost.events)").await?;
        Ok(events
            .as_str()
            .is_some_and(|events| events.contains("invite-over"))
            .then_some(()))
    })
    .await
}

/// Without a line the rating waits in the page's own storage, and goes when the page is opened again.
#[tokio::test]
async fn a_rating_without_a_line_waits_for_the_next_visit() -> Result<()> {
    let portal = Portal::build().await?;
    let line = Line::open(&portal.collector.address, Faults::none()).await?;
    let page = format!("{}{}", portal.element(""), portal.script());
    portal.page(
        "/line",
        &page.replace(&portal.collector.address, &line.address),
        None,
    );
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/line").await?;
    let survey = Survey::at(&browser, "hai-long-survey");
    survey.wait_for_question("overall").await?;
    line.down();
    survey.rate_all(4).await?;
    until("the page to hear that it waits", PATIENCE, async || {
        let events = browser
            .eval("hlHost.events.filter(([name]) => name === 'hl-saved').at(-1)")
            .await?;
        Ok((events[1]["queued"] == true).then_some(()))
    })
    .await?;
    line.up();
    portal.open(&browser, "/line").await?;
    portal.delivered(1).await?;
    hall::expect_sent_once(&line, 1)
}

/// On every panel, in each language and with text of twice the size: nothing sticks out, and axe finds nothing.
#[tokio::test]
async fn it_fits_every_panel_and_axe_finds_nothing() -> Result<()> {
    let portal = Portal::build().await?;
    let (browser, _profile) = visitor(false).await?;
    axe::enter(&browser).await?;
    let mut faults = Vec::new();
    for lang in ["vi", "en", "km"] {
        let element = portal.element(&format!("locale=\"{lang}\""));
        let html = format!(
            "<style>h1{{font-weight:600}}</style><main lang=\"{lang}\"><h1>Cổng dịch vụ công</h1>{element}</main>{}",
            portal.script()
        );
        portal.page("/panel", &html, None);
        browser.resize((1366, 900)).await?;
        portal.open(&browser, "/panel").await?;
        let survey = Survey::at(&browser, "hai-long-survey");
        survey.wait_for_question("overall").await?;
        faults.extend(look(&browser, "portal-question", lang, 100).await?);
        faults.extend(in_every_way(&browser, &format!("portal question {lang}"), &ON_PHONE).await?);
        browser.resize((1366, 900)).await?;
        for item in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
            survey.rate(item, 2).await?;
        }
        survey.wait_for("reasons").await?;
        faults.extend(look(&browser, "portal-reasons", lang, 100).await?);
        faults.extend(on_every_panel(&browser, &format!("portal reasons {lang}")).await?);
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test]
async fn moved_set_before_and_held_back() -> Result<()> {
    let portal = Portal::build().await?;
    // Properties that were set before the class was there, as frameworks do; and a second script, as portals that swap
    // their pages run it.
    let html = format!(
        "<div id=\"here\"></div><div id=\"there\"></div><script>
           const survey = document.createElement('hai-long-survey');
           survey.endpoint = {}; survey.site = {}; survey.dossier = {};
           document.querySelector('#here').append(survey);
           addEventListener('hl-submit', (event) => {{ if (!window.through) event.preventDefault(); }});
         </script>{}{}",
        Value::from(portal.collector.address.clone()),
        Value::from(portal.site.clone()),
        Value::from(CODE),
        portal.script(),
        portal.script().replace("hai-long.js", "hai-long.iife.js").replace(" type=\"module\"", ""),
    );
    portal.page("/moved", &html, None);
    let (browser, _profile) = visitor(false).await?;
    portal.open(&browser, "/moved").await?;
    let survey = Survey::at(&browser, "hai-long-survey");
    survey.rate("overall", 5).await?;
    survey.wait_for_question("timeliness").await?;
    browser
        .eval("(() => { document.querySelector('#there').append(document.querySelector('hai-long-survey')) })()")
        .await?;
    survey.wait_for_question("timeliness").await?;
    for item in ["timeliness", "attitude", "guidance", "procedure"] {
        survey.rate(item, 4).await?;
    }
    until("the page to hold it back", PATIENCE, async || {
        let asked = browser
            .eval("hlHost.events.some(([name]) => name === 'hl-submit')")
            .await?;
        Ok((asked == true).then_some(()))
    })
    .await?;
    // A look into the outbox waits for every write that was begun before it.
    let endpoint = format!("hai-long {}", portal.collector.address);
    let kept = hall::answered_of(&browser, &endpoint, 5).await?;
    ensure!(kept["partial"] == true, "kept although held back: {kept}");
    let saved = browser
        .eval("hlHost.events.some(([name]) => name === 'hl-saved')")
        .await?;
    ensure!(saved == false, "saved although the page held it back");
    browser
        .eval("document.querySelector('hai-long-survey').submit()")
        .await?;
    survey.wait_for("thanks").await?;
    portal.delivered(1).await?;
    let names = browser
        .ask("indexedDB.databases().then((all) => done(all.map(({ name }) => name)))")
        .await?;
    ensure!(names == json!([endpoint]), "{names}");
    Ok(())
}
