//! Both ways with OpenSSL, where there is one that speaks SM2 and SM3 (3.0 and later).

use std::path::Path;
use std::process::Command;

use super::*;

/// What it printed; nothing when it failed.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Whether there is one to try. `GXB_TEST_OPENSSL=required` makes its absence a failure.
fn speaks_sm2() -> bool {
    let version = openssl(Path::new("."), &["version"]).map(|text| String::from_utf8_lossy(&text).into_owned());
    let major = version.as_deref().and_then(|text| text.strip_prefix("OpenSSL ")).and_then(|text| text.split('.').next());
    let fits = major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 3);
    if !fits {
        assert_ne!(std::env::var("GXB_TEST_OPENSSL").as_deref(), Ok("required"), "found {version:?}");
        eprintln!("skipped: no OpenSSL 3 here, but {version:?}");
    }
    fits
}

/// `INTEGER`s of a DER signature, as 32 bytes each.
fn raw(der: &[u8]) -> Vec<u8> {
    let (mut rest, mut raw) = (&der[2..], Vec::new());
    while let [2, length, tail @ ..] = rest {
        let (number, tail) = tail.split_at(usize::from(*length));
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        raw.extend(std::iter::repeat_n(0, 32 - number.len()).chain(number.iter().copied()));
        rest = tail;
    }
    raw
}

/// The other way round.
fn der(raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for number in raw.chunks(32) {
        let number = &number[number.iter().take_while(|byte| **byte == 0).count()..];
        let sign = if number[0] >= 0x80 { &[0_u8][..] } else { &[] };
        body.extend([2, u8::try_from(sign.len() + number.len()).unwrap()]);
        body.extend([sign, number].concat());
    }
    [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
}

const SM2: [&str; 7] = ["-inkey", "key.pem", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"];

#[test]
fn sm2_both_ways() {
    if !speaks_sm2() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for round in 0..8 {
        let made = openssl(folder, &["genpkey", "-algorithm", "SM2", "-outform", "DER", "-out", "key.der"]);
        made.expect("a key pair");
        openssl(folder, &["pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem"]).unwrap();
        let described = String::from_utf8(openssl(folder, &["pkey", "-in", "key.pem", "-noout", "-text"]).unwrap()).unwrap();
        let digits = |from: &str, to: &str| {
            let part = described.split_once(from).unwrap().1.split_once(to).unwrap().0;
            part.chars().filter(char::is_ascii_hexdigit).collect::<String>()
        };
        let private = digits("priv:", "pub:");
        let private = format!("{:0>64}", private.trim_start_matches('0'));
        let seal = Seal::parse(&format!("sm2:{private}")).unwrap();
        let public = format!("sm2:{}", digits("pub:", "ASN1"));
        assert_eq!(seal.check().expose(), public, "the same public key");

        let text = POST.text(Algorithm::Sm2, now().timestamp() + round, NONCE_WORD);
        std::fs::write(folder.join("text"), &text).unwrap();
        openssl(folder, &[&["pkeyutl", "-sign", "-in", "text", "-out", "theirs"][..], &SM2].concat()).expect("a signature");
        let theirs = raw(&std::fs::read(folder.join("theirs")).unwrap());
        assert!(Check::parse(&public).unwrap().fits(text.as_bytes(), &theirs), "theirs, by us");

        let verify = [&["pkeyutl", "-verify", "-in", "text", "-sigfile", "ours"][..], &SM2].concat();
        let ours = seal.seal(text.as_bytes());
        std::fs::write(folder.join("ours"), der(&ours)).unwrap();
        assert!(openssl(folder, &verify).is_some(), "ours, by them");
        std::fs::write(folder.join("text"), format!("{text}!")).unwrap();
        assert!(openssl(folder, &verify).is_none(), "and not for another text");
    }
}

#[test]
fn hmac_sm3_the_same() {
    if !speaks_sm2() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for length in [0_usize, 1, 55, 56, 63, 64, 65, 1000] {
        let (secret, text) = ("s".repeat(length.max(1)), vec![b'x'; length]);
        std::fs::write(folder.path().join("text"), &text).unwrap();
        let theirs = openssl(folder.path(), &["dgst", "-sm3", "-hmac", &secret, "-r", "text"]).unwrap();
        let theirs = String::from_utf8(theirs).unwrap();
        assert_eq!(theirs.split(' ').next(), Some(hex::encode(Seal::hmac_sm3(secret).seal(&text)).as_str()), "{length}");
    }
}
