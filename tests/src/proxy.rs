//! A wire that can be cut: stands before a database, the province or an object store, and passes bytes on until told not to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Most bytes passed on at once.
const PIECE: usize = 16 * 1024;

/// What is behind the wire.
#[derive(Clone, Debug)]
pub enum Behind {
    /// A server that listens on a port.
    Port(SocketAddr),
    /// A server that listens on a socket of the file system.
    Socket(PathBuf),
}

/// What goes wrong on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Every connection is closed, and each new one too, until it is mended.
    Cut,
    /// Every connection is reset; new ones work.
    Reset,
    /// Each piece takes so many milliseconds, until it is mended.
    Slow(u64),
    /// So many answers pass; the next one is lost, and its connection closed: whatever was asked for was done.
    LoseAnswer(u32),
}

/// How connections end that are open.
#[derive(Clone, Copy, Default)]
enum End {
    #[default]
    None,
    Closed,
    Reset,
}

#[derive(Default)]
struct State {
    cut: bool,
    slow: Duration,
    lose: Option<u32>,
}

struct Shared {
    behind: Behind,
    state: Mutex<State>,
    ends: watch::Sender<End>,
}

/// A wire, listening on a port of its own. Stops when dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({} to {:?})", self.address, self.shared.behind)
    }
}

impl Proxy {
    /// A wire to what is behind.
    pub async fn start(behind: Behind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ends = watch::Sender::default();
        let shared = Arc::new(Shared { behind, state: Mutex::default(), ends });
        let own = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(carry(client, Arc::clone(&own)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, shared, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets something go wrong.
    pub fn trouble(&self, trouble: Trouble) {
        let mut state = self.shared.state.lock().unwrap();
        match trouble {
            Trouble::Cut => state.cut = true,
            Trouble::Slow(millis) => state.slow = Duration::from_millis(millis),
            Trouble::LoseAnswer(after) => state.lose = Some(after),
            Trouble::Reset => {}
        }
        drop(state);
        match trouble {
            Trouble::Cut => drop(self.shared.ends.send_replace(End::Closed)),
            Trouble::Reset => drop(self.shared.ends.send_replace(End::Reset)),
            Trouble::Slow(_) | Trouble::LoseAnswer(_) => {}
        }
    }

    /// From now on nothing goes wrong.
    pub fn mend(&self) {
        *self.shared.state.lock().unwrap() = State::default();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Both ways of one connection.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

async fn connect(behind: &Behind) -> std::io::Result<Box<dyn Wire>> {
    Ok(match behind {
        Behind::Port(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Box::new(stream)
        }
        Behind::Socket(path) => Box::new(UnixStream::connect(path).await?),
    })
}

async fn carry(mut client: TcpStream, shared: Arc<Shared>) {
    let mut ends = shared.ends.subscribe();
    if shared.state.lock().unwrap().cut || client.set_nodelay(true).is_err() {
        return;
    }
    let Ok(server) = connect(&shared.behind).await else { return };
    let (from_server, to_server) = tokio::io::split(server);
    let (from_client, to_client) = client.split();
    let end = tokio::select! {
        () = pass(&shared, from_client, to_server, false) => End::Closed,
        () = pass(&shared, from_server, to_client, true) => End::Closed,
        _ = ends.changed() => *ends.borrow(),
    };
    if matches!(end, End::Reset) {
        drop(client.set_zero_linger());
    }
}

/// Passes bytes on until an end closes; `answers` says whether they come from the server.
async fn pass(shared: &Shared, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, answers: bool) {
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let slow = {
            let mut state = shared.state.lock().unwrap();
            if answers && let Some(left) = state.lose {
                state.lose = left.checked_sub(1);
                if left == 0 {
                    return;
                }
            }
            state.slow
        };
        if !slow.is_zero() {
            tokio::time::sleep(slow).await;
        }
        if to.write_all(&piece[..count]).await.is_err() {
            return;
        }
    }
}
