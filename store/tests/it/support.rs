//! Stores to test: a folder of its own, and a bucket of an S3 server in this process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use store::{Config, Limits, ObjectStore, S3Config, Secret};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::server::{ACCESS_KEY_ID, BUCKET, S3Server, SECRET_ACCESS_KEY};

/// A store, and what must live as long as it.
pub(crate) struct Place {
    pub(crate) store: Arc<dyn ObjectStore>,
    ground: Ground,
}

enum Ground {
    Folder(TempDir),
    Server(S3Server),
}

impl Place {
    /// The directory all of it is in; the store has a part of it.
    pub(crate) fn directory(&self) -> &Path {
        match &self.ground {
            Ground::Folder(directory) => directory.path(),
            Ground::Server(server) => server.folder(),
        }
    }

    /// Where its server listens, when it has one.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match &self.ground {
            Ground::Folder(_) => None,
            Ground::Server(server) => Some(server.address()),
        }
    }
}

pub(crate) fn folder() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let store = store::open(&Config::Folder { path: directory.path().join("objects") }).unwrap();
    Place { store, ground: Ground::Folder(directory) }
}

pub(crate) async fn s3() -> Place {
    let server = S3Server::start().await;
    let store = store::open(&Config::S3(s3_config(server.address()))).unwrap();
    Place { store, ground: Ground::Server(server) }
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
