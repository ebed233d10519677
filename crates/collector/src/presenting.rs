//! What kiosks are to show now: the dossier that the one-stop software has just finished, and the news that a kiosk's
//! settings have changed. Kept in memory for two minutes and never written down: it ties a dossier to a moment at a counter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How long a dossier is offered: until the citizen has stepped to the kiosk.
pub const OFFERED: SignedDuration = SignedDuration::from_mins(2);
/// Pages that may listen for one kiosk: the kiosk itself, and those that are just going.
const LISTENERS: usize = 4;

/// A dossier that a kiosk is to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Tells this showing from every other.
    pub number: u64,
    /// The dossier's code.
    pub dossier: String,
    /// Until when.
    pub until: Timestamp,
}

/// What a kiosk is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The dossier to show; look at its time.
    pub presented: Option<Presented>,
    /// Rises with each change of the kiosk's settings.
    pub settings: u64,
}

impl News {
    /// The dossier to show at `now`.
    pub fn offered(&self, now: Timestamp) -> Option<&Presented> {
        self.presented.as_ref().filter(|shown| shown.until > now)
    }
}

/// Where kiosks hear what is new, by the name of their key.
pub struct Board {
    kiosks: Mutex<HashMap<String, watch::Sender<News>>>,
    seats: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

/// A kiosk that listens.
pub struct Listening {
    /// What it hears.
    pub news: watch::Receiver<News>,
    /// Becomes true when the collector stops.
    pub closing: watch::Receiver<bool>,
    _seat: OwnedSemaphorePermit,
}

impl Board {
    /// With room for so many listeners.
    pub fn new(listeners: usize) -> Self {
        Self {
            kiosks: Mutex::default(),
            seats: Arc::new(Semaphore::new(listeners)),
            closing: watch::Sender::new(false),
        }
    }

    /// Offers a dossier at a kiosk in place of the one before; whether a kiosk is listening, and until when it is offered.
    pub fn present(&self, kiosk: &str, dossier: String, now: Timestamp) -> (bool, Timestamp) {
        let until = now + OFFERED;
        let heard = self.change(kiosk, |news| {
            let number = u64::try_from(now.as_microsecond()).unwrap_or(0);
            let before = news.presented.as_ref().map_or(0, |shown| shown.number);
            news.presented = Some(Presented {
                number: number.max(before + 1),
                dossier,
                until,
            });
        });
        (heard, until)
    }

    /// Takes the offer back; false when there was none.
    pub fn take_back(&self, kiosk: &str, now: Timestamp) -> bool {
        let mut had = false;
        self.change(kiosk, |news| {
            had = news.offered(now).is_some();
            news.presented = None;
        });
        had
    }

    /// Tells a kiosk that its settings have changed.
    pub fn settings_changed(&self, kiosk: &str) {
        self.change(kiosk, |news| news.settings += 1);
    }

    /// What a kiosk is to show.
    pub fn news(&self, kiosk: &str) -> News {
        self.kiosks()
            .get(kiosk)
            .map(|sender| sender.borrow().clone())
            .unwrap_or_default()
    }

    /// Listens for a kiosk; `None` when there are too many listeners.
    pub fn listen(&self, kiosk: &str) -> Option<Listening> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok()?;
        let mut kiosks = self.kiosks();
        let sender = kiosks.entry(kiosk.to_owned()).or_default();
        (sender.receiver_count() < LISTENERS).then(|| Listening {
            news: sender.subscribe(),
            closing: self.closing.subscribe(),
            _seat: seat,
        })
    }

    /// Forgets what is over.
    pub fn forget(&self, now: Timestamp) {
        self.kiosks().retain(|_, sender| {
            sender.send_if_modified(|news| {
                let over = news.presented.is_some() && news.offered(now).is_none();
                if over {
                    news.presented = None;
                }
                false
            });
            sender.receiver_count() > 0 || sender.borrow().presented.is_some()
        });
    }

    /// Lets all who listen go.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn change(&self, kiosk: &str, change: impl FnOnce(&mut News)) -> bool {
        let mut kiosks = self.kiosks();
        let sender = kiosks.entry(kiosk.to_owned()).or_default();
        sender.send_modify(change);
        sender.receiver_count() > 0
    }

    fn kiosks(&self) -> std::sync::MutexGuard<'_, HashMap<String, watch::Sender<News>>> {
        self.kiosks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dossier_is_offered_for_two_minutes_and_then_forgotten() {
        let board = Board::new(8);
        let now = Timestamp::now();
        let (heard, until) = board.present("hall-1", "H57.132-260804-0583".into(), now);
        assert!(!heard, "nobody listens");
        assert_eq!(until, now + OFFERED);
        let last = until - SignedDuration::from_millis(1);
        board.forget(last);
        assert!(board.news("hall-1").offered(last).is_some());
        assert!(board.news("hall-1").offered(until).is_none());
        assert!(board.news("hall-2").offered(now).is_none());
        board.forget(until);
        assert_eq!(board.news("hall-1"), News::default());
        assert!(board.kiosks().is_empty(), "memory does not grow with names");
    }

    #[test]
    fn each_offer_has_a_number_of_its_own_and_the_last_one_counts() {
        let board = Board::new(8);
        let now = Timestamp::now();
        board.present("k", "a".into(), now);
        let first = board.news("k").presented.unwrap();
        board.present("k", "b".into(), now);
        let second = board.news("k").presented.unwrap();
        assert!(second.number > first.number);
        assert_eq!(second.dossier, "b");
        assert!(board.take_back("k", now));
        assert!(!board.take_back("k", now));
        assert_eq!(board.news("k").presented, None);
    }

    #[test]
    fn listeners_hear_and_have_bounds() {
        let board = Board::new(LISTENERS + 1);
        let mut all: Vec<_> = (0..LISTENERS).map(|_| board.listen("k").unwrap()).collect();
        assert!(board.listen("k").is_none(), "too many of one kiosk");
        let other = board.listen("l").unwrap();
        assert!(board.listen("m").is_none(), "too many in all");
        assert!(board.present("k", "a".into(), Timestamp::now()).0);
        assert!(all.iter_mut().all(|one| one.news.has_changed().unwrap()));
        assert!(!other.news.has_changed().unwrap());
        board.close();
        assert!(*other.closing.borrow());
        drop(all);
        assert!(board.listen("m").is_some());
    }
}
