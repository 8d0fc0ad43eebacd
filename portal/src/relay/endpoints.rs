//! Lanes of endpoints, which come and go while the relay runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use casework::Result;
use entity::EndpointId;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Relay;
use super::attempt::Worker;
use super::lane::Lane;
use crate::deliver::{Deliver, Endpoints};

/// How often to look which endpoints there are, at most.
const LOOK: Duration = Duration::from_secs(1);

impl Relay {
    pub(super) fn lane(&self, deliverer: Arc<dyn Deliver>) -> Lane {
        let worker = Worker::new(self.desk.clone(), Arc::clone(&self.config), deliverer);
        Lane::new(Arc::clone(&self.name), worker)
    }

    /// Runs a lane for each endpoint that is called, until `stop`; then finishes what is at hand.
    pub(super) async fn follow(&self, stop: &CancellationToken) {
        let Some(endpoints) = &self.endpoints else { return };
        let (mut running, mut lanes) = (HashMap::new(), JoinSet::new());
        while !stop.is_cancelled() {
            match endpoints.called().await {
                Ok(called) => self.adjust(endpoints, &called, &mut running, &mut lanes, stop),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "webhooks cannot be looked for");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.config.poll.min(LOOK)) => {}
            }
            while lanes.try_join_next().is_some() {}
        }
        while lanes.join_next().await.is_some() {}
    }

    fn adjust(
        &self,
        endpoints: &Arc<dyn Endpoints>,
        called: &[EndpointId],
        running: &mut HashMap<EndpointId, CancellationToken>,
        lanes: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) {
        running.retain(|id, lane_stop| {
            let stays = called.contains(id);
            if !stays {
                lane_stop.cancel();
            }
            stays
        });
        for id in called {
            running.entry(*id).or_insert_with(|| {
                let (lane, lane_stop) = (self.lane(endpoints.deliverer(*id)), stop.child_token());
                let (wake, until) = (Arc::clone(&self.wake), lane_stop.clone());
                lanes.spawn(async move { lane.run(&wake, &until).await });
                lane_stop
            });
        }
    }

    /// One round of every endpoint's lane. Answers how many attempts that were.
    pub(super) async fn drain_endpoints(&self) -> Result<usize> {
        let Some(endpoints) = &self.endpoints else { return Ok(0) };
        let mut attempts = 0;
        for id in endpoints.called().await? {
            attempts += self.lane(endpoints.deliverer(id)).drain().await?;
        }
        Ok(attempts)
    }
}
