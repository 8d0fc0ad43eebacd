//! One server: listens, answers, and finishes what it began when it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;

use crate::app::App;
use crate::http;

/// A connection on which nothing moves for this long is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// Takes the port, so that its number is known before the first request.
///
/// # Errors
/// When the port is taken or may not be used.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers requests until `app.stop` is cancelled; then those under way get until the configured time-out.
///
/// # Errors
/// When the listener fails.
pub async fn run(app: Arc<App>, listener: TcpListener) -> io::Result<()> {
    let stop = app.stop.clone();
    let patience = app.config.times.shutdown;
    poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?)
        .idle_timeout(IDLE_TIMEOUT)
        .run_with_graceful_shutdown(http::endpoint(&app), stop.cancelled_owned(), Some(patience))
        .await
}
