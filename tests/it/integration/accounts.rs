//! Machine accounts: believed by their keys, for as long as they last; barred at once.

use casework::machine::{self, Scope};
use casework::world::Driven;
use chrono::TimeDelta;
use entity::machine_key;
use portal::signature::{Algorithm, Key, Seal};
use sea_orm::EntityTrait as _;
use tests::{Machine, Setup};

const LIST: &str = "/integration/v1/destinations";

async fn said(machine: &Machine) -> String {
    let answer = machine.get(LIST).await;
    if answer.status == 200 { "200".to_owned() } else { answer.problem().1 }
}

async fn keys_overlap_and_end(setup: Setup) {
    let clock = Driven::now();
    let app = setup.without_relay().clock(&clock).start().await;
    let desk = &app.app().desk;
    let mut machine = app.integrator("hall", &[Scope::DeliveriesRead]).await;
    assert_eq!(said(&machine).await, "200");
    for (algorithm, name) in [(Algorithm::HmacSm3, "second"), (Algorithm::Sm2, "third")] {
        let seal = Seal::of_random(algorithm, [7; 32]).unwrap();
        let until = Some(clock.world().now() + TimeDelta::hours(1));
        let key = machine::Key { name: name.to_owned(), key: seal.check().expose(), until };
        machine::add_key(desk, "hall", key).await.unwrap();
        let first = std::mem::replace(&mut machine.key, Key::new("hall", seal));
        assert_eq!(said(&machine).await, "200", "{name}");
        if algorithm == Algorithm::Sm2 {
            clock.forward(TimeDelta::hours(1));
            assert_eq!(said(&machine).await, "signature.invalid", "its time is over");
        }
        machine.key = first;
        assert_eq!(said(&machine).await, "200", "the first one beside it");
    }
    machine::drop_key(desk, "hall", "first").await.unwrap();
    assert_eq!(said(&machine).await, "signature.invalid");
}

async fn strangers_and_barred_ones_are_refused_alike(setup: Setup) {
    let app = setup.without_relay().start().await;
    let desk = &app.app().desk;
    let mut machine = app.integrator("hall", &[Scope::DeliveriesRead]).await;
    let stolen = std::mem::replace(&mut machine.key, Key::hmac_sha256("hall", "not the hall's own secret"));
    assert_eq!(said(&machine).await, "signature.invalid");
    machine.key = Key::hmac_sha256("nobody", "not the hall's own secret");
    assert_eq!(said(&machine).await, "signature.invalid");
    machine.key = stolen;
    assert_eq!(said(&machine).await, "200");
    // The query is signed as well, and so is the body.
    let signed = machine.signed("GET", LIST, b"");
    let moved = signed.try_clone().unwrap().body("{}");
    assert_eq!(machine.finish(moved).await.problem().1, "signature.invalid");
    assert_eq!(machine.finish(signed.try_clone().unwrap()).await.status, 200);
    assert_eq!(machine.finish(signed).await.problem().1, "signature.invalid", "it was heard before");
    machine::disable(desk, "hall").await.unwrap();
    assert_eq!(said(&machine).await, "signature.invalid");
    assert!(
        machine::create(desk, "hall", &[], machine::Key { name: "a".into(), key: "b".into(), until: None })
            .await
            .is_err()
    );
}

async fn what_a_machine_signs_with_lies_sealed(setup: Setup) {
    let app = setup.without_relay().start().await;
    let seal = Seal::hmac_sha256(*b"0123456789abcdef0123456789abcdef");
    let shown = seal.check().expose();
    let key = machine::Key { name: "first".to_owned(), key: shown.clone(), until: None };
    machine::create(&app.app().desk, "hall", &[], key).await.unwrap();
    let db = app.database().await;
    let row = machine_key::Entity::find().one(&db).await.unwrap().unwrap();
    let secret = shown.rsplit(':').next().unwrap();
    assert!(!row.key.0.contains(secret), "the secret lies open");
}

tests::on_both!(
    keys_overlap_and_end,
    strangers_and_barred_ones_are_refused_alike,
    what_a_machine_signs_with_lies_sealed
);
