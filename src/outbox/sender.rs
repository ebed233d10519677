//! Sends what waits, for ever.

use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use survey::response::Receipts;
use wasm_bindgen_futures::spawn_local;

use super::fate::{Fate, Reason, Verdict};
use super::pace::{Cause, LOOK_MS, TURN_MS};
use super::portion::Portion;
use super::record::{Record, batch};
use super::turn::Turn;
use super::{Inner, Sent};
use crate::browser;
use crate::collector::Failure;

/// Why a try did not empty the outbox.
enum Halt {
    /// Another page sends.
    NotOurTurn,
    /// The line, the collector or the store failed; with the collector's `Retry-After` in seconds, if any.
    Failed(Option<u32>),
}

/// Starts a try, unless the outbox has been dropped.
pub fn try_soon(inner: &Weak<Inner>, cause: Cause) {
    if let Some(inner) = inner.upgrade() {
        spawn_local(async move {
            inner.send(cause).await;
        });
    }
}

impl Inner {
    pub(super) async fn send(self: &Rc<Self>, cause: Cause) -> Sent {
        if cause == Cause::Woken {
            self.pace.borrow_mut().woken();
        }
        if self.sending.get() {
            self.again.set(true); // one request in flight: the running try looks again before it ends
            return Sent::NotYet;
        }
        if !self.pace.borrow().may_try(browser::monotonic_ms()) {
            return Sent::NotYet; // the timer that was set with the hold is still running
        }
        self.sending.set(true);
        let mut outcome = self.take_turn().await;
        while outcome.is_ok() && self.again.take() {
            outcome = self.take_turn().await;
        }
        self.again.set(false);
        self.sending.set(false);
        let delay = match outcome {
            Ok(()) => LOOK_MS,
            Err(Halt::NotOurTurn) => TURN_MS,
            Err(Halt::Failed(retry_after)) => self.pace.borrow_mut().failed(
                browser::monotonic_ms(),
                retry_after,
                browser::chance(),
            ),
        };
        let inner = Rc::downgrade(self);
        let timer = Timeout::new(delay, move || try_soon(&inner, Cause::Timer));
        self.timer.replace(Some(timer));
        if outcome.is_ok() {
            Sent::All
        } else {
            Sent::NotYet
        }
    }

    async fn take_turn(&self) -> Result<(), Halt> {
        // A store that cannot be read now is tried again like a line that is down.
        let turn = Turn::take(&self.db, &self.boot, self.client.elsewhere())
            .await
            .map_err(|_| Halt::Failed(None))?
            .ok_or(Halt::NotOurTurn)?;
        let outcome = self.empty(&turn).await;
        turn.end(&self.db).await;
        outcome
    }

    /// Sends portion after portion until nothing may go any more.
    async fn empty(&self, turn: &Turn) -> Result<(), Halt> {
        let mut portion = Portion::default();
        loop {
            let records = self.next(&portion).await?;
            if records.is_empty() {
                return Ok(());
            }
            let ours = turn.keep(&self.db, &self.boot).await;
            if !ours.map_err(|_| Halt::Failed(None))? {
                return Err(Halt::NotOurTurn);
            }
            let answer = self.client.hand_over(batch(&records)).await;
            match &answer {
                Ok(_) => self.refused.set(false),
                Err(Failure::Refused) => self.refused.set(true),
                Err(_) => {}
            }
            let verdicts = match answer {
                Ok(receipts) => verdicts(&records, &receipts),
                // The request itself is at fault. Alone, each response shows whether it is the cause.
                Err(Failure::Status {
                    status: status @ (400 | 413 | 422),
                    ..
                }) => {
                    if !portion.refused(records.len()) {
                        continue;
                    }
                    let culprits = records.iter().map(|record| Verdict {
                        id: record.id.clone(),
                        revision: record.revision,
                        fate: Fate::Parked(Reason::http(status)),
                    });
                    culprits.collect()
                }
                Err(Failure::Status { retry_after, .. }) => return Err(Halt::Failed(retry_after)),
                Err(Failure::Unreachable | Failure::Refused | Failure::Unreadable) => {
                    return Err(Halt::Failed(None));
                }
            };
            if verdicts.is_empty() {
                // A collector that says nothing of what we sent must not be asked in a circle.
                return Err(Halt::Failed(None));
            }
            let settled = self.db.settle(verdicts).await;
            settled.map_err(|_| Halt::Failed(None))?;
            self.pace.borrow_mut().succeeded();
        }
    }

    async fn next(&self, portion: &Portion) -> Result<Vec<Record>, Halt> {
        let most = survey::response::Batch::MAX as u32 + 1; // one of them may be held
        let waiting = self.db.oldest(most).await;
        let waiting = waiting.map_err(|_| Halt::Failed(None))?;
        let visit = self.visit.borrow();
        Ok(portion.of(waiting, visit.held(browser::monotonic_ms())))
    }
}

/// What the receipts say about the records that were sent.
fn verdicts(records: &[Record], receipts: &Receipts) -> Vec<Verdict> {
    let verdicts = receipts.results.iter().filter_map(|receipt| {
        let id = receipt.id.to_string();
        let record = records.iter().find(|record| record.id == id)?;
        Some(Verdict::of(receipt, record.revision))
    });
    verdicts.collect()
}
