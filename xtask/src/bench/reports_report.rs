//! What imports and the officers' pages have cost, for people.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use super::collector_report::spread;
use super::report::{Budget, told};

/// The section about imports and pages.
pub fn markdown(run: &Value) -> Result<String> {
    let told = |pointer: &str| told(run, pointer);
    let list = |name: &str| run[name].as_array().with_context(|| name.to_owned());
    let mut out = String::from(
        "## The reports\n\nWritten by `cargo xtask bench reports` from [reports.json](benchmarks/reports.json); how it \
         measures: [bench/collector](../bench/collector/README.md#reports).\n\n",
    );
    if run["quick"] == true {
        out.push_str("**A quick run: it shows that all works and proves nothing.**\n\n");
    }
    write!(
        out,
        "Run of {}, commit {}: {} cores of {}, {} MB, Linux {}, load {} before and {} after. {} dossiers and {} ratings of \
         {} units; each page {} times.\n\n{}\n| import | s | rows a minute |\n|---|---|---|\n",
        told("/date"),
        told("/versions/ours"),
        told("/machine/cores"),
        told("/machine/cpu"),
        told("/machine/memoryMb"),
        told("/machine/kernel"),
        told("/machine/loadBefore"),
        told("/machine/loadAfter"),
        told("/dossiers"),
        told("/ratings"),
        told("/units"),
        told("/repeats"),
        Budget::table(&budgets(run)),
    )?;
    for one in list("imports")? {
        writeln!(
            out,
            "| `{}` | {} | {} |",
            one["way"].as_str().unwrap_or_default(),
            one["seconds"],
            one["rowsPerMinute"],
        )?;
    }
    write!(
        out,
        "\nThe ratings through the intake: {} s. A quarter published: {} s. The first question about coverage after a start: {} ms.\n\n\
         | page | ms | bytes | |\n|---|---|---|---|\n",
        told("/ratingsSeconds"),
        told("/publishSeconds"),
        told("/firstCoverageMs"),
    )?;
    let goal = run["goalMs"].as_f64().context("goalMs")?;
    for page in list("pages")? {
        let met = page["ms"]["median"].as_f64().is_some_and(|ms| ms < goal);
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            page["name"].as_str().unwrap_or_default(),
            spread(&page["ms"]),
            page["bytes"],
            if met { "met" } else { "**missed**" },
        )?;
    }
    let others: Vec<String> = list("others")?
        .iter()
        .map(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            format!("{name} ({})", one["status"])
        })
        .collect();
    if !others.is_empty() {
        write!(
            out,
            "\nNot counted, since they answer such a question with another status: {}.\n",
            others.join("; ")
        )?;
    }
    Ok(out)
}

/// What was promised, and what came of it.
fn budgets(run: &Value) -> Vec<Budget> {
    let rates: Vec<f64> = run["imports"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["rowsPerMinute"].as_f64())
        .collect();
    let seconds = run["imports"][0]["seconds"].as_f64();
    let medians: Vec<f64> = run["pages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|page| page["ms"]["median"].as_f64())
        .collect();
    vec![
        Budget::at_least(
            "rows a minute, the slower of the two imports",
            rates.iter().copied().reduce(f64::min),
            200_000.0,
        ),
        Budget::at_most("`hai-long import dossiers`, s", seconds, 20.0),
        Budget::at_most(
            "the slowest page, median ms",
            medians.iter().copied().reduce(f64::max),
            300.0,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slow_page_is_called_missed() -> Result<()> {
        let page = |name: &str, median: f64| json!({"name": name, "bytes": 7, "ms": {"median": median, "min": 1.0, "max": 900.0}});
        let run = json!({
            "quick": false, "goalMs": 300.0,
            "imports": [{"way": "hai-long import dossiers", "seconds": 4.5, "rowsPerMinute": 2_666_667.0}],
            "pages": [page("/staff", 12.0), page("/staff/trend", 300.0)],
            "others": [{"name": "/staff/devices/edit", "status": 404}],
        });
        let text = markdown(&run)?;
        assert!(
            text.contains("| /staff | 12.0 (1.0–900.0) | 7 | met |"),
            "{text}"
        );
        assert!(
            text.contains("| /staff/trend | 300.0 (1.0–900.0) | 7 | **missed** |"),
            "{text}"
        );
        assert!(text.contains("/staff/devices/edit (404)"), "{text}");
        Ok(())
    }
}
