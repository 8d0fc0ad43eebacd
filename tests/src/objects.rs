//! A store for each test: a folder, an S3 server in this process, or a real one that was given.

use std::net::SocketAddr;
use std::path::Path;

use crate::s3::{ACCESS_KEY_ID, BUCKET, S3Server, SECRET_ACCESS_KEY};

const NAMES: [&str; 5] = ["ENDPOINT", "REGION", "BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"];

/// The settings that make a server use this one.
pub fn settings_of(server: &S3Server) -> Vec<(String, String)> {
    settings([&format!("http://{}", server.address()), "gaotang", BUCKET, ACCESS_KEY_ID, SECRET_ACCESS_KEY])
}

/// The S3 server of a test behind another address, for somebody who tries only once.
pub(crate) fn at_once(address: SocketAddr) -> store::Config {
    let limits = store::Limits { attempts: 1, ..store::Limits::default() };
    store::Config::S3(store::S3Config {
        bucket: BUCKET.to_owned(),
        endpoint: Some(format!("http://{address}")),
        region: "gaotang".to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: store::Secret::new(SECRET_ACCESS_KEY),
        path_style: true,
        limits,
    })
}

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
