//! The one writer: a thread that gathers what is waiting into one transaction, commits it, and only then answers.
//!
//! ```text
//! requests ─▶ bounded queue ─▶ BEGIN IMMEDIATE … all that waits … COMMIT ─▶ answers ─▶ roll-ups when idle
//! ```
//!
//! When anything in a group fails, the whole group is rolled back and every request in it gets the error: nothing is
//! acknowledged that is not on the disk. The next group starts afresh, so that a full disk heals by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::health::Health;
use super::names::Interner;
use super::queue::Queue;
use super::{connection, rollup, sql};
use crate::forms::FormBook;
use crate::store::StoreError;

/// A group is closed when it holds this many rows.
const GROUP: usize = 4096;
/// Roll-ups wait for an idle moment, but never longer than this.
const LAG: Duration = Duration::from_millis(500);

/// What a piece of work may use inside the transaction.
pub struct Scope<'a> {
    /// The connection, inside the group's transaction.
    pub connection: &'a Connection,
    /// Small numbers for long texts.
    pub names: &'a mut Interner,
    /// All known forms.
    pub forms: &'a FormBook,
}

/// A request as the thread sees it.
trait Task: Send {
    fn run(&mut self, scope: &mut Scope<'_>) -> Result<(), StoreError>;
    /// Sends the answer; `group` is what became of the transaction.
    fn settle(self: Box<Self>, group: &Result<(), StoreError>);
    fn rows(&self) -> usize;
}

struct Request<T, F> {
    rows: usize,
    work: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task for Request<T, F>
where
    T: Send,
    F: FnOnce(&mut Scope<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, scope: &mut Scope<'_>) -> Result<(), StoreError> {
        if let Some(work) = self.work.take() {
            self.value = Some(work(scope)?);
        }
        Ok(())
    }

    fn settle(self: Box<Self>, group: &Result<(), StoreError>) {
        let answer = match (group, self.value) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(StoreError::closed()),
            (Err(error), _) => Err(error.clone()),
        };
        // A caller who has gone away loses only the answer; what is stored stays stored.
        let _ = self.reply.send(answer);
    }

    fn rows(&self) -> usize {
        self.rows
    }
}

/// The handle of the writer thread.
pub struct Writer(Queue<Box<dyn Task>>);

impl Writer {
    /// Starts the thread on a migrated database; at most `waiting` requests may queue.
    pub fn start(
        path: PathBuf,
        forms: Arc<FormBook>,
        health: Arc<Health>,
        waiting: usize,
    ) -> Result<Self, StoreError> {
        let connection = connection::writer(&path)?;
        Queue::start("store-writer", waiting, move |queue| {
            Worker {
                connection,
                path,
                forms,
                names: Interner::default(),
                queue,
                health,
                // What an earlier run has not rolled up is found at once.
                behind_since: Some(Instant::now()),
            }
            .serve();
        })
        .map(Self)
    }

    /// Runs `work` in the next group and answers when the disk has it. `rows` says how much it writes.
    pub async fn run<T, F>(&self, rows: usize, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scope<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.0.send(Box::new(Request {
            rows,
            work: Some(work),
            value: None,
            reply,
        }))?;
        answer.await.map_err(|_| StoreError::closed())?
    }

    /// Does the thread run?
    pub fn is_alive(&self) -> bool {
        self.0.is_alive()
    }

    /// Takes nothing new, writes what waits, brings the roll-ups up to date, and returns when all is done.
    pub fn close(&self) {
        self.0.close();
    }
}

struct Worker {
    path: PathBuf,
    connection: Connection,
    forms: Arc<FormBook>,
    names: Interner,
    queue: Receiver<Box<dyn Task>>,
    health: Arc<Health>,
    /// Since when the log may hold rows that the roll-ups do not.
    behind_since: Option<Instant>,
}

impl Worker {
    fn serve(mut self) {
        while let Some(first) = self.next() {
            let group = self.gather(first);
            self.write(group);
        }
        while self.roll_up() {}
        if let Err(error) = self.connection.query_row(sql::CHECKPOINT, [], |_| Ok(())) {
            tracing::warn!(%error, "the last checkpoint failed; the next start repeats it");
        }
    }

    /// The next request, rolling up while there is none; `None` when the queue is closed and empty.
    fn next(&mut self) -> Option<Box<dyn Task>> {
        loop {
            if self
                .behind_since
                .is_some_and(|since| since.elapsed() >= LAG)
            {
                self.roll_up();
            }
            match self.queue.try_recv() {
                Ok(task) => return Some(task),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            if self.roll_up() {
                continue;
            }
            let waited = if self.behind_since.is_some() {
                self.queue.recv_timeout(LAG)
            } else {
                self.queue
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            };
            match waited {
                Ok(task) => return Some(task),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn gather(&self, first: Box<dyn Task>) -> Vec<Box<dyn Task>> {
        let mut rows = first.rows();
        let mut group = vec![first];
        while rows < GROUP
            && let Ok(task) = self.queue.try_recv()
        {
            rows += task.rows();
            group.push(task);
        }
        group
    }

    fn write(&mut self, mut group: Vec<Box<dyn Task>>) {
        let outcome = self.transact(|scope| group.iter_mut().try_for_each(|task| task.run(scope)));
        match &outcome {
            Ok(()) => {
                self.health.wrote();
                self.behind_since.get_or_insert_with(Instant::now);
            }
            Err(error) => {
                self.health.failed_to_write(error);
                tracing::error!(%error, requests = group.len(), "a group was not written");
            }
        }
        for task in group {
            task.settle(&outcome);
        }
    }

    /// Rolls up one batch; true when there is more to do at once.
    fn roll_up(&mut self) -> bool {
        if self.behind_since.is_none() {
            return false;
        }
        // Roll-ups can wait until nobody else holds the database; ratings behind them should not.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let progress = self.transact(|scope| rollup::advance(scope.connection, scope.forms));
        let _ = self.connection.busy_timeout(connection::BUSY);
        match progress {
            Ok(rollup::Progress::More) => true,
            Ok(rollup::Progress::Complete) => {
                self.behind_since = None;
                false
            }
            Err(error) => {
                if error.is_of_disk() {
                    self.health.failed_to_write(&error);
                }
                tracing::warn!(%error, "roll-ups are behind; figures are taken from the log until they catch up");
                self.behind_since = Some(Instant::now());
                false
            }
        }
    }

    fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut Scope<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome = self.attempt(work);
        if outcome.is_err() {
            // Numbers given out in the lost transaction will be given to other texts.
            self.names = Interner::default();
            self.recover();
        }
        outcome
    }

    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Scope<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.connection.prepare_cached(sql::BEGIN)?.execute([])?;
        let value = work(&mut Scope {
            connection: &self.connection,
            names: &mut self.names,
            forms: &self.forms,
        })?;
        self.connection.prepare_cached(sql::COMMIT)?.execute([])?;
        Ok(value)
    }

    /// Leaves the broken transaction and goes on with a new connection: one that was opened while the disk failed may be
    /// read-only for ever.
    fn recover(&mut self) {
        // Fails when there is no transaction to leave, and when it cannot be left; either way the connection goes.
        let _ = self.connection.execute_batch(sql::ROLLBACK);
        match connection::writer(&self.path) {
            Ok(fresh) => self.connection = fresh,
            Err(error) => tracing::error!(%error, "the database cannot be opened again yet"),
        }
    }
}
