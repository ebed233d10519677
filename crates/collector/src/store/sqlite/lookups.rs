//! Short reads by key, of which every request makes one or two: a thread gathers those that wait and runs them on one
//! snapshot. A transaction and a change of thread for each of them cost more than the reading (docs/benchmarks/notes.md).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::Readers;
use super::queue::{Queue, WAITING};
use crate::store::StoreError;

/// A look-up and its answer: run on a connection, or told why there is none. Gives the error when it lies with disk or
/// file: then the connection is done with.
type Lookup = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Result<(), StoreError> + Send>;

/// The handle of the thread.
pub struct Lookups(Queue<Lookup>);

impl Lookups {
    /// Starts it.
    pub fn start(readers: Arc<Readers>) -> Result<Self, StoreError> {
        Queue::start("store-lookups", WAITING, move |queue| {
            serve(&readers, &queue)
        })
        .map(Self)
    }

    /// Runs `work`, which should be a matter of microseconds, on a snapshot that has all that was acknowledged before.
    pub async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.0.send(Box::new(|connection| {
            let found = connection.and_then(work);
            let failure = match &found {
                Err(error) if error.is_of_disk() => Err(error.clone()),
                _ => Ok(()),
            };
            // A caller who has gone away needs no answer.
            let _ = reply.send(found);
            failure
        }))?;
        answer.await.map_err(|_| StoreError::closed())?
    }

    /// Does the thread run?
    pub fn is_alive(&self) -> bool {
        self.0.is_alive()
    }
}

fn serve(readers: &Readers, queue: &Receiver<Lookup>) {
    while let Ok(first) = queue.recv() {
        // Gathered before the snapshot is taken: what comes later may ask for what was written meanwhile.
        let mut group: VecDeque<Lookup> = std::iter::once(first).chain(queue.try_iter()).collect();
        while !group.is_empty() {
            let waiting = group.len();
            let gathered = || {
                readers.read(|connection| {
                    while let Some(lookup) = group.pop_front() {
                        lookup(Ok(connection))?;
                    }
                    Ok(())
                })
            };
            // One that panics fails its own caller; its connection is gone, the others go on.
            let Ok(outcome) = catch_unwind(AssertUnwindSafe(gathered)) else {
                tracing::error!("a look-up panicked; the panic hook has logged where");
                continue;
            };
            // A damaged page is the matter of those who need it; the others go on with a new connection.
            if let Err(error) = outcome
                && group.len() == waiting
            {
                for lookup in group.drain(..) {
                    // It has the error already.
                    let _ = lookup(Err(error.clone()));
                }
            }
        }
    }
}
