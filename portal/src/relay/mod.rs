//! The loop that keeps promises: wake or tick → claim → deliver → record.
//!
//! Any number of relays may run on one database. Each attempt runs in a task of its own, within a time limit; a panic, a
//! time-out or a lost lease ends that attempt and nothing else.

pub mod backoff;
pub mod lease;

use std::sync::Arc;
use std::time::Duration;

use casework::{Desk, Error, Result, late, outbox as promises};
use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{Destination, State};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::backoff::Schedule;
use self::lease::{Lease, Settlement, Tried};
use crate::deliver::{Deliver, Delivery, Job, Outcome};

/// Most cases whose owners are told in one go that they are late.
const LATE_AT_ONCE: u64 = 100;

/// How the relay works.
#[derive(Clone, Debug)]
pub struct Config {
    /// The waits between attempts.
    pub schedule: Schedule,
    /// How long a promise is held without a sign of life.
    pub lease: Duration,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How many promises are worked at at once.
    pub parallel: usize,
    /// How often to look for work when nobody calls.
    pub poll: Duration,
    /// After how long an applicant is told that the case is late.
    pub promised: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schedule: Schedule::default(),
            lease: Duration::from_mins(1),
            attempt_timeout: Duration::from_mins(5),
            parallel: 8,
            poll: Duration::from_secs(1),
            promised: Duration::from_hours(4),
        }
    }
}

/// One relay. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    desk: Desk,
    config: Arc<Config>,
    deliverers: Arc<[Arc<dyn Deliver>]>,
    worker: Arc<str>,
    wake: Arc<Notify>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Relay({})", self.worker)
    }
}

impl Relay {
    /// A relay that is woken by `wake` and keeps promises with `deliverers`.
    ///
    /// # Errors
    /// When it cannot be given a name of its own.
    pub fn new(desk: Desk, config: Config, deliverers: Vec<Arc<dyn Deliver>>, wake: Arc<Notify>) -> Result<Self> {
        let worker = desk.world.id()?.simple().to_string().into();
        Ok(Self { desk, config: Arc::new(config), deliverers: deliverers.into(), worker, wake })
    }

    /// Works until `stop`, then finishes what is at hand.
    pub async fn run(&self, stop: CancellationToken) {
        let mut at_hand = JoinSet::new();
        while !stop.is_cancelled() {
            // Registered before looking: a call that comes while we look is not lost.
            let called = self.wake.notified();
            tokio::pin!(called);
            called.as_mut().enable();
            let free = self.config.parallel.saturating_sub(at_hand.len());
            let found = self.claim(free).await.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "the relay cannot look for work");
                Vec::new()
            });
            let full = !found.is_empty() && found.len() == free;
            for lease in found {
                let relay = self.clone();
                at_hand.spawn(async move { relay.work(lease).await });
            }
            if full && at_hand.len() < self.config.parallel {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = called => {}
                () = tokio::time::sleep(self.config.poll) => {}
                Some(_) = at_hand.join_next(), if !at_hand.is_empty() => {}
            }
        }
        while at_hand.join_next().await.is_some() {}
    }

    /// Keeps everything that is due now, until nothing is. Answers how many attempts were made. For tests and for
    /// draining by hand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain(&self) -> Result<usize> {
        let mut attempts = 0;
        loop {
            let found = self.claim(self.config.parallel).await?;
            if found.is_empty() {
                return Ok(attempts);
            }
            attempts += found.len();
            let mut at_hand: JoinSet<()> = JoinSet::new();
            for lease in found {
                let relay = self.clone();
                at_hand.spawn(async move { relay.work(lease).await });
            }
            while at_hand.join_next().await.is_some() {}
        }
    }

    /// Tells the owners of cases that are late; each once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_late(&self) -> Result<usize> {
        let promised = TimeDelta::from_std(self.config.promised).unwrap_or(TimeDelta::MAX);
        let since = self.desk.world.now() - promised;
        let mut told = 0;
        for case in promises::overdue(&self.desk, since, LATE_AT_ONCE).await? {
            told += usize::from(late::tell(&self.desk, case).await?);
        }
        Ok(told)
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Lease>> {
        let destinations: Vec<Destination> = self.deliverers.iter().map(|one| one.destination()).collect();
        lease::claim(&self.desk, &self.worker, &destinations, limit, lease_time(self.config.lease)).await
    }

    /// One attempt, whatever happens in it.
    async fn work(&self, lease: Lease) {
        let started_at = self.desk.world.now();
        let delivery = tokio::select! {
            delivery = self.attempt(lease.clone()) => delivery,
            () = self.hold(&lease) => return,
        };
        match delivery {
            Ok(delivery) => self.record(&lease, started_at, delivery).await,
            // Our own fault, or the lease is lost: the lease ends by itself and the next attempt asks first.
            Err(error) => {
                tracing::error!(promise = %lease.row.id, error = &error as &dyn std::error::Error, "an attempt broke off");
            }
        }
    }

    /// Runs the deliverer in a task of its own, so that a panic stays there, and not longer than allowed.
    async fn attempt(&self, lease: Lease) -> Result<Delivery> {
        let Some(deliverer) = self.deliverers.iter().find(|one| one.destination() == lease.row.destination).cloned()
        else {
            return Ok(Delivery::plain("claim", Outcome::Parked("relay.no_deliverer".to_owned())));
        };
        let desk = self.desk.clone();
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
            let until = self.desk.world.now() + lease_time(self.config.lease);
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
            // What stood behind it in its stream may go now.
            Ok(()) => self.wake.notify_one(),
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

fn lease_time(lease: Duration) -> TimeDelta {
    TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX)
}
