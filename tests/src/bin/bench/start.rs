//! From nothing to the first answer, and what the binary weighs.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::connection::{Connection, get};
use crate::score;
use crate::uploads::megabytes;

/// How often it is started.
const STARTS: usize = 5;
/// How long one start may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);
/// The goal, in seconds.
const MOST_SECONDS: f64 = 0.5;
/// The goal, in MB.
const MOST_MB: f64 = 40.0;

/// Prints the time until `/health/ready` says yes, on the embedded defaults and a data directory that exists.
pub async fn measure(binary: &str) {
    let data = tempfile::tempdir().unwrap();
    // The first start makes keys, schema and folders: it does not count.
    start(binary, data.path()).await;
    let mut seconds = Vec::new();
    for _ in 0..STARTS {
        seconds.push(start(binary, data.path()).await);
    }
    score::at_most("cold start, embedded defaults", score::median(seconds), "s", MOST_SECONDS);
    let bytes = std::fs::metadata(binary).unwrap().len();
    score::at_most("binary", megabytes(usize::try_from(bytes).unwrap()), "MB", MOST_MB);
}

/// Starts the server once, and ends it. Answers seconds.
async fn start(binary: &str, data: &Path) -> f64 {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let began = Instant::now();
    let mut server: Child = Command::new(binary)
        .arg("serve")
        .env_clear()
        .env("GXB_DATA_DIR", data)
        .env("GXB_LISTEN", &address)
        .env("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    tokio::time::timeout(PATIENCE, ready(&address)).await.expect("it starts in time");
    let seconds = began.elapsed().as_secs_f64();
    server.kill().await.unwrap();
    seconds
}

async fn ready(address: &str) {
    let request = get("/health/ready", None);
    loop {
        // It listens before it is ready, and then the question waits.
        if TcpStream::connect(address).await.is_ok()
            && Connection::open(address).await.ask(&[&request]).await.status == 200
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
