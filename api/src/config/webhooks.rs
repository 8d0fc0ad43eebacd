//! Where machines may be called back, and how long that is tried.

use std::time::Duration;

use ::portal::webhook::address::{Network, Policy};

use super::choice::Profile;
use super::table::Settings;
use super::value::Value;

impl Value for Network {
    const KIND: &'static str = "a network such as `10.20.0.0/16`";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| format!("must be a network such as 10.20.0.0/16, not {text:?}"))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// How machines are called back.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Where calls may go.
    pub policy: Policy,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long nothing may come through before an endpoint is turned off.
    pub patience: Duration,
    /// How long calls that are over are kept.
    pub kept: Duration,
}

/// How machines are called back.
pub(super) fn webhooks(settings: &Settings) -> Webhooks {
    let plain = settings.profile == Profile::Development;
    Webhooks {
        policy: Policy { networks: settings.webhook_networks.clone(), plain },
        timeout: settings.webhook_timeout.0,
        patience: settings.webhook_patience.0,
        kept: settings.webhook_kept.0,
    }
}
