//! Signed calls as a deployment meets them: each algorithm both ways, keys that overlap, and one memory of nonces.

use std::sync::Arc;

use casework::world::Driven;
use chrono::{SecondsFormat, TimeDelta};
use portal::http::Http;
use portal::signature::{self, Algorithm, Call, Key, Seal, Stamp};
use serde_json::{Value, json};
use tests::outside::APP;
use tests::{BOUND, Setup, TestApp};

use crate::relaying::orgbusno;

const PATH: &str = "/integration/v1/reports";

fn seal(algorithm: Algorithm, byte: u8) -> Seal {
    Seal::of_random(algorithm, [byte; 32]).unwrap()
}

/// A report of a case nobody knows: it is kept when its sender is believed.
fn report(app: &TestApp) -> Vec<u8> {
    let now = app.world.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let id = hex::encode(app.world.bytes::<16>().unwrap());
    let orgbusno = "0198c0ffee0070008000000000000001";
    json!({ "reportid": id, "orgbusno": orgbusno, "state": "05", "occurtime": now }).to_string().into_bytes()
}

fn stamp(app: &TestApp, seal: &Seal, body: &[u8]) -> Stamp {
    let call = Call { method: "POST", path_and_query: PATH, body };
    let nonce = hex::encode(app.world.bytes::<16>().unwrap());
    signature::sign(&Key::new(APP, seal.clone()), &call, app.world.now(), &nonce)
}

/// What a server says to it: `200`, or the status and why.
async fn pushed(url: &str, path: &str, stamp: &Stamp, body: &[u8]) -> String {
    let http = Http::new(BOUND).unwrap();
    let mut request = http.request(reqwest::Method::POST, &format!("{url}{path}"));
    for (name, value) in stamp.headers() {
        request = request.header(name, value);
    }
    let request =
        request.header("accept-language", "en").header("content-type", "application/json").body(body.to_vec());
    let answer = http.send(request, 1 << 20).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer.body);
    let body: Value = serde_json::from_str(&text).unwrap();
    match body["errors"][0]["code"].as_str() {
        Some(why) => format!("{} {why}", answer.status),
        None => answer.status.to_string(),
    }
}

/// Signs a report of its own with `seal`, and pushes it.
async fn told(app: &TestApp, seal: &Seal) -> String {
    let body = report(app);
    pushed(&app.url(), PATH, &stamp(app, seal, &body), &body).await
}

/// A server with these keys, and the simulator of its own process.
async fn server(setup: Setup, ours: &Seal, theirs: &Seal, trusted: &str) -> TestApp {
    setup
        .without_relay()
        .set("GXB_PORTAL_URL", "")
        .set("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0")
        .set("GXB_PORTAL_SECRET", "")
        .set("GXB_PORTAL_KEY", ours.expose())
        .set("GXB_PORTAL_SIM_KEY", theirs.expose())
        .set("GXB_PORTAL_TRUSTED_KEYS", trusted)
        .start()
        .await
}

async fn each_algorithm_both_ways(setup: Setup) {
    for algorithm in Algorithm::ALL {
        let (ours, theirs, strange) = (seal(algorithm, 1), seal(algorithm, 2), seal(algorithm, 3));
        let app = server(setup.clone(), &ours, &theirs, &format!("theirs:{}", theirs.check().expose())).await;
        let owner = app.owner("zhang").await;
        let case = owner.ready().await;
        owner.submit(&case).await;
        assert_eq!(app.relay().drain().await.unwrap(), 1);
        let simulator = app.app().stand_ins.simulator.as_ref().unwrap();
        assert_eq!(simulator.case(&orgbusno(&case)).unwrap().posts, 1, "{algorithm}: the province believed us");
        assert_eq!(told(&app, &theirs).await, "200", "{algorithm}");
        assert_eq!(told(&app, &strange).await, "401 signature.wrong", "{algorithm}");
        // A shared secret is the portal's as well; our own private key never speaks for the portal.
        let reflected = if algorithm == Algorithm::Sm2 { "401 signature.wrong" } else { "200" };
        assert_eq!(told(&app, &ours).await, reflected, "{algorithm}");
    }
}

