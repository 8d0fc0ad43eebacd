//! Which machine is calling: it signs every call with a key of its own. Like [`super::caller`], the first argument of a
//! handler.

use std::sync::Arc;

use bytes::Bytes;
use casework::machine::{self, Key, Scope};
use poem::{Body, FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use portal::nonces::SharedNonces;
use portal::signature::{self, Call, Check, Stamp, TrustedKey};
use uuid::Uuid;

use super::middleware::Visit;
use super::problem::{Explain as _, Problem, codes};
use crate::app::App;

/// The scheme's name in the documents.
const SCHEME: &str = "signature";

const DESCRIPTION: &str = "\
Four headers on every call: `X-Gxb-App` (the machine's name), `X-Gxb-Timestamp` (Unix seconds, at most five minutes off), \
`X-Gxb-Nonce` (16 to 64 letters, digits, `-`, `_` or `.`, never twice), `X-Gxb-Signature` (`alg=ALGORITHM;sig=HEX`). What is \
signed are five lines joined by one line feed, with none at the end: the method, the path with its query as it stands on the \
request line, the timestamp, the nonce, and the lower-case hex hash of the body, of nothing where there is none. `hmac-sha256` \
hashes the body by SHA-256, `hmac-sm3` and `sm2` by SM3. A call that is not believed gets 401 `signature.invalid`, whose `detail` \
says why; one whose machine lacks the operation's scope, 403 `machine.scope`.";

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
        let scheme = MetaSecurityScheme {
            ty: "apiKey",
            description: Some(DESCRIPTION),
            name: Some("X-Gxb-Signature"),
            key_in: Some("header"),
            scheme: None,
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        };
        registry.create_security_scheme(SCHEME, scheme);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    /// The headers are looked at before the body is read; the signature covers both. The body is put back for whoever
    /// reads it next.
    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let app = request.data::<Arc<App>>().ok_or_else(|| Problem::internal("the request carries no app"))?;
        let stamp = Stamp::read(request.headers()).map_err(signature::Refusal::explain)?;
        let (machine, keys) = known(app, &stamp.app).await?;
        // Nothing is read of a stranger.
        if keys.is_empty() {
            return Err(signature::Refusal::Wrong.explain().into());
        }
        let bytes = <Bytes as FromRequest>::from_request(request, body).await?;
        admit(app, request, &keys, &bytes).await?;
        if let (Some(visit), Some(id)) = (request.data::<Arc<Visit>>(), machine.id) {
            visit.asked_by(id);
        }
        *body = RequestBody::new(Body::from_bytes(bytes));
        Ok(machine)
    }
}

async fn admit(app: &App, request: &Request, keys: &[TrustedKey], bytes: &[u8]) -> Result<(), Problem> {
    let path_and_query = request.original_uri().path_and_query().map_or("/", |path| path.as_str());
    let call = Call { method: request.method().as_str(), path_and_query, body: bytes };
    let (nonces, now) = (SharedNonces(app.desk.clone()), app.desk.world.now());
    let admitted = signature::admit(keys, request.headers(), &call, &nonces, now).await;
    let key = admitted.map_err(signature::Refusal::explain)?;
    tracing::debug!(app = key.app(), key = key.name(), algorithm = key.algorithm().name(), "a signature was believed");
    Ok(())
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
