//! Five faces whose level shows in eyes, brows and mouth: some people read eyes first, others mouths.

use crate::view::{El, el};

/// Brows, eyes and mouth of a level on a field of 64 by 64.
const FEATURES: [[&str; 3]; 5] = [
    [
        "M14 18l12 6M50 18l-12 6",
        "M22 29v3M42 29v3",
        "M20 49q12-15 24 0",
    ],
    [
        "M14 23q6-5 12-5M50 23q-6-5-12-5",
        "M22 28v3M42 28v3",
        "M22 46q10-8 20 0",
    ],
    ["M16 20h11M37 20h11", "M22 28v4M42 28v4", "M22 44h20"],
    [
        "M15 21q6-5 12-1M49 21q-6-5-12-1",
        "M22 28v4M42 28v4",
        "M21 42q11 10 22 0",
    ],
    [
        "M14 18q7-6 13-2M50 18q-7-6-13-2",
        "M17 31q5-7 10 0M37 31q5-7 10 0",
        "M18 39h28q-2 13-14 13t-14-13z",
    ],
];

/// The face of a level from 1 (worst) to 5 (best), drawn in the colour of the text around it; anything else is drawn
/// as the middle face. For the eye only: the words beside it say the same.
pub fn face(level: u8) -> El {
    let features = FEATURES
        .get(usize::from(level).wrapping_sub(1))
        .copied()
        .unwrap_or(FEATURES[2]);
    let head = el("circle")
        .attr("cx", "32")
        .attr("cy", "32")
        .attr("r", "29");
    el("svg")
        .class("hl-face")
        .attr_of("data-face", level.to_string())
        .attr("viewBox", "0 0 64 64")
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(head)
        .children(features.map(|feature| el("path").attr("d", feature)))
}
