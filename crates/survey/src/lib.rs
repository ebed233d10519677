//! The language of the domain: what is asked (forms), what is answered (responses), about which dossier, and what
//! the answers add up to (cells and methods). Pure: no I/O, no clock, no browser, no server. The widget and the
//! collector share types only through this crate, so the wire format exists once.

pub mod answers;
#[cfg(feature = "server")]
pub mod cell;
pub mod dossier;
pub mod form;
pub mod heartbeat;
#[cfg(feature = "server")]
pub mod interval;
#[cfg(feature = "server")]
pub mod invite;
pub mod kiosk;
#[cfg(feature = "server")]
pub mod method;
pub mod named;
#[cfg(feature = "server")]
pub mod published;
#[cfg(feature = "server")]
pub mod qd766;
#[cfg(feature = "server")]
pub mod ratio;
#[cfg(not(feature = "server"))]
pub mod read;
pub mod response;
pub mod text;
mod unique;
