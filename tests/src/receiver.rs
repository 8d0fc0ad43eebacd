//! A machine that wants to be called back, and may misbehave; and the names machines are known by.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use portal::webhook::address::Names;
use serde_json::Value;
use sha2::Sha256;
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
    /// By resetting the connection.
    Reset,
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
    /// How it was answered.
    pub reply: Reply,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether the answer was that it came through.
    pub fn came_through(&self) -> bool {
        matches!(self.reply, Reply::Status(200..=299, _))
    }

    /// Whether one of its signatures is by this shared secret, as the specification writes it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let text = format!("{}.{}.{}", self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body);
        let secret = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(text.as_bytes());
        let signature = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').any(|one| one == signature)
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

    /// From now on every call is answered well, and what came so far is forgotten.
    pub fn begin_anew(&self) {
        let mut memory = self.memory.lock().unwrap();
        (memory.replies, memory.calls) = (VecDeque::new(), Vec::new());
    }

    /// From now on every call is answered well.
    pub fn heal(&self) {
        self.memory.lock().unwrap().replies.clear();
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
    let Some(mut call) = read(&mut stream).await else { return };
    let reply = {
        let mut memory = memory.lock().unwrap();
        let reply = memory.replies.pop_front().unwrap_or(Reply::Status(200, ""));
        call.reply = reply.clone();
        memory.calls.push(call);
        reply
    };
    match reply {
        Reply::Status(status, headers) => {
            let text = format!("HTTP/1.1 {status} Said\r\n{headers}content-length: 4\r\nconnection: close\r\n\r\nsaid");
            drop(stream.write_all(text.as_bytes()).await);
        }
        Reply::Hang => tokio::time::sleep(Duration::from_mins(5)).await,
        Reply::Close => {}
        Reply::Reset => stream.set_zero_linger().unwrap(),
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
            let reply = Reply::Close;
            return Some(Received { line: line.to_owned(), headers, body: body.to_owned(), reply });
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
