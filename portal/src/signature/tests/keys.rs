//! What is a key and what is none; what may be seen of it.

use super::vectors::{EXAMPLE_D, EXAMPLE_P};
use super::*;

#[test]
fn a_key_reads_back_and_cannot_be_printed() {
    for key in keys() {
        let algorithm = key.algorithm();
        let seal = Seal::of_random(algorithm, [9; 32]).unwrap();
        let again = Seal::parse(&seal.expose()).unwrap();
        assert_eq!(again.expose(), seal.expose());
        let check = Check::parse(&seal.check().expose()).unwrap();
        assert!(check.fits(b"text", &again.seal(b"text")));
        let key = Key::new("gaoxingban", seal.clone());
        let printed = format!("{seal:?}{key:?}{check:?}{:?}{:#?}", key.trusted(), key.trusted());
        for text in [seal.expose(), check.expose()] {
            assert!(!printed.contains(text.split_once(':').unwrap().1), "{printed}");
        }
        assert!(printed.contains(algorithm.name()));
    }
    assert!(!format!("{:?}", key()).contains(SECRET));
}

#[test]
fn texts_that_are_no_keys() {
    let order = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
    let zero = "0".repeat(64);
    for (text, bad) in [
        ("", BadKey::Algorithm),
        ("a secret", BadKey::Algorithm),
        ("md5:c2VjcmV0", BadKey::Algorithm),
        ("hmac-sha256:", BadKey::Secret),
        ("hmac-sm3:no base64", BadKey::Secret),
        ("sm2:", BadKey::Private),
        ("sm2:xyz", BadKey::Private),
        (&format!("sm2:{zero}"), BadKey::Private),
        (&format!("sm2:{order}"), BadKey::Private),
        (&format!("sm2:{EXAMPLE_P}"), BadKey::Private),
    ] {
        assert_eq!(Seal::parse(text).err(), Some(bad), "{text}");
    }
    let off_the_curve = EXAMPLE_P.replace("ad13", "ad14");
    for text in ["sm2:", "sm2:00", &format!("sm2:{EXAMPLE_D}"), &format!("sm2:{off_the_curve}"), &format!("sm2:04{zero}{zero}")] {
        assert_eq!(Check::parse(text).err(), Some(BadKey::Public), "{text}");
    }
    let compressed = format!("sm2:03{}", &EXAMPLE_P[2..66]);
    assert_eq!(Check::parse(&compressed).unwrap().expose(), format!("sm2:{EXAMPLE_P}"));
}

#[test]
fn what_everybody_knows_is_weak() {
    let weak = |text: &str| Check::parse(text).unwrap().weakness().is_some();
    assert!(weak(&format!("sm2:{EXAMPLE_P}")));
    assert!(Seal::hmac_sm3(SECRET).check().weakness().is_some());
    assert!(Seal::hmac_sha256("fifteen letters").check().weakness().is_some());
    for algorithm in Algorithm::ALL {
        assert_eq!(Seal::of_random(algorithm, [9; 32]).unwrap().check().weakness(), None);
    }
}
