//! Distribution functions, from `statrs`, with quantiles polished to the last digits.

use statrs::distribution::{Beta, Continuous, ContinuousCDF, Normal, StudentsT};

/// The point that a standard normal variable stays below with probability `p`, 0 < p < 1; not a number otherwise.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    let normal = Normal::standard();
    polish(&normal, p, normal.inverse_cdf(p))
}

/// The same of Student's t with `freedom` > 0 degrees of freedom, which need not be whole; infinite ones are the normal.
pub(crate) fn student_quantile(p: f64, freedom: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    match student(freedom) {
        // By symmetry: differences from one lose digits in the upper tail.
        Some(t) if p > 0.5 => -polish(&t, 1.0 - p, t.inverse_cdf(1.0 - p)),
        Some(t) => polish(&t, p, t.inverse_cdf(p)),
        None if freedom > 0.0 => normal_quantile(p),
        None => f64::NAN,
    }
}

/// Probability that Student's t exceeds `t`: one-sided. Not a number without degrees of freedom.
pub(crate) fn student_upper(t: f64, freedom: f64) -> f64 {
    match student(freedom) {
        Some(student) => student.sf(t),
        None if freedom > 0.0 => Normal::standard().sf(t),
        None => f64::NAN,
    }
}

/// The point that a beta variable with shapes `a`, `b` stays below with probability `p`; the end of the range where a
/// shape is zero, as in Clopper and Pearson's interval.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if a <= 0.0 {
        return 0.0;
    }
    if b <= 0.0 {
        return 1.0;
    }
    match Beta::new(a, b) {
        Ok(beta) => polish(&beta, p, beta.inverse_cdf(p)).clamp(0.0, 1.0),
        Err(_) => f64::NAN,
    }
}

/// Beyond this many degrees of freedom t and normal agree to more digits than are printed.
const AS_GOOD_AS_NORMAL: f64 = 1e9;

fn student(freedom: f64) -> Option<StudentsT> {
    (freedom <= AS_GOOD_AS_NORMAL)
        .then(|| StudentsT::new(0.0, 1.0, freedom).ok())
        .flatten()
}

/// Newton's steps from a quantile that the library finds to few digits.
fn polish<D: ContinuousCDF<f64, f64> + Continuous<f64, f64>>(law: &D, p: f64, start: f64) -> f64 {
    let mut x = start;
    for _ in 0..8 {
        let density = law.pdf(x);
        let step = (law.cdf(x) - p) / density;
        if !step.is_finite() {
            break;
        }
        x -= step;
        if step.abs() <= 1e-15 * x.abs() {
            break;
        }
    }
    if x.is_finite() { x } else { start }
}
