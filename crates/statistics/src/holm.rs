//! Many tests at once.

/// Which of `p` are rejected when no more than a share `alpha` of such families may hold any false rejection, by Holm's step-
/// down (1979, Scandinavian Journal of Statistics 6:65); valid whatever the dependence. `tests` counts all tests of the
/// family, those left out of `p` for being hopeless included; at least as many as `p` has.
pub(crate) fn rejected(p: &[f64], tests: usize, alpha: f64) -> Vec<bool> {
    let mut order: Vec<_> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut rejected = vec![false; p.len()];
    for (step, at) in order.into_iter().enumerate() {
        let left = tests.saturating_sub(step).max(1);
        // Not a number is no reason to reject, so the comparison is this way round.
        if p[at] <= alpha / left as f64 {
            rejected[at] = true;
        } else {
            break;
        }
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::rejected;

    #[test]
    fn holms_own_thresholds() {
        let p = [0.015, 0.04, 0.03, 0.005];
        // 0.005 ≤ 0.05/4, 0.015 ≤ 0.05/3, 0.03 > 0.05/2: stop, although 0.04 ≤ 0.05/1.
        assert_eq!(rejected(&p, 4, 0.05), [true, false, false, true]);
        assert_eq!(rejected(&p, 8, 0.05), [false, false, false, true]);
        assert_eq!(rejected(&[f64::NAN, 0.0], 2, 0.05), [false, true]);
        assert!(rejected(&[], 0, 0.05).is_empty());
    }
}
