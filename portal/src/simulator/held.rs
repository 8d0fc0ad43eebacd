//! Applications that arrive later than they were sent, by the simulator's own clock.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::desk::Desk;
use super::server;

/// How often a simulator that nobody calls looks whether something has arrived.
const LOOK: Duration = Duration::from_secs(1);

/// An application on its way.
#[derive(Debug)]
pub(super) struct Held {
    arrives_at: DateTime<Utc>,
    bytes: Bytes,
}

impl Desk {
    /// Keeps an application on its way for so long. Nobody hears what becomes of it.
    pub(super) fn hold_up(self: &Arc<Self>, bytes: Bytes, wait: Duration) {
        let wait = TimeDelta::from_std(wait).unwrap_or_default();
        self.held().push(Held { arrives_at: self.world.now() + wait, bytes });
        let desk = Arc::clone(self);
        tokio::spawn(async move {
            let looking = async {
                while !desk.held().is_empty() {
                    tokio::time::sleep(LOOK).await;
                    desk.arrivals();
                }
            };
            desk.stopping.run_until_cancelled(looking).await;
        });
    }

    /// Takes what has arrived by now.
    pub(super) fn arrivals(self: &Arc<Self>) {
        let now = self.world.now();
        let arrived: Vec<_> = self.held().extract_if(.., |held| held.arrives_at <= now).collect();
        for held in arrived {
            drop(server::take_case(self, &held.bytes));
        }
    }
}
