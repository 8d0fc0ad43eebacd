//! Log lines: for a person or for a machine.

mod json;
mod lines;

use std::io::{self, IsTerminal as _};

use prometheus::{IntCounter, Registry};
use tracing_subscriber::EnvFilter;

use lines::{Lines, Writer};

use crate::config::Log;
use crate::config::choice::LogFormat;

/// Starts writing log lines to standard error. What still waits is written when the answer is dropped. A second call
/// changes nothing.
///
/// The framework's own lines about listening and shutting down are left out: ours say the same with more.
///
/// # Errors
/// When there can be no thread to write them.
pub fn init(log: &Log) -> io::Result<Writer> {
    let filter = EnvFilter::try_new(format!("poem=warn,sqlx=warn,sea_orm_migration=warn,{}", log.level))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let (waiting, writer) = Lines::to(io::stderr())?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(waiting).with_ansi(io::stderr().is_terminal());
    // Somebody else, such as a test harness, may write the lines already.
    drop(match log.format {
        LogFormat::Json => lines.event_format(json::Json).try_init(),
        LogFormat::Text => lines.with_target(false).try_init(),
    });
    Ok(writer)
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
