//! Support for the end-to-end tests: a real collector, a real Chromium and a citizen who taps; a fleet of devices and a
//! bad line.

pub mod browser;
pub mod citizen;
pub mod collector;
pub mod faults;
pub mod fleet;
pub mod hall;
pub mod kiosk;
pub mod kiosks;
pub mod line;
pub mod look;
pub mod phone;
pub mod processes;
pub mod ratings;
pub mod release;
pub mod replay;
pub mod wait;
pub mod witness;
