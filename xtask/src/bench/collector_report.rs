//! What the collector has measured, for people.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use super::report::{Budget, told};

/// The section about the collector.
pub fn markdown(run: &Value) -> Result<String> {
    let told = |pointer: &str| told(run, pointer);
    let list = |name: &str| run[name].as_array().with_context(|| name.to_owned());
    let mut out = String::from(
        "## The collector\n\nWritten by `cargo xtask bench collector` from \
         [collector.json](benchmarks/collector.json); how it measures and where it may mislead: \
         [bench/collector](../bench/collector/README.md); what a profile of it has taught: \
         [notes](benchmarks/notes.md).\n\n",
    );
    if run["quick"] == true {
        out.push_str("**A quick run: it shows that all works and proves nothing.**\n\n");
    }
    write!(
        out,
        "Run of {}, commit {}: {} cores of {}, {} MB, Linux {}, load {} before and {} after; SQLite {}, {}; {} rounds of \
         {} s.\n\n{}\nThe disk syncs {} small appends a second (fdatasync), {} with fsync.\n",
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
        Budget::table(&budgets(run)),
        spread(&run["disk"]["fdatasyncPerSecond"]),
        spread(&run["disk"]["fsyncPerSecond"]),
    )?;
    out.push_str(
        "\n### Ratings on disk a second\n\n| clients × ratings | collector | p50 ms | p95 ms | of an empty handler | of a \
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
        "\nResident memory: {} MB at rest, {} MB at most under these loads. Import of {} dossiers: {} s.\n\n### Start\n\n\
         | responses | ms to the first answer |\n|---|---|\n",
        spread(&run["memory"]["restMb"]),
        spread(&run["memory"]["loadPeakMb"]),
        told("/import/dossiers"),
        spread(&run["import"]["seconds"]),
    )?;
    for row in list("startUp")? {
        writeln!(out, "| {} | {} |", row["responses"], spread(&row["ms"]))?;
    }
    out.push_str("\n### The index of a quarter\n\n| responses of a year | units | question | store, ms | HTTP, ms | bytes |\n|---|---|---|---|---|---|\n");
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
    out.push_str("\n| responses | loaded in, s | first tenth, a second | last tenth, a second | database, MB | a quarter from the log, ms | with flags at first, ms | with flags again, ms | verify, s | at rest, MB | at most, MB |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for set in list("index")? {
        let growth = set["growth"].as_array().context("growth")?;
        let rate = |tenth: Option<&Value>| tenth.map_or(Value::Null, |t| t["perSecond"].clone());
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            set["responses"],
            set["loadSeconds"],
            rate(growth.first()),
            rate(growth.last()),
            set["databaseMb"],
            spread(&set["logScanMs"]),
            set["rulesFirstMs"],
            spread(&set["rulesAgainMs"]),
            set["verifySeconds"],
            set["restMb"],
            set["peakMb"],
        )?;
    }
    Ok(out)
}

/// What was promised of the collector, and what came of it.
fn budgets(run: &Value) -> Vec<Budget> {
    let load = |batch: u64, limit: &str| {
        let rows = run["throughput"].as_array()?;
        let row = rows
            .iter()
            .find(|row| row["clients"] == 64 && row["batch"] == batch)?;
        row["ratios"][limit]["median"].as_f64()
    };
    let largest = run["index"].as_array().and_then(|sets| sets.last());
    let responses = largest.map_or(0, |set| set["responses"].as_u64().unwrap_or_default());
    let question = |name: &str| {
        let questions = largest?["queries"].as_array()?;
        let found = questions.iter().find(|question| question["name"] == name)?;
        found["storeMs"]["median"].as_f64()
    };
    let median = |pointer: &str| run.pointer(pointer)?["median"].as_f64();
    let quarter =
        |what: &str| format!("a quarter out of {responses} responses, in the store: {what}, ms");
    vec![
        Budget::at_least(
            "64 clients × 1 rating: of an empty handler's rate",
            load(1, "bareHandler"),
            0.4,
        ),
        Budget::at_least(
            "64 clients × 50 ratings: of the rate of bare SQLite",
            load(50, "sqlite"),
            0.45,
        ),
        Budget::at_most(quarter("one unit"), question("one unit"), 5.0),
        Budget::at_most(
            quarter("all units × items"),
            question("all units × items"),
            200.0,
        ),
        Budget::at_most(
            quarter("counted from the log"),
            largest.and_then(|set| set["logScanMs"]["median"].as_f64()),
            1_500.0,
        ),
        Budget::at_most("memory at rest, MB", median("/memory/restMb"), 40.0),
        Budget::at_most("memory under load, MB", median("/memory/loadPeakMb"), 150.0),
        Budget::at_most(
            "import of 200,000 dossiers, s",
            median("/import/seconds"),
            20.0,
        ),
    ]
}

/// `12 (10–15)`, or a dash where nothing was measured.
pub fn spread(value: &Value) -> String {
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
