//! What the browser has measured, for people, and what follows from it.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use super::report::{Budget, told};

/// What is told of each page, with its unit: name in the figures, name for people, divisor, decimals.
const MEASURES: [(&str, &str, f64, usize); 9] = [
    ("visibleMs", "visible, ms", 1.0, 0),
    ("respondedMs", "answers a touch, ms", 1.0, 0),
    ("laterTapP50Ms", "later taps p50, ms", 1.0, 0),
    ("laterTapP95Ms", "later taps p95, ms", 1.0, 0),
    ("blockingMs", "blocked, ms", 1.0, 0),
    ("layoutShift", "layout shift", 1.0, 3),
    ("bytesFirst", "kB to the first answer", 1000.0, 1),
    ("bytesFinish", "kB to the end", 1000.0, 1),
    ("cpuSeconds", "CPU s of a visit", 1.0, 2),
];

/// The section about the pages.
pub fn markdown(run: &Value) -> Result<String> {
    let told = |pointer: &str| told(run, pointer);
    let mut out = format!(
        "## In the browser\n\nWritten by `cargo xtask bench web` from [web.json](benchmarks/web.json); how it measures and \
         where it may mislead: [bench/web](../bench/web/README.md).\n\nRun of {}, commit {}: {} cores of {}, {}; {}; {} visits \
         of each page.\n\n",
        told("/date"),
        told("/versions/commit"),
        told("/machine/cores"),
        told("/machine/cpu"),
        told("/machine/system"),
        told("/versions/chromium"),
        told("/options/runs"),
    );
    out.push_str(&Budget::table(&budgets(run)));
    let all = run["figures"].as_array().context("figures")?;
    let mut shown = Vec::new();
    for figure in all {
        let key = (figure["profile"].as_str(), figure["mode"].as_str());
        if !shown.contains(&key) {
            shown.push(key);
        }
    }
    for (profile, mode) in shown {
        let (profile, mode) = (profile.unwrap_or_default(), mode.unwrap_or_default());
        let here: Vec<&Value> = all
            .iter()
            .filter(|figure| figure["profile"] == profile && figure["mode"] == mode)
            .collect();
        write!(
            out,
            "\n### {}, {}\n\nMedians with least and greatest; in brackets, how many times as much as our phone page.\n\n| page |",
            told(&format!("/profiles/{profile}/title")),
            told(&format!("/modes/{mode}")),
        )?;
        for (_, name, ..) in MEASURES {
            write!(out, " {name} |")?;
        }
        out.push_str("\n|---|");
        out.push_str(&"---|".repeat(MEASURES.len()));
        out.push('\n');
        let ours = here.iter().find(|figure| figure["page"] == "ours-phone");
        for figure in &here {
            let page = figure["page"].as_str().unwrap_or_default();
            write!(out, "| {} |", title(run, page))?;
            for (name, _, divisor, decimals) in MEASURES {
                let own = ours.and_then(|ours| median(ours, name));
                write!(out, " {} |", cell(figure, name, divisor, decimals, own))?;
            }
            out.push('\n');
        }
        let ahead = ahead(run, &here);
        out.push_str("\n#### Where others are ahead\n\n");
        if ahead.is_empty() {
            out.push_str("Nowhere in this table.\n");
        }
        for line in ahead {
            writeln!(out, "- {line}")?;
        }
    }
    memory(&mut out, run)?;
    if let Some(file) = run.pointer("/filmstrip/file").and_then(Value::as_str) {
        let file = file.trim_start_matches("docs/");
        write!(
            out,
            "\n### The first two seconds on the slow profile\n\n![Our phone page and two others, moment by moment]({file})\n"
        )?;
    }
    out.push_str("\n### Left out\n\n");
    for left in run["leftOut"].as_array().into_iter().flatten() {
        let text = |name: &str| left[name].as_str().unwrap_or_default();
        writeln!(out, "- {}: {}.", text("name"), text("why"))?;
    }
    Ok(out)
}

