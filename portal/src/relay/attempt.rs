//! One attempt at one promise: within its time, in a task of its own, its lease renewed, its outcome written down.

use std::sync::Arc;
use std::time::Duration;

use casework::{Desk, Error, Result, destination};
use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{Destination, State};
use tokio::task::JoinSet;

use super::Config;
use super::lease::{self, Lease, Settlement, Tried};
use crate::deliver::{Deliver, Delivery, Job, OUTAGES, Outcome};

/// Who works at one destination's promises. Cheap to clone.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) desk: Desk,
    pub(super) config: Arc<Config>,
    deliverer: Arc<dyn Deliver>,
}

impl Worker {
    pub(super) fn new(desk: Desk, config: Arc<Config>, deliverer: Arc<dyn Deliver>) -> Self {
        Self { desk, config, deliverer }
    }

    pub(super) fn destination(&self) -> Destination {
        self.deliverer.destination()
    }

    pub(super) fn lease_time(&self) -> TimeDelta {
        TimeDelta::from_std(self.config.lease).unwrap_or(TimeDelta::MAX)
    }

    /// One attempt, whatever happens in it. Answers whether the destination answered; none when that was not found out.
    pub(super) async fn work(&self, lease: Lease) -> Option<bool> {
        let started_at = self.desk.world.now();
        let delivery = tokio::select! {
            delivery = self.attempt(lease.clone()) => delivery,
            () = self.hold(&lease) => return None,
        };
        match delivery {
            Ok(delivery) => {
                let answered = delivery.answered();
                self.record(&lease, started_at, delivery).await;
                answered
            }
            // Our own fault, or the lease is lost: the lease ends by itself and the next attempt asks first.
            Err(error) => {
                tracing::error!(promise = %lease.row.id, error = &error as &dyn std::error::Error, "an attempt broke off");
                None
            }
        }
    }

    /// The destination answers. Where any relay had found it down, also one that is gone, it is back: what waits because it was
    /// away need not wait longer.
    pub(super) async fn resume(&self) {
        let destination = self.destination();
        match destination::up(&self.desk, destination).await {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the end of an outage could not be noted");
            }
        }
        match lease::bring_forward(&self.desk, destination, OUTAGES).await {
            Ok(count) => tracing::info!(?destination, count, "the destination answers again"),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "what waits could not be brought forward");
            }
        }
    }

    /// The destination is down: whoever watches over deliveries reads it from the database.
    pub(super) async fn leave_alone(&self, relay: &str) {
        if let Err(error) = destination::down(&self.desk, self.destination(), relay).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an outage could not be noted");
        }
    }

    /// Runs the deliverer in a task of its own, so that a panic stays there, and not longer than allowed.
    async fn attempt(&self, lease: Lease) -> Result<Delivery> {
        let (deliverer, desk) = (Arc::clone(&self.deliverer), self.desk.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { deliverer.deliver(&Job::new(&desk, &lease)).await });
        let unknown = |code: &str| Ok(Delivery::plain("claim", Outcome::Unknown(code.to_owned())));
        match tokio::time::timeout(self.config.attempt_timeout, task.join_next()).await {
            Err(_) => unknown("relay.timeout"),
            Ok(Some(Ok(answer))) => answer,
            Ok(_) => unknown("relay.panic"),
        }
    }

    /// Renews the lease until it is lost.
    async fn hold(&self, lease: &Lease) {
        loop {
            tokio::time::sleep(self.config.lease / 3).await;
            let until = self.desk.world.now() + self.lease_time();
            match lease.renew(&self.desk, until).await {
                Ok(()) => {}
                Err(Error::Busy) => {
                    tracing::warn!(promise = %lease.row.id, "the lease was lost");
                    return;
                }
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a lease could not be renewed"),
            }
        }
    }

    async fn record(&self, lease: &Lease, started_at: DateTime<Utc>, delivery: Delivery) {
        let (settlement, outcome) = self.settlement(lease, &delivery.outcome);
        tracing::info!(
            promise = %lease.row.id, destination = ?lease.row.destination, step = delivery.step, outcome,
            code = settlement.reason.as_deref(), status = delivery.status, tries = lease.row.tries, "attempt"
        );
        let tried = Tried { started_at, step: delivery.step, outcome, status: delivery.status, reply: delivery.reply };
        match lease.settle(&self.desk, settlement, tried).await {
            // The lane looks again when an attempt is over: what stood behind it in its stream may go now.
            Ok(()) => {}
            Err(Error::Busy) => tracing::warn!(promise = %lease.row.id, "came too late to record an attempt"),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an attempt could not be recorded");
            }
        }
    }

    fn settlement(&self, lease: &Lease, outcome: &Outcome) -> (Settlement, &'static str) {
        let now = self.desk.world.now();
        let over =
            |state, reason: Option<&str>| Settlement { state, next_try_at: now, reason: reason.map(str::to_owned) };
        let again = |state, next_try_at, code: &str| Settlement { state, next_try_at, reason: Some(code.to_owned()) };
        match outcome {
            Outcome::Done(code) => (over(State::Done, *code), "done"),
            Outcome::Cancelled(code) => (over(State::Cancelled, Some(code)), "cancelled"),
            Outcome::Parked(code) => (over(State::Parked, Some(code)), "parked"),
            Outcome::Retry { after, code } => match self.next_try(lease, *after) {
                Some(at) => (again(State::Queued, at, code), "retry"),
                None => (over(State::Parked, Some(code)), "parked"),
            },
            Outcome::Later { at, code } => (again(State::Queued, *at, code), "retry"),
            Outcome::Unknown(code) => match self.next_try(lease, None) {
                Some(at) => (again(State::Unknown, at, code), "unknown"),
                None => (over(State::Parked, Some(code)), "parked"),
            },
        }
    }

    fn next_try(&self, lease: &Lease, asked: Option<Duration>) -> Option<DateTime<Utc>> {
        let chance = self.desk.world.bytes::<4>().map_or(0, u32::from_le_bytes);
        let tries = u32::try_from(lease.row.tries).unwrap_or(u32::MAX);
        let wait = self.config.schedule.wait(tries, asked, chance)?;
        Some(self.desk.world.now() + TimeDelta::from_std(wait).ok()?)
    }
}
