//! Where photos are worked at: off the async threads, a few at once, a few more waiting, the rest told when to come back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use photo::{Limits, Outcome, Rule};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// The two limits: running, and running or waiting.
#[derive(Debug)]
pub struct Darkroom {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    limits: Limits,
    timeout: Duration,
}

/// Everybody who may wait is waiting already.
#[derive(Debug)]
pub struct Busy;

/// A place to work at one photo.
#[derive(Debug)]
pub struct Place {
    _running: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
    limits: Limits,
    timeout: Duration,
}

impl Darkroom {
    /// Room for `running` photos at once and `waiting` more; each may take `timeout` and have `max_bytes`.
    pub fn new(running: usize, waiting: usize, max_bytes: u64, timeout: Duration) -> Self {
        let limits = Limits { max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX), ..Limits::default() };
        Self {
            running: Arc::new(Semaphore::new(running)),
            waiting: Arc::new(Semaphore::new(running + waiting)),
            limits,
            timeout,
        }
    }

    /// A place for work that is in no hurry: only when one is free at once and nobody waits for it.
    pub fn spare(&self) -> Option<Place> {
        // Whoever waits for a place is given each one that becomes free, so a free one means that nobody does.
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().ok()?;
        let running = Arc::clone(&self.running).try_acquire_owned().ok()?;
        Some(Place { _running: running, _waiting: waiting, limits: self.limits, timeout: self.timeout })
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// [`Busy`] at once when too many wait already.
    pub async fn enter(&self) -> Result<Place, Busy> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Busy)?;
        Ok(Place { _running: running, _waiting: waiting, limits: self.limits, timeout: self.timeout })
    }
}

impl Place {
    /// Makes one photo fit. The place is held until the work is really over, even when nobody waits for it any more.
    ///
    /// # Errors
    /// When the engine panics, which it must not.
    pub async fn develop(self, bytes: Bytes, rule: Rule) -> Result<(Bytes, Outcome), Problem> {
        let work = move || {
            let started = Instant::now();
            let in_time = || started.elapsed() < self.timeout;
            let outcome = photo::normalise_within(&bytes, &rule, &self.limits, &in_time);
            drop(self);
            (bytes, outcome)
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
    }
}
