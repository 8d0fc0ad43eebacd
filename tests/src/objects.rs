//! A store for each test: a folder, an S3 server in this process, or a real one that was given.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const BUCKET: &str = "signboards";
const ACCESS_KEY_ID: &str = "a-test-of-ours";
const SECRET_ACCESS_KEY: &str = "nobody-may-read-this";

/// An S3 server in this process. It ends when dropped.
#[derive(Debug)]
pub struct S3Server {
    settings: Vec<(String, String)>,
    directory: TempDir,
    _tasks: JoinSet<()>,
}

impl S3Server {
    /// Starts one on a free port, with one empty bucket.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(directory.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                connections.spawn(async move {
                    drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
        let settings = settings([&endpoint, "gaotang", BUCKET, ACCESS_KEY_ID, SECRET_ACCESS_KEY]);
        Self { settings, directory, _tasks: tasks }
    }

    /// The settings that make a server use it.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.settings.clone()
    }

    /// Where it keeps its objects, for tests that count them.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }
}

const NAMES: [&str; 5] = ["ENDPOINT", "REGION", "BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"];

fn settings(values: [&str; 5]) -> Vec<(String, String)> {
    NAMES.iter().zip(values).map(|(name, value)| (format!("GXB_S3_{name}"), value.to_owned())).collect()
}

/// The settings of the real S3 server that `GXB_TEST_S3_*` names, if it is named.
pub fn given() -> Option<Vec<(String, String)>> {
    let value = |name: &str| std::env::var(format!("GXB_TEST_S3_{name}")).ok();
    value("ENDPOINT")?;
    Some(settings(
        NAMES
            .map(|name| value(name).unwrap_or_else(|| panic!("GXB_TEST_S3_{name} is not set")))
            .each_ref()
            .map(String::as_str),
    ))
}

/// The files below a folder, hidden ones left out: objects, as a folder store and the S3 server keep them.
pub fn count_files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let counted = entries.flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    counted.map(|entry| if entry.path().is_dir() { count_files(&entry.path()) } else { 1 }).sum()
}

/// The parts of multipart uploads that the S3 server of the tests keeps: hidden files in its folder.
pub fn count_parts(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().contains(".part-")).count()
}
