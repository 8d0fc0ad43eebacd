//! Which machine is calling: it signs every call with a key of its own. Like [`super::caller`], the first argument of a
//! handler.

use std::sync::Arc;

use bytes::Bytes;
use casework::machine::{self, Key, Scope};
use chrono::{DateTime, Utc};
use poem::{Body, FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use portal::nonces::SharedNonces;
use portal::signature::{self, Algorithm, Call, Check, Refusal, Stamp, TrustedKey, WINDOW};
use uuid::Uuid;

use super::middleware::Visit;
use super::problem::{Explain as _, Fault, Place, Problem, Words, codes};
use crate::app::App;

/// The schemes of the documents: each header, by its name there. A call needs all of them.
const SCHEMES: [(&str, &str, &str); 4] = [
    ("signature", "X-Gxb-Signature", DESCRIPTION),
    ("signature_app", "X-Gxb-App", "The machine's name; see `signature`."),
    ("signature_timestamp", "X-Gxb-Timestamp", "When the call was signed, in Unix seconds; see `signature`."),
    ("signature_nonce", "X-Gxb-Nonce", "A word that is used once; see `signature`."),
];

const DESCRIPTION: &str = "\
Four headers on every call: `X-Gxb-App` (the machine's name), `X-Gxb-Timestamp` (Unix seconds, at most five minutes off), \
`X-Gxb-Nonce` (16 to 64 letters, digits, `-`, `_` or `.`, never twice), `X-Gxb-Signature` (`alg=ALGORITHM;sig=HEX`). What is \
signed are five lines joined by one line feed, with none at the end: the method, the path with its query as it stands on the \
request line, the timestamp, the nonce, and the lower-case hex hash of the body, of nothing where there is none. A `HEAD` is signed as `GET`. `hmac-sha256` \
hashes the body by SHA-256, `hmac-sm3` and `sm2` by SM3. A call that is not believed gets 401 `signature.invalid`, and `errors` \
names each header that is wrong, with a code that says why; one whose machine lacks the operation's scope, 403 `machine.scope`.";

/// A machine that proved who it is: signed, in time, and not played again.
#[derive(Debug)]
pub struct Machine {
    name: String,
    id: Option<Uuid>,
    scopes: Vec<Scope>,
}

impl Machine {
    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Passes a machine that has this scope. Answers what it is called in what is written down.
    ///
    /// # Errors
    /// `machine.scope`.
    pub fn may(&self, scope: Scope) -> Result<String, Problem> {
        if self.scopes.contains(&scope) {
            return Ok(format!("machine:{}", self.name));
        }
        let name = scope.name();
        let words = (format!("需要权限 {name}。"), format!("It needs the scope {name}."));
        Err(Problem::new(&codes::MACHINE_SCOPE).detail(words))
    }
}

impl<'a> ApiExtractor<'a> for Machine {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        for (scheme, header, description) in SCHEMES {
            let meta = MetaSecurityScheme {
                ty: "apiKey",
                description: Some(description),
                name: Some(header),
                key_in: Some("header"),
                scheme: None,
                bearer_format: None,
                flows: None,
                openid_connect_url: None,
            };
            registry.create_security_scheme(scheme, meta);
        }
    }

    fn security_schemes() -> Vec<&'static str> {
        SCHEMES.map(|(scheme, ..)| scheme).to_vec()
    }

    /// The headers are looked at before the body is read; the signature covers both. The body is put back for whoever
    /// reads it next.
    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let app = request.data::<Arc<App>>().ok_or_else(|| Problem::internal("the request carries no app"))?;
        let stamp = Stamp::read(request.headers()).map_err(|all| unbelieved(&all, None))?;
        let heard = Heard { request, stamp, now: app.desk.world.now() };
        // The same for everybody, before anybody is looked for.
        if heard.stamp.is_stale(heard.now, WINDOW) {
            return Err(heard.refused(Refusal::Stale).into());
        }
        let (machine, keys) = known(app, &heard.stamp.app).await?;
        // Nothing is read of a stranger.
        if keys.is_empty() {
            return Err(heard.refused(Refusal::Wrong).into());
        }
        let bytes = <Bytes as FromRequest>::from_request(request, body).await?;
        heard.admit(app, &keys, &bytes).await?;
        let visit = request.data::<Arc<Visit>>().ok_or_else(|| Problem::internal("the request carries no visit"))?;
        if let Some(id) = machine.id {
            visit.asked_by(id);
        }
        well_asked(visit)?;
        *body = RequestBody::new(Body::from_bytes(bytes));
        Ok(machine)
    }
}

/// Refuses parameters that cannot be right, all at once. A program that mistypes one would take no for an answer to another
/// question; so, as in bodies, what nobody knows is refused.
fn well_asked(visit: &Visit) -> Result<(), Problem> {
    let (wrong, unknown) = (visit.parameter_faults(), visit.unknown_parameters());
    if wrong.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    Err(Problem::new(&codes::REQUEST_PARAMETER).faults(wrong.into_iter().chain(unknown)))
}

