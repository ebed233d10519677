//! Many provinces, and how often the figures are right.

use fastrand::Rng;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::gap::{Channels, gaps};
use statistics::interval::{Population, wilson};
use statistics::weight::{Trim, WeightError, Weights, weigh};

use crate::world::{Province, Silence, UNITS};

/// The gap that phones explain: those who use them are 2 points less content.
const EXCUSED: f64 = 0.02;

/// What came of a number of provinces.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub provinces: u32,
    pub responses: f64,
    /// Wilson's interval of all answers as if independent holds the truth of the process.
    pub naive: u32,
    /// The cluster-robust interval does.
    pub robust: u32,
    /// The cluster-robust interval with finite-population correction holds the truth of the period.
    pub finite: u32,
    /// The weighted interval with finite-population correction does.
    pub weighted: u32,
    /// Provinces whose weights cannot keep the bounds.
    pub untrimmed: u32,
    /// Weighted nearer to the truth of the period than unweighted.
    pub nearer: u32,
    /// Sums of squared errors, unweighted and weighted.
    pub squares: [f64; 2],
    /// Sums of errors.
    pub bias: [f64; 2],
    /// Units: pressed and flagged, not pressed and flagged, pressed and not flagged, neither.
    pub pressure: [u32; 4],
}

/// Simulates provinces of `dossiers` closed dossiers each. The same seed gives the same provinces.
pub fn simulate(
    provinces: u32,
    dossiers: u32,
    silence: Silence,
    seed: u64,
) -> Result<Tally, Box<dyn std::error::Error>> {
    let mut rng = Rng::with_seed(seed);
    let mut tally = Tally::default();
    for _ in 0..provinces {
        tally.count(&Province::new(&mut rng, dossiers, silence))?;
    }
    Ok(tally)
}

impl Tally {
    fn count(&mut self, province: &Province) -> Result<(), Box<dyn std::error::Error>> {
        let sums = province.heard();
        let share = |population| estimate(&sums, Measure::Share, population, Confidence::P95);
        let holds = |estimate: &Estimate, truth| {
            estimate
                .interval
                .is_some_and(|interval| interval.holds(truth))
        };
        let closed = Population::Closed(province.closed);
        let process = share(Population::Process)?;
        let [low, high] = wilson(process.value, sums.m as f64, Confidence::P95);
        let weights = self.weigh(province)?;
        let pair = weights.estimate(
            &province.group_sums(),
            Measure::Share,
            closed,
            Confidence::P95,
        )?;
        let [unweighted, weighted] = pair.both();
        let errors = [unweighted, weighted].map(|estimate| estimate.value - province.truth);
        self.provinces += 1;
        self.responses += sums.clusters as f64;
        self.naive += u32::from(low <= province.process && province.process <= high);
        self.robust += u32::from(holds(&process, province.process));
        self.finite += u32::from(holds(&share(closed)?, province.truth));
        self.weighted += u32::from(holds(weighted, province.truth));
        self.nearer += u32::from(errors[1].abs() < errors[0].abs());
        for (at, error) in errors.into_iter().enumerate() {
            self.squares[at] += error * error;
            self.bias[at] += error;
        }
        self.look_for_pressure(province)
    }

    /// Trimmed weights, or where so few rated that no weights keep the bounds, weights as they are.
    fn weigh(&mut self, province: &Province) -> Result<Weights, WeightError> {
        let weigh = |trim| {
            let margins = province.margins();
            weigh(&Province::dimensions(), &province.groups(), &margins, trim)
        };
        weigh(Some(Trim::default())).or_else(|fault| match fault {
            WeightError::CannotTrim { .. } => {
                self.untrimmed += 1;
                weigh(None)
            }
            fault => Err(fault),
        })
    }

    fn look_for_pressure(&mut self, province: &Province) -> Result<(), Box<dyn std::error::Error>> {
        let (mut units, mut pressed) = (Vec::new(), Vec::new());
        for unit in 0..UNITS {
            if [false, true]
                .iter()
                .any(|&phone| province.channel(unit, phone).m == 0)
            {
                continue;
            }
            pressed.push(province.pressed[unit]);
            let of = |phone| {
                let sums = province.channel(unit, phone);
                estimate(&sums, Measure::Share, Population::Process, Confidence::P95)
            };
            units.push(Channels {
                kiosk: of(false)?,
                phone: of(true)?,
            });
        }
        for (unit, pressed) in gaps(&units, EXCUSED, Confidence::P95)?
            .units
            .iter()
            .zip(pressed)
        {
            let flagged = unit.is_some_and(|unit| unit.pressure);
            let at = match (pressed, flagged) {
                (true, true) => 0,
                (false, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
            };
            self.pressure[at] += 1;
        }
        Ok(())
    }

    /// A count as a share of all provinces.
    pub fn share(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.provinces)
    }

    /// Root mean square error, unweighted and weighted.
    pub fn error(&self) -> [f64; 2] {
        self.squares
            .map(|squares| (squares / f64::from(self.provinces)).sqrt())
    }
}
