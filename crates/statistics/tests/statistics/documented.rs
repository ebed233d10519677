//! The worked examples of `docs/methods.md`, printed as there.

use statistics::change::{Instrument, Period, change};
use statistics::chart::{Month, Monthly, chart};
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::difference::Difference;
use statistics::estimate::{Measure, estimate};
use statistics::gap::{Channels, gaps};
use statistics::interval::Population;
use survey::method::Method;

use crate::share;

fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

#[test]
fn finite_population() {
    let sums = ClusterSums::single(1_022, 1_204);
    let ours = |population| {
        let ours = estimate(&sums, Measure::Share, population, Confidence::P95).unwrap();
        let interval = ours.interval.unwrap();
        [interval.low, interval.high].map(percent)
    };
    assert_eq!(ours(Population::Process), ["82.75", "86.80"]);
    assert_eq!(ours(Population::Closed(5_120)), ["83.03", "86.57"]);
    assert_eq!(ours(Population::Closed(1_204)), ["84.88", "84.88"]);
}

#[test]
fn pooled() {
    let mut sums = ClusterSums::default();
    for people in [(5, 5); 70]
        .iter()
        .chain(&[(2, 5); 20])
        .chain(&[(0, 4); 10])
    {
        sums.add(people.0, people.1);
    }
    let ours = estimate(&sums, Measure::Share, Population::Process, Confidence::P95).unwrap();
    let naive = share(sums.y, sums.m);
    let [m, y, mm, yy, ym] = [490, 390, 2_410, 1_830, 1_950];
    assert_eq!(
        sums,
        ClusterSums {
            clusters: 100,
            m,
            y,
            mm,
            yy,
            ym
        }
    );
    assert_eq!(percent(ours.value), "79.59");
    let interval = ours.interval.unwrap();
    assert_eq!(
        [interval.low, interval.high].map(percent),
        ["72.42", "85.28"]
    );
    assert_eq!(format!("{:.1}", ours.effective_answers.unwrap()), "152.8");
    assert_eq!(format!("{:.2}", ours.design_effect().unwrap()), "3.20");
    let naive = naive.interval.unwrap();
    assert_eq!([naive.low, naive.high].map(percent), ["75.80", "82.92"]);
}

#[test]
fn changes() {
    let period = |satisfied| Period {
        instrument: Instrument {
            form: "one-stop-quick".to_owned(),
            form_version: 1,
            method: Method::Top2,
        },
        estimate: share(satisfied, 1_000),
    };
    let change = |now, before| {
        let change = change(&period(now), &period(before), Confidence::P95).unwrap();
        (change.interval.map(percent), format!("{:.4}", change.p))
    };
    let printed =
        |low: &str, high: &str, p: &str| ([low.to_owned(), high.to_owned()], p.to_owned());
    assert_eq!(change(900, 850), printed("2.09", "7.89", "0.0007"));
    assert_eq!(change(865, 850), printed("-1.57", "4.57", "0.3388"));
}

#[test]
fn gap() {
    let units = [
        Channels {
            kiosk: share(198, 200),
            phone: share(140, 200),
        },
        Channels {
            kiosk: share(170, 200),
            phone: share(168, 200),
        },
    ];
    let gaps = gaps(&units, 0.0, Confidence::P95).unwrap();
    let printed = |gap: Difference| gap.interval.map(percent);
    assert_eq!(printed(gaps.units[0].unwrap().gap), ["22.13", "35.30"]);
    assert_eq!(printed(gaps.units[1].unwrap().gap), ["-6.15", "8.13"]);
    let together = gaps.together.unwrap();
    assert_eq!(percent(together.value), "15.00");
    assert_eq!(printed(together), ["10.01", "19.70"]);
}

#[test]
fn control_chart() {
    let satisfied = [880, 905, 862, 890, 910, 700];
    let months: Vec<_> = satisfied
        .iter()
        .zip(1..)
        .map(|(&satisfied, month)| Monthly {
            month: Month::new(2026, month).unwrap(),
            form_version: 1,
            satisfied: ClusterSums::single(satisfied, 1_000),
        })
        .collect();
    let segment = &chart(&months).unwrap()[0];
    let point = &segment.lines[0][5];
    assert_eq!(percent(segment.centre), "85.78");
    assert_eq!(point.classic.map(percent), ["82.47", "89.10"]);
    assert_eq!(format!("{:.2}", segment.sigma_z.unwrap()), "5.23");
    assert_eq!(point.limits.unwrap().map(percent), ["68.44", "100.00"]);
}
