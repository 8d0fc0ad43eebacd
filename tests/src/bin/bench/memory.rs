//! A crowd: many large photos at the same moment, on the embedded defaults. How much memory, how many were asked to come
//! back, and whether coming back is worth it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tests::Setup;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::score;
use crate::uploads::{self, Sender};

/// Photos at once.
const CROWD: usize = 50;
/// Bytes of each photo.
const PHOTO_BYTES: usize = 10_000_000;
/// How often one of the crowd comes back before something is wrong.
const RETURNS: u32 = 60;
/// The goal, in MB.
const MOST_MB: f64 = 400.0;

/// Prints the most memory the server ever had.
pub async fn measure(binary: &'static str) {
    // What the harness sets for its tests, put back to what everybody gets.
    let setup = Setup::sqlite().process(binary).without_relay();
    let mut app = setup.set("GXB_PHOTO_WAITING", "16").set("GXB_PHOTO_TIMEOUT", "20s").start().await;
    let owner = app.owner("crowd").await;
    let sender = Arc::new(Sender::new(&owner, large_photo()));
    let before = most_memory(app.process().id());
    let turned_away = Arc::new(AtomicU32::new(0));
    let mut crowd = JoinSet::new();
    let began = Instant::now();
    for _ in 0..CROWD {
        crowd.spawn(one(crate::address(&app), Arc::clone(&sender), Arc::clone(&turned_away)));
    }
    let returns = crowd.join_all().await;
    let seconds = began.elapsed().as_secs_f64();
    let came_back = returns.iter().filter(|returns| **returns > 0).count();
    let most = most_memory(app.process().id());
    app.stop().await;
    println!(
        "{CROWD} uploads of {:.0} MB at once: all in after {seconds:.1} s; {} answers 503 with Retry-After, to {came_back} \
         of them, at most {} times; memory before {before:.0} MB",
        uploads::megabytes(PHOTO_BYTES),
        turned_away.load(Ordering::Relaxed),
        returns.iter().max().unwrap(),
    );
    score::at_most("resident memory, most", most, "MB", MOST_MB);
}

/// A photo of exactly so many bytes: some phones put a film clip behind the picture.
fn large_photo() -> Vec<u8> {
    let mut file = uploads::photo(97);
    // The sender adds eight bytes.
    file.resize(PHOTO_BYTES - size_of::<u64>(), 0);
    file
}

/// Uploads one photo, coming back as often as it is told to. Answers how often.
async fn one(address: String, sender: Arc<Sender>, turned_away: Arc<AtomicU32>) -> u32 {
    let number = sender.next();
    for returned in 0..=RETURNS {
        // A phone opens a new connection when it comes back.
        let mut connection = Connection::open(&address).await;
        let reply = sender.send(&mut connection, number).await;
        if reply.status != 503 {
            reply.expect(201);
            return returned;
        }
        turned_away.fetch_add(1, Ordering::Relaxed);
        let wait = reply.retry_after.expect("503 says when to come back");
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
    panic!("turned away {RETURNS} times");
}

/// The most resident memory a process ever had, in MB, as the operating system counts it.
fn most_memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024.0 / 1e6
}
