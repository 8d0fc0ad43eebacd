//! Who is let in, and from where to where.

use portal::adapter::Province as _;
use portal::adapter::gateway::Gateway;
use portal::signature::{self, Call, Key};

use crate::harness::{APP, Scene, key, rejected};

#[tokio::test]
async fn callers_who_cannot_sign_are_turned_away() {
    let scene = Scene::quiet().await;
    for (method, path) in
        [("GET", "/rules"), ("PUT", "/files/00?rule=scene"), ("POST", "/cases"), ("GET", "/cases"), ("GET", "/cases/x")]
    {
        assert_eq!(scene.raw(method, path, b"", &[]).await.status, 401, "{path}");
        let forged = scene.signed(method, path, b"", &Key::hmac_sha256(APP, "guess")).await;
        assert_eq!(forged.status, 401, "{path}");
        let stranger = scene.signed(method, path, b"", &Key::hmac_sha256("stranger", crate::harness::SECRET)).await;
        assert_eq!(stranger.status, 401, "{path}");
    }
    let call = Call { method: "GET", path_and_query: "/rules", body: b"" };
    let stamp = |seconds: i64, nonce: &str| {
        signature::sign(&key(), &call, scene.world.now() + chrono::TimeDelta::seconds(seconds), nonce).headers()
    };
    for (seconds, status) in [(-330, 401), (330, 401), (-240, 200), (240, 200)] {
        let nonce = format!("nonce-of-{seconds:016}");
        assert_eq!(scene.raw("GET", "/rules", b"", &stamp(seconds, &nonce)).await.status, status, "{seconds}");
    }
    let once = stamp(0, "used-only-once-please");
    assert_eq!(scene.raw("GET", "/rules", b"", &once).await.status, 200);
    let replayed = scene.raw("GET", "/rules", b"", &once).await;
    assert_eq!(replayed.status, 401);
    assert!(String::from_utf8_lossy(&replayed.body).contains("signature.repeated"));
    let moved = scene.raw("GET", "/cases", b"", &stamp(0, "for-another-path-only")).await;
    assert_eq!(moved.status, 401);

    let wrong = Key::hmac_sha256(APP, "wrong");
    let gateway = Gateway::new(scene.http.clone(), &scene.simulator.url(), wrong, scene.world.clone()).unwrap();
    assert_eq!(rejected(&gateway.rules().await.verdict).0, "province.unauthorised");
}

#[test]
fn addresses_that_are_none() {
    let http = portal::http::Http::new(crate::harness::BOUND).unwrap();
    for base in ["", "zwfw", "ftp://x/", "http://u:p@x/", "https://x/?a=1", "https://x/#a", "file:///etc"] {
        let gateway = Gateway::new(http.clone(), base, key(), casework::world::World::real());
        assert!(gateway.is_err(), "{base}");
    }
}
