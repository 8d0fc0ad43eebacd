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
const PROCESSES: [usize; 3] = [1, 2, 4];
/// How long the province takes for an answer, in milliseconds.
const ANSWERS_MS: [u64; 2] = [0, 20];
/// Promises of one measurement, for each process.
const PROMISES: usize = 3000;

/// Prints all of it.
pub async fn measure() {
    let url = database::postgres().await;
    let desk = process::desk(&url).await;
    for answer_ms in ANSWERS_MS {
        for processes in PROCESSES {
            let mut rounds = Vec::new();
            for _ in 0..crate::ROUNDS {
                let ours = rate(&desk, &url, Kind::Relay { answer_ms }, processes).await;
                rounds.push((ours, rate(&desk, &url, Kind::Bare { answer_ms }, processes).await));
            }
            let what = format!("relay, {processes} process(es), {answer_ms} ms");
            score::beside(&what, "deliver./s", &rounds, &Peer { name: "bare loop", goal: None });
        }
    }
    latency::measure(&desk, &url).await;
    claim::measure(&desk).await;
}

/// Deliveries a second, from the first that was settled to the last.
async fn rate(desk: &casework::Desk, url: &str, kind: Kind, processes: usize) -> f64 {
    rows::clear(desk).await;
    rows::waiting(desk, PROMISES * processes).await;
    let running = Processes::start(url, kind, processes).await;
    let rate = rows::rate_when_all_are_done(desk).await;
    running.stop().await;
    rate
}
