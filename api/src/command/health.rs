//! `gaoxingban health`: one small request to our own server, for container engines and scripts.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Ended, at_home, on_threads, print};
use crate::config::Config;

/// How long the whole question may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of the answer is read.
const MOST_BYTES: u64 = 16 << 10;

/// What `health` can be told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Args {
    /// The server to ask; the configured one when not given.
    #[arg(long, value_name = "ADDR")]
    at: Option<SocketAddr>,
}

pub(super) fn run(args: Args, file: Option<&Path>) -> Ended {
    let at = match args.at {
        Some(at) => at,
        None => at_home(Config::load(file)?.listen),
    };
    let answer =
        on_threads(async { tokio::time::timeout(PATIENCE, ask(at)).await })?.map_err(|_| "no answer in time")??;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer.as_str(), ""));
    print(&format!("{}\n", body.trim()))?;
    let ready = head.split_ascii_whitespace().nth(1) == Some("200");
    Ok(if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// HTTP/1.0, so that the answer is neither chunked nor kept open.
async fn ask(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(at).await?;
    let request = format!("GET /health/ready HTTP/1.0\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
