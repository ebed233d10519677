//! Synthetic provinces whose true satisfaction is known, because here everybody answers and the collector hears only some.

use fastrand::Rng;
use statistics::cluster::ClusterSums;
use statistics::weight::{Group, Margin};

pub const UNITS: usize = 8;
const FIELDS: usize = 3;
/// Units × fields × (on time, late) × (kiosk, phone).
const KINDS: usize = UNITS * FIELDS * 4;
/// Questions of the form.
const QUESTIONS: u32 = 5;
/// One answer in ten is left out.
const LEFT_OUT: f64 = 0.1;
/// Correlation of two answers of one person.
const CORRELATION: f64 = 0.3;
/// Who rates, where silence is equal.
const RESPONSE: f64 = 0.1;
/// How much more often people with a dossier on time rate than those with a late one, where silence is unequal.
const ON_TIME_TO_LATE: f64 = 2.5;
/// How much more often phones rate than kiosks there.
const PHONE_TO_KIOSK: f64 = 0.6;
/// Share of units with somebody who looks over the shoulder, and of dissatisfied answers that this turns.
const PRESSED_UNITS: f64 = 0.25;
const TURNED: f64 = 0.6;
/// People who use phones are a little less content with the same service: what a gap between channels also measures.
const PHONE: f64 = -0.02;
/// What being late costs.
const LATE: f64 = -0.35;

/// Who rates, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Everybody as often: what the intervals assume.
    Equal,
    /// Late dossiers and phones less often.
    Unequal,
    /// Unequal, and pressure at some kiosks.
    Pressed,
}

/// What the collector knows of one province, and what it does not.
pub struct Province {
    /// Satisfied share of all closed dossiers: the truth of exactly this period.
    pub truth: f64,
    /// Satisfied share of which this period is an example: the truth of the process.
    pub process: f64,
    /// Closed dossiers.
    pub closed: u64,
    /// Of each kind, closed dossiers, responses, and satisfied answers of the responses.
    kinds: Vec<Kind>,
    /// Units where somebody looks over the shoulder.
    pub pressed: [bool; UNITS],
}

#[derive(Clone, Copy, Default)]
struct Kind {
    closed: u64,
    responses: u64,
    heard: ClusterSums,
}

fn kind(unit: usize, field: usize, late: bool, phone: bool) -> usize {
    ((unit * FIELDS + field) * 2 + usize::from(late)) * 2 + usize::from(phone)
}

/// Unit, field, late, phone of a kind.
fn parts(kind: usize) -> [usize; 4] {
    [kind / 4 / FIELDS, kind / 4 % FIELDS, kind / 2 % 2, kind % 2]
}

impl Province {
    /// A province of `dossiers` closed dossiers.
    pub fn new(rng: &mut Rng, dossiers: u32, silence: Silence) -> Self {
        let between = |rng: &mut Rng, low: f64, high: f64| low + (high - low) * rng.f64();
        let content: [f64; UNITS] = std::array::from_fn(|_| between(rng, 0.78, 0.94));
        let lateness: [f64; UNITS] = std::array::from_fn(|_| between(rng, 0.05, 0.30));
        let pressed =
            std::array::from_fn(|_| rng.f64() < PRESSED_UNITS && silence == Silence::Pressed);
        let field_effect = [0.03, 0.0, -0.06];
        let satisfied = |[unit, field, late, phone]: [usize; 4]| {
            content[unit] + field_effect[field] + LATE * late as f64 + PHONE * phone as f64
        };
        let mut process = 0.0;
        for kind in 0..KINDS {
            let [unit, _, late, phone] = parts(kind);
            let late_share = if late == 1 {
                lateness[unit]
            } else {
                1.0 - lateness[unit]
            };
            let phone_share = if phone == 1 { 0.4 } else { 0.6 };
            process += late_share * phone_share / (UNITS * FIELDS) as f64 * satisfied(parts(kind));
        }
        let mut kinds = vec![Kind::default(); KINDS];
        let mut everybody = ClusterSums::default();
        for _ in 0..dossiers {
            let (unit, field) = (rng.usize(0..UNITS), rng.usize(0..FIELDS));
            let (late, phone) = (rng.f64() < lateness[unit], rng.f64() < 0.4);
            let at = kind(unit, field, late, phone);
            let share = satisfied(parts(at));
            let mood = rng.f64() < share;
            let (mut y, mut m, mut said) = (0, 0, 0);
            let looked_at = pressed[unit] && !phone;
            for _ in 0..QUESTIONS {
                let own = rng.f64() < share;
                let answer = if rng.f64() < CORRELATION.sqrt() {
                    mood
                } else {
                    own
                };
                if rng.f64() < LEFT_OUT {
                    continue;
                }
                m += 1;
                y += u32::from(answer);
                said += u32::from(answer || (looked_at && rng.f64() < TURNED));
            }
            everybody.add(y, m);
            let mut chance = RESPONSE;
            if silence != Silence::Equal {
                chance *= if late { 1.0 } else { ON_TIME_TO_LATE };
                chance *= if phone { PHONE_TO_KIOSK } else { 1.0 };
            }
            let kind = &mut kinds[at];
            kind.closed += 1;
            if rng.f64() < chance {
                kind.responses += 1;
                kind.heard.add(said, m);
            }
        }
        Self {
            truth: everybody.ratio().unwrap_or(f64::NAN),
            process,
            closed: dossiers.into(),
            kinds,
            pressed,
        }
    }

    /// All that was heard.
    pub fn heard(&self) -> ClusterSums {
        self.sums(|_| true)
    }

    /// What was heard of one unit by one channel.
    pub fn channel(&self, unit: usize, phone: bool) -> ClusterSums {
        self.sums(|[of, _, _, by]| of == unit && by == usize::from(phone))
    }

    fn sums(&self, wanted: impl Fn([usize; 4]) -> bool) -> ClusterSums {
        let mut sums = ClusterSums::default();
        for (at, kind) in self.kinds.iter().enumerate() {
            if wanted(parts(at)) {
                sums.merge(&kind.heard);
            }
        }
        sums
    }

    /// The dimensions by which dossiers are known.
    pub fn dimensions() -> Vec<String> {
        ["unit", "field", "timeliness", "channel"]
            .map(str::to_owned)
            .to_vec()
    }

    /// Groups to weigh.
    pub fn groups(&self) -> Vec<Group> {
        let kinds = self.kinds.iter().enumerate();
        kinds
            .map(|(at, kind)| Group {
                categories: parts(at).map(|part| part.to_string()).to_vec(),
                responses: kind.responses,
                base: 1.0,
            })
            .collect()
    }

    /// Sums of the groups, in their order.
    pub fn group_sums(&self) -> Vec<ClusterSums> {
        self.kinds.iter().map(|kind| kind.heard).collect()
    }

    /// Closed dossiers by each dimension.
    pub fn margins(&self) -> Vec<Margin> {
        let margin = |dimension: usize| {
            let mut margin = Margin::of(dimension, []);
            for (at, kind) in self.kinds.iter().enumerate() {
                let key = vec![parts(at)[dimension].to_string()];
                *margin.closed.entry(key).or_default() += kind.closed;
            }
            margin
        };
        (0..4).map(margin).collect()
    }
}
