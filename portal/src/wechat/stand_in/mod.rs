//! A WeChat to develop against: the same paths, shapes and codes, and faults on command.
//!
//! # Sign-in codes
//!
//! `dev-<name>` signs `<name>` in: the same name is always the same openid. Any number of times, unlike the real ones,
//! so that a code can stand in a script. What follows a `!` changes the answer:
//!
//! | code | answer |
//! |---|---|
//! | `dev-li!40029`, `dev-li!45011`, `dev-li!-1` … | that `errcode` |
//! | `dev-li!once-7` | works once, then 40163, as the real ones do |
//! | `dev-li!unionid` | carries a `unionid` too |
//! | `dev-li!timeout` | none for a minute |
//! | `dev-li!status-502` | that HTTP status |
//! | `dev-li!garbage`, `dev-li!oversize` | something that is not JSON; a megabyte |
//! | anything else | 40029 |
//!
//! Phone codes are the same, and `phone-<11 digits>` gives that number.
//!
//! # Commands
//!
//! | call | effect |
//! |---|---|
//! | `GET /stand-in/messages?openid=` | the messages sent, newest last |
//! | `POST /stand-in/subscriptions {openid, template, count}` | adds accepts; from then on they are counted for this pair |
//! | `POST /stand-in/faults {path, times?, errcode \| status \| hang_ms \| garbage \| oversize}` | the next calls of `path` go wrong |
//! | `DELETE /stand-in/faults` | no more of that |
//! | `POST /stand-in/tokens/invalidate {errcode?, sticky?}` | every access token is refused; `sticky`: only a forced renewal helps |
//!
//! An errcode or a status comes instead of the work; after `hang_ms`, `garbage` and `oversize` the work is done and only
//! the answer is bad, as when a connection breaks.

mod answer;
mod commands;
mod message;
mod session;
mod state;
mod token;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casework::world::World;
use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Route, Server, get, post};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use answer::{Fault, Trouble};
pub use message::Sent;
pub use state::{Options, State};

/// The appid the stand-in goes by unless told otherwise.
pub const APP_ID: &str = "wx-stand-in";
/// The secret the stand-in expects unless told otherwise.
pub const SECRET: &str = "stand-in-secret";

pub(crate) const SIGN_IN: &str = "/sns/jscode2session";
pub(crate) const TOKEN: &str = "/cgi-bin/stable_token";
pub(crate) const PHONE: &str = "/wxa/business/getuserphonenumber";
pub(crate) const SEND: &str = "/cgi-bin/message/subscribe/send";

/// How long calls in progress may take to end when the stand-in stops.
const FAREWELL: Duration = Duration::from_millis(200);

/// A running stand-in. Stops when dropped, or in an orderly way by [`StandIn::stop`].
#[derive(Debug)]
pub struct StandIn {
    address: SocketAddr,
    state: Arc<State>,
    stop: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl StandIn {
    /// Listens on `listen` (port 0: any free one) and answers from then on.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(listen: SocketAddr, options: Options, world: World) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let acceptor = TcpAcceptor::from_tokio(listener)?;
        let stop = CancellationToken::new();
        let state = Arc::new(State::new(options, world, stop.clone()));
        let routes = Route::new()
            .at("/", get(commands::index))
            .at(SIGN_IN, answer::respond)
            .at(TOKEN, answer::respond)
            .at(PHONE, answer::respond)
            .at(SEND, answer::respond)
            .at("/stand-in/messages", get(commands::messages))
            .at("/stand-in/subscriptions", post(commands::grant))
            .at("/stand-in/faults", post(commands::add_fault).delete(commands::clear_faults))
            .at("/stand-in/tokens/invalidate", post(commands::invalidate_tokens))
            .data(Arc::clone(&state));
        let stopped = stop.clone().cancelled_owned();
        let server = tokio::spawn(
            Server::new_with_acceptor(acceptor).idle_timeout(Duration::from_mins(2)).run_with_graceful_shutdown(
                routes,
                stopped,
                Some(FAREWELL),
            ),
        );
        Ok(Self { address, state, stop, server })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a [`Config`](super::Config)'s `base_url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it knows, and the commands as functions.
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Stops it, and waits until it has stopped.
    ///
    /// # Errors
    /// When the server had ended on its own with an error.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.cancel();
        (&mut self.server).await.map_err(io::Error::other)?
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
