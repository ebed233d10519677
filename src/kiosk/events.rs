//! Server-sent events as the collector sends them, out of the pieces in which they arrive. Pure.

/// Most bytes of an event that has not ended: more is no event of ours.
const LONGEST: usize = 16 * 1024;

/// What the collector tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Something is shown, or nothing any more: JSON.
    Presented(String),
    /// The kiosk is set up anew.
    Settings,
}

/// What has arrived and is no whole event yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    left: Vec<u8>,
}

impl Events {
    /// The events that end in this piece. Comments and events of later versions are passed over.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Event> {
        self.left.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.left.windows(2).position(|two| two == b"\n\n") {
            let rest = self.left.split_off(end + 2);
            let whole = std::mem::replace(&mut self.left, rest);
            events.extend(event(&String::from_utf8_lossy(&whole)));
        }
        if self.left.len() > LONGEST {
            self.left.clear();
        }
        events
    }
}

fn event(text: &str) -> Option<Event> {
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim_start)
    };
    match field("event")? {
        "presented" => Some(Event::Presented(field("data")?.to_owned())),
        "settings" => Some(Event::Settings),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENT: &str = ":\n\nevent: presented\ndata: {\"presented\":null}\n\nevent: settings\ndata: {}\n\n\
                        event: later\ndata: {}\n\nevent: presented\ndata: {\"a\":1}\n\n";

    #[test]
    fn a_piece_without_an_end_does_not_grow_for_ever() {
        let mut events = Events::default();
        for _ in 0..100 {
            assert_eq!(events.feed(&[b'x'; 1024]), []);
        }
        assert!(events.left.len() <= LONGEST);
    }

    proptest! {
        /// However the line cuts it, the same events come out.
        #[test]
        fn events_come_whole_out_of_any_pieces(cuts in prop::collection::vec(0..SENT.len(), 0..12)) {
            let mut cuts = cuts;
            cuts.extend([0, SENT.len()]);
            cuts.sort_unstable();
            let mut events = Events::default();
            let mut heard = Vec::new();
            for pair in cuts.windows(2) {
                heard.extend(events.feed(&SENT.as_bytes()[pair[0]..pair[1]]));
            }
            prop_assert_eq!(heard, [
                Event::Presented("{\"presented\":null}".to_owned()),
                Event::Settings,
                Event::Presented("{\"a\":1}".to_owned()),
            ]);
        }

        /// Nothing that arrives makes it panic.
        #[test]
        fn garbage_is_passed_over(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..16)) {
            let mut events = Events::default();
            for piece in pieces {
                events.feed(&piece);
            }
        }
    }
}
