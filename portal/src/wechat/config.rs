//! What the client has to be told.

use std::time::Duration;

use store::Secret;

use super::stand_in;

/// Which version of the mini-program a message opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MiniProgram {
    /// The developers' version.
    Developer,
    /// The version on trial.
    Trial,
    /// The released version.
    #[default]
    Formal,
}

impl MiniProgram {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Trial => "trial",
            Self::Formal => "formal",
        }
    }
}

/// Where WeChat is and who we are to it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Scheme, host and port, without a path: [`Config::REAL`], or the stand-in's.
    pub base_url: String,
    /// The mini-program's id.
    pub app_id: String,
    /// The mini-program's secret.
    pub secret: Secret,
    /// Which version of the mini-program a message opens.
    pub mini_program: MiniProgram,
    /// How long one HTTP call may take. An operation makes at most five.
    pub timeout: Duration,
}

impl Config {
    /// The real server.
    pub const REAL: &str = "https://api.weixin.qq.com";

    /// The real server, the released mini-program, five seconds a call.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            base_url: Self::REAL.to_owned(),
            app_id: app_id.into(),
            secret,
            mini_program: MiniProgram::default(),
            timeout: Duration::from_secs(5),
        }
    }

    /// The stand-in at `base_url`, with the id and secret it expects unless told otherwise.
    pub fn stand_in(base_url: impl Into<String>) -> Self {
        let config = Self::new(stand_in::APP_ID, Secret::new(stand_in::SECRET));
        Self { base_url: base_url.into(), mini_program: MiniProgram::Developer, ..config }
    }

    /// Everything that is wrong with it, in words; empty when it can be used.
    pub fn faults(&self) -> Vec<&'static str> {
        let url = self.base_url.parse::<reqwest::Url>().ok();
        let plain = url.as_ref().is_some_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
        });
        let named = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        let seconds = Duration::from_millis(50)..=Duration::from_secs(30);
        [
            (plain, "the WeChat address must be http(s)://host[:port] and nothing more"),
            (named(&self.app_id), "the WeChat appid must be visible ASCII and not empty"),
            (named(self.secret.expose()), "the WeChat secret must be visible ASCII and not empty"),
            (seconds.contains(&self.timeout), "the WeChat time-out must lie between 50 ms and 30 s"),
        ]
        .into_iter()
        .filter_map(|(fine, fault)| (!fine).then_some(fault))
        .collect()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.trim_end_matches('/'))
    }

    /// Whether this could serve real people: an encrypted connection, and not the stand-in's id or secret.
    pub fn fit_for_production(&self) -> bool {
        self.base_url.starts_with("https://")
            && self.app_id != stand_in::APP_ID
            && self.secret.expose() != stand_in::SECRET
    }
}
