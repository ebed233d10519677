//! A thread of its own with a bounded queue of work before it.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use super::failure::RETRY_AFTER;
use crate::store::StoreError;

/// How many pieces of work may wait; more are told to come back.
pub const WAITING: usize = 1024;

/// The handle of the thread.
pub struct Queue<T> {
    name: &'static str,
    entrance: Mutex<Option<SyncSender<T>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<T: Send + 'static> Queue<T> {
    /// Starts the thread, which serves until the queue is closed and empty; at most `waiting` pieces may queue.
    pub fn start(
        name: &'static str,
        waiting: usize,
        serve: impl FnOnce(Receiver<T>) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (entrance, queue) = std::sync::mpsc::sync_channel(waiting);
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || serve(queue))
            .map_err(|error| StoreError::Engine(format!("no thread for {name}: {error}")))?;
        Ok(Self {
            name,
            entrance: Mutex::new(Some(entrance)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Puts work into the queue.
    pub fn send(&self, work: T) -> Result<(), StoreError> {
        let entrance = self.entrance.lock().unwrap_or_else(PoisonError::into_inner);
        let entrance = entrance.as_ref().ok_or_else(StoreError::closed)?;
        entrance.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy(RETRY_AFTER),
            TrySendError::Disconnected(_) => StoreError::closed(),
        })
    }
}

impl<T> Queue<T> {
    /// Does the thread run?
    pub fn is_alive(&self) -> bool {
        self.thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    /// Takes nothing new, and returns when all that waits is done.
    pub fn close(&self) {
        drop(
            self.entrance
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!(thread = self.name, "a thread of the store ended by a panic");
        }
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        self.close();
    }
}
