//! A load generator that costs little itself: one request prepared, written again and again on a kept connection, each
//! answer read whole before the next.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Room for one answer; grows for a longer one.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Seconds, where it says when to come back.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: &'a [u8],
}

impl Reply<'_> {
    /// Ends the measurement unless the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(self.body));
    }
}

impl Connection {
    /// Connects to `host:port`.
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) }
    }

    /// Sends one request, given in pieces, and reads its answer.
    pub async fn ask(&mut self, request: &[&[u8]]) -> Reply<'_> {
        let head = tokio::time::timeout(PATIENCE, self.exchange(request)).await.expect("an answer in time");
        Reply { status: head.status, retry_after: head.retry_after, body: self.buffer.get(head.bytes..).unwrap() }
    }

    async fn exchange(&mut self, request: &[&[u8]]) -> Head {
        for piece in request {
            self.stream.write_all(piece).await.unwrap();
        }
        self.buffer.clear();
        let mut head = None;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            if head.is_none() {
                head = Head::of(&self.buffer);
            }
            if let Some(head) = head.take_if(|head| self.buffer.len() >= head.bytes + head.body_bytes) {
                return head;
            }
        }
    }
}

/// What the beginning of an answer says.
struct Head {
    status: u16,
    retry_after: Option<u64>,
    bytes: usize,
    body_bytes: usize,
}

impl Head {
    /// None until it is whole.
    fn of(answer: &[u8]) -> Option<Self> {
        let bytes = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = std::str::from_utf8(answer.get(..bytes)?).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let body_bytes = header("content-length:").expect("a length, not chunks").parse().unwrap();
        let retry_after = header("retry-after:").map(|seconds| seconds.parse().unwrap());
        Some(Self { status, retry_after, bytes, body_bytes })
    }
}

/// A GET, ready to be sent.
pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let bearer = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{bearer}\r\n").into_bytes()
}

/// Sends `request` on [`crate::CLIENTS`] connections for so long. Answers requests per second.
pub async fn hammer(address: &str, request: &[u8], so_long: Duration) -> f64 {
    let request: Arc<[u8]> = request.into();
    let mut clients = JoinSet::new();
    let began = Instant::now();
    for _ in 0..crate::CLIENTS {
        let (address, request) = (address.to_owned(), Arc::clone(&request));
        clients.spawn(async move {
            let mut connection = Connection::open(&address).await;
            let mut answered = 0_u32;
            while began.elapsed() < so_long {
                connection.ask(&[&request]).await.expect(200);
                answered += 1;
            }
            answered
        });
    }
    let answered: u32 = clients.join_all().await.into_iter().sum();
    f64::from(answered) / began.elapsed().as_secs_f64()
}
