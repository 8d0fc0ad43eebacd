//! A process of the relay that the operating system kills at a named point, exactly there.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use api::app::Builder;
use api::config::Config;
use casework::world::{Clock, World};
use chrono::{DateTime, TimeDelta, Utc};
use portal::relay;
use tokio::process::Command;

use crate::gate::{Gate, Then};
use crate::node::{calling, gated};
use crate::points::Point;

const POINT: &str = "GXB_TEST_POINT";
const SKIP: &str = "GXB_TEST_SKIP";
const NOW: &str = "GXB_TEST_NOW";

/// Short, so that a lease is renewed when a call takes its time.
const LEASE: Duration = Duration::from_millis(150);

/// A clock that was set when the process began.
struct Set {
    to: DateTime<Utc>,
    at: DateTime<Utc>,
}

impl Clock for Set {
    fn now(&self) -> DateTime<Utc> {
        self.to + (World::real().now() - self.at).max(TimeDelta::zero())
    }
}

/// Runs `binary`, which calls [`live`], with these settings at this time of day. Answers whether it was killed at `point`;
/// otherwise it did what there was to do.
pub async fn run(binary: &str, settings: &[(String, String)], (point, skip): (Point, u32), now: DateTime<Utc>) -> bool {
    let ended = Command::new(binary)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .envs([(POINT, format!("{point:?}")), (SKIP, skip.to_string()), (NOW, now.to_rfc3339())])
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .status();
    let ended = tokio::time::timeout(crate::BOUND, ended).await.expect("it ends in time").unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&ended);
    assert!(ended.success() || signal == Some(9), "neither killed nor at its end: {ended}");
    signal == Some(9)
}

/// The life of such a process: it delivers, fetches reports, delivers again, and ends, unless it is killed before.
pub async fn live() {
    let settings = std::env::vars().filter(|(name, _)| name.starts_with("GXB_"));
    let (ours, settings): (Vec<_>, Vec<_>) = settings.partition(|(name, _)| name.starts_with("GXB_TEST_"));
    let own = |name: &str| ours.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).unwrap();
    let clock = Set { to: own(NOW).parse().unwrap(), at: World::real().now() };
    let world = World::by(Arc::new(clock));
    let app = Box::pin(Builder::new(Config::read(settings, None).unwrap()).world(world.clone()).build()).await.unwrap();
    let (gate, _said) = Gate::new(world.clone(), Arc::default());
    gate.arm(Point::named(own(POINT)).unwrap(), own(SKIP).parse().unwrap(), Then::Kill);
    let config = relay::Config { lease: LEASE, ..relay::Config::default() };
    let (relay, desk, province) = gated(&app, &world, (&app.store, &calling(&app)), config, &gate);
    relay.drain().await.unwrap();
    portal::poll::poll(&desk, &*province).await.unwrap();
    relay.drain().await.unwrap();
}
