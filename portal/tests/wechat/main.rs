//! The WeChat client against the stand-in: every code, the access token's life, and answers nobody should trust.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod codes;
mod hostile;
mod message;
mod session;
mod stand_in;
mod token;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use casework::world::Driven;
use chrono::TimeDelta;
use portal::wechat::stand_in::{Fault, Options, StandIn, State, Trouble};
use portal::wechat::{Client, Config, SubscribeMessage};

pub(crate) const SIGN_IN: &str = "/sns/jscode2session";
pub(crate) const TOKEN: &str = "/cgi-bin/stable_token";
pub(crate) const PHONE: &str = "/wxa/business/getuserphonenumber";
pub(crate) const SEND: &str = "/cgi-bin/message/subscribe/send";

/// A clock that shows a moment of its own.
pub(crate) fn clock() -> Driven {
    Driven::at("2026-03-02T01:00:00Z".parse().unwrap())
}

/// A stand-in, a client for it, and the clock both of them read.
pub(crate) struct Scene {
    pub(crate) clock: Driven,
    pub(crate) stand_in: StandIn,
    pub(crate) client: Client,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let clock = clock();
        let stand_in = StandIn::start(any_port(), options, clock.world()).await.unwrap();
        // Generous, so that a busy machine does not turn answers into time-outs; tests of time-outs make their own.
        let config = Config { timeout: Duration::from_secs(20), ..Config::stand_in(stand_in.url()) };
        let client = client(config, &clock);
        Self { clock, stand_in, client }
    }

    /// Another client for the same stand-in: another process, or one with less patience.
    pub(crate) fn client_with(&self, timeout: Duration) -> Client {
        client(Config { timeout, ..Config::stand_in(self.stand_in.url()) }, &self.clock)
    }

    pub(crate) fn state(&self) -> &State {
        self.stand_in.state()
    }

    pub(crate) fn fault(&self, path: &str, trouble: Trouble, times: u32) {
        self.state().add_fault(Fault { path: path.to_owned(), trouble, times }).unwrap();
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.forward(TimeDelta::seconds(seconds));
    }

    pub(crate) fn message(&self) -> SubscribeMessage {
        SubscribeMessage {
            openid: self.state().openid("li"),
            template: "case-accepted".to_owned(),
            page: Some("pages/case?id=1".to_owned()),
            data: [("thing1", "招牌设置"), ("character_string2", "371526-7")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        }
    }
}

pub(crate) fn client(config: Config, clock: &Driven) -> Client {
    assert_eq!(config.faults(), Vec::<&str>::new());
    Client::new(config, clock.world()).unwrap()
}

pub(crate) fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
