//! What must be set for each kind of store.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// Where objects rest.
#[derive(Debug, Clone)]
pub enum Config {
    /// A folder on this machine.
    Folder {
        /// Its path; made when missing.
        path: PathBuf,
    },
    /// A bucket on an S3-compatible server.
    S3(S3Config),
}

/// A bucket on an S3-compatible server.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// The bucket's name; it must exist.
    pub bucket: String,
    /// `http://host:port` or `https://host`; nothing for Amazon's own.
    pub endpoint: Option<String>,
    /// The region requests are signed for.
    pub region: String,
    /// Who asks.
    pub access_key_id: String,
    /// The key that signs.
    pub secret_access_key: Secret,
    /// The bucket's name in the path (`host/bucket`) instead of in the host (`bucket.host`).
    pub path_style: bool,
    /// Time-outs and retries.
    pub limits: Limits,
}

/// How long a call to an S3 server may take, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To connect.
    pub connect: Duration,
    /// For one attempt: long enough to send 30 MB at 1 MB/s, and to wait.
    pub attempt: Duration,
    /// For the whole operation, all attempts and the reading of the reply together.
    pub operation: Duration,
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// For [`crate::ObjectStore::check`], which readiness waits for.
    pub check: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(45),
            operation: Duration::from_mins(2),
            attempts: 3,
            check: Duration::from_secs(5),
        }
    }
}

/// One mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The setting, by its environment name.
    pub setting: &'static str,
    /// What it must be. Never repeats the value.
    pub message: &'static str,
}

impl Mistake {
    /// All mistakes in one line.
    pub(crate) fn join(mistakes: &[Self]) -> String {
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.setting, self.message)
    }
}

impl Config {
    /// Could these settings be right?
    ///
    /// # Errors
    /// Every [`Mistake`], at once.
    pub fn validate(&self) -> Result<(), Vec<Mistake>> {
        let mistakes = match self {
            Self::Folder { path } if path.as_os_str().is_empty() => {
                vec![Mistake { setting: "GXB_DATA_DIR", message: "must name a folder" }]
            }
            Self::Folder { .. } => Vec::new(),
            Self::S3(settings) => settings.mistakes(),
        };
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }
}

impl S3Config {
    fn mistakes(&self) -> Vec<Mistake> {
        let endpoint = self.endpoint.as_deref();
        let dotted_host = self.bucket.contains('.') && !self.path_style && !endpoint.is_some_and(is_plain);
        let rules = [
            (
                is_bucket(&self.bucket),
                "GXB_S3_BUCKET",
                "must have 3 to 63 lower-case letters, digits, dots and dashes, and begin and end with a letter or digit",
            ),
            (
                !dotted_host,
                "GXB_S3_PATH_STYLE",
                "must be true for a bucket with a dot in its name: no certificate covers such a host",
            ),
            (
                endpoint.is_none_or(is_endpoint),
                "GXB_S3_ENDPOINT",
                "must be http:// or https:// with host and, if need be, port, without path, user name or query",
            ),
            (is_region(&self.region), "GXB_S3_REGION", "must have letters, digits and dashes, at most 64"),
            (
                is_credential(&self.access_key_id),
                "GXB_S3_ACCESS_KEY_ID",
                "must be set, without spaces or control characters",
            ),
            (
                is_credential(self.secret_access_key.expose()),
                "GXB_S3_SECRET_ACCESS_KEY",
                "must be set, without spaces or control characters",
            ),
        ];
        rules
            .into_iter()
            .filter(|(right, ..)| !right)
            .map(|(_, setting, message)| Mistake { setting, message })
            .collect()
    }

    /// Is the endpoint reached without TLS?
    pub(crate) fn is_plain(&self) -> bool {
        self.endpoint.as_deref().is_some_and(is_plain)
    }
}

fn is_plain(endpoint: &str) -> bool {
    endpoint.starts_with("http://")
}

fn is_bucket(name: &str) -> bool {
    let edge = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|character| edge(character) || matches!(character, '.' | '-'))
        && name.starts_with(edge)
        && name.ends_with(edge)
        && !name.contains("..")
}

fn is_endpoint(endpoint: &str) -> bool {
    let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    let Some(authority) = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)) else { return false };
    let host = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | ':' | '[' | ']');
    authority.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[') && authority.chars().all(host)
}

fn is_region(region: &str) -> bool {
    (1..=64).contains(&region.len())
        && region.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

fn is_credential(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_graphic())
}
