//! Province and WeChat, as stand-ins that outlive the server under test.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use casework::world::World;
use portal::signature::Key;
use portal::simulator::{self, Limits, Script, Simulator, SimulatorConfig};
use portal::wechat::stand_in::{self, Options, StandIn};

/// The name the province knows us by.
pub const APP: &str = "gaoxingban";
/// What both sides sign with.
pub const SECRET: &str = "a-secret-for-tests-only";

/// The kinds of notice that have a WeChat template; each template's id is `tpl-<kind>`.
const NOTICES: [&str; 6] = ["accepted", "correction", "not_accepted", "approved", "denied", "late"];

/// Everybody a server talks to.
#[derive(Debug)]
pub struct Outside {
    /// The province.
    pub simulator: Simulator,
    /// WeChat.
    pub wechat: StandIn,
}

/// The key reports and calls are signed with.
pub fn key() -> Key {
    Key::hmac_sha256(APP, SECRET)
}

impl Outside {
    /// Starts both. Reports are pushed to `callback`, or wait to be fetched. The province knows the rules there are now, with
    /// those of the folder `catalogue`.
    pub async fn start(
        world: &World,
        (script, limits): (Script, Limits),
        callback: Option<String>,
        catalogue: Option<&Path>,
    ) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let catalogue = api::catalogue::load(catalogue).unwrap();
        let config = SimulatorConfig {
            listen,
            key: key(),
            trusted: vec![key().trusted()],
            rules: api::outside::simulated_rules(&catalogue.rules).unwrap(),
            script,
            callback,
            limits,
        };
        let simulator = simulator::start(config, world.clone()).await.unwrap();
        let options = Options { strict: true, ..Options::default() };
        let wechat = StandIn::start(listen, options, world.clone()).await.unwrap();
        Self { simulator, wechat }
    }

    /// The settings that make a server talk to them.
    pub fn settings(&self) -> Vec<(String, String)> {
        let templates = NOTICES.map(|kind| format!("{kind}:tpl-{kind}")).join(",");
        [
            ("GXB_PORTAL_URL", self.simulator.url()),
            ("GXB_PORTAL_APP", APP.to_owned()),
            ("GXB_PORTAL_SECRET", SECRET.to_owned()),
            ("GXB_WECHAT_URL", self.wechat.url()),
            ("GXB_WECHAT_APPID", stand_in::APP_ID.to_owned()),
            ("GXB_WECHAT_SECRET", stand_in::SECRET.to_owned()),
            ("GXB_WECHAT_TEMPLATES", templates),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}
