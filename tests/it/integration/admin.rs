//! Accounts as the operator makes them: `gaoxingban admin add-machine`, and what follows.

use portal::signature::{Algorithm, Key, Seal};
use serde_json::Value;
use tests::{Setup, TestApp};

const BINARY: &str = env!("CARGO_BIN_EXE_served");
const LIST: &str = "/integration/v1/destinations";

/// Runs `gaoxingban admin` on the server's own data; what it prints, or why it fails.
async fn admin(app: &TestApp, arguments: &[&str]) -> Result<String, String> {
    let output = tokio::process::Command::new(BINARY)
        .arg("admin")
        .args(arguments)
        .env_clear()
        .envs(app.settings().iter().map(|(name, value)| (name, value)))
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What a machine that signs with this key is answered.
async fn said(app: &TestApp, name: &str, seal: Seal) -> String {
    let mut machine = app.machine();
    machine.key = Key::new(name, seal);
    let answer = machine.send("GET", LIST, &Value::Null).await;
    if answer.status == 200 { "200".to_owned() } else { answer.problem().1 }
}

fn printed(text: &str) -> Seal {
    let line = text.lines().find_map(|line| line.strip_prefix("key:")).expect("a key is printed");
    Seal::parse(line.trim()).unwrap()
}

async fn from_the_first_key_to_the_end(setup: Setup) {
    let app = setup.without_relay().start().await;
    let scope = ["--scope", "deliveries.read"];
    let made =
        admin(&app, &[&["add-machine", "--name", "hall", "--algorithm", "hmac-sha256"], &scope[..]].concat()).await;
    let first = printed(&made.unwrap());
    assert_eq!(said(&app, "hall", first.clone()).await, "200");
    // A key of the machine's own: we learn its public part only.
    let pair = Seal::of_random(Algorithm::Sm2, [9; 32]).unwrap();
    let public = pair.check().expose();
    let added = admin(&app, &["add-machine-key", "hall", "--key-name", "own", "--key", &public]).await.unwrap();
    assert!(!added.contains("key:"), "there is nothing to show: {added}");
    assert_eq!(said(&app, "hall", pair.clone()).await, "200");
    admin(&app, &["drop-machine-key", "hall", "first"]).await.unwrap();
    assert_eq!(said(&app, "hall", first).await, "signature.invalid");
    assert_eq!(said(&app, "hall", pair.clone()).await, "200");
    admin(&app, &["disable-machine", "hall"]).await.unwrap();
    assert_eq!(said(&app, "hall", pair).await, "signature.invalid");
}

async fn what_would_not_do_is_refused(setup: Setup) {
    let app = setup.without_relay().start().await;
    let scope = ["--scope", "cases.read", "--algorithm", "hmac-sm3"];
    for (name, why) in [(tests::outside::APP, "GXB_PORTAL_APP"), ("two words", "letters"), ("", "letters")] {
        let refused = admin(&app, &[&["add-machine", "--name", name], &scope[..]].concat()).await.unwrap_err();
        assert!(refused.contains(why), "{name:?}: {refused}");
    }
    for arguments in [
        &["add-machine", "--name", "a", "--scope", "everything", "--algorithm", "sm2"][..],
        &["add-machine", "--name", "a", "--algorithm", "sm2"],
        &["add-machine", "--name", "a", "--scope", "cases.read"],
        &["add-machine", "--name", "a", "--scope", "cases.read", "--key", "hmac-sha256:c2hvcnQ="],
        &["add-machine-key", "nobody", "--algorithm", "sm2"],
        &["drop-machine-key", "nobody", "first"],
        &["disable-machine", "nobody"],
    ] {
        assert!(admin(&app, arguments).await.is_err(), "{arguments:?}");
    }
    admin(&app, &[&["add-machine", "--name", "a"], &scope[..]].concat()).await.unwrap();
    assert!(admin(&app, &[&["add-machine", "--name", "a"], &scope[..]].concat()).await.is_err(), "the name is taken");
}

tests::on_both!(from_the_first_key_to_the_end, what_would_not_do_is_refused);
