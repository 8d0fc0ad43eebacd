//! What the clerks of a province that is not called have in common: they look again and again.

use std::fmt::Display;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Makes rounds of `what` until the simulator stops.
pub(super) fn keep_going<R, F, E>(
    stopping: CancellationToken,
    every: Duration,
    what: &'static str,
    round: R,
) -> JoinHandle<()>
where
    R: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), E>> + Send,
    E: Display,
{
    tokio::spawn(async move {
        let rounds = async {
            loop {
                if let Err(error) = round().await {
                    tracing::warn!(%error, "the province's clerk cannot use {what}");
                }
                tokio::time::sleep(every).await;
            }
        };
        stopping.run_until_cancelled(rounds).await;
    })
}
