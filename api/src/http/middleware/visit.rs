//! One request on its way through: its id, its operation, and later who asked.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use poem::Request;
use uuid::Uuid;

use super::super::operations::{Operation, Operations};
use super::super::problem::{Fault, Language, Reader};
use super::Shell;
use super::body::Meter;

/// The header that carries a request's id, in and out.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// One request on its way through. Handlers and extractors find it among the request's data as `Arc<Visit>`.
#[derive(Debug)]
pub struct Visit {
    /// The id in the log, in the answer and in every problem.
    pub request_id: String,
    /// The language the caller reads.
    pub language: Language,
    /// What the body has brought so far.
    pub meter: Arc<Meter>,
    pub(super) method: String,
    pub(super) path: String,
    query: Vec<(String, String)>,
    pub(super) started: Instant,
    operations: Arc<Operations>,
    found: Option<usize>,
    account: OnceLock<Uuid>,
}

impl Visit {
    pub(super) fn new(request: &Request, shell: &Shell) -> Arc<Self> {
        let operations = Arc::clone(&shell.operations);
        let path = request.uri().path().to_owned();
        let (otherwise, _) = operations.otherwise();
        let found = operations.find(request.method(), &path);
        let limit = found.and_then(|number| operations.get(number)).map_or(otherwise, |operation| operation.body_bytes);
        let given = request.header(REQUEST_ID).filter(|id| is_sane(id)).map(str::to_owned);
        Arc::new(Self {
            request_id: given
                .unwrap_or_else(|| shell.world.id().map_or_else(|_| "unknown".to_owned(), |id| id.to_string())),
            language: Language::of(request),
            meter: Arc::new(Meter::new(limit)),
            method: request.method().to_string(),
            path,
            query: request.params().unwrap_or_default(),
            started: Instant::now(),
            operations,
            found,
            account: OnceLock::new(),
        })
    }

    /// The operation the request means, if it is a documented one.
    pub fn operation(&self) -> Option<&Operation> {
        self.operations.get(self.found?)
    }

    /// Everything that is wrong with the parameters of path and query.
    pub fn parameter_faults(&self) -> Vec<Fault> {
        self.operation().map_or_else(Vec::new, |operation| operation.parameter_faults(&self.path, &self.query))
    }

    /// Parameters of the query that the operation does not have.
    pub fn unknown_parameters(&self) -> Vec<Fault> {
        self.operation().map_or_else(Vec::new, |operation| operation.unknown_parameters(&self.query))
    }

    /// How long the request may take.
    pub(super) fn timeout(&self) -> std::time::Duration {
        self.operation().map_or_else(|| self.operations.otherwise().1, |operation| operation.timeout)
    }

    /// The operation's id, for labels: `none` for everything that is not documented.
    pub fn label(&self) -> &'static str {
        self.operation().map_or("none", |operation| operation.id)
    }

    /// Who reads what is to be done about a problem.
    pub(super) fn reader(&self) -> Reader {
        if self.path.starts_with("/integration/") { Reader::Machine } else { Reader::Person }
    }

    /// What the `Allow` header says of this path.
    pub(super) fn allowed(&self) -> String {
        self.operations.allowed(&self.path)
    }

    /// Remembers who is asking, for the log line. The first word counts.
    pub fn asked_by(&self, account: Uuid) {
        self.account.get_or_init(|| account);
    }

    pub(super) fn account(&self) -> Option<Uuid> {
        self.account.get().copied()
    }
}

/// Whether an id from outside may stand in our log: 8 to 64 letters, digits, `.`, `_` or `-`.
fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn only_plain_ids_are_taken_over() {
        assert!(is_sane("0192f0c1-7b1e-7c3a"));
        for id in ["short", "with space in it", "line\nbreak----", "", &"a".repeat(65), "日本語日本語日本語"] {
            assert!(!is_sane(id), "{id:?}");
        }
    }
}
