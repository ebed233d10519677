//! Support for the end-to-end tests: a real collector, a real Chromium and a citizen who taps; a fleet of devices and a
//! bad line.

pub mod axe;
pub mod browser;
pub mod citizen;
pub mod collector;
pub mod faults;
pub mod fleet;
pub mod hall;
pub mod keyboard;
pub mod kiosk;
pub mod kiosks;
pub mod line;
pub mod look;
pub mod phone;
pub mod portal;
pub mod processes;
pub mod ratings;
pub mod release;
pub mod replay;
pub mod scan;
pub mod tree;
pub mod wait;
pub mod witness;
