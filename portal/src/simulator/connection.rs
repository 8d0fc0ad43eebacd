//! Connections that can be cut from inside a call. An HTTP handler can only answer; here it marks its own connection, and
//! the answer then fails to be written, so the socket closes with not one byte sent.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The switch of every open connection, by the caller's address.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches(Arc<Mutex<HashMap<SocketAddr, Arc<AtomicBool>>>>);

impl Switches {
    /// Cuts the connection that comes from `peer`.
    pub(super) fn cut(&self, peer: SocketAddr) {
        if let Some(switch) = self.lock().get(&peer) {
            switch.store(true, Ordering::Release);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, Arc<AtomicBool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts TCP connections that can be cut.
pub(super) struct CuttableAcceptor {
    inner: TcpAcceptor,
    switches: Switches,
}

impl CuttableAcceptor {
    pub(super) fn new(inner: TcpAcceptor, switches: Switches) -> Self {
        Self { inner, switches }
    }
}

impl Acceptor for CuttableAcceptor {
    type Io = Cuttable;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Cuttable, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, local, remote, scheme) = self.inner.accept().await?;
        let peer = stream.peer_addr()?;
        let cut = Arc::new(AtomicBool::new(false));
        self.switches.lock().insert(peer, Arc::clone(&cut));
        Ok((Cuttable { stream, peer, cut, switches: self.switches.clone() }, local, remote, scheme))
    }
}

/// A connection that can be cut.
pub(super) struct Cuttable {
    stream: TcpStream,
    peer: SocketAddr,
    cut: Arc<AtomicBool>,
    switches: Switches,
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        let mut switches = self.switches.lock();
        // The address may be in use by a newer connection already.
        if switches.get(&self.peer).is_some_and(|switch| Arc::ptr_eq(switch, &self.cut)) {
            switches.remove(&self.peer);
        }
    }
}

impl Cuttable {
    fn stream(self: Pin<&mut Self>) -> io::Result<Pin<&mut TcpStream>> {
        if self.cut.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(Pin::new(&mut self.get_mut().stream))
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}