/// The portal goes from one key to the next and to SM2; nothing is lost on the way, and what is over is over.
async fn keys_overlap(setup: Setup) {
    let clock = Driven::now();
    let (ours, old) = (seal(Algorithm::HmacSha256, 1), seal(Algorithm::HmacSm3, 2));
    let (new, next) = (seal(Algorithm::HmacSm3, 3), seal(Algorithm::Sm2, 4));
    let until = (clock.world().now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let shown = |name: &str, seal: &Seal| format!("{name}:{}", seal.check().expose());
    let trusted = format!("{}@{until},{},{}", shown("old", &old), shown("new", &new), shown("next", &next));
    let app = server(setup.clock(&clock), &ours, &ours, &trusted).await;
    for seal in [&ours, &old, &new, &next] {
        assert_eq!(told(&app, seal).await, "200");
    }
    // The public key, which is no secret, is no shared secret either.
    let public = next.check().expose();
    let public = hex::decode(public.strip_prefix("sm2:").unwrap()).unwrap();
    assert_eq!(told(&app, &Seal::hmac_sm3(public)).await, "401 signature.wrong");
    clock.forward(TimeDelta::hours(1));
    assert_eq!(told(&app, &old).await, "401 signature.expired");
    for seal in [&ours, &new, &next] {
        assert_eq!(told(&app, seal).await, "200");
    }
}

/// Two servers on one database: what one has heard, the other will not hear again.
async fn one_memory_for_all_processes(setup: Setup) {
    let app = setup.without_relay().start().await;
    let second = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let urls = [app.url(), format!("http://{}", second.local_addr().unwrap())];
    let beside = app.beside().await;
    let server = tokio::spawn(api::server::run(Arc::clone(&beside), second));
    let shared = Seal::hmac_sha256(tests::outside::SECRET);

    let body = report(&app);
    let once = stamp(&app, &shared, &body);
    let moved = pushed(&urls[1], &format!("{PATH}?again=1"), &once, &body).await;
    assert_eq!(moved, "401 signature.wrong", "for another address, and that uses nothing up");
    assert_eq!(pushed(&urls[0], PATH, &once, &body).await, "200");
    for url in &urls {
        assert_eq!(pushed(url, PATH, &once, &body).await, "401 signature.repeated");
    }
    for _ in 0..5 {
        let once = stamp(&app, &shared, &body);
        let many = (0..16).map(|n: usize| {
            let (url, once, body) = (urls[n % 2].clone(), once.clone(), body.clone());
            tokio::spawn(async move { pushed(&url, PATH, &once, &body).await })
        });
        let many: Vec<_> = many.collect();
        let mut heard = 0;
        for answer in many {
            match answer.await.unwrap().as_str() {
                "200" => heard += 1,
                other => assert_eq!(other, "401 signature.repeated"),
            }
        }
        assert_eq!(heard, 1, "at the same moment, at both doors");
    }
    beside.stop.cancel();
    server.await.unwrap().unwrap();
}

async fn stale_and_future(setup: Setup) {
    let clock = Driven::now();
    let app = setup.without_relay().clock(&clock).start().await;
    let shared = Seal::hmac_sha256(tests::outside::SECRET);
    let body = report(&app);
    let early = stamp(&app, &shared, &body);
    clock.forward(TimeDelta::seconds(300));
    assert_eq!(pushed(&app.url(), PATH, &early, &body).await, "200", "the last second it is good in");
    clock.forward(TimeDelta::seconds(1));
    assert_eq!(pushed(&app.url(), PATH, &early, &body).await, "401 signature.stale");
    let mut ahead = stamp(&app, &shared, &body);
    let call = Call { method: "POST", path_and_query: PATH, body: &body };
    ahead = signature::sign(&Key::new(APP, shared), &call, app.world.now() + TimeDelta::seconds(301), &ahead.nonce);
    assert_eq!(pushed(&app.url(), PATH, &ahead, &body).await, "401 signature.stale");
    clock.forward(TimeDelta::seconds(1));
    assert_eq!(pushed(&app.url(), PATH, &ahead, &body).await, "200", "and then it is good");
}

tests::on_both!(each_algorithm_both_ways, keys_overlap, one_memory_for_all_processes, stale_and_future);
