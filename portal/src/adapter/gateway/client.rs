//! The calls of gateway v1, signed, through [`Http`].

use async_trait::async_trait;
use bytes::Bytes;
use casework::world::World;
use chrono::{DateTime, Utc};
use http::Method;
use http::header::CONTENT_TYPE;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::outcome::{Repeating, judge};
use super::wire;
use crate::adapter::reply::clean;
use crate::adapter::{
    Application, CodeTable, EXCERPT_CHARS, FilePlace, FileRule, Kind, MaterialFile, NOT_OFFERED, Province, Receipt,
    RegisterPage, Reply, Report, ReportFaults, ReportPage, Standing, Telling, Verdict, exchange,
};
use crate::http::{Answer, CallError, Http};
use crate::signature::{self, Call, Key};

/// The most bytes of an answer to a file or a case.
const SHORT_REPLY: usize = 64 * 1024;
/// The most bytes of an answer that lists things.
const LONG_REPLY: usize = 8 * 1024 * 1024;

/// A platform that speaks gateway v1.
#[derive(Clone, Debug)]
pub struct Gateway {
    http: Http,
    base: Url,
    key: Key,
    world: World,
    table: &'static CodeTable,
}

/// The platform's address is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the province's address must be http:// or https://, without user, password, query or fragment")]
pub struct BadAddress;

/// One call, before it is signed.
struct Request<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Option<(&'static str, &'a str)>,
    content_type: &'a str,
    body: Bytes,
    max_reply_bytes: usize,
}

impl<'a> Request<'a> {
    fn get(path: &'a [&'a str]) -> Self {
        let (content_type, body) = ("application/json", Bytes::new());
        Self { method: Method::GET, path, query: None, content_type, body, max_reply_bytes: LONG_REPLY }
    }
}

impl Gateway {
    /// A client for the platform at `base`, such as `https://zwfw.example/gateway/v1`.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn new(http: Http, base: &str, key: Key, world: World) -> Result<Self, BadAddress> {
        let base = Url::parse(base).map_err(|_| BadAddress)?;
        let plain = base.username().is_empty() && base.password().is_none() && base.query().is_none();
        if matches!(base.scheme(), "http" | "https") && plain && base.fragment().is_none() {
            Ok(Self { http, base, key, world, table: CodeTable::usual(Kind::Gateway) })
        } else {
            Err(BadAddress)
        }
    }

    /// The same, for a platform whose version speaks these codes.
    #[must_use]
    pub fn speaking(self, table: &'static CodeTable) -> Self {
        Self { table, ..self }
    }

    async fn call(&self, request: Request<'_>) -> Result<Answer, CallError> {
        let unsent = |why: &str| CallError::NotSent(why.to_owned());
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| unsent("no path"))?.pop_if_empty().extend(request.path);
        if let Some((name, value)) = request.query {
            url.query_pairs_mut().append_pair(name, value);
        }
        let path_and_query = url.query().map_or_else(|| url.path().to_owned(), |q| format!("{}?{q}", url.path()));
        let call = Call { method: request.method.as_str(), path_and_query: &path_and_query, body: &request.body };
        let nonce: [u8; 16] = self.world.bytes().map_err(|error| unsent(&error.to_string()))?;
        let stamp = signature::sign(&self.key, &call, self.world.now(), &hex::encode(nonce));
        let mut builder = self.http.request(request.method, url.as_str()).header(CONTENT_TYPE, request.content_type);
        for (name, value) in stamp.headers() {
            builder = builder.header(name, value);
        }
        self.http.send(builder.body(request.body), request.max_reply_bytes).await
    }

    fn reply<T>(
        &self,
        outcome: &Result<Answer, CallError>,
        repeating: Repeating,
        read: impl FnOnce(&Answer) -> Option<T>,
    ) -> Reply<T> {
        let mut verdict = judge(outcome.as_ref(), repeating, self.world.now());
        let value = outcome.as_ref().ok().filter(|_| verdict.is_done()).and_then(read);
        if verdict.is_done() && value.is_none() {
            // It says yes in words we cannot read: for a case, ask; for a question, ask again.
            let code = "province.unreadable";
            verdict = match repeating {
                Repeating::AskFirst => Verdict::Unknown { code },
                Repeating::Harmless => Verdict::Retry { after: None, code },
            };
        }
        let (status, excerpt) = match outcome {
            Ok(answer) => (Some(answer.status), clean(&String::from_utf8_lossy(&answer.body), EXCERPT_CHARS)),
            Err(error) => (None, clean(&error.to_string(), EXCERPT_CHARS)),
        };
        Reply { verdict, value, status, excerpt }
    }
}

/// What a platform says of a call it does not have: it has never heard of such a path.
fn offered<T>(reply: Reply<T>) -> Reply<T> {
    match reply.verdict {
        Verdict::Rejected { words, .. } if reply.status == Some(404) => {
            Reply { verdict: Verdict::Rejected { code: NOT_OFFERED, words }, ..reply }
        }
        verdict => Reply { verdict, ..reply },
    }
}

