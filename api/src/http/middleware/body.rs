//! Counting a body while it is read.
//!
//! The framework's own limit believes `Content-Length` and refuses every request without one; a spooled upload has no
//! limit at all. Here the bytes themselves are counted, and nothing is refused before somebody asks for the body: who
//! is not signed in hears that first, and nothing of what they send is read.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use poem::Body;

/// What a body has brought so far, and whether it had to be stopped.
#[derive(Debug)]
pub struct Meter {
    limit_bytes: u64,
    read_bytes: AtomicU64,
    too_large: AtomicBool,
    cut_off: AtomicBool,
}

impl Meter {
    pub(super) fn new(limit_bytes: u64) -> Self {
        Self {
            limit_bytes,
            read_bytes: AtomicU64::new(0),
            too_large: AtomicBool::new(false),
            cut_off: AtomicBool::new(false),
        }
    }

    /// How many bytes have been read.
    pub fn read_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    /// Whether the body was stopped because it is larger than it may be.
    pub fn is_too_large(&self) -> bool {
        self.too_large.load(Ordering::Relaxed)
    }

    /// Whether the connection ended before the body did.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off.load(Ordering::Relaxed)
    }

    /// The body, counted; `announced` is what `Content-Length` says, and it is not even begun when that is too much.
    pub(super) fn measure(self: &Arc<Self>, body: Body, announced: Option<u64>) -> Body {
        let meter = Arc::clone(self);
        let too_much = announced.is_some_and(|length| length > self.limit_bytes);
        let chunks = body.into_bytes_stream().map(move |chunk| meter.count(chunk, too_much));
        Body::from_bytes_stream(until_error(chunks))
    }

    fn count(&self, chunk: io::Result<Bytes>, too_much: bool) -> io::Result<Bytes> {
        let chunk = chunk.inspect_err(|_| self.cut_off.store(true, Ordering::Relaxed))?;
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let total = self.read_bytes.fetch_add(length, Ordering::Relaxed).saturating_add(length);
        if too_much || total > self.limit_bytes {
            self.too_large.store(true, Ordering::Relaxed);
            return Err(io::Error::other("the body is larger than it may be"));
        }
        Ok(chunk)
    }
}

/// Ends a stream after its first error: nothing reads on behind a limit.
fn until_error<T>(stream: impl Stream<Item = io::Result<T>>) -> impl Stream<Item = io::Result<T>> {
    stream.scan(false, |failed, item| {
        let pass = !*failed;
        *failed = item.is_err();
        std::future::ready(pass.then_some(item))
    })
}
