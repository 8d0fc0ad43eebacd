use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::world::Driven;
use chrono::TimeDelta;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::*;

const SEED: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];
const ISSUER: &str = "https://gxb.example";

fn clock() -> Driven {
    Driven::at("2026-03-02T01:00:00Z".parse().unwrap())
}

fn tokens_at(clock: &Driven, seed: &[u8; 32], others: &[[u8; 32]]) -> Tokens {
    Tokens::new(Keys::new(seed, others).unwrap(), ISSUER, clock.world())
}

fn tokens() -> Tokens {
    tokens_at(&clock(), &SEED, &[])
}

fn bearer() -> Bearer {
    Bearer { subject: Uuid::from_u128(1), audience: Audience::App, session: Uuid::from_u128(2), role: None }
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn decode(token: &str, part: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(part).unwrap()).unwrap()).unwrap()
}

/// A token with a true signature over whatever is wanted.
fn signed(seed: &[u8; 32], header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = SigningKey::from_bytes(seed).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// A good token taken apart: header, claims.
fn good(tokens: &Tokens) -> (Value, Value) {
    let token = tokens.issue(bearer()).unwrap();
    (decode(&token, 0), decode(&token, 1))
}

fn with(part: &Value, key: &str, value: Value) -> Value {
    let mut part = part.clone();
    part[key] = value;
    part
}

fn without(part: &Value, key: &str) -> Value {
    let mut part = part.clone();
    part.as_object_mut().unwrap().remove(key);
    part
}

#[test]
fn a_token_says_who_it_was_issued_to() {
    let tokens = tokens();
    let staff = Bearer { audience: Audience::Staff, role: Some("approver".to_owned()), ..bearer() };
    for bearer in [bearer(), staff] {
        let token = tokens.issue(bearer.clone()).unwrap();
        let claims = tokens.check(&token, bearer.audience).unwrap();
        assert_eq!((claims.sub, claims.sid, claims.role), (bearer.subject, bearer.session, bearer.role));
        assert_eq!((claims.exp - claims.iat, claims.iss.as_str()), (900, ISSUER));
        assert!(token.len() < MAX_TOKEN_BYTES / 2, "{}", token.len());
    }
    let token = tokens.issue(bearer()).unwrap();
    assert_eq!(decode(&token, 0), json!({ "typ": "JWT", "alg": "EdDSA", "kid": tokens.jwks()["keys"][0]["kid"] }));
}

#[test]
fn its_time_is_fifteen_minutes_by_our_clock() {
    let clock = clock();
    let tokens = tokens_at(&clock, &SEED, &[]);
    let token = tokens.issue(bearer()).unwrap();
    clock.forward(TimeDelta::seconds(899));
    assert!(tokens.check(&token, Audience::App).is_ok());
    clock.forward(TimeDelta::seconds(1));
    assert_eq!(tokens.check(&token, Audience::App), Err(TokenError::Expired));
    assert_eq!(tokens.check(&token, Audience::Staff), Err(TokenError::Invalid), "expired, and never for this door");
    clock.forward(TimeDelta::seconds(-906));
    assert_eq!(tokens.check(&token, Audience::App), Err(TokenError::Invalid), "issued in the future");
    clock.forward(TimeDelta::seconds(1));
    assert!(tokens.check(&token, Audience::App).is_ok(), "five seconds of skew");
}

#[test]
fn a_changed_byte_makes_it_invalid() {
    let tokens = tokens();
    let token = tokens.issue(bearer()).unwrap();
    for at in (0..token.len()).step_by(5) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(tokens.check(&changed, Audience::App), Err(TokenError::Invalid), "byte {at}");
    }
    for end in 0..token.len() {
        assert_eq!(tokens.check(&token[..end], Audience::App), Err(TokenError::Invalid), "cut at {end}");
    }
    assert_eq!(tokens.check(&format!("{token}="), Audience::App), Err(TokenError::Invalid));
}

#[test]
fn the_algorithm_is_not_the_tokens_choice() {
    let tokens = tokens();
    let (header, claims) = good(&tokens);
    let public = SigningKey::from_bytes(&SEED).verifying_key().to_bytes();
    for algorithm in ["none", "None", "HS256", "HS512", "ES256", "RS256", "PS256", "EdDSA "] {
        let message = format!("{}.{}", encode(&with(&header, "alg", json!(algorithm))), encode(&claims));
        // Signed with the public key as an HMAC secret: the classical confusion.
        let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
        mac.update(message.as_bytes());
        let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let ed25519 = signed(&SEED, &with(&header, "alg", json!(algorithm)), &claims);
        for token in [format!("{message}."), format!("{message}.{mac}"), ed25519] {
            assert_eq!(tokens.check(&token, Audience::App), Err(TokenError::Invalid), "{algorithm}");
        }
    }
}

