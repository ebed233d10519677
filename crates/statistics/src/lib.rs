//! What the counts allow to be said: how sure a figure is, what it would be had everybody answered alike often, whether
//! it changed, who is ahead of whom, and which responses look odd.
//!
//! Pure: no I/O, no clock, no random numbers. It takes exact integers ([`cluster::ClusterSums`], which a cell of
//! `survey` keeps) and gives shares from 0 to 1 with their intervals; rounding and words for people come last, from
//! `words/` and from the caller. Every method has a name and a version ([`methods`]) and a section in
//! `docs/methods.md` with formula, denominator, worked example and source. It is a crate of its own so that nothing of
//! it weighs on the widget, which compiles `survey`.

pub mod change;
pub mod chart;
pub mod cluster;
pub mod confidence;
pub mod difference;
mod distribution;
pub mod estimate;
pub mod flag;
pub mod gap;
mod holm;
pub mod index;
pub mod interval;
pub mod methods;
pub mod rank;
pub mod weight;
