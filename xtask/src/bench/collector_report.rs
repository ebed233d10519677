//! `docs/benchmarks-collector.md`: the collector's figures of the last run for people.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::collector::FIGURES;
use crate::step::root;

/// Writes the document from the figures that there are.
pub fn write() -> Result<()> {
    let text = fs::read_to_string(root().join(FIGURES)).with_context(|| {
        format!("{FIGURES} is missing: `cargo xtask bench collector` measures and writes it")
    })?;
    let figures = serde_json::from_str(&text).with_context(|| FIGURES.to_owned())?;
    fs::write(
        root().join("docs/benchmarks-collector.md"),
        markdown(&figures)?,
    )?;
    Ok(())
}

fn markdown(run: &Value) -> Result<String> {
    let told = |pointer: &str| match run.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".to_owned(),
    };
    let list = |name: &str| run[name].as_array().with_context(|| name.to_owned());
    let mut out = String::from(
        "# Benchmarks of the collector\n\nWritten by `cargo xtask bench collector` from \
         [collector.json](benchmarks/collector.json); how it measures and where it may mislead: \
         [bench/collector](../bench/collector/README.md). Medians with least and greatest. Only ratios within one run \
         mean anything on another machine.\n\n",
    );
    if run["quick"] == true {
        out.push_str("**A quick run: it shows that all works and proves nothing.**\n\n");
    }
    write!(
        out,
        "Run of {}, commit {}: {} cores of {}, {} MB, Linux {}, load {} before and {} after; SQLite {}, {}; {} rounds of \
         {} s.\n\nThe disk syncs {} small appends a second (fdatasync), {} with fsync.\n",
        told("/date"),
        told("/versions/ours"),
        told("/machine/cores"),
        told("/machine/cpu"),
        told("/machine/memoryMb"),
        told("/machine/kernel"),
        told("/machine/loadBefore"),
        told("/machine/loadAfter"),
        told("/versions/sqlite"),
        told("/versions/rustc"),
        told("/rounds"),
        told("/slotSeconds"),
        spread(&run["disk"]["fdatasyncPerSecond"]),
        spread(&run["disk"]["fsyncPerSecond"]),
    )?;
    out.push_str(
        "\n## Ratings on disk a second\n\n| clients × ratings | collector | p50 ms | p95 ms | of an empty handler | of a \
         handler that reads the JSON | of bare SQLite |\n|---|---|---|---|---|---|---|\n",
    );
    for row in list("throughput")? {
        writeln!(
            out,
            "| {} × {} | {} | {} | {} | {} | {} | {} |",
            row["clients"],
            row["batch"],
            spread(&row["collector"]),
            spread(&row["p50Ms"]),
            spread(&row["p95Ms"]),
            spread(&row["ratios"]["bareHandler"]),
            spread(&row["ratios"]["jsonHandler"]),
            spread(&row["ratios"]["sqlite"]),
        )?;
    }
    write!(
        out,
        "\nResident memory: {} MB at rest, {} MB at most under these loads. Import of {} dossiers: {} s.\n\n## Start\n\n\
         | responses | ms to the first answer |\n|---|---|\n",
        spread(&run["memory"]["restMb"]),
        spread(&run["memory"]["loadPeakMb"]),
        told("/import/dossiers"),
        spread(&run["import"]["seconds"]),
    )?;
    for row in list("startUp")? {
        writeln!(out, "| {} | {} |", row["responses"], spread(&row["ms"]))?;
    }
    out.push_str("\n## The index of a quarter\n\n| responses of a year | units | question | store, ms | HTTP, ms | bytes |\n|---|---|---|---|---|---|\n");
    for set in list("index")? {
        for query in set["queries"].as_array().into_iter().flatten() {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                set["responses"],
                set["units"],
                query["name"].as_str().unwrap_or_default(),
                spread(&query["storeMs"]),
                spread(&query["httpMs"]),
                query["bytes"],
            )?;
        }
    }
    out.push_str("\n| responses | loaded in, s | first tenth, a second | last tenth, a second | database, MB | a quarter from the log, ms | verify, s | at rest, MB | at most, MB |\n|---|---|---|---|---|---|---|---|---|\n");
    for set in list("index")? {
        let growth = set["growth"].as_array().context("growth")?;
        let rate = |tenth: Option<&Value>| tenth.map_or(Value::Null, |t| t["perSecond"].clone());
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            set["responses"],
            set["loadSeconds"],
            rate(growth.first()),
            rate(growth.last()),
            set["databaseMb"],
            spread(&set["logScanMs"]),
            set["verifySeconds"],
            set["restMb"],
            set["peakMb"],
        )?;
    }
    Ok(out)
}

/// `12 (10–15)`, or a dash where nothing was measured.
fn spread(value: &Value) -> String {
    match (&value["median"], &value["min"], &value["max"]) {
        (Value::Number(median), Value::Number(min), Value::Number(max)) => {
            format!("{median} ({min}–{max})")
        }
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quick_run_says_so_and_a_load_has_its_ratios() -> Result<()> {
        let spread = |median: f64| json!({"median": median, "min": 1.5, "max": 9.5, "n": 3});
        let run = json!({
            "quick": true, "throughput": [{"clients": 16, "batch": 50, "collector": spread(7.25),
                "ratios": {"bareHandler": spread(0.5)}}],
            "startUp": [], "index": [],
        });
        let text = markdown(&run)?;
        assert!(text.contains("proves nothing"), "{text}");
        assert!(
            text.contains("| 16 × 50 | 7.25 (1.5–9.5) | – | – | 0.5 (1.5–9.5) | – | – |"),
            "{text}"
        );
        Ok(())
    }
}
