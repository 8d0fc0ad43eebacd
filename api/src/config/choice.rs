//! Settings that choose between a few words, and addresses of other servers.

use std::fmt;

use portal::adapter::Kind;

use super::value::Value;

/// Which promises the process has to keep before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Stand-ins are allowed and keys are drawn by themselves.
    Development,
    /// Every stand-in and every development secret is refused.
    Production,
}

impl Value for Profile {
    const KIND: &'static str = "`development` or `production`";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(format!("must be development or production, not {text:?}")),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Development => "development".to_owned(),
            Self::Production => "production".to_owned(),
        }
    }
}

impl Value for Kind {
    const KIND: &'static str = "`gateway`, `drop` or `tables`";

    fn parse(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::named(text).ok_or_else(|| format!("must be one of {}, not {text:?}", names()))
    }

    fn show(&self) -> String {
        self.name().to_owned()
    }
}

/// Which version of its code tables the portal speaks. Which there are depends on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(pub String);

impl Value for Codes {
    const KIND: &'static str = "`newer` or `older`";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// For a machine that collects logs: one JSON object a line.
    Json,
}

impl Value for LogFormat {
    const KIND: &'static str = "`text` or `json`";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("must be text or json, not {text:?}")),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Json => "json".to_owned(),
        }
    }
}

/// Which log lines are written, in the words of `tracing-subscriber`: `info`, or `info,portal=debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLevel(pub String);

impl Value for LogLevel {
    const KIND: &'static str = "`error`, `warn`, `info`, `debug`, `trace`; or `info,portal=debug`";

    fn parse(text: &str) -> Result<Self, String> {
        match tracing_subscriber::EnvFilter::try_new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(format!("must be a log level such as info or info,portal=debug, not {text:?}")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// The address of a server, `http` or `https`, without a slash at its end, without name or password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// The address as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is sent there is encrypted on the way.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Url {
    const KIND: &'static str = "`http://…` or `https://…`";

    fn parse(text: &str) -> Result<Self, String> {
        // The text is not repeated: somebody may have put a password into it.
        let wrong = || "must be an address such as https://example.org, without name, password or query".to_owned();
        let uri: http::Uri = text.parse().map_err(|_| wrong())?;
        let known_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let plain = uri.query().is_none() && !uri.authority().is_some_and(|a| a.as_str().contains('@'));
        if known_scheme && plain { Ok(Self(text.trim_end_matches('/').to_owned())) } else { Err(wrong()) }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// Where the database is: `sqlite:…` or `postgres://…`. The password in it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Wraps an address that is known to be good.
    pub fn sqlite(path: &std::path::Path) -> Self {
        Self(format!("sqlite://{}?mode=rwc", path.display()))
    }

    /// The whole address with its password. Call it where the connection is made and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it names a SQLite file.
    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

impl Value for DatabaseUrl {
    const KIND: &'static str = "`postgres://…` or `sqlite://…`";

    fn parse(text: &str) -> Result<Self, String> {
        let known = ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
        if text.contains(":memory:") {
            return Err("must name a file: a database in memory is another one for each connection".to_owned());
        }
        if known { Ok(Self(text.to_owned())) } else { Err("must start with postgres:// or sqlite://".to_owned()) }
    }

    fn show(&self) -> String {
        // A PostgreSQL address may carry a password before the @ and again in its query.
        let without_query = self.0.split('?').next().unwrap_or_default();
        match (without_query.split_once("://"), without_query.rsplit_once('@')) {
            (Some((scheme, _)), Some((login, place))) => {
                let name = login.rsplit('/').next().and_then(|l| l.split(':').next()).unwrap_or_default();
                format!("{scheme}://{name}:***@{place}")
            }
            _ => without_query.to_owned(),
        }
    }
}

/// Where somebody else's database is: PostgreSQL, MySQL or MariaDB, or a SQLite file. The password in it is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignUrl(DatabaseUrl);

impl ForeignUrl {
    /// A SQLite file.
    pub fn sqlite(path: &std::path::Path) -> Self {
        Self(DatabaseUrl::sqlite(path))
    }

    /// The whole address with its password. Call it where the connection is made and nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether it names a SQLite file.
    pub fn is_sqlite(&self) -> bool {
        self.0.is_sqlite()
    }
}

impl Value for ForeignUrl {
    const KIND: &'static str = "`postgres://…` or `mysql://…`";

    fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("mysql://") {
            return Ok(Self(DatabaseUrl(text.to_owned())));
        }
        DatabaseUrl::parse(text).map(Self).map_err(|_| "must start with postgres:// or mysql://".to_owned())
    }

    fn show(&self) -> String {
        self.0.show()
    }
}

/// The id of a WeChat message template, for one kind of notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The kind of notice it is for.
    pub notice: String,
    /// The id WeChat gave the template.
    pub id: String,
}

impl Value for Template {
    const KIND: &'static str = "`notice:template-id`";

    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((notice, id)) if !notice.is_empty() && !id.is_empty() => {
                Ok(Self { notice: notice.to_owned(), id: id.to_owned() })
            }
            _ => Err(format!("must be written notice:template-id, not {text:?}")),
        }
    }

    fn show(&self) -> String {
        format!("{}:{}", self.notice, self.id)
    }
}
