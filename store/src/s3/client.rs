//! The client: endpoint, credentials, TLS, time-outs, retries.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedHttpClient,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::config::S3Config;

/// The longest wait between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

pub(super) fn build(settings: &S3Config) -> Client {
    let limits = settings.limits;
    let credentials = Credentials::new(
        settings.access_key_id.as_str(),
        settings.secret_access_key.expose(),
        None,
        None,
        "gaoxingban configuration",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .read_timeout(limits.attempt)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build();
    let mut config = Config::builder()
        // Pinned: a newer library may not change what is sent to servers that were tried with this one.
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(settings.path_style)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(limits.attempts).with_max_backoff(MAX_BACKOFF))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .http_client(http_client(settings));
    config.set_endpoint_url(settings.endpoint.clone());
    Client::from_conf(config.build())
}

/// Without TLS the machine's root certificates are not read: a small container may have none.
fn http_client(settings: &S3Config) -> SharedHttpClient {
    if settings.is_plain() {
        Builder::new().build_http()
    } else {
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
    }
}
