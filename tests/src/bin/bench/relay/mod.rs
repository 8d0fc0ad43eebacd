//! The relay's loop beside a bare loop that only claims and marks rows, on the same PostgreSQL server: deliveries a second
//! with one, two and four processes; how soon a commit is followed by the first call; what claiming costs however much
//! waits or is over.

mod claim;
mod latency;
mod process;
mod rows;

use tests::database;

use self::process::{Kind, Processes};
use crate::score::{self, Peer};

pub use process::{ROLE, run};

/// Relay processes at once.
const PROCESSES: [u32; 3] = [1, 2, 4];
/// How long the province takes for an answer, in milliseconds.
const ANSWERS_MS: [u64; 2] = [0, 20];
/// Promises of one measurement, for each process.
const PROMISES: usize = 3000;
/// The goal for two processes and a province that answers at once, in deliveries a second.
const LEAST_RATE: f64 = 1000.0;
/// What must be left of each process's own rate when there are several and the province takes its time, in per cent.
const LEAST_SHARE: f64 = 80.0;

/// Prints the parts that are wanted.
pub async fn measure(wanted: impl Fn(&str) -> bool) {
    let all = wanted("relay");
    let url = database::postgres().await;
    let desk = process::desk(&url).await;
    if all || wanted("relay-rates") {
        rates(&desk, &url).await;
    }
    if all || wanted("relay-latency") {
        latency::measure(&desk, &url).await;
    }
    if all || wanted("relay-claims") {
        claim::measure(&desk, &url).await;
    }
}

async fn rates(desk: &casework::Desk, url: &str) {
    for answer_ms in ANSWERS_MS {
        let mut one = None;
        for processes in PROCESSES {
            let mut rounds = Vec::new();
            for _ in 0..crate::ROUNDS {
                let ours = rate(desk, url, Kind::Relay { answer_ms }, processes).await;
                rounds.push((ours, rate(desk, url, Kind::Bare { answer_ms }, processes).await));
            }
            let what = format!("relay, {processes} process(es), {answer_ms} ms");
            score::beside(&what, "deliver./s", &rounds, &Peer { name: "bare loop", goal: None });
            let rate = score::median(rounds.iter().map(|(ours, _)| *ours));
            let one = *one.get_or_insert(rate);
            match (answer_ms, processes) {
                (0, 2) => score::at_least("  both together", rate, "deliver./s", LEAST_RATE),
                (1.., 2..) => {
                    let share = rate / one / f64::from(processes) * 100.0;
                    score::at_least("  of so many times one", share, "%", LEAST_SHARE);
                }
                _ => {}
            }
        }
    }
}

/// Deliveries a second, from the first that was settled to the last.
async fn rate(desk: &casework::Desk, url: &str, kind: Kind, processes: u32) -> f64 {
    let processes = usize::try_from(processes).unwrap();
    rows::clear(&desk.db).await;
    rows::waiting(&desk.db, PROMISES * processes).await;
    let running = Processes::start(url, kind, processes).await;
    let rate = rows::rate_when_all_are_done(&desk.db).await;
    running.stop().await;
    rate
}