/// A call as it came, before anybody believes it.
struct Heard<'a> {
    request: &'a Request,
    stamp: Stamp,
    now: DateTime<Utc>,
}

impl Heard<'_> {
    fn call<'b>(&'b self, body: &'b [u8]) -> Call<'b> {
        let path_and_query = self.request.original_uri().path_and_query().map_or("/", |path| path.as_str());
        Call { method: self.request.method().as_str(), path_and_query, body }
    }

    async fn admit(&self, app: &App, keys: &[TrustedKey], body: &[u8]) -> Result<(), Problem> {
        let nonces = SharedNonces(app.desk.clone());
        let admitted = signature::admit(keys, &self.stamp, &self.call(body), &nonces, self.now).await;
        let key = admitted.map_err(|refusal| self.refused(refusal))?;
        tracing::debug!(
            app = key.app(),
            key = key.name(),
            algorithm = key.algorithm().name(),
            "a signature was believed"
        );
        Ok(())
    }

    /// The refusal, with what whoever mends the caller can compare. It is made of the call and the clock alone, the same for
    /// a stranger as for a machine we know: nothing in it depends on a key, or on whether there is one.
    fn refused(&self, refusal: Refusal) -> Problem {
        let fact = match refusal {
            Refusal::Stale => {
                let (ours, theirs) = (self.now.timestamp(), self.stamp.timestamp);
                Some((format!("我方 {ours}，收到 {theirs}"), format!("ours {ours}, yours {theirs}")))
            }
            Refusal::Wrong => {
                let head = self.call(&[]).head_hash(&self.stamp);
                let hash = if self.stamp.algorithm == Algorithm::HmacSha256 { "SHA-256" } else { "SM3" };
                Some((
                    format!("收到的前四行用换行连接，其 SHA-256 为 {head}；第五行须为请求体的 {hash}"),
                    format!(
                        "the first four lines as they came, joined by line feeds, have the SHA-256 {head}; the fifth must be the body's {hash}"
                    ),
                ))
            }
            _ => None,
        };
        unbelieved(&[refusal], fact)
    }
}

/// Why a call is not believed: every reason, each at its header. `fact` belongs to the only one.
fn unbelieved(refusals: &[Refusal], fact: Option<(String, String)>) -> Problem {
    let Some(first) = refusals.first().copied() else { return Problem::new(&codes::SIGNATURE_INVALID) };
    if first == Refusal::Unchecked {
        return Problem::new(&codes::SERVICE_UNAVAILABLE).because(first);
    }
    let (fact_zh, fact_en) = fact.map(|(zh, en)| (format!("（{zh}）"), format!(" ({en})"))).unwrap_or_default();
    let fault = |refusal: &Refusal| {
        let detail: Words = match refusal.meaning() {
            Some(of) => {
                (format!("{}{fact_zh}。{}", of.zh, of.next_zh), format!("{}{fact_en}. {}", of.en, of.next_en)).into()
            }
            None => (refusal.code().to_owned(), refusal.to_string()).into(),
        };
        Fault { place: Place::Parameter(refusal.header().to_owned()), code: refusal.code().to_owned(), detail }
    };
    let why: Vec<_> = refusals.iter().map(|refusal| refusal.code()).collect();
    let zh = first.meaning().map_or("", |of| of.zh);
    Problem::new(&codes::SIGNATURE_INVALID)
        .detail((format!("原因：{}：{zh}", why.join("、")), format!("Why: {}: {first}", why.join(", "))))
        .faults(refusals.iter().map(fault))
        .because(first)
}

/// The machine of this name and what it may sign with. One nobody knows has no key, and is refused like a wrong signature.
async fn known(app: &App, name: &str) -> Result<(Machine, Vec<TrustedKey>), Problem> {
    if name == app.config.province.app {
        let machine = Machine { name: name.to_owned(), id: None, scopes: vec![Scope::ReportsWrite] };
        return Ok((machine, app.province_keys.clone()));
    }
    let found = machine::find(&app.desk, name).await.map_err(casework::Error::explain)?;
    let scopes = found.as_ref().map(machine::Account::scopes).unwrap_or_default();
    let id = found.as_ref().map(|account| account.machine.id.0);
    let keys = found.map(|account| account.keys).unwrap_or_default();
    let keys = keys.into_iter().map(|key| trusted(name, key)).collect::<Result<_, _>>()?;
    Ok((Machine { name: name.to_owned(), id, scopes }, keys))
}

fn trusted(machine: &str, key: Key) -> Result<TrustedKey, Problem> {
    let check = Check::parse(&key.key).map_err(Problem::internal)?;
    Ok(TrustedKey::new(machine, key.name, check, key.until))
}
