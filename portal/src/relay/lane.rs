//! One destination's loop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casework::Result;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::attempt::Worker;
use super::breaker::Breaker;
use super::lease::{self, Lease};
use crate::wake::Wake;

/// Takes one destination's promises and has them kept.
pub(super) struct Lane {
    /// The relay's name, under which promises are held.
    holder: Arc<str>,
    worker: Worker,
    breaker: Arc<Mutex<Breaker>>,
}

impl Lane {
    pub(super) fn new(holder: Arc<str>, worker: Worker) -> Self {
        Self { holder, worker, breaker: Arc::default() }
    }

    /// Works until `stop`, then finishes what is at hand.
    pub(super) async fn run(&self, wake: &Wake, stop: &CancellationToken) {
        let config = &self.worker.config;
        let mut at_hand = JoinSet::new();
        while !stop.is_cancelled() {
            // Registered before looking: a call that comes while we look is not lost.
            let called = wake.called();
            tokio::pin!(called);
            called.as_mut().enable();
            let wanted = self.admits(at_hand.len());
            let found = self.claim(wanted).await.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "the relay cannot look for work");
                Vec::new()
            });
            let more = wanted > 0 && found.len() == wanted;
            for lease in found {
                at_hand.spawn(self.one(lease));
            }
            if more && self.admits(at_hand.len()) > 0 {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = called => {}
                () = tokio::time::sleep(self.pause(config.poll)) => {}
                Some(_) = at_hand.join_next(), if !at_hand.is_empty() => {}
            }
            while at_hand.try_join_next().is_some() {}
        }
        while at_hand.join_next().await.is_some() {}
    }

    /// Takes what is due once and has it kept. Answers how many attempts that were. Asks no breaker: whoever drains by
    /// hand wants to know.
    pub(super) async fn drain(&self) -> Result<usize> {
        let found = self.claim(self.worker.config.parallel).await?;
        let attempts = found.len();
        let mut at_hand = JoinSet::new();
        for lease in found {
            at_hand.spawn(self.one(lease));
        }
        while at_hand.join_next().await.is_some() {}
        Ok(attempts)
    }

    /// One attempt, and what it says about the destination.
    fn one(&self, lease: Lease) -> impl Future<Output = ()> + Send + use<> {
        let (worker, breaker, holder) = (self.worker.clone(), Arc::clone(&self.breaker), Arc::clone(&self.holder));
        async move {
            match worker.work(lease).await {
                Some(true) if locked(&breaker).answered() => worker.resume().await,
                Some(false) if locked(&breaker).failed(worker.desk.world.now()) => worker.leave_alone(&holder).await,
                Some(_) | None => {}
            }
        }
    }

    fn admits(&self, at_hand: usize) -> usize {
        let free = self.worker.config.parallel.saturating_sub(at_hand);
        locked(&self.breaker).admits(self.worker.desk.world.now(), free, at_hand)
    }

    /// How long to sleep when nobody calls.
    fn pause(&self, poll: Duration) -> Duration {
        let now = self.worker.desk.world.now();
        let rest = locked(&self.breaker).rest(now);
        rest.and_then(|rest| rest.to_std().ok()).map_or(poll, |rest| rest.min(poll))
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Lease>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let worker = &self.worker;
        lease::claim(&worker.desk, &self.holder, worker.destination(), limit, worker.lease_time()).await
    }
}

fn locked(breaker: &Mutex<Breaker>) -> MutexGuard<'_, Breaker> {
    breaker.lock().unwrap_or_else(PoisonError::into_inner)
}