/// What one kiosk page holds after so many visits.
fn memory(out: &mut String, run: &Value) -> Result<()> {
    let Some(after) = run.pointer("/memory/after").and_then(Value::as_array) else {
        return Ok(());
    };
    out.push_str(
        "\n### Memory of one kiosk page\n\n| visits | heap, kB | WebAssembly, kB | DOM nodes | listeners |\n|---|---|---|---|---|\n",
    );
    for then in after {
        let kb = |name: &str| then[name].as_f64().unwrap_or(f64::NAN) / 1000.0;
        writeln!(
            out,
            "| {} | {:.1} | {:.1} | {} | {} |",
            then["visits"],
            kb("heapBytes"),
            kb("wasmBytes"),
            then["nodes"],
            then["listeners"]
        )?;
    }
    Ok(())
}

/// What was promised of the pages, and what came of it.
fn budgets(run: &Value) -> Vec<Budget> {
    let value = |page: &str, mode: &str, name: &str| {
        let all = run["figures"].as_array()?;
        let figure = all.iter().find(|figure| {
            figure["page"] == page && figure["profile"] == "slow" && figure["mode"] == mode
        });
        median(figure?, name)
    };
    let unfinished = |page: &str, mode: &str| {
        let all = run["figures"].as_array()?;
        let rounds = all
            .iter()
            .filter(|figure| figure["page"] == page && figure["mode"] == mode);
        rounds
            .map(|figure| Some(figure["runs"].as_f64()? - figure["finished"].as_f64()?))
            .try_fold(None, |sum: Option<f64>, missing| {
                Some(Some(sum.unwrap_or(0.0) + missing?))
            })?
    };
    let first = |page| value(page, "cold", "respondedMs");
    let ratio = first("ours-phone").zip(first("floor"));
    let heap = |visits: u64| {
        let after = run.pointer("/memory/after")?.as_array()?;
        let then = after.iter().find(|then| then["visits"] == visits)?;
        Some(then["heapBytes"].as_f64()? + then["wasmBytes"].as_f64()?)
    };
    vec![
        Budget::at_most(
            "phone page, first visit on the slow profile: first touch answered, of the hand-written page's time",
            ratio.map(|(ours, floor)| ours / floor),
            1.3,
        ),
        Budget::at_most(
            "phone page, slow profile: later taps, p95, ms",
            value("ours-phone", "cold", "laterTapP95Ms"),
            50.0,
        ),
        Budget::at_most(
            "phone page: layout shift",
            value("ours-phone", "cold", "layoutShift"),
            0.0,
        ),
        Budget::at_most(
            "kiosk: layout shift",
            value("ours-kiosk", "cold", "layoutShift"),
            0.0,
        ),
        Budget::at_most(
            "kiosk, second visit: kB over the line before the first answer",
            value("ours-kiosk", "warm", "bytesFirst").map(|bytes| bytes / 1000.0),
            0.0,
        ),
        Budget::at_most(
            "kiosk, network off: visits that could not be rated to the end",
            unfinished("ours-kiosk", "offline"),
            0.0,
        ),
        Budget::at_most(
            "kiosk: memory after 1,000 visits less that after 100, kB",
            heap(1_000)
                .zip(heap(100))
                .map(|(late, early)| (late - early) / 1000.0),
            0.0,
        ),
    ]
}

/// What a page is called.
fn title<'a>(run: &'a Value, page: &'a str) -> &'a str {
    let pages = run["pages"].as_array();
    let found = pages.and_then(|pages| pages.iter().find(|known| known["name"] == page));
    found
        .and_then(|found| found["title"].as_str())
        .unwrap_or(page)
}

fn median(figure: &Value, name: &str) -> Option<f64> {
    figure["values"][name]["median"].as_f64()
}

