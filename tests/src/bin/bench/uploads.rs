//! Photos of 12 megapixels: uploads per second beside decoding, scaling and encoding the same file once.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use image::ImageFormat;
use image::imageops::FilterType;
use tests::TestApp;
use tests::caller::{BOUNDARY, Caller, field};
use tests::desk::SIGNBOARD;
use tests::pictures::{draw, wrap};
use tokio::task::JoinSet;

use crate::connection::{Connection, Reply};
use crate::score::{self, Peer};

/// Pixels across and down of the photo.
const SIZE: (u32, u32) = (4032, 3024);
/// The longest side the portal takes of a scene.
const LONG_PX: u32 = 2048;
/// Photos of one processor a round.
const EACH: usize = 4;

/// Prints the rate of uploads, two connections a processor, and what the `image` crate does with all processors.
pub async fn measure(app: &TestApp) {
    let owner = app.owner("photographer").await;
    let file = photo(90);
    println!("a photo of {}×{}, {:.1} MB:", SIZE.0, SIZE.1, megabytes(file.len()));
    let sender = Arc::new(Sender::new(&owner, file.clone()));
    let mut rounds = Vec::new();
    for _ in 0..crate::ROUNDS {
        let ours = upload(&crate::address(app), &sender).await;
        rounds.push((
            ours,
            tokio::task::spawn_blocking({
                let file = file.clone();
                move || plain(&file)
            })
            .await
            .unwrap(),
        ));
    }
    let peer = Peer { name: "image crate, decode + resize + encode", goal: None };
    score::beside("upload_photo, 12 MP JPEG", "uploads/s", &rounds, &peer);
}

/// The street picture as a phone stores it.
pub fn photo(quality: u8) -> Vec<u8> {
    wrap::jpeg(&draw::signboard(SIZE.0, SIZE.1), quality, &wrap::Beside::default())
}

/// Bytes as megabytes.
pub fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap()) / 1e6
}

fn processors() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Sends one file again and again, each time with other bytes at its end: the same bytes would be the same photo.
pub struct Sender {
    head: Vec<u8>,
    file: Vec<u8>,
    tail: Vec<u8>,
    sent: AtomicU64,
}

impl Sender {
    /// Sends in the name of `owner`.
    pub fn new(owner: &Caller, file: Vec<u8>) -> Self {
        let mut form = Vec::new();
        for (name, value) in [("item", SIGNBOARD), ("material", "site-photo"), ("keep_anyway", "true")] {
            form.extend(field(name, value));
        }
        form.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.jpg\"\r\n\r\n")
                .bytes(),
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n").into_bytes();
        let length = form.len() + file.len() + size_of::<u64>() + tail.len();
        let token = owner.session["access_token"].as_str().unwrap();
        let mut head = format!(
            "POST /v1/photos HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
             content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {length}\r\n\r\n"
        )
        .into_bytes();
        head.extend(form);
        Self { head, file, tail, sent: AtomicU64::new(0) }
    }

    /// A number no other photo has.
    pub fn next(&self) -> u64 {
        self.sent.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends the photo of this number.
    pub async fn send<'a>(&self, connection: &'a mut Connection, number: u64) -> Reply<'a> {
        connection.ask(&[&self.head, &self.file, &number.to_be_bytes(), &self.tail]).await
    }
}

async fn upload(address: &str, sender: &Arc<Sender>) -> f64 {
    let mut clients = JoinSet::new();
    let began = Instant::now();
    for _ in 0..processors() * 2 {
        let (address, sender) = (address.to_owned(), Arc::clone(sender));
        clients.spawn(async move {
            let mut connection = Connection::open(&address).await;
            for _ in 0..EACH / 2 {
                sender.send(&mut connection, sender.next()).await.expect(201);
            }
        });
    }
    clients.join_all().await;
    rate(began)
}

/// The same number of photos, through the `image` crate, on as many threads as there are processors.
fn plain(file: &[u8]) -> f64 {
    let began = Instant::now();
    std::thread::scope(|threads| {
        for _ in 0..processors() {
            threads.spawn(|| (0..EACH).for_each(|_| once(file)));
        }
    });
    rate(began)
}

fn once(file: &[u8]) {
    let picture = image::load_from_memory_with_format(file, ImageFormat::Jpeg).unwrap();
    let small = picture.resize(LONG_PX, LONG_PX, FilterType::Triangle);
    let mut out = Cursor::new(Vec::new());
    small.write_to(&mut out, ImageFormat::Jpeg).unwrap();
    assert!(!out.into_inner().is_empty());
}

fn rate(began: Instant) -> f64 {
    f64::from(u32::try_from(processors() * EACH).unwrap()) / began.elapsed().as_secs_f64()
}