#[test]
fn only_known_keys_are_believed() {
    let clock = clock();
    let tokens = tokens_at(&clock, &SEED, &[]);
    let (header, claims) = good(&tokens);
    let stranger = tokens_at(&clock, &OTHER, &[]);
    let theirs = stranger.issue(bearer()).unwrap();
    assert_eq!(tokens.check(&theirs, Audience::App), Err(TokenError::Invalid), "unknown kid");
    assert_eq!(
        tokens.check(&signed(&OTHER, &header, &claims), Audience::App),
        Err(TokenError::Invalid),
        "our kid, another key"
    );
    let own_key = with(&without(&header, "kid"), "jwk", stranger.jwks()["keys"][0].clone());
    for header in [without(&header, "kid"), own_key, with(&header, "kid", json!("../../dev/null"))] {
        for seed in [SEED, OTHER] {
            assert_eq!(tokens.check(&signed(&seed, &header, &claims), Audience::App), Err(TokenError::Invalid));
        }
    }
}

#[test]
fn a_true_signature_is_not_enough() {
    let tokens = tokens();
    let (header, claims) = good(&tokens);
    assert!(tokens.check(&signed(&SEED, &header, &claims), Audience::App).is_ok());
    let now = claims["iat"].as_i64().unwrap();
    let wrong = [
        with(&claims, "iss", json!("https://other.example")),
        with(&claims, "aud", json!("staff")),
        with(&claims, "aud", json!(["app"])),
        with(&claims, "aud", json!("machine")),
        with(&claims, "iat", json!(now + 6)),
        with(&claims, "nbf", json!(now + 6)),
        with(&claims, "exp", json!(now + 901)),
        with(&claims, "exp", json!(i64::MAX)),
        with(&claims, "exp", json!(1e99)),
        with(&claims, "exp", json!(now)),
        with(&with(&claims, "iat", json!(i64::MIN)), "exp", json!(i64::MAX)),
        with(&claims, "sub", json!("li")),
        json!([]),
        json!(null),
    ];
    for claims in
        wrong.into_iter().chain(["iss", "sub", "aud", "iat", "exp", "sid", "jti"].map(|key| without(&claims, key)))
    {
        assert_eq!(tokens.check(&signed(&SEED, &header, &claims), Audience::App), Err(TokenError::Invalid), "{claims}");
    }
    for header in
        [with(&header, "crit", json!(["exp"])), with(&header, "typ", json!("at+jwt")), without(&header, "typ")]
    {
        assert_eq!(tokens.check(&signed(&SEED, &header, &claims), Audience::App), Err(TokenError::Invalid), "{header}");
    }
}

#[test]
fn oversized_and_misshapen_tokens_are_invalid() {
    let tokens = tokens();
    let (header, claims) = good(&tokens);
    let long = signed(&SEED, &header, &with(&claims, "role", json!("r".repeat(MAX_TOKEN_BYTES))));
    assert_eq!(tokens.check(&long, Audience::App), Err(TokenError::Invalid));
    for text in ["", ".", "..", "...", "a.b", "a.b.c", "门.牌.匾", "e30.e30.", "e30.e30.e30", "\0"] {
        assert_eq!(tokens.check(text, Audience::App), Err(TokenError::Invalid), "{text:?}");
    }
}

#[test]
fn keys_change_without_signing_anybody_out() {
    let clock = clock();
    let before = tokens_at(&clock, &SEED, &[OTHER]);
    let after = tokens_at(&clock, &OTHER, &[SEED]);
    let (old, new) = (before.issue(bearer()).unwrap(), after.issue(bearer()).unwrap());
    for tokens in [&before, &after] {
        assert!(tokens.check(&old, Audience::App).is_ok() && tokens.check(&new, Audience::App).is_ok());
    }
    assert_eq!(before.jwks(), after.jwks());
    let done = tokens_at(&clock, &OTHER, &[]);
    assert!(done.check(&new, Audience::App).is_ok());
    assert_eq!(done.check(&old, Audience::App), Err(TokenError::Invalid));
    assert!(matches!(
        Keys::new(&SEED, &[[9; 32]; 40]).map(|keys| keys.jwks()["keys"].as_array().unwrap().len()),
        Ok(2)
    ));
    let many: Vec<[u8; 32]> = (10..26).map(|n| [n; 32]).collect();
    assert!(matches!(Keys::new(&SEED, &many), Err(KeyError::TooMany)));
}

#[test]
fn the_document_is_the_one_of_rfc_8037() {
    // RFC 8037, appendix A: the seed, the public half and its thumbprint.
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let keys = Keys::new(&seed.try_into().unwrap(), []).unwrap();
    let expected = json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }] });
    assert_eq!(keys.jwks(), expected);
    assert!(!format!("{keys:?}").contains("nWGxne"));
}
