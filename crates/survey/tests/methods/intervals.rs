//! Intervals: published values, independent computation, edges, and coverage in simulation.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use survey::cell::{Cell, Counter, Marks, Moments};
use survey::interval::{cluster_wilson, ratio_t, wilson};

use crate::forms::{MISSING, count, ratings};
use survey::answers::Packed;

fn near(ours: Option<[f64; 2]>, expected: [f64; 2], within: f64) {
    let ours = ours.unwrap();
    for (end, expected) in ours.into_iter().zip(expected) {
        assert!((end - expected).abs() <= within, "{ours:?} for {expected}");
    }
}

#[test]
fn wilson_gives_newcombes_values() {
    // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    near(wilson(81, 263), [0.2553, 0.3662], 5e-5);
    near(wilson(15, 148), [0.0624, 0.1605], 5e-5);
    near(wilson(0, 20), [0.0, 0.1611], 5e-5);
    near(wilson(1, 29), [0.0061, 0.1718], 5e-5);
}

#[test]
fn wilson_ends_are_where_the_score_test_meets_the_normal_point() {
    let z = Normal::standard().inverse_cdf(0.975);
    for (satisfied, answers) in [(1, 2), (7, 10), (1022, 1204), (999_999, 1_000_000)] {
        let share = satisfied as f64 / answers as f64;
        for end in wilson(satisfied, answers).unwrap() {
            let score = (share - end).abs() / (end * (1.0 - end) / answers as f64).sqrt();
            assert!(
                (score - z).abs() < 1e-6,
                "{satisfied} of {answers}: {score}"
            );
        }
    }
}

#[test]
fn wilson_at_the_edges() {
    assert_eq!(wilson(0, 0), None);
    assert_eq!(wilson(2, 1), None);
    let [low, high] = wilson(0, 1).unwrap();
    assert!(low == 0.0 && (0.79..0.80).contains(&high), "{low} {high}");
    let [low, high] = wilson(1, 1).unwrap();
    assert!(high == 1.0 && (0.20..0.21).contains(&low), "{low} {high}");
    let [low, high] = wilson(u64::MAX, u64::MAX).unwrap();
    assert!(low > 0.999_999 && high == 1.0);
}

/// Σ over respondents given as (valid answers, satisfied, score).
fn sums(respondents: &[(u64, u64, u64)]) -> Moments {
    let mut sums = Moments::default();
    for &(m, s, x) in respondents {
        sums.respondents += 1;
        sums.m += m;
        sums.s += s;
        sums.x += x;
        sums.mm += m * m;
        sums.ss += s * s;
        sums.xx += x * x;
        sums.sm += s * m;
        sums.xm += x * m;
    }
    sums
}

#[test]
fn pooled_answers_that_all_agree_count_once_per_respondent() {
    let all = sums(&[(5, 5, 20); 30]);
    near(cluster_wilson(&all), wilson(30, 30).unwrap(), 1e-12);
    let none = sums(&[(5, 0, 0); 30]);
    near(cluster_wilson(&none), wilson(0, 30).unwrap(), 1e-12);
}

#[test]
fn fully_correlated_answers_are_no_surer_than_one_answer_each() {
    let mut people = vec![(5, 5, 20); 70];
    people.extend([(5, 0, 0); 30]);
    let [low, high] = cluster_wilson(&sums(&people)).unwrap();
    let [single_low, single_high] = wilson(70, 100).unwrap();
    assert!(low <= single_low && single_high <= high);
    assert!((high - low) / (single_high - single_low) < 1.05);
}

#[test]
fn the_effective_number_never_exceeds_the_answers() {
    // Everyone gives the same mixture: correlation below zero, variance zero.
    let same = sums(&[(4, 2, 8); 25]);
    near(cluster_wilson(&same), wilson(50, 100).unwrap(), 1e-12);
}

#[test]
fn fewer_than_two_respondents_have_no_interval_of_pooled_answers() {
    for people in [&[][..], &[(5, 3, 12)]] {
        assert_eq!(cluster_wilson(&sums(people)), None);
        assert_eq!(ratio_t(&sums(people), 4), None);
    }
    assert!(cluster_wilson(&sums(&[(5, 3, 12), (1, 0, 0)])).is_some());
}

#[test]
fn impossible_sums_have_no_interval() {
    let impossible = Moments {
        respondents: 9,
        m: 9,
        s: 4,
        x: 4,
        sm: 1_000,
        xm: 1_000,
        ..Moments::default()
    };
    assert_eq!(cluster_wilson(&impossible), None);
    assert_eq!(ratio_t(&impossible, 4), None);
}

