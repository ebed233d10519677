//! The random draw: the collector, and not the desk, picks whom to invite.
//!
//! Each dossier has a score that anybody can compute who has the seed and the code:
//!
//! ```text
//! score = first 8 bytes, big-endian, of HMAC-SHA-256(key = seed in UTF-8, message = normalised dossier code in UTF-8)
//! ```
//!
//! A share *s* draws every dossier whose score is below *s* · 2⁶⁴; a number *n* draws the *n* of lowest score (of equal
//! ones that with the lower code first). It is drawn from all finished dossiers of the period and filter, asked or not,
//! so that the same seed gives the same draw however often it is run. Publish the seed before the period ends: who can
//! choose it afterwards can choose whom it draws.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Longest seed, in bytes: a block of the hash, which HMAC takes as it is.
pub const MAX_SEED: usize = 64;

/// A draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    seed: String,
    take: Take,
}

/// How many are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Take {
    /// So many, of lowest score.
    Number(usize),
    /// About this share, above 0 and at most 1.
    Share(f64),
}

impl Draw {
    /// A draw by this seed.
    ///
    /// # Errors
    ///
    /// The field at fault, and the rule with its mend.
    pub fn new(seed: &str, take: Take) -> Result<Self, (&'static str, String)> {
        if seed.is_empty() || seed.len() > MAX_SEED {
            return Err((
                "seed",
                format!("a seed has 1 to {MAX_SEED} bytes; publish it before the period ends"),
            ));
        }
        match take {
            Take::Share(share) if !(share > 0.0 && share <= 1.0) => Err((
                "share",
                "a share is above 0 and at most 1; write 0.1 for one in ten".to_owned(),
            )),
            Take::Number(0) => Err(("number", "draw at least one".to_owned())),
            take => Ok(Self {
                seed: seed.to_owned(),
                take,
            }),
        }
    }

    /// Seed and size, for the log: all that anybody needs to draw the same once more.
    pub fn in_words(&self) -> String {
        let take = match self.take {
            Take::Number(number) => format!("number {number}"),
            Take::Share(share) => format!("share {share}"),
        };
        format!("seed \"{}\", {take}", self.seed)
    }

    /// The score of a dossier.
    pub fn score(&self, code: &str) -> u64 {
        let mut block = [0; MAX_SEED];
        // HMAC fills a key that is shorter than the hash's block with zeros (RFC 2104).
        for (to, from) in block.iter_mut().zip(self.seed.as_bytes()) {
            *to = *from;
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(code.as_bytes());
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut first = [0; 8];
        first.copy_from_slice(&full[..8]);
        u64::from_be_bytes(first)
    }

    /// Which of these codes are drawn; one answer each, in order.
    pub fn drawn(&self, codes: &[&str]) -> Vec<bool> {
        match self.take {
            Take::Share(share) => {
                // A share of 1 is 2^64, which draws every score.
                let bound = (share * 18_446_744_073_709_551_616.0) as u128;
                codes
                    .iter()
                    .map(|code| u128::from(self.score(code)) < bound)
                    .collect()
            }
            Take::Number(number) => {
                let mut order: Vec<(u64, &str, usize)> = codes
                    .iter()
                    .enumerate()
                    .map(|(at, code)| (self.score(code), *code, at))
                    .collect();
                order.sort_unstable();
                let mut drawn = vec![false; codes.len()];
                for (.., at) in order.into_iter().take(number) {
                    if let Some(drawn) = drawn.get_mut(at) {
                        *drawn = true;
                    }
                }
                drawn
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Against another program: `printf H57.132-260804-0583 | openssl dgst -sha256 -hmac hue-2026-q3`.
    #[test]
    fn a_score_can_be_recomputed_by_anybody() {
        let draw = Draw::new("hue-2026-q3", Take::Share(0.5)).expect("a draw");
        assert_eq!(
            format!("{:016x}", draw.score("H57.132-260804-0583")),
            "a8aef6a47d3358d1"
        );
    }

    #[test]
    fn what_is_no_draw_is_refused_by_field() {
        let field = |seed: &str, take| Draw::new(seed, take).expect_err("refused").0;
        assert_eq!(field("", Take::Number(1)), "seed");
        assert_eq!(field(&"x".repeat(65), Take::Number(1)), "seed");
        assert_eq!(field("s", Take::Number(0)), "number");
        for share in [0.0, -1.0, 1.01, f64::NAN] {
            assert_eq!(field("s", Take::Share(share)), "share");
        }
    }

    proptest! {
        #[test]
        fn the_same_seed_draws_the_same_in_any_order(
            codes in prop::collection::hash_set("[A-Z][0-9]{2}\\.[0-9]{3}-26080[1-9]-[0-9]{4}", 1..60),
            number in 1usize..80, share in 0.01f64..=1.0, turn in 0usize..60,
        ) {
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let mut turned = codes.clone();
            turned.rotate_left(turn % codes.len());
            for take in [Take::Number(number), Take::Share(share)] {
                let draw = Draw::new("seed", take).expect("a draw");
                let of = |codes: &[&str]| {
                    let drawn = draw.drawn(codes).into_iter().zip(codes);
                    let mut drawn: Vec<String> =
                        drawn.filter(|(drawn, _)| *drawn).map(|(_, code)| (*code).to_owned()).collect();
                    drawn.sort();
                    drawn
                };
                prop_assert_eq!(of(&codes), of(&turned));
                if let Take::Number(number) = take {
                    prop_assert_eq!(of(&codes).len(), number.min(codes.len()));
                }
            }
        }

        #[test]
        fn a_greater_draw_holds_the_smaller_one(number in 1usize..30) {
            let codes: Vec<String> = (0..40).map(|n| format!("H57.132-260804-{n:04}")).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let of = |number| Draw::new("s", Take::Number(number)).expect("a draw").drawn(&codes);
            for (small, great) in of(number).into_iter().zip(of(number + 1)) {
                prop_assert!(!small || great);
            }
        }
    }
}
