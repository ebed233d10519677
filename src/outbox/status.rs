//! What the attendant is told about the outbox.

use survey::heartbeat::Storage;

use super::skew::Clock;

/// The outbox at one moment; nothing in it is about a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Ratings that wait to be sent, without the one that is just being given.
    pub waiting: u64,
    /// Ratings that the collector will not take as they are; kept for a person to look at.
    pub parked: u64,
    /// Ratings acknowledged by the collector since the storage was made.
    pub sent: u64,
    /// Unfinished ratings that gave way when the disk was full.
    pub gave_way: u64,
    /// The collector's time when it last answered, RFC 3339; `None` if it never has.
    pub last_contact: Option<String>,
    /// When the longest waiting rating was saved, by the device's clock, RFC 3339.
    pub oldest: Option<String>,
    /// The collector no longer accepts the key of this device: everything is kept, nothing can be sent.
    pub refused: bool,
    /// State of the storage.
    pub storage: Storage,
    /// State of the device's clock.
    pub clock: Clock,
    /// What the collector said is wrong when it last answered: see [`survey::heartbeat::Greeting::alarms`].
    pub alarms: Vec<String>,
}
