//! Measures the server beside peers in the same run, on real HTTP, and prints medians, ratios and the goals they stand
//! against.
//!
//! ```text
//! make bench                     everything, about ten minutes
//! … --bin bench requests start   only these: requests, submits, uploads, memory, start, relay
//! … --bin bench relay-rates      of the relay only this: relay-rates, relay-latency, relay-claims
//! ```
//!
//! Server, peer and load generator share the machine's processors: rates are for comparing, not for sizing by.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what does not hold ends the measurement"
)]

mod bare;
mod connection;
mod memory;
mod pgbench;
mod relay;
mod requests;
mod score;
mod start;
mod submits;
mod uploads;

use tests::setup::{Database, Objects};
use tests::{Setup, TestApp};

/// What can be measured.
const ALL: [&str; 9] =
    ["requests", "submits", "uploads", "memory", "start", "relay", "relay-rates", "relay-latency", "relay-claims"];
/// How often each thing is measured in turn with its peer.
const ROUNDS: usize = 3;
/// Connections at once, to the server and to its peers.
const CLIENTS: usize = 8;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if asked == [bare::ROLE] {
        return runtime.block_on(bare::serve());
    }
    if let Some((relay::ROLE, arguments)) = asked.split_first().map(|(role, rest)| (role.as_str(), rest)) {
        return runtime.block_on(relay::run(arguments));
    }
    if let Some(unknown) = asked.iter().find(|name| !ALL.contains(&name.as_str())) {
        panic!("{unknown} is nothing to measure: {}", ALL.join(", "));
    }
    // The peers commit to the disk, so the database must.
    tests::database::survive_power_cuts();
    runtime.block_on(measure(|name| asked.is_empty() || asked.iter().any(|one| one == name)));
}

async fn measure(wanted: impl Fn(&str) -> bool) {
    score::machine();
    let served = binary("served");
    if wanted("requests") || wanted("submits") || wanted("uploads") {
        // The relay would take its share of the processors at moments of its own.
        let mut app = Setup::on(Database::Postgres, Objects::Folder).process(served).without_relay().start().await;
        if wanted("requests") {
            requests::measure(&app).await;
        }
        if wanted("submits") {
            submits::measure(&app).await;
        }
        if wanted("uploads") {
            uploads::measure(&app).await;
        }
        app.stop().await;
    }
    if wanted("memory") {
        memory::measure(served).await;
    }
    if wanted("start") {
        // The program as it is installed: the other one carries what tests need.
        start::measure(binary("gaoxingban")).await;
    }
    if ["relay", "relay-rates", "relay-latency", "relay-claims"].into_iter().any(&wanted) {
        relay::measure(&wanted).await;
    }
}

/// A server's binary: built beside this one.
fn binary(name: &str) -> &'static str {
    let path = std::env::current_exe().unwrap().with_file_name(name);
    assert!(path.exists(), "the server is not built: run `make bench`");
    path.to_str().unwrap().to_owned().leak()
}

/// `host:port` of a server under test.
fn address(app: &TestApp) -> String {
    app.url().trim_start_matches("http://").to_owned()
}
