//! How often the intervals are right and how far weighting helps, over synthetic provinces with known truth:
//! `cargo run -p hai-long-statistics --release --example simulate -- --provinces 1000`
//!
//! Ends with an error when an interval whose assumptions hold covers the truth in less than 94 or more than 96 per cent of a
//! thousand provinces or more, or when weighting brings the figure no nearer to it.

mod stream;
mod tally;
mod world;

use tally::{Tally, simulate};
use world::Silence;

/// Of fewer provinces than this a per cent is mere chance.
const ENOUGH: u32 = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provinces = option("--provinces", 1_000)?;
    let dossiers = option("--dossiers", 16_000)?;
    let seed = option("--seed", 766)?;
    println!("{provinces} provinces of {dossiers} closed dossiers, seed {seed}\n");
    let mut broken = Vec::new();
    for (silence, about) in [
        (
            Silence::Equal,
            "everybody rates as often: what the intervals assume",
        ),
        (Silence::Unequal, "late dossiers and phones rate less often"),
        (
            Silence::Pressed,
            "late dossiers and phones rate less often, and some desks press",
        ),
    ] {
        let tally = simulate(provinces, dossiers, silence, seed.into())?;
        println!("{about}");
        report(&tally);
        broken.extend(
            promises(&tally, silence)
                .into_iter()
                .filter(|_| provinces >= ENOUGH),
        );
    }
    let days = option("--days", 250)?;
    println!("{days} days at kiosks, on one of ten of which somebody feeds a machine");
    for rule in ["burst", "straight-line-run"] {
        let found = stream::found(rule, days, seed.into());
        println!("  responses by {rule}: {}", precision_and_recall(found));
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(broken.join("; ").into())
}

/// What is promised of these provinces and does not hold.
fn promises(tally: &Tally, silence: Silence) -> Vec<String> {
    // Where some are silent more than others, the unweighted figure is none of its interval's; pressure at the desk no weights
    // can mend.
    let held = match silence {
        Silence::Equal => vec![
            ("cluster-robust, process", tally.robust),
            ("cluster-robust, finite population", tally.finite),
            ("raked, finite population", tally.weighted),
        ],
        Silence::Unequal => vec![("raked, finite population", tally.weighted)],
        Silence::Pressed => Vec::new(),
    };
    let off = held.into_iter().filter_map(|(name, count)| {
        let percent = 100.0 * tally.share(count);
        let holds = (94.0..=96.0).contains(&percent);
        (!holds).then(|| format!("{name} covers {percent:.1} % and not 94 to 96"))
    });
    let mut broken: Vec<String> = off.collect();
    let [unweighted, weighted] = tally.error();
    if !matches!(silence, Silence::Equal) && weighted >= unweighted {
        broken.push("weighting brings the figure no nearer to the truth".to_owned());
    }
    broken
}

fn report(tally: &Tally) {
    let n = f64::from(tally.provinces);
    println!(
        "  responses a province                      {:8.0}",
        tally.responses / n
    );
    println!(
        "  coverage of 95 % intervals, in per cent (a true 95 would stray by {:.1})",
        100.0 * (0.95 * 0.05 / n).sqrt()
    );
    for (name, count) in [
        ("pooled answers as if independent, process", tally.naive),
        ("cluster-robust, process", tally.robust),
        ("cluster-robust, finite population", tally.finite),
        ("raked, finite population", tally.weighted),
    ] {
        println!("    {name:<42}{:6.1}", 100.0 * tally.share(count));
    }
    let [unweighted, weighted] = tally.error();
    let [bias, weighted_bias] = tally.bias.map(|bias| bias / n);
    println!("  error against the truth of the period, in points");
    println!(
        "    unweighted: root mean square {:5.2}, mean {:+5.2}",
        100.0 * unweighted,
        100.0 * bias
    );
    println!(
        "    weighted:   root mean square {:5.2}, mean {:+5.2}",
        100.0 * weighted,
        100.0 * weighted_bias
    );
    if tally.untrimmed > 0 {
        println!(
            "    {} provinces with so few ratings that no weights keep the bounds",
            tally.untrimmed
        );
    }
    println!(
        "    weighted nearer in {:.1} % of provinces",
        100.0 * tally.share(tally.nearer)
    );
    println!(
        "  units with pressure at the desk, by the gap between kiosk and phone: {}\n",
        precision_and_recall(tally.pressure)
    );
}

/// Of what was flagged, what deserved it; of what deserved it, what was flagged.
fn precision_and_recall([hit, false_alarm, missed, quiet]: [u32; 4]) -> String {
    let share = |other: u32| match hit + other {
        0 => "none".to_owned(),
        all => format!("{:.1} %", 100.0 * f64::from(hit) / f64::from(all)),
    };
    format!(
        "precision {}, recall {} ({hit} found, {false_alarm} in vain, {missed} missed, {quiet} rightly quiet)",
        share(false_alarm),
        share(missed)
    )
}

/// The number after `name` on the command line.
fn option(name: &str, default: u32) -> Result<u32, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != name)
        .skip(1);
    match (
        arguments.next(),
        std::env::args().any(|argument| argument == name),
    ) {
        (Some(number), _) => Ok(number
            .parse()
            .map_err(|_| format!("{name} {number}: write a whole number"))?),
        (None, true) => Err(format!("{name} needs a number").into()),
        (None, false) => Ok(default),
    }
}
