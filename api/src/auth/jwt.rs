//! Issuing and checking.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use casework::world::{NoRandomness, World};
use jsonwebtoken::{Algorithm, Header, Validation};
use lru::LruCache;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::keys::Keys;

/// How long an access token works.
pub const LIFETIME_SECONDS: i64 = 15 * 60;
/// Longer tokens are not looked at. Ours have about 500 bytes.
pub const MAX_TOKEN_BYTES: usize = 2048;
/// How far the clocks of two of our machines may lie apart.
const SKEW_SECONDS: i64 = 5;

/// Tokens remembered as ours: a phone asks many times with each, and a signature costs more to check than all else about
/// a short answer. 150 bytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(8192).expect("more than none");

/// Which of the two doors a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Applicants and helpers, `/v1`.
    App,
    /// The bureau, `/staff/v1`.
    Staff,
}

/// Who somebody is, for a quarter of an hour. Times are seconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: us.
    pub iss: String,
    /// The account, or the member of staff.
    pub sub: Uuid,
    /// Which door it opens.
    pub aud: Audience,
    /// When it was issued.
    pub iat: i64,
    /// From when it works, when that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it stops working.
    pub exp: i64,
    /// The family of refresh tokens it came with: ends with it.
    pub sid: Uuid,
    /// What a member of staff may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The token's own id.
    pub jti: Uuid,
}

/// Whom a token is to be issued to.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The account, or the member of staff.
    pub subject: Uuid,
    /// Which door it opens.
    pub audience: Audience,
    /// The family of refresh tokens it comes with.
    pub session: Uuid,
    /// What a member of staff may do, in a word.
    pub role: Option<String>,
}

/// Why a token opens nothing. The caller learns no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was ours, and its time is over: refresh.
    #[error("the access token has expired")]
    Expired,
    /// Not ours, not for this door, changed, or not a token at all: sign in.
    #[error("the access token is not valid")]
    Invalid,
}

/// Why no token could be issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// There is no randomness for its id.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// It cannot be signed.
    #[error("the access token cannot be signed")]
    Unsigned(#[source] jsonwebtoken::errors::Error),
}

/// Issues and checks access tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    keys: Keys,
    issuer: String,
    world: World,
    /// What tokens say whose signature was found true, by their SHA-256. Their times are checked each time.
    signed: Arc<Mutex<LruCache<[u8; 32], Claims>>>,
}

impl Tokens {
    /// Tokens signed with `keys` in the name of `issuer`, which must be the same in every process.
    pub fn new(keys: Keys, issuer: impl Into<String>, world: World) -> Self {
        Self { keys, issuer: issuer.into(), world, signed: Arc::new(Mutex::new(LruCache::new(REMEMBERED))) }
    }

    /// Signs a token that works for [`LIFETIME_SECONDS`] from now.
    ///
    /// # Errors
    /// [`IssueError`], in which case the machine has a fault.
    pub fn issue(&self, bearer: Bearer) -> Result<String, IssueError> {
        let iat = self.world.now().timestamp();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: bearer.subject,
            aud: bearer.audience,
            iat,
            nbf: None,
            exp: iat + LIFETIME_SECONDS,
            sid: bearer.session,
            role: bearer.role,
            jti: self.world.id()?,
        };
        let header = Header { kid: Some(self.keys.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.keys.signing).map_err(IssueError::Unsigned)
    }

    /// What `token` says, when it is ours, unchanged, for `audience`, and its time is now.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn check(&self, token: &str, audience: Audience) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let claims = self.read(token).ok_or(TokenError::Invalid)?;
        let now = self.world.now().timestamp();
        let sound = claims.iss == self.issuer
            && claims.aud == audience
            && claims.iat <= now + SKEW_SECONDS
            && claims.nbf.is_none_or(|from| from <= now + SKEW_SECONDS)
            && claims.exp > claims.iat
            && claims.exp.saturating_sub(claims.iat) <= LIFETIME_SECONDS;
        match (sound, now < claims.exp) {
            (false, _) => Err(TokenError::Invalid),
            (true, false) => Err(TokenError::Expired),
            (true, true) => Ok(claims),
        }
    }

    /// The body of `/.well-known/jwks.json`.
    pub fn jwks(&self) -> Value {
        self.keys.jwks()
    }

    /// The claims under a signature of ours.
    fn read(&self, token: &str) -> Option<Claims> {
        let hash = Sha256::digest(token).into();
        let signed = || self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = signed().get(&hash).cloned();
        known.or_else(|| {
            let claims = self.verify(token)?;
            signed().put(hash, claims.clone());
            Some(claims)
        })
    }

    fn verify(&self, token: &str) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // `crit` names extensions that must be understood (RFC 7515, 4.1.11). We understand none.
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some("JWT") || header.crit.is_some() {
            return None;
        }
        let key = self.keys.believed(header.kid.as_deref()?)?;
        // The library would check the times against the system's clock; `check` does it against the World's.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(token, key, &validation).ok().map(|data| data.claims)
    }
}
