//! Whether the store can be used. Learnt from the work itself: a failure stays until something proves that it is over,
//! a write for writing, a look at the whole file for reading.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// At most one trial write in this time.
const WRITE_TRIAL: Duration = Duration::from_secs(1);
/// At least this long between two looks at the whole file, each of which reads all of it.
const READ_TRIAL: Duration = Duration::from_secs(5);

/// What the store has learnt about itself.
#[derive(Default)]
pub struct Health {
    failures: Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    write: Option<Failure>,
    read: Option<Failure>,
}

struct Failure {
    cause: StoreError,
    /// When it was last seen, or a trial began.
    seen: Instant,
}

impl Failure {
    fn now(cause: &StoreError) -> Option<Self> {
        Some(Self {
            cause: cause.clone(),
            seen: Instant::now(),
        })
    }

    /// True at most once in so much time.
    fn is_due(&mut self, every: Duration) -> bool {
        let due = self.seen.elapsed() >= every;
        if due {
            self.seen = Instant::now();
        }
        due
    }
}

/// What is to be done about the last failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// None.
    Well,
    /// It fails, and it is too early to try again.
    Failing(StoreError),
    /// Writing failed: now is the time for a trial.
    TryToWrite,
    /// Reading failed: now is the time for a look at the whole file.
    TryToRead(StoreError),
}

impl Health {
    /// A write has reached the disk.
    pub fn wrote(&self) {
        self.failures().write = None;
    }

    /// A write has failed.
    pub fn failed_to_write(&self, cause: &StoreError) {
        // A damaged page may be one that the trial does not touch.
        if let StoreError::Damaged(_) = cause {
            self.failed_to_read(cause);
        }
        self.failures().write = Failure::now(cause);
    }

    /// The whole file could be read.
    pub fn read_all(&self) {
        self.failures().read = None;
    }

    /// A read has failed for a reason that lies with disk or file.
    pub fn failed_to_read(&self, cause: &StoreError) {
        self.failures().read = Failure::now(cause);
    }

    /// What is known, and whether the caller should find out more; of several callers at one time, one should.
    pub fn diagnosis(&self) -> Diagnosis {
        let mut failures = self.failures();
        if let Some(failure) = &mut failures.read {
            let cause = failure.cause.clone();
            return if failure.is_due(READ_TRIAL) {
                Diagnosis::TryToRead(cause)
            } else {
                Diagnosis::Failing(cause)
            };
        }
        let Some(failure) = &mut failures.write else {
            return Diagnosis::Well;
        };
        if failure.is_due(WRITE_TRIAL) {
            Diagnosis::TryToWrite
        } else {
            Diagnosis::Failing(failure.cause.clone())
        }
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
