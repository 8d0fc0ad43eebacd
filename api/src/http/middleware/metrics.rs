//! Counters of requests, labelled by operation id: never by URL, which would make a new series for every case.

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};

/// Upper ends of the histogram's buckets, in seconds: from a lookup to the slowest upload.
const SECONDS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The counters of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGaugeVec,
}

impl HttpMetrics {
    /// New counters, shown by this registry.
    ///
    /// # Errors
    /// When the registry has counters of these names already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new(
                    "gxb_http_requests_total",
                    "Requests answered, by operation and status; 499 when the caller left.",
                ),
                &["operation", "status"],
            )?,
            seconds: HistogramVec::new(
                HistogramOpts::new("gxb_http_request_seconds", "Time to the answer.").buckets(SECONDS.to_vec()),
                &["operation"],
            )?,
            in_flight: IntGaugeVec::new(
                Opts::new("gxb_http_requests_in_flight", "Requests not yet answered."),
                &["operation"],
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.seconds.clone()))?;
        registry.register(Box::new(metrics.in_flight.clone()))?;
        Ok(metrics)
    }

    pub(super) fn began(&self, operation: &str) {
        self.in_flight.with_label_values(&[operation]).inc();
    }

    pub(super) fn ended(&self, operation: &str, status: u16, seconds: f64) {
        self.in_flight.with_label_values(&[operation]).dec();
        self.requests.with_label_values(&[operation, status_text(status).as_str()]).inc();
        self.seconds.with_label_values(&[operation]).observe(seconds);
    }
}

fn status_text(status: u16) -> String {
    status.to_string()
}
