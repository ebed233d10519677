//! The language of the domain: what is asked (forms), what is answered (responses), about which dossier, and what
//! the answers add up to (cells and methods). Pure: no I/O, no clock, no browser, no server. The widget and the
//! collector share types only through this crate, so the wire format exists once.

pub mod answers;
pub mod cell;
pub mod dossier;
pub mod form;
pub mod heartbeat;
pub mod interval;
pub mod method;
pub mod published;
pub mod qd766;
pub mod ratio;
pub mod response;
pub mod text;
mod unique;