#[test]
fn one_answer_each_gives_students_interval() {
    let scores = [4.0, 3.0, 3.0, 4.0, 1.0, 2.0, 4.0, 0.0, 3.0, 3.0];
    let people = scores.map(|score| (1, 0, score as u64));
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let t = StudentsT::new(0.0, 1.0, n - 1.0)
        .unwrap()
        .inverse_cdf(0.975);
    let half = t * (variance / n).sqrt();
    near(
        ratio_t(&sums(&people), 4),
        [(mean - half) / 4.0, (mean + half) / 4.0],
        1e-5,
    );
}

#[test]
fn a_mean_keeps_within_its_scale() {
    let [low, high] = ratio_t(&sums(&[(1, 1, 4), (1, 1, 4), (1, 1, 3)]), 4).unwrap();
    assert!(0.0 <= low && high == 1.0);
    assert_eq!(
        ratio_t(&sums(&[(1, 1, 3); 50]), 4),
        None,
        "no spread, so no interval of width zero"
    );
}

#[test]
fn large_sums_lose_no_precision() {
    // A million respondents whose spread is tiny beside the sums of squares.
    let scale = 1_000_000u64;
    let one = sums(&[(19, 10, 40), (19, 11, 44)]);
    let many = Moments {
        respondents: one.respondents * scale,
        m: one.m * scale,
        s: one.s * scale,
        x: one.x * scale,
        mm: one.mm * scale,
        ss: one.ss * scale,
        xx: one.xx * scale,
        sm: one.sm * scale,
        xm: one.xm * scale,
    };
    let [low, high] = ratio_t(&many, 4).unwrap();
    // Each respondent's mean is 2/19 from the overall mean, in scores.
    let expected = 1.959_964 * (2.0 / 19.0) / (2.0 * scale as f64).sqrt() / 4.0;
    assert!(((high - low) / 2.0 / expected - 1.0).abs() < 1e-5);
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same people on every run.
struct People(u64);

impl People {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A level with shares 5, 5, 10, 40, 40 %: 80 % satisfied, mean score 3.05 of 4.
    fn level(&mut self) -> u8 {
        match self.next() {
            x if x < 0.05 => 1,
            x if x < 0.10 => 2,
            x if x < 0.20 => 3,
            x if x < 0.60 => 4,
            _ => 5,
        }
    }

    /// One person's answers to `items` questions, correlated by 0.3: each is the person's own mood with probability
    /// √0.3, so that two of them share it with probability 0.3. One in ten is left out.
    fn answers(&mut self, items: usize) -> Vec<u8> {
        let mood = self.level();
        (0..items)
            .map(|_| {
                let own = self.level();
                let answer = if self.next() < 0.3f64.sqrt() {
                    mood
                } else {
                    own
                };
                if self.next() < 0.1 { MISSING } else { answer }
            })
            .collect()
    }
}

/// Of `runs` surveys of `respondents` people, the shares in which an interval holds the true value: plain Wilson on all
/// answers, ours of `top2`, ours of `mean100`.
fn coverage(respondents: usize, runs: u32) -> [f64; 3] {
    let form = ratings(19);
    let counter = Counter::new(&form);
    let mut people = People(766);
    let mut held = [0u32; 3];
    for _ in 0..runs {
        let mut cell = Cell::empty(&form);
        for _ in 0..respondents {
            counter.add(&mut cell, &Packed(people.answers(19)), Marks::default());
        }
        let sums = &cell.scopes[0];
        for (held, (interval, truth)) in held.iter_mut().zip([
            (wilson(sums.s, sums.m), 0.8),
            (cluster_wilson(sums), 0.8),
            (ratio_t(sums, 4), 3.05 / 4.0),
        ]) {
            *held += u32::from(interval.is_some_and(|[low, high]| low <= truth && truth <= high));
        }
    }
    held.map(|held| f64::from(held) / f64::from(runs))
}

#[test]
fn plain_wilson_under_covers_pooled_answers_and_ours_does_not() {
    let [plain, top2, mean100] = coverage(100, 1_000);
    assert!(plain < 0.70, "plain Wilson covers {plain}");
    assert!(
        (0.92..0.985).contains(&top2),
        "cluster-wilson covers {top2}"
    );
    assert!(
        (0.92..0.985).contains(&mean100),
        "cluster-t covers {mean100}"
    );
}

#[test]
fn thirty_respondents_are_enough_for_honest_coverage() {
    let [_, top2, mean100] = coverage(30, 1_000);
    assert!(top2 >= 0.92, "cluster-wilson covers {top2}");
    assert!(mean100 >= 0.90, "cluster-t covers {mean100}");
}

#[test]
fn a_cell_gives_the_interval_of_its_raw_answers() {
    let form = ratings(3);
    let responses = [
        vec![5, 4, 1],
        vec![4, MISSING, 2],
        vec![1, 1, 1],
        vec![5, 5, 5],
    ];
    let cell = count(&form, &responses);
    let raw = sums(&[(3, 2, 7), (2, 1, 4), (3, 0, 0), (3, 3, 12)]);
    assert_eq!(cell.scopes[0], raw);
}
