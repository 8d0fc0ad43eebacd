//! Log lines: for a person or for a machine.

use prometheus::{IntCounter, Registry};
use std::io::{BufWriter, IsTerminal as _};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::Log;
use crate::config::choice::LogFormat;

/// Lines that may wait to be written. Beyond them requests wait, so that nothing is lost.
const WAITING_LINES: usize = 8192;

/// Starts writing log lines to standard error, on a thread of its own and many at once: a request that ends does not
/// wait for whoever reads the log. What still waits is written when the answer is dropped. A second call changes nothing.
///
/// The framework's own lines about listening and shutting down are left out: ours say the same with more.
#[must_use = "lines are written while it lives"]
pub fn init(log: &Log) -> WorkerGuard {
    let filter = EnvFilter::try_new(format!("poem=warn,sqlx=warn,sea_orm_migration=warn,{}", log.level))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(WAITING_LINES)
        .finish(BufWriter::new(std::io::stderr()));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal());
    // Somebody else, such as a test harness, may write the lines already.
    drop(match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text => lines.with_target(false).try_init(),
    });
    guard
}

/// What an operator must hear of: each of them wants a person, and rises from 0.
#[derive(Clone, Debug)]
pub struct Alarms {
    /// A row whose object is not in the store.
    pub object_missing: IntCounter,
    /// A webhook that was turned off because nothing came through.
    pub webhook_disabled: IntCounter,
}

impl Alarms {
    /// Registers the counters.
    ///
    /// # Errors
    /// When counters of the same name exist already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let object_missing = IntCounter::new("gxb_object_missing_total", "Rows whose object is not in the store.")?;
        registry.register(Box::new(object_missing.clone()))?;
        let webhook_disabled = IntCounter::new("gxb_webhook_disabled_total", "Webhooks turned off for failing.")?;
        registry.register(Box::new(webhook_disabled.clone()))?;
        Ok(Self { object_missing, webhook_disabled })
    }
}
