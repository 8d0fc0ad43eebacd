//! The server as a process of its own.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// Kills the process this is called in, as the operating system would: nothing is finished, nothing is said.
pub(crate) fn kill_myself() -> ! {
    let sent = std::process::Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
    assert!(sent.unwrap().success());
    loop {
        std::thread::park();
    }
}

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens: `http://127.0.0.1:…`; empty for a role that does not listen.
    pub url: String,
    lines: JoinHandle<()>,
}

impl Process {
    /// Starts `binary` as a server, and waits until it says where it listens.
    pub async fn serve(binary: &str, arguments: &[&str], settings: &[(String, String)]) -> Self {
        let mut child = Command::new(binary)
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .env("GXB_LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut before = Vec::new();
        let url = loop {
            let Some(line) = log.next_line().await.unwrap() else { panic!("the server does not start: {before:#?}") };
            let value: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(url) = value["api"].as_str() {
                break url.to_owned();
            }
            before.push(line);
        };
        let loud = std::env::var_os("GXB_TEST_LOG").is_some();
        // Read on, so that the process never waits for us.
        let lines = tokio::spawn(async move {
            while loud && let Ok(Some(line)) = log.next_line().await {
                println!("{line}");
            }
            drop(tokio::io::copy_buf(&mut log.into_inner(), &mut tokio::io::sink()).await);
        });
        Self { child, url, lines }
    }

    /// The number the operating system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id().expect("the process runs")
    }

    /// SIGKILL: nothing is finished, nothing is said. Answers when it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
        self.lines.abort();
    }

    /// SIGTERM, and waits for its end. Answers its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().await.unwrap();
        assert!(sent.success());
        tokio::time::timeout(crate::BOUND, self.child.wait()).await.expect("it stops in time").unwrap().code()
    }
}
