//! Why a call is not believed: told with a code, a place and words, to everybody alike, and so that nobody can forge by it.

use casework::machine::Scope;
use portal::signature::{Algorithm, Call, Key, Seal, Stamp, sign};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::{Answer, Setup, TestApp};

use super::refused::{details, is_chinese, listed};

const DELIVERIES: &str = "/integration/v1/deliveries";
const NONCE: &str = "0123456789abcdef0123456789abcdef";

/// A call nobody need believe: what it is answered in English.
async fn called(app: &TestApp, path: &str, headers: &[(&str, String)]) -> Answer {
    let nobody = app.nobody();
    let request = nobody.request("GET", path).header("accept-language", "en");
    nobody.finish(headers.iter().fold(request, |request, (name, value)| request.header(*name, value))).await
}

async fn every_reason_to_doubt_a_call_has_a_code_and_a_place(setup: Setup) {
    let app = setup.without_relay().start().await;
    let machine = app.integrator("hall", &[Scope::DeliveriesRead]).await;
    let stamped = |key: &Key, seconds: i64| {
        let call = Call { method: "GET", path_and_query: DELIVERIES, body: b"" };
        let now = app.world.now() + chrono::TimeDelta::seconds(seconds);
        sign(key, &call, now, NONCE)
    };
    let nothing = called(&app, DELIVERIES, &[]).await;
    assert_eq!(nothing.problem(), (401, "signature.invalid".to_owned()));
    assert!(nothing.header("www-authenticate").starts_with("Gxb-Signature "));
    let headers = ["X-Gxb-App", "X-Gxb-Timestamp", "X-Gxb-Nonce", "X-Gxb-Signature"];
    assert_eq!(nothing.faults(), listed(&headers.map(|name| (name, "signature.missing"))));
    // Each reason in both languages.
    let english = details(&nothing);
    let chinese = app.nobody().get(DELIVERIES).await;
    assert!(chinese.json()["detail"].as_str().unwrap().contains("缺少签名头"));
    assert!(details(&chinese).iter().all(|text| is_chinese(text)) && !english.iter().any(|text| is_chinese(text)));
    // DER where r‖s is wanted, and the other faults beside it.
    let mut bad = stamped(&machine.key, 0).headers().to_vec();
    "soon".clone_into(&mut bad[1].1);
    "short".clone_into(&mut bad[2].1);
    bad[3].1 = format!("alg=sm2;sig={}", "30".repeat(70));
    let codes = [
        ("X-Gxb-Timestamp", "signature.malformed"),
        ("X-Gxb-Nonce", "signature.malformed"),
        ("X-Gxb-Signature", "signature.malformed"),
    ];
    assert_eq!(called(&app, DELIVERIES, &bad).await.faults(), listed(&codes));
    // Milliseconds: our seconds are told beside them.
    let stamp = stamped(&machine.key, 0);
    let late = Stamp { timestamp: stamp.timestamp * 1000, ..stamp.clone() };
    let stale = called(&app, DELIVERIES, &late.headers()).await;
    assert_eq!(stale.faults(), listed(&[("X-Gxb-Timestamp", "signature.stale")]));
    let told = &details(&stale)[0];
    assert!(told.contains(&format!("yours {}", late.timestamp)) && told.contains("milliseconds"), "{told}");
    // Another algorithm than the key's.
    let other = stamped(&Key::new("hall", Seal::of_random(Algorithm::HmacSm3, [7; 32]).unwrap()), 0);
    let strange = called(&app, DELIVERIES, &other.headers()).await;
    assert_eq!(strange.faults(), listed(&[("X-Gxb-Signature", "signature.algorithm")]));
    assert_eq!(called(&app, DELIVERIES, &stamp.headers()).await.status, 200);
    let again = called(&app, DELIVERIES, &stamp.headers()).await;
    assert_eq!(again.faults(), listed(&[("X-Gxb-Nonce", "signature.repeated")]));
}

/// Whoever signs wrongly can compare what came with what he signed; a stranger is told the very same, and nothing in it was
/// made with a key.
async fn a_wrong_signature_can_be_mended_and_not_forged(setup: Setup) {
    let app = setup.without_relay().start().await;
    let machine = app.integrator("hall", &[Scope::DeliveriesRead]).await;
    let signed = "/integration/v1/deliveries?limit=5";
    let call = Call { method: "GET", path_and_query: signed, body: b"" };
    let stamp = sign(&machine.key, &call, app.world.now(), NONCE);
    let sent = "/integration/v1/deliveries?limit=6";
    let altered = called(&app, sent, &stamp.headers()).await;
    assert_eq!(altered.faults(), listed(&[("X-Gxb-Signature", "signature.wrong")]));
    let head =
        |path: &str| hex::encode(Sha256::digest(format!("GET\n{path}\n{}\n{NONCE}", stamp.timestamp).as_bytes()));
    let told = details(&altered).remove(0);
    assert!(told.contains(&head(sent)) && !told.contains(&head(signed)), "{told}");
    assert!(told.contains("the body's SHA-256"), "{told}");
    let right = sign(&machine.key, &Call { path_and_query: sent, ..call }, app.world.now(), NONCE);
    let proof = hex::encode(&right.signature);
    let answer = String::from_utf8_lossy(&altered.body).into_owned();
    assert!(!answer.contains(&proof) && !answer.contains(&proof[..16]), "the signature that would do: {answer}");
    let stranger = Stamp { app: "nobody-knows".to_owned(), ..stamp.clone() };
    let stranger = called(&app, sent, &stranger.headers()).await;
    let said = |answer: &Answer| {
        let mut said = answer.json();
        said["request_id"] = Value::Null;
        said
    };
    assert_eq!(said(&stranger), said(&altered), "a caller need not learn whom we know");
    // And of a clock that is wrong both learn the same.
    let late = Stamp { timestamp: 0, ..stamp };
    let unknown = Stamp { app: "nobody-knows".to_owned(), ..late.clone() };
    let (late, unknown) = (called(&app, sent, &late.headers()).await, called(&app, sent, &unknown.headers()).await);
    assert_eq!((late.faults(), late.faults()), (unknown.faults(), listed(&[("X-Gxb-Timestamp", "signature.stale")])));
}

tests::on_both!(every_reason_to_doubt_a_call_has_a_code_and_a_place, a_wrong_signature_can_be_mended_and_not_forged,);
