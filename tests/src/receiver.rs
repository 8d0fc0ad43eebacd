//! A machine that wants to be called back, and may misbehave; and the names machines are known by.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use portal::webhook::address::Names;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Longest call read.
const MAX_CALL_BYTES: usize = 1 << 20;

/// How a call is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With this status and these header lines.
    Status(u16, &'static str),
    /// Not at all, while the connection stays open.
    Hang,
    /// By closing the connection.
    Close,
    /// With a body that never ends.
    Endless,
}

/// A call as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// `POST /hook HTTP/1.1`.
    pub line: String,
    /// Header lines, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body's text.
    pub body: String,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Debug, Default)]
struct Memory {
    replies: VecDeque<Reply>,
    calls: Vec<Received>,
    connections: usize,
}

/// A machine that wants to be called back. Answers 200 unless told otherwise. Stops when dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// One that listens on this machine.
    pub async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    /// One that listens here.
    pub async fn at(listen: &str) -> Self {
        let listener = TcpListener::bind(listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let memory = Arc::<Mutex<Memory>>::default();
        let own = Arc::clone(&memory);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.lock().unwrap().connections += 1;
                tokio::spawn(answer(stream, Arc::clone(&own)));
            }
        });
        Self { address, memory, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// How the next calls are answered.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.memory.lock().unwrap().replies.extend(replies);
    }

    /// Every call that came, oldest first.
    pub fn calls(&self) -> Vec<Received> {
        self.memory.lock().unwrap().calls.clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.memory.lock().unwrap().connections
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, memory: Arc<Mutex<Memory>>) {
    let Some(call) = read(&mut stream).await else { return };
    let reply = {
        let mut memory = memory.lock().unwrap();
        memory.calls.push(call);
        memory.replies.pop_front().unwrap_or(Reply::Status(200, ""))
    };
    match reply {
        Reply::Status(status, headers) => {
            let text = format!("HTTP/1.1 {status} Said\r\n{headers}content-length: 4\r\nconnection: close\r\n\r\nsaid");
            drop(stream.write_all(text.as_bytes()).await);
        }
        Reply::Hang => tokio::time::sleep(Duration::from_mins(5)).await,
        Reply::Close => {}
        Reply::Endless => {
            let head = "HTTP/1.1 200 Said\r\nconnection: close\r\n\r\n";
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(&[b'a'; 8192]).await;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        assert!(bytes.len() < MAX_CALL_BYTES, "a call is not so long");
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let (line, rest) = head.split_once("\r\n").unwrap();
        let headers: BTreeMap<_, _> = rest
            .lines()
            .filter_map(|header| header.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(Received { line: line.to_owned(), headers, body: body.to_owned() });
        }
    }
}

/// The addresses of names, as a test says: each question gets the next answer, the last one again and again.
#[derive(Debug, Default)]
pub struct StandInNames(Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>);

impl StandInNames {
    /// What a name stands for, one question after the other.
    pub fn say(&self, name: &str, answers: &[&[&str]]) {
        let answers = answers.iter().map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect());
        self.0.lock().unwrap().insert(name.to_owned(), answers.collect());
    }
}

#[async_trait]
impl Names for StandInNames {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let mut names = self.0.lock().unwrap();
        let answers = names.get_mut(name).ok_or_else(|| std::io::Error::other("no such name"))?;
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Ok(answer.unwrap())
    }
}
