//! Support for the browser tests: a real collector, a real Chromium, and a citizen who taps.

pub mod browser;
pub mod collector;
pub mod faults;
pub mod kiosk;
pub mod kiosks;
pub mod replay;
pub mod wait;
