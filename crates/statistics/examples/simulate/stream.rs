//! Days at kiosks, some with somebody who feeds the machine, to see what a rule about series finds.

use fastrand::Rng;
use statistics::flag::{Dossier, Facts, Rules, flags};
use survey::answers::Packed;
use survey::response::Channel;

/// Kiosks in use at once.
const KIOSKS: u64 = 40;
/// Share of days on which somebody feeds a kiosk.
const FED: f64 = 0.1;
/// Mean seconds between two citizens.
const BETWEEN: f64 = 300.0;
/// Share of arrivals that bring company, who rate right after.
const COMPANY: f64 = 0.1;
/// Least and greatest share of citizens at a kiosk who give everything the best level; company does as whom it came with.
const CONTENT: [f64; 2] = [0.2, 0.6];

/// What a rule made of responses: fed and flagged, honest and flagged, fed and missed, neither.
pub type Found = [u32; 4];

/// `days` days at some kiosks; what the shipped rule of this id found among the responses.
pub fn found(rule: &str, days: u32, seed: u64) -> Found {
    let mut rng = Rng::with_seed(seed);
    // Minds have lots of their own, so that moments do not depend on them.
    let mut minds = Rng::with_seed(!seed);
    let mut found = [0; 4];
    for day in 0..days {
        let (responses, fed) = one_day(&mut rng, &mut minds, i64::from(day));
        let raised = flags(Rules::shipped(), &responses);
        let mut flagged = vec![false; responses.len()];
        for flag in raised.iter().filter(|flag| flag.rule.id == rule) {
            flagged[flag.row as usize] = true;
        }
        for (fed, flagged) in fed.into_iter().zip(flagged) {
            found[match (fed, flagged) {
                (true, true) => 0,
                (false, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
            }] += 1;
        }
    }
    found
}

/// Responses of a day by row, and which of them nobody gave.
fn one_day(rng: &mut Rng, minds: &mut Rng, day: i64) -> (Vec<Facts>, Vec<bool>) {
    let (mut responses, mut fed) = (Vec::new(), Vec::new());
    // 07:30 to 17:00 in Việt Nam.
    let opens = day * 86_400 + 1_800;
    let closes = opens + 34_200;
    for kiosk in 0..KIOSKS {
        let [least, greatest] = CONTENT;
        let content_here = least + (greatest - least) * minds.f64();
        let mut add = |rng: &mut Rng, at: i64, content: bool, by_hand: bool| {
            let mixed = (0..5).map(|_| 3 + rng.u8(0..3)).collect();
            responses.push(Facts {
                row: responses.len() as u64,
                at,
                device: Some(kiosk),
                counter: kiosk,
                channel: Channel::Kiosk,
                elapsed_ms: None,
                answers: Packed(if content { vec![5; 5] } else { mixed }),
                dossier: Dossier::Known,
                known_unit: true,
                other_unit: false,
                assisted: false,
                clock_offset_ms: None,
            });
            fed.push(by_hand);
        };
        let mut at = opens;
        loop {
            at += (-BETWEEN * (1.0 - rng.f64()).ln()) as i64;
            if at > closes {
                break;
            }
            let content = minds.f64() < content_here;
            add(rng, at, content, false);
            if rng.f64() < COMPANY {
                for _ in 0..rng.u32(1..5) {
                    at += rng.i64(25..60);
                    add(rng, at, content, false);
                }
            }
        }
        if rng.f64() < FED {
            // Some are in no hurry, which no such rule finds.
            let (mut at, pace) = (rng.i64(opens..closes), rng.i64(6..40));
            for _ in 0..rng.u32(6..30) {
                at += rng.i64(pace / 2..pace * 2);
                add(rng, at, true, true);
            }
        }
    }
    (responses, fed)
}
