//! The loop that keeps promises: wake or tick → claim → deliver → record.
//!
//! Each destination has a `lane` of its own, every endpoint of a machine among them, so that one that is down or slow holds
//! up no other. Any number of relays
//! may run on one database. Each attempt runs in a task of its own, within a time limit; a panic, a time-out or a lost
//! lease ends that attempt and nothing else.

mod attempt;
pub mod backoff;
mod breaker;
mod endpoints;
mod lane;
pub mod lease;

use std::sync::Arc;
use std::time::Duration;

use casework::{Desk, Result, late, outbox as promises};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use self::attempt::Worker;
use self::backoff::Schedule;
use self::lane::Lane;
use crate::deliver::{Deliver, Endpoints};
use crate::wake::Wake;

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
    /// How many promises to one destination are worked at at once.
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
    lanes: Arc<[Lane]>,
    name: Arc<str>,
    wake: Arc<Wake>,
    endpoints: Option<Arc<dyn Endpoints>>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Relay({})", self.name)
    }
}

impl Relay {
    /// A relay that is woken by `wake` and keeps promises with `deliverers`, one for each destination.
    ///
    /// # Errors
    /// When it cannot be given a name of its own.
    pub fn new(desk: Desk, config: Config, deliverers: Vec<Arc<dyn Deliver>>, wake: Arc<Wake>) -> Result<Self> {
        let name: Arc<str> = desk.world.id()?.simple().to_string().into();
        let config = Arc::new(config);
        let lane = |deliverer| {
            let worker = Worker::new(desk.clone(), Arc::clone(&config), deliverer);
            Lane::new(Arc::clone(&name), worker)
        };
        let lanes = deliverers.into_iter().map(lane).collect();
        Ok(Self { desk, config, lanes, name, wake, endpoints: None })
    }

    /// The same relay, which calls the endpoints of machines as well: each has a lane while it is there.
    #[must_use]
    pub fn with_endpoints(self, endpoints: Arc<dyn Endpoints>) -> Self {
        Self { endpoints: Some(endpoints), ..self }
    }

    /// Works until `stop`, then finishes what is at hand.
    pub async fn run(&self, stop: CancellationToken) {
        let lanes = self.lanes.iter().map(|lane| lane.run(&self.wake, &stop));
        tokio::join!(futures_util::future::join_all(lanes), self.follow(&stop));
    }

    /// Keeps everything that is due now, until nothing is. Answers how many attempts were made. For tests and for
    /// draining by hand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain(&self) -> Result<usize> {
        let mut attempts = 0;
        loop {
            let mut round = 0;
            for lane in self.lanes.iter() {
                round += lane.drain().await?;
            }
            round += self.drain_endpoints().await?;
            if round == 0 {
                return Ok(attempts);
            }
            attempts += round;
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
}