fn json<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    serde_json::from_slice(&answer.body).ok()
}

#[async_trait]
impl Province for Gateway {
    fn kind(&self) -> Kind {
        Kind::Gateway
    }

    async fn rules(&self) -> Reply<Vec<FileRule>> {
        let outcome = self.call(Request::get(&["rules"])).await;
        offered(self.reply(&outcome, Repeating::Harmless, |answer| {
            json(answer).map(|page: wire::Rules| page.rules.into_iter().map(Into::into).collect())
        }))
    }

    async fn put_file(&self, _place: &FilePlace, file: &MaterialFile, bytes: Bytes) -> Reply<()> {
        let request = Request {
            method: Method::PUT,
            path: &["files", &file.sha256],
            query: Some(("rule", &file.rule)),
            content_type: &file.content_type,
            body: bytes,
            max_reply_bytes: SHORT_REPLY,
        };
        let outcome = self.call(request).await;
        self.reply(&outcome, Repeating::Harmless, |_| Some(()))
    }

    async fn post_case(&self, application: &Application) -> Reply<Receipt> {
        let body = serde_json::to_vec(&exchange::Case::from(application));
        let outcome = match body {
            Ok(body) => {
                let path = ["cases"];
                let request = Request {
                    method: Method::POST,
                    body: body.into(),
                    max_reply_bytes: SHORT_REPLY,
                    ..Request::get(&path)
                };
                self.call(request).await
            }
            Err(error) => Err(CallError::NotSent(error.to_string())),
        };
        self.reply(&outcome, Repeating::AskFirst, |answer| {
            let posted: wire::Posted = json(answer)?;
            Some(Receipt { province_id: posted.projid }).filter(|receipt| !receipt.province_id.is_empty())
        })
    }

    async fn withdraw_case(&self, _orgbusno: &str, province_id: &str, at: DateTime<Utc>) -> Reply<()> {
        let path = ["cases", province_id, "done"];
        let body = match exchange::given_up(at, self.table) {
            Ok(sheet) => Value::Object(sheet).to_string().into(),
            Err(unsaid) => return unsaid,
        };
        let request = Request { method: Method::POST, body, max_reply_bytes: SHORT_REPLY, ..Request::get(&path) };
        let outcome = self.call(request).await;
        // The step has its own number: told twice, it is there once.
        self.reply(&outcome, Repeating::Harmless, |_| Some(()))
    }

    async fn tell(&self, telling: &Telling) -> Reply<()> {
        let (call, sheet) = match exchange::sheet(telling, self.table) {
            Ok(said) => said,
            Err(unsaid) => return unsaid,
        };
        let path = ["cases", &telling.province_id, call];
        let body = Value::Object(sheet).to_string().into();
        let request = Request { method: Method::POST, body, max_reply_bytes: SHORT_REPLY, ..Request::get(&path) };
        let outcome = self.call(request).await;
        self.reply(&outcome, Repeating::Harmless, |_| Some(()))
    }

    async fn get_case(&self, orgbusno: &str) -> Reply<Standing> {
        let outcome = self.call(Request::get(&["cases", orgbusno])).await;
        let absent = outcome.as_ref().is_ok_and(|answer| {
            answer.status == 404 && json(answer).is_some_and(|failure: wire::Failure| failure.code == wire::CASE_ABSENT)
        });
        if absent {
            let excerpt = wire::CASE_ABSENT.to_owned();
            return Reply { verdict: Verdict::Accepted, value: Some(Standing::Absent), status: Some(404), excerpt };
        }
        self.reply(&outcome, Repeating::Harmless, |answer| {
            json(answer).map(|known: wire::Known| known.standing(self.table))
        })
    }

    async fn list_cases(&self, cursor: Option<&str>) -> Reply<ReportPage> {
        let path = ["cases"];
        let request = Request { query: cursor.map(|cursor| ("cursor", cursor)), ..Request::get(&path) };
        let outcome = self.call(request).await;
        self.reply(&outcome, Repeating::Harmless, |answer| {
            json(answer).map(|page: wire::Page| page.reports(self.table))
        })
    }

    async fn list_register(&self, cursor: Option<&str>) -> Reply<RegisterPage> {
        let path = ["register"];
        let request = Request { query: cursor.map(|cursor| ("cursor", cursor)), ..Request::get(&path) };
        let outcome = self.call(request).await;
        offered(self.reply(&outcome, Repeating::Harmless, |answer| {
            json(answer).map(|page: exchange::Register| page.entries(self.table))
        }))
    }

    fn read_report(&self, body: &[u8]) -> Result<Report, ReportFaults> {
        exchange::parse_report(body, self.table)
    }
}