/// `482 (449–514) [1.0]`, or a dash where nothing was measured.
fn cell(figure: &Value, name: &str, divisor: f64, decimals: usize, own: Option<f64>) -> String {
    let value = |which: &str| {
        figure["values"][name][which]
            .as_f64()
            .map(|value| value / divisor)
    };
    let (Some(median), Some(min), Some(max)) = (value("median"), value("min"), value("max")) else {
        return "–".to_owned();
    };
    let mut cell = format!("{median:.decimals$} ({min:.decimals$}–{max:.decimals$})");
    if let Some(own) = own.map(|own| own / divisor).filter(|own| *own > 0.0) {
        // Writing to a string does not fail.
        let _ = write!(cell, " [{:.2}]", median / own);
    }
    cell
}

/// Each measure in which another page needs less than our phone page does.
fn ahead(run: &Value, here: &[&Value]) -> Vec<String> {
    let Some(ours) = here.iter().find(|figure| figure["page"] == "ours-phone") else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for figure in here {
        let page = figure["page"].as_str().unwrap_or_default();
        if page.starts_with("ours-") {
            continue;
        }
        let better: Vec<String> = MEASURES
            .iter()
            .filter_map(|(name, words, ..)| {
                let (own, other) = (median(ours, name)?, median(figure, name)?);
                (other < own).then(|| match own > 0.0 {
                    true => format!("{words} ({:.2} of ours)", other / own),
                    false => (*words).to_owned(),
                })
            })
            .collect();
        if !better.is_empty() {
            lines.push(format!("{}: {}.", title(run, page), better.join("; ")));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run() -> Value {
        let figure = |page: &str, ms: f64| {
            json!({"page": page, "profile": "slow", "mode": "cold", "values": {
                "visibleMs": {"median": ms, "min": ms - 10.0, "max": ms + 10.0},
                "layoutShift": {"median": 0, "min": 0, "max": 0}}})
        };
        json!({
            "profiles": {"slow": {"title": "Slow"}}, "modes": {"cold": "first visit"},
            "pages": [{"name": "ours-phone", "title": "Ours"}, {"name": "x", "title": "Other"}],
            "figures": [figure("ours-phone", 400.0), figure("x", 300.0), figure("y", 800.0)],
            "leftOut": [{"name": "Z", "why": "cannot be had"}],
        })
    }

    #[test]
    fn each_page_has_a_row_with_its_ratio_to_ours() -> Result<()> {
        let text = markdown(&run())?;
        assert!(text.contains("### Slow, first visit"), "{text}");
        assert!(
            text.contains("| Other | 300 (290–310) [0.75] | – |"),
            "{text}"
        );
        assert!(text.contains("| y | 800 (790–810) [2.00] |"), "{text}");
        assert!(text.contains("- Z: cannot be had."), "{text}");
        Ok(())
    }

    #[test]
    fn a_visit_that_does_not_end_without_the_network_misses_the_promise() -> Result<()> {
        let mut run = run();
        let kiosk = |finished: u32| json!({"page": "ours-kiosk", "profile": "slow", "mode": "offline", "runs": 2, "finished": finished});
        let row = "| kiosk, network off: visits that could not be rated to the end | ≤ 0 |";
        run["figures"] = json!([kiosk(2)]);
        assert!(markdown(&run)?.contains(&format!("{row} 0 | met |")));
        run["figures"] = json!([kiosk(2), kiosk(1)]);
        assert!(markdown(&run)?.contains(&format!("{row} 1 | **missed** |")));
        Ok(())
    }

    #[test]
    fn memory_is_told_visit_by_visit() -> Result<()> {
        let mut run = run();
        run["memory"] = json!({"after": [{"visits": 10, "heapBytes": 2_500_000, "wasmBytes": 1_000, "nodes": 98, "listeners": 47}]});
        let text = markdown(&run)?;
        assert!(text.contains("| 10 | 2500.0 | 1.0 | 98 | 47 |"), "{text}");
        Ok(())
    }

    #[test]
    fn where_another_page_is_ahead_is_said_and_nothing_else() -> Result<()> {
        let text = markdown(&run())?;
        assert!(
            text.contains("- Other: visible, ms (0.75 of ours)."),
            "{text}"
        );
        assert!(!text.contains("- y:"), "{text}");
        Ok(())
    }
}
