//! Stores to test: a folder of its own, and a bucket of an S3 server in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use store::{Config, Limits, ObjectStore, S3Config, Secret};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) const BUCKET: &str = "signboards";
pub(crate) const ACCESS_KEY_ID: &str = "a-test-of-ours";
pub(crate) const SECRET_ACCESS_KEY: &str = "nobody-may-read-this";

/// A store, and what must live as long as it: its directory, and the tasks that serve it.
pub(crate) struct Place {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) directory: TempDir,
    pub(crate) address: Option<SocketAddr>,
    _tasks: JoinSet<()>,
}

pub(crate) fn folder() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let store = store::open(&Config::Folder { path: directory.path().join("objects") }).unwrap();
    Place { store, directory, address: None, _tasks: JoinSet::new() }
}

/// An S3 server on a free port, with one empty bucket.
pub(crate) async fn s3() -> Place {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join(BUCKET)).unwrap();
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(directory.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            connections.spawn(async move {
                let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    let store = store::open(&Config::S3(s3_config(address))).unwrap();
    Place { store, directory, address: Some(address), _tasks: tasks }
}

/// Settings for the server at this address: one attempt, short time-outs.
pub(crate) fn s3_config(address: SocketAddr) -> S3Config {
    S3Config {
        bucket: BUCKET.to_owned(),
        endpoint: Some(format!("http://{address}")),
        region: "gaotang".to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::new(SECRET_ACCESS_KEY),
        path_style: true,
        limits: Limits {
            connect: Duration::from_secs(2),
            attempt: Duration::from_secs(5),
            operation: Duration::from_secs(10),
            attempts: 1,
            check: Duration::from_secs(2),
        },
    }
}

/// A server between store and server that lets `bytes` of each connection's request through and then closes it.
pub(crate) async fn cutting_proxy(server: SocketAddr, bytes: u64, tasks: &mut JoinSet<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(server).await.unwrap();
            let mut part = client.take(bytes);
            let _ = tokio::io::copy(&mut part, &mut server).await;
            let _ = server.shutdown().await;
        }
    });
    address
}

/// A server that takes connections and never answers.
pub(crate) async fn silent_server(tasks: &mut JoinSet<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(async move {
        let mut kept = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            kept.push(socket);
        }
    });
    address
}
