//! The collection endpoint: takes ratings in, keeps them, counts them, and tells what they add up to.
//!
//! A rating meets the modules in this order: [`http`] → [`intake`] → [`store`] → [`index`] → [`staff`] pages and API.
//! Handlers hold no SQL and the store holds no HTTP.

pub mod auth;
pub mod comments;
pub mod coverage;
pub mod delay;
pub mod demo;
pub mod enrolment;
pub mod evaluation;
pub mod export;
pub mod flags;
pub mod forms;
pub mod http;
pub mod import;
pub mod in_force;
pub mod index;
pub mod intake;
pub mod kiosk_settings;
pub mod oidc;
pub mod presenting;
pub mod publish;
pub mod pulse;
pub mod qd766;
pub mod qr;
pub mod ranks;
pub mod reports;
pub mod retention;
mod rounding;
pub mod site;
pub mod slips;
pub mod staff;
pub mod store;
pub mod trend;
pub mod units;
pub mod weighted;
pub mod within;
