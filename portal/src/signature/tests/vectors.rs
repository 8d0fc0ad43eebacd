//! The standards' own examples, and signatures that another implementation made.

use sha2::Digest as _;

use super::*;

/// GM/T 0003.5-2012, annex A (GB/T 32918.2 on the recommended curve): private and public key.
pub(super) const EXAMPLE_D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
pub(super) const EXAMPLE_P: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                                    ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

/// GB/T 32905-2016 (GM/T 0004-2012), annex A.
#[test]
fn sm3() {
    let long = "abcd".repeat(16);
    for (text, expected) in [
        ("abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (long.as_str(), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ] {
        assert_eq!(hex::encode(::sm3::Sm3::digest(text)), expected);
        assert_eq!(hex::encode(Algorithm::HmacSm3.hash(text.as_bytes())), expected);
        assert_eq!(hex::encode(Algorithm::Sm2.hash(text.as_bytes())), expected);
    }
}

/// GM/T 0042-2015, annex D.3, as in the tests of OpenSSL, of Linux (`hmac_sm3_tv_template`) and of Intel's `IPsec` library.
#[test]
fn hmac_sm3() {
    let counted = |last: u8| (1..=last).collect::<Vec<_>>();
    let words = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
    for (secret, text, expected) in [
        (counted(32), words, "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"),
        (counted(37), vec![0xcd; 50], "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"),
        (vec![0x0b; 32], b"Hi There".to_vec(), "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"),
    ] {
        let seal = Seal::hmac_sm3(secret);
        assert_eq!(hex::encode(seal.seal(&text)), expected);
        assert!(seal.check().fits(&text, &hex::decode(expected).unwrap()));
    }
}

/// RFC 4231, cases 2 and 6 (a key longer than a block).
#[test]
fn hmac_sha256() {
    let what = b"what do ya want for nothing?".as_slice();
    let long = b"Test Using Larger Than Block-Size Key - Hash Key First".as_slice();
    for (secret, text, expected) in [
        (b"Jefe".to_vec(), what, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (vec![0xaa; 131], long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ] {
        assert_eq!(hex::encode(Seal::hmac_sha256(secret).seal(text)), expected);
    }
}

/// GM/T 0003.5-2012, annex A: "message digest", signed by the default user id.
#[test]
fn sm2() {
    let signature = hex::decode(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    )
    .unwrap();
    let check = Check::parse(&format!("sm2:{EXAMPLE_P}")).unwrap();
    assert!(check.fits(b"message digest", &signature));
    for at in 0..signature.len() {
        let mut altered = signature.clone();
        altered[at] ^= 1;
        assert!(!check.fits(b"message digest", &altered), "{at}");
    }
    assert!(!check.fits(b"message digesu", &signature));
    let seal = Seal::parse(&format!("sm2:{EXAMPLE_D}")).unwrap();
    assert_eq!(seal.check().expose(), format!("sm2:{EXAMPLE_P}"), "the public key belongs to the private one");
    assert!(check.fits(b"message digest", &seal.seal(b"message digest")));
}

/// Made with `openssl dgst`; the first of each algorithm stands in docs/PORTAL.md.
#[test]
fn macs_that_openssl_made() {
    let long = "k".repeat(100);
    let get = Call { method: "GET", path_and_query: "/cases?cursor=42", body: b"" };
    let put = Call { method: "PUT", path_and_query: "/files/ab?rule=%E7%85%A7", body: "照片".as_bytes() };
    let n = "nnnnnnnnnnnnnnnn";
    let (sha256, sm3) = (|secret: &str| Seal::hmac_sha256(secret), |secret: &str| Seal::hmac_sm3(secret));
    for (seal, call, nonce, expected) in [
        (sha256(SECRET), POST, NONCE_WORD, "88efc0710bea59102aba73dcb3edb3c8908b93b888dcd02deb5cbb2de8548f15"),
        (sha256(SECRET), get, NONCE_WORD, "4a0d22b34060c0a28a34ed87b6e1c8b83639fc4e197ebf58a37623ab79c63988"),
        (sha256(&long), put, n, "768c12a77c20b0a4f3ca037628cf3bf182b4cecddc44fea1014787bae1a2825c"),
        (sm3(SECRET), POST, NONCE_WORD, "b22829a1d3aaa75b3cf330d82d974c7fa429c1eb93fee3b5824802e5174f3efd"),
        (sm3(SECRET), get, NONCE_WORD, "78992b423ed2779ea279e640ba06ec4876a67f19cc21e11f3b735fc21308cb45"),
        (sm3(&long), put, n, "83930b2fcedc5f5738adb42e9f4f32bd9fb18c71d5865f972d5ba71c827503c0"),
    ] {
        let stamp = sign(&Key::new("gaoxingban", seal), &call, now(), nonce);
        assert_eq!(hex::encode(&stamp.signature), expected, "{}", stamp.algorithm);
    }
}

/// Made with `openssl pkeyutl` 3.0.19 and the standard's example key; it stands in docs/PORTAL.md.
#[test]
fn an_sm2_signature_that_openssl_made() {
    let signature = "c70bfbc15896c81399b293bbe2e08d7364b5a02716f9c68d255a9d3c60dea92a\
                     4a40674963a9b3c4dc0ad90f81f9a00a151d547373e0b5c9203ccbaa92ac1729";
    let stamp = Stamp {
        app: "gaoxingban".into(),
        timestamp: now().timestamp(),
        nonce: NONCE_WORD.into(),
        algorithm: Algorithm::Sm2,
        signature: hex::decode(signature).unwrap(),
    };
    let check = Check::parse(&format!("sm2:{EXAMPLE_P}")).unwrap();
    let keys = [TrustedKey::new("gaoxingban", "example", check, None)];
    assert_eq!(verify(&keys, &POST, &stamp, now(), WINDOW).map(TrustedKey::name), Ok("example"));
}
