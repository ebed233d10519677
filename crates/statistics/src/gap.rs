//! Kiosk against phone: what people say at the desk and at home about the same unit.

use serde::Serialize;

use crate::confidence::Confidence;
use crate::difference::{Difference, NotComparable, Shift, difference};
use crate::estimate::Estimate;
use crate::holm;

/// One unit's figures by channel, of the same form version, method and period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Channels {
    /// Rated at the kiosk in the hall.
    pub kiosk: Estimate,
    /// Rated on the citizen's own phone.
    pub phone: Estimate,
}

/// Gaps of several units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gaps {
    /// Kiosk minus phone of each unit, in the order given; none where too few rated by either channel.
    pub units: Vec<Option<UnitGap>>,
    /// The weighted mean of these gaps; none when no unit has one.
    pub together: Option<Difference>,
}

/// The gap of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct UnitGap {
    /// Kiosk minus phone.
    pub gap: Difference,
    /// The kiosk is higher and stays so when all units are tested at once: a sign of pressure at the desk. A sign and no
    /// proof, since other people use the phone than the kiosk; weigh both figures to the same dossiers first.
    pub pressure: bool,
}

/// Kiosk minus phone within each unit, so that a unit with many kiosks is not compared with another unit's phones.
///
/// Each gap is a [`difference`]. `together` weighs units by n₁n₂/(n₁ + n₂), respondents of the two channels, as Cochran's
/// test does (1954, Biometrics 10:417). `pressure` tests "kiosk higher by more than `excused`" one-sided, all units
/// together by Holm. `excused`, on the scale from 0 to 1, is what other people using phones would explain: 0 where nothing is
/// known of that.
///
/// # Errors
///
/// [`NotComparable::Measures`] or [`NotComparable::Finite`].
pub fn gaps(
    units: &[Channels],
    excused: f64,
    confidence: Confidence,
) -> Result<Gaps, NotComparable> {
    let mut found = Vec::with_capacity(units.len());
    let (mut weight_sum, mut value, mut pooled) = (
        0.0,
        0.0,
        Shift {
            centre: 0.0,
            variance: 0.0,
            freedom: 0.0,
        },
    );
    for unit in units {
        let gap = match difference(&unit.kiosk, &unit.phone, confidence) {
            Ok(gap) => gap,
            Err(NotComparable::TooFew) => {
                found.push(None);
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let [kiosk, phone] = [unit.kiosk.respondents, unit.phone.respondents].map(|n| n as f64);
        let weight = kiosk * phone / (kiosk + phone);
        let variance = weight * weight * gap.shift.variance;
        weight_sum += weight;
        value += weight * gap.value;
        pooled.centre += weight * gap.shift.centre;
        pooled.variance += variance;
        // Σ variance²/freedom, the denominator of Satterthwaite's formula.
        pooled.freedom += variance * variance / gap.shift.freedom;
        found.push(Some(gap));
    }
    let chances: Vec<_> = found
        .iter()
        .flatten()
        .map(|gap| {
            let beyond = Shift {
                centre: gap.shift.centre - excused,
                ..gap.shift
            };
            beyond.upper()
        })
        .collect();
    let mut pressed = holm::rejected(&chances, chances.len(), confidence.alpha()).into_iter();
    let together = (weight_sum > 0.0).then(|| {
        let shift = Shift {
            centre: pooled.centre / weight_sum,
            variance: pooled.variance / weight_sum / weight_sum,
            freedom: pooled.variance * pooled.variance / pooled.freedom,
        };
        Difference::new(value / weight_sum, shift, confidence)
    });
    let units = found
        .into_iter()
        .map(|gap| {
            gap.map(|gap| UnitGap {
                gap,
                pressure: pressed.next().unwrap_or(false),
            })
        })
        .collect();
    Ok(Gaps { units, together })
}
