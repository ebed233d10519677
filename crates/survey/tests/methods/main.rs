//! What may be relied on of counted cells, methods, intervals and checks of published tables.

#![allow(clippy::unwrap_used)] // helpers of tests may unwrap like the tests themselves

mod cell;
mod figures;
mod forms;
mod intervals;
mod points;
mod published;
mod qd766;
mod ratio;
mod shipped;
mod weights;
mod words;
