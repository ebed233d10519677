//! Every rating that a device has kept is counted exactly once, whatever devices, network and collector do in between.
//!
//! Random interleavings of events drive two devices, a network that loses, repeats and reorders, and a real intake on
//! a real store. [`world`] holds what must be true after each step and at the end; a failure shrinks to the few events
//! that cause it. What needs a process to die in the middle of something is in the end-to-end tests.

mod collector;
mod device;
#[path = "../store_fixture/mod.rs"]
mod store_fixture;
mod world;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;

use crate::world::World;

/// Devices of the model; two are enough for every order of arrival.
const DEVICES: usize = 2;

/// One thing that happens. Events that do not fit the moment (an answer when none is on its way) change nothing, so
/// that any part of a history is a history.
#[derive(Clone, Debug)]
enum Event {
    /// A citizen gives the overall rating, about one of few dossiers or about none; whoever stood there before has left.
    Rate(usize, Option<u8>),
    /// The citizen answers one more question.
    Answer(usize),
    /// The citizen answers the rest and is thanked.
    Finish(usize),
    /// The citizen walks away.
    Leave(usize),
    /// The power goes and comes back: only the outbox is left.
    Reboot(usize),
    /// The device's clock is now this many seconds ahead of the truth.
    Clock(usize, i64),
    /// The device sends up to so many ratings.
    Send(usize, usize),
    /// A request arrives; when it `stays`, a copy arrives later.
    Deliver {
        /// Which of those on their way.
        request: Index,
        /// A copy stays on its way.
        stays: bool,
    },
    /// Everything on its way arrives at the same moment, twice.
    Storm,
    /// A request is lost.
    LoseRequest(Index),
    /// An answer arrives.
    Hear(Index),
    /// An answer is lost.
    LoseAnswer(Index),
    /// The collector ends and starts again on what is on its disk.
    Restart,
}

/// Clocks that devices have had: right, off by minutes, hours, a lost battery (1970), a wrapped one (2036).
const CLOCKS: [i64; 7] = [
    0,
    240,
    -3_600,
    7 * 3_600,
    86_400,
    -1_785_000_000,
    320_000_000,
];

fn event() -> impl Strategy<Value = Event> {
    let device = || 0..DEVICES;
    let index = any::<Index>;
    prop_oneof![
        6 => (device(), option::weighted(0.6, 0_u8..6)).prop_map(|(d, dossier)| Event::Rate(d, dossier)),
        2 => device().prop_map(Event::Answer),
        5 => device().prop_map(Event::Finish),
        1 => device().prop_map(Event::Leave),
        1 => device().prop_map(Event::Reboot),
        1 => (device(), proptest::sample::select(&CLOCKS)).prop_map(|(d, ahead)| Event::Clock(d, ahead)),
        6 => (device(), 1_usize..=4).prop_map(|(d, most)| Event::Send(d, most)),
        6 => (index(), any::<bool>()).prop_map(|(request, stays)| Event::Deliver { request, stays }),
        1 => Just(Event::Storm),
        2 => index().prop_map(Event::LoseRequest),
        4 => index().prop_map(Event::Hear),
        2 => index().prop_map(Event::LoseAnswer),
        1 => Just(Event::Restart),
    ]
}

async fn play(events: Vec<Event>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    for event in events {
        world.step(event).await?;
    }
    world.settle().await?;
    world.check().await
}

/// 32 histories, or as many as `PROPTEST_CASES` says: each writes to a disk and waits for it.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 32;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_rating_that_was_kept_is_counted_exactly_once(events in vec(event(), 1..100)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(play(events))?;
    }
}
