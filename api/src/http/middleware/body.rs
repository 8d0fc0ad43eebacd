//! Counting a body while it is read.
//!
//! The framework's own limit believes `Content-Length` and refuses every request without one; a spooled upload has no
//! limit at all. Here the bytes themselves are counted, and nothing is refused before somebody asks for the body: who
//! is not signed in hears that first.
//!
//! A connection that is closed while somebody still sends takes the answer with it, and most phones send to the end
//! before they read. So what nobody wanted is still taken from the wire, within bounds, while the answer goes out.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use poem::Body;
use poem::http::{HeaderMap, header};
use tokio::runtime::Handle;

/// How long a sender may go on with what nobody wants, and how long they may pause. The names and figures of nginx's
/// `lingering_time` and `lingering_timeout`.
const LINGER_TIME: Duration = Duration::from_secs(30);
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

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

    /// The body, counted; it is not even begun when `Content-Length` says that it is too much.
    pub(super) fn measure(self: &Arc<Self>, body: Body, headers: &HeaderMap) -> Body {
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        Body::from_bytes_stream(Measured {
            source: body.into_bytes_stream().boxed(),
            meter: Arc::clone(self),
            too_much: announced.is_some_and(|length: u64| length > self.limit_bytes),
            // Who asks whether to begin has sent nothing, and needs no more than the answer.
            sending: !headers.contains_key(header::EXPECT),
            refused: false,
        })
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

/// A body on its way to the handler. It ends after its first error: nothing reads on behind a limit.
struct Measured {
    source: BoxStream<'static, io::Result<Bytes>>,
    meter: Arc<Meter>,
    too_much: bool,
    sending: bool,
    refused: bool,
}

impl Stream for Measured {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.refused {
            return Poll::Ready(None);
        }
        self.sending = true;
        let chunk = ready!(self.source.poll_next_unpin(context));
        self.sending = matches!(chunk, Some(Ok(_)));
        let counted = chunk.map(|chunk| self.meter.count(chunk, self.too_much));
        self.refused = matches!(counted, Some(Err(_)));
        Poll::Ready(counted)
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        if !self.sending {
            return;
        }
        let rest = std::mem::replace(&mut self.source, stream::empty().boxed());
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(LINGER_TIME, discard(rest, self.meter.limit_bytes)));
    }
}

/// Takes in what is left of a body, up to a bound, for nobody.
async fn discard(mut rest: BoxStream<'static, io::Result<Bytes>>, bound: u64) {
    let mut discarded = 0;
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(LINGER_TIMEOUT, rest.next()).await {
        discarded += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if discarded > bound {
            return;
        }
    }
}
