//! Stopping in two steps: the first signal lets what was begun finish, the second ends the process at once.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The exit code of a process that was told twice.
const IMPATIENT: i32 = 130;

/// Cancels `stop` at the first SIGTERM or SIGINT; exits at the second.
///
/// # Errors
/// When the operating system gives no signals.
pub(super) fn cancel_on_signal(stop: CancellationToken, patience: Duration) -> std::io::Result<()> {
    let mut signals = Signals::listen()?;
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!(patience_s = patience.as_secs(), "stopping: finishing what was begun; a second signal ends it");
        stop.cancel();
        signals.next().await;
        tracing::warn!("stopped at once");
        std::process::exit(IMPATIENT);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
