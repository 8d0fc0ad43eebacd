//! Several keys at once: the overlap of a rotation, and what one key must never stand for.

use super::*;

fn trusted(name: &str, seal: &Seal, until: Option<DateTime<Utc>>) -> TrustedKey {
    TrustedKey::new("gaoxingban", name, seal.check(), until)
}

fn by(seal: &Seal) -> Stamp {
    sign(&Key::new("gaoxingban", seal.clone()), &POST, now(), NONCE_WORD)
}

fn name(keys: &[TrustedKey], stamp: &Stamp) -> Result<String, Refusal> {
    verify(keys, &POST, stamp, now(), WINDOW).map(|key| key.name().to_owned())
}

#[test]
fn an_old_and_a_new_key_overlap_until_the_old_ones_time_is_over() {
    for algorithm in Algorithm::ALL {
        let [old, new, strange] = [1, 2, 3].map(|byte| Seal::of_random(algorithm, [byte; 32]).unwrap());
        let keys = |until| [trusted("old", &old, until), trusted("new", &new, None)];
        let later = Some(now() + TimeDelta::seconds(1));
        assert_eq!(name(&keys(later), &by(&old)), Ok("old".into()));
        assert_eq!(name(&keys(later), &by(&new)), Ok("new".into()));
        assert_eq!(name(&keys(later), &by(&strange)), Err(Refusal::Wrong));
        let over = Some(now());
        assert_eq!(name(&keys(over), &by(&old)), Err(Refusal::Expired));
        assert_eq!(name(&keys(over), &by(&new)), Ok("new".into()));
        assert_eq!(name(&keys(over), &by(&strange)), Err(Refusal::Wrong), "a stranger learns nothing of old keys");
    }
}

#[test]
fn from_one_algorithm_to_another() {
    let seals = keys().map(|key| key.algorithm()).map(|algorithm| Seal::of_random(algorithm, [4; 32]).unwrap());
    let keys: Vec<_> = seals.iter().map(|seal| trusted(seal.algorithm().name(), seal, None)).collect();
    for seal in &seals {
        assert_eq!(name(&keys, &by(seal)), Ok(seal.algorithm().name().into()));
        let others: Vec<_> = keys.iter().filter(|key| key.algorithm() != seal.algorithm()).cloned().collect();
        assert_eq!(name(&others, &by(seal)), Err(Refusal::Algorithm));
    }
}

/// The classic: the public key, which everybody may have, used as the secret of an algorithm the key is not for.
#[test]
fn a_public_key_is_nobodys_secret() {
    let pair = Seal::sm2(&[7; 32]).unwrap();
    let text = pair.check().expose();
    let public = text.strip_prefix("sm2:").unwrap();
    let raw = hex::decode(public).unwrap();
    let keys = [trusted("public", &pair, None), trusted("secret", &Seal::hmac_sm3("a shared secret, of theirs"), None)];
    let guesses = [raw.clone(), raw[1..].to_vec(), public.into(), public.to_uppercase().into(), text.clone().into()];
    for secret in guesses {
        for (seal, refusal) in [
            (Seal::hmac_sha256(secret.clone()), Refusal::Algorithm),
            (Seal::hmac_sm3(secret.clone()), Refusal::Wrong),
        ] {
            let stamp = by(&seal);
            assert_eq!(name(&keys, &stamp), Err(refusal));
            let renamed = Stamp { algorithm: Algorithm::Sm2, ..stamp };
            assert_eq!(name(&keys, &renamed), Err(Refusal::Wrong));
        }
    }
    let as_mac = Stamp { algorithm: Algorithm::HmacSm3, ..by(&pair) };
    assert_eq!(name(&keys, &as_mac), Err(Refusal::Wrong));
}

/// The same secret is two keys in two algorithms: the header's word cannot turn one into the other.
#[test]
fn the_header_does_not_choose_the_algorithm() {
    let (sha256, sm3) = (Seal::hmac_sha256(SECRET), Seal::hmac_sm3(SECRET));
    for (signs, other) in [(&sha256, &sm3), (&sm3, &sha256)] {
        let renamed = Stamp { algorithm: other.algorithm(), ..by(signs) };
        assert_eq!(name(&[trusted("one", signs, None)], &renamed), Err(Refusal::Algorithm));
        assert_eq!(name(&[trusted("other", other, None)], &renamed), Err(Refusal::Wrong));
    }
}

#[test]
fn a_key_speaks_for_one_application_and_one_destination() {
    for key in keys() {
        let stamp = sign(&key, &POST, now(), NONCE_WORD);
        let theirs = [TrustedKey::new("another", "theirs", Seal::of_random(key.algorithm(), [5; 32]).unwrap().check(), None)];
        assert_eq!(verify(&theirs, &POST, &stamp, now(), WINDOW).err(), Some(Refusal::Wrong));
        let posed = Stamp { app: "another".into(), ..stamp.clone() };
        assert_eq!(verify(&theirs, &POST, &posed, now(), WINDOW).err(), Some(Refusal::Wrong), "another app's name");
        // Another destination knows the application by another key.
        let there = [TrustedKey::new("gaoxingban", "there", Seal::of_random(key.algorithm(), [6; 32]).unwrap().check(), None)];
        assert_eq!(verify(&there, &POST, &stamp, now(), WINDOW).err(), Some(Refusal::Wrong), "another destination");
    }
}

#[test]
fn no_more_keys_are_tried_than_may_be() {
    let seals: Vec<_> = (1..=9).map(|byte| Seal::hmac_sm3([byte; 32])).collect();
    let keys: Vec<_> = seals.iter().map(|seal| trusted("one of many", seal, None)).collect();
    assert!(name(&keys, &by(&seals[MAX_TRUSTED_KEYS - 1])).is_ok());
    assert_eq!(name(&keys, &by(&seals[MAX_TRUSTED_KEYS])), Err(Refusal::Wrong));
}
