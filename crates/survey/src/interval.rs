//! 95 % intervals of received ratings, as shares from 0 to 1.
//!
//! They say how far a figure would move if other people of the same kind had answered; they say nothing about those
//! who did not answer. Answers of one person are correlated (intra-class correlation 0.2 to 0.4 in questionnaires of
//! this kind), so pooled answers are never treated as independent: a plain Wilson interval on them covers about half
//! of what it claims.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::cell::Moments;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of a share of independent answers (Wilson 1927, JASA 22:209). None without answers.
pub fn wilson(satisfied: u64, answers: u64) -> Option<[f64; 2]> {
    if answers == 0 || satisfied > answers {
        return None;
    }
    Some(score(satisfied as f64 / answers as f64, answers as f64))
}

/// Wilson's interval of a share of pooled answers, several from each respondent.
///
/// The number of answers is replaced by the effective number: answers over the design effect, which is the variance of
/// the ratio Σs/Σm with respondents as the sampling units over the variance of as many independent answers. It is
/// shrunk for the few degrees of freedom that the variance is estimated with (Korn and Graubard 1998, Survey
/// Methodology 24:193) and never exceeds the number of answers. When all answers agree, the design effect cannot be
/// estimated; then each respondent's answers are taken for fully correlated, effective number (Σm)² / Σm².
///
/// None with fewer than two respondents, or for sums that no responses could have.
pub fn cluster_wilson(sums: &Moments) -> Option<[f64; 2]> {
    if sums.respondents < 2 || sums.m == 0 || sums.s > sums.m {
        return None;
    }
    let answers = sums.m as f64;
    let share = sums.s as f64 / answers;
    let freedom = sums.respondents - 1;
    let effective = if sums.s == 0 || sums.s == sums.m {
        answers * answers / sums.mm as f64
    } else {
        let variance = ratio_variance(sums, sums.s, sums.ss, sums.sm)?;
        if variance > 0.0 {
            let shrink = Z / student(freedom);
            share * (1.0 - share) / variance * shrink * shrink
        } else {
            answers
        }
    };
    Some(score(share, effective.min(answers)))
}

/// Student's t interval of a mean score, with respondents as the sampling units: for several answers per respondent the
/// linearised variance of the ratio Σx/Σm, for one answer each the plain variance of the mean. `span` is the greatest
/// score of one answer; the interval is a share of it, cut at 0 and 1.
///
/// None with fewer than two respondents, when all respondents have the same mean (no spread to estimate from), or for
/// sums that no responses could have.
pub fn ratio_t(sums: &Moments, span: u8) -> Option<[f64; 2]> {
    if sums.respondents < 2 || sums.m == 0 || span == 0 {
        return None;
    }
    let variance = ratio_variance(sums, sums.x, sums.xx, sums.xm)?;
    if variance <= 0.0 {
        return None;
    }
    let mean = sums.x as f64 / sums.m as f64;
    let half = student(sums.respondents - 1) * variance.sqrt();
    Some([mean - half, mean + half].map(|end| (end / f64::from(span)).clamp(0.0, 1.0)))
}

/// The score interval that solves |share − p| = Z √(p (1 − p) / answers) for p.
fn score(share: f64, answers: f64) -> [f64; 2] {
    let zz = Z * Z / answers;
    let centre = share + zz / 2.0;
    let half = (zz * (share * (1.0 - share) + zz / 4.0)).sqrt();
    let ends = [centre - half, centre + half].map(|end| (end / (1.0 + zz)).clamp(0.0, 1.0));
    // Rounding must not keep the ends from the share itself where they meet it.
    [ends[0].min(share), ends[1].max(share)]
}

/// Variance of the ratio Σy/Σm over respondents, linearised: R/(R−1) · Σ(y − m·Σy/Σm)² / (Σm)². The sum of squares is
/// taken in integers, since in floating point it is a small difference of large numbers.
fn ratio_variance(sums: &Moments, y: u64, yy: u64, ym: u64) -> Option<f64> {
    let [m, y, mm, yy, ym] = [sums.m, y, sums.mm, yy, ym].map(i128::from);
    // (Σm)² Σ(y − m·Σy/Σm)² = (Σm)²Σy² − 2ΣmΣyΣym + (Σy)²Σm²
    let squares = m
        .checked_mul(m)?
        .checked_mul(yy)?
        .checked_sub(m.checked_mul(y)?.checked_mul(ym)?.checked_mul(2)?)?
        .checked_add(y.checked_mul(y)?.checked_mul(mm)?)?;
    if squares < 0 {
        return None;
    }
    let respondents = sums.respondents as f64;
    Some(squares as f64 / (m as f64).powi(4) * respondents / (respondents - 1.0))
}

/// The 97.5 % point of Student's t distribution, to ten digits: up to 300 degrees of freedom from the library, which loses
/// digits with many; beyond from the Cornish-Fisher series (Abramowitz and Stegun 26.7.5), which is exact there.
fn student(freedom: u64) -> f64 {
    let v = freedom as f64;
    if freedom == 0 {
        return f64::INFINITY;
    }
    if freedom <= 300
        && let Ok(law) = StudentsT::new(0.0, 1.0, v)
    {
        return law.inverse_cdf(0.975);
    }
    let z2 = Z * Z;
    let g1 = (z2 + 1.0) / 4.0;
    let g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0;
    Z * (1.0 + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v)
}

#[cfg(test)]
mod tests {
    use super::student;

    #[test]
    fn student_gives_the_values_of_r() {
        // R 4.2.2: qt(0.975, …)
        for (freedom, expected) in [
            (1, 12.706_204_736_2),
            (2, 4.302_652_729_7),
            (3, 3.182_446_305_3),
            (5, 2.570_581_835_6),
            (29, 2.045_229_642_1),
        ] {
            let off = (student(freedom) / expected - 1.0).abs();
            assert!(off < 1e-10, "{freedom} degrees of freedom: off by {off}");
        }
    }

    #[test]
    fn series_and_library_meet() {
        let step = student(300) - student(301);
        let before = student(299) - student(300);
        assert!(
            step > 0.0 && (step / before - 1.0).abs() < 0.01,
            "{step} after {before}"
        );
    }
}
