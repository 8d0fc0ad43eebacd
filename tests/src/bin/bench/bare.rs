//! The peer of every request: the same framework, one route, nothing around it, in a process of its own.

use std::process::Stdio;

use poem::Server;
use poem::listener::TcpAcceptor;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi, OpenApiService};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The argument that makes this program the bare server.
pub const ROLE: &str = "bare";
/// Its only route.
pub const PATH: &str = "/hello";

struct Api;

#[derive(Object)]
struct Hello {
    name: String,
    number: u32,
}

#[OpenApi]
impl Api {
    #[oai(path = "/hello", method = "get")]
    async fn hello(&self) -> Json<Hello> {
        Json(Hello { name: "signboard".to_owned(), number: 42 })
    }
}

/// Listens, says where, and serves until it is killed.
pub async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
    Server::new_with_acceptor(acceptor).run(OpenApiService::new(Api, "bare", "1")).await.unwrap();
}

/// The bare server; killed when dropped.
pub struct Bare {
    /// `host:port`.
    pub address: String,
    _child: Child,
}

impl Bare {
    /// Starts it.
    pub async fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).arg(ROLE).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.next_line().await.unwrap().expect("the bare server listens");
        Self { address, _child: child }
    }
}
