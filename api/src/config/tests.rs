//! The configuration as an operator meets it.

use ::portal::signature::DEVELOPMENT_SECRET;

use super::*;

const KEY_A: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
const KEY_B: &str = "ZmVkY2JhWllYV1ZVVFNSUVBPTk1MS0pJSEdGRURDQkE=";

pub(super) fn read(pairs: &[(&str, &str)]) -> Result<Config, Mistakes> {
    Config::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), None)
}

pub(super) fn production<'a>() -> Vec<(&'a str, &'a str)> {
    vec![
        ("GXB_PROFILE", "production"),
        ("GXB_PUBLIC_URL", "https://api.example.gov.cn"),
        ("GXB_PORTAL_URL", "https://portal.example.gov.cn"),
        ("GXB_PORTAL_SECRET", "portal-secret-of-sufficient-length"),
        ("GXB_WECHAT_APPID", "wx0123456789abcdef"),
        ("GXB_WECHAT_SECRET", "wechat-secret-text"),
        ("GXB_TOKEN_KEY", KEY_A),
        ("GXB_HASH_KEY", KEY_B),
        ("GXB_DATA_KEYS", "k1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="),
        ("GXB_DATA_DIR", "/nonexistent"),
    ]
}

#[test]
fn nothing_configured_is_the_embedded_default() {
    let config = read(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.region, "371526");
    assert!(matches!(config.files.place, Place::Folder(_)));
    assert!(matches!(config.wechat.at, WeChatAt::StandIn));
    assert!(matches!(config.province.at, ProvinceAt::Simulator(_)));
    assert!(config.database.url.is_sqlite());
    assert_eq!(config.relay.schedule.len(), 8);
    assert_eq!(config.photos.max_bytes, 20 << 20);
}

#[test]
fn every_default_reads_back_as_it_is_shown() {
    let config = read(&[]).unwrap();
    for (setting, shown) in table::TABLE.iter().zip(config.settings().shown()) {
        if !setting.secret {
            assert_eq!(shown, setting.default, "{}", setting.key);
        }
    }
}

#[test]
fn every_mistake_is_in_the_one_message() {
    let mistakes = read(&[
        ("GXB_LISTEN", "nowhere"),
        ("GXB_PHOTO_MAX_BYTES", "many"),
        ("GXB_REGION", "37"),
        ("GXB_TOKEN_KEY", "c2hvcnQ="),
        ("GXB_WECHAT_URLS", "x"),
        ("GXB_RELAY_SCHEDULE", "5s,soon"),
    ]);
    let text = mistakes.unwrap_err().to_string();
    for part in [
        "6 mistakes",
        "GXB_LISTEN",
        "GXB_PHOTO_MAX_BYTES",
        "GXB_REGION",
        "GXB_TOKEN_KEY",
        "GXB_WECHAT_URLS",
        "\"soon\"",
    ] {
        assert!(text.contains(part), "{part} is missing from:\n{text}");
    }
    assert!(!text.contains("c2hvcnQ"), "a secret is repeated in:\n{text}");
}

#[test]
fn production_names_every_stand_in_at_once() {
    let text =
        read(&[("GXB_PROFILE", "production"), ("GXB_WECHAT_URL", "http://127.0.0.1:1")]).unwrap_err().to_string();
    for name in [
        "PUBLIC_URL",
        "PORTAL_URL",
        "PORTAL_SECRET",
        "WECHAT_APPID",
        "WECHAT_URL",
        "TOKEN_KEY",
        "DATA_KEYS",
        "HASH_KEY",
    ] {
        assert!(text.contains(name), "{name} is missing from:\n{text}");
    }
}

#[test]
fn production_starts_when_everything_is_real() {
    let config = read(&production()).unwrap();
    assert!(matches!(&config.wechat.at, WeChatAt::Server { url, .. } if url == WECHAT_URL));
    assert!(config.warnings.iter().any(|warning| warning.contains("SQLite")), "{:?}", config.warnings);
}

#[test]
fn production_refuses_each_development_secret() {
    for (name, value, why) in [
        ("GXB_PORTAL_SECRET", DEVELOPMENT_SECRET, "is the development secret"),
        ("GXB_HASH_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "equal bytes"),
        ("GXB_PUBLIC_URL", "http://api.example.gov.cn", "must begin with https://"),
    ] {
        let mut pairs = production();
        pairs.push((name, value));
        let text = read(&pairs).unwrap_err().to_string();
        assert!(text.contains("one mistake") && text.contains(why), "{text}");
    }
}

/// The example pair of GM/T 0003.5: everybody has its private key.
const EXAMPLE_D: &str = "sm2:3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
/// A pair of this test's own.
const PAIR_D: &str = "sm2:0707070707070707070707070707070707070707070707070707070707070707";

fn public(private: &str) -> String {
    Seal::parse(private).unwrap().check().expose()
}

#[test]
fn production_signs_by_any_algorithm() {
    let with = |pairs: &[(&'static str, &str)]| {
        let all = [production(), pairs.to_vec()].concat();
        read(&all).map_err(|mistakes| mistakes.to_string())
    };
    let theirs = format!("portal:{}@2099-01-01T00:00:00+08:00", public(PAIR_D));
    let hmac = format!("hmac-sm3:{KEY_A}");
    for key in [PAIR_D, &hmac] {
        let config = with(&[("GXB_PORTAL_SECRET", ""), ("GXB_PORTAL_KEY", key), ("GXB_PORTAL_TRUSTED_KEYS", &theirs)]);
        let province = config.unwrap().province;
        assert!(key.starts_with(province.seal.algorithm().name()));
        // A shared secret is the portal's too, a private key is not.
        assert_eq!(province.trusted().len(), if key == PAIR_D { 1 } else { 2 });
        assert_eq!(province.trusted().last().unwrap().until().unwrap().to_rfc3339(), "2098-12-31T16:00:00+00:00");
    }
    let weak = format!("a:{},b:hmac-sm3:c2hvcnQ=", public(EXAMPLE_D));
    let text = with(&[
        ("GXB_PORTAL_SECRET", ""),
        ("GXB_PORTAL_KEY", EXAMPLE_D),
        ("GXB_PORTAL_TRUSTED_KEYS", &weak),
        ("GXB_PORTAL_APP", "a b"),
    ]);
    let text = text.unwrap_err();
    for part in ["4 mistakes", "GXB_PORTAL_KEY is the example", ": a is the example", ": b must have", "GXB_PORTAL_APP"]
    {
        assert!(text.contains(part), "{part} is missing from:\n{text}");
    }
    let text = with(&[("GXB_PORTAL_KEY", PAIR_D)]).unwrap_err();
    assert!(text.contains("both set") && text.contains("must name the portal's own key"), "{text}");
}

#[test]
fn keys_of_the_portal_that_cannot_be_read() {
    let (twice, many) = (format!("a:hmac-sm3:{KEY_A},a:hmac-sm3:{KEY_B}"), format!("x:hmac-sm3:{KEY_A},").repeat(8));
    for (value, why) in [
        ("secret-text", "must be written name:algorithm:key"),
        ("hmac-sm3:c2VjcmV0LXRleHQ=", "has a key name that is not"),
        ("a:md5:c2VjcmV0LXRleHQ=", "has a key a that must begin with hmac-sha256:"),
        ("a:hmac-sm3:secret-text", "has a key a that must hold the secret in base64"),
        ("a:sm2:c2VjcmV0LXRleHQ=", "has a key a that must hold the public key in hex"),
        ("a:hmac-sm3:c2VjcmV0LXRleHQ=@tomorrow", "whose end is not a time"),
        (&twice, "has a name twice"),
        (&many, "at most 7 keys"),
    ] {
        let text = read(&[("GXB_PORTAL_TRUSTED_KEYS", value)]).unwrap_err().to_string();
        assert!(text.contains(why), "{text}");
        assert!(!text.contains("secret-text") && !text.contains("c2VjcmV0"), "a secret is repeated in:\n{text}");
    }
}

#[test]
fn production_refuses_a_key_that_development_drew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let drawn = read(&[("GXB_DATA_DIR", path)]).unwrap().keys(&casework::world::World::real()).unwrap();
    let copied = drawn.token.to_base64();
    let mut pairs = production();
    pairs.extend([("GXB_DATA_DIR", path), ("GXB_TOKEN_KEY", copied.as_str())]);
    let text = read(&pairs).unwrap_err().to_string();
    assert!(text.contains("GXB_TOKEN_KEY holds a development key"), "{text}");
}

#[test]
fn development_keys_are_drawn_once_and_readable_by_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let config = read(&[("GXB_DATA_DIR", folder.path().to_str().unwrap())]).unwrap();
    let world = casework::world::World::real();
    let (first, second) = (config.keys(&world).unwrap(), config.keys(&world).unwrap());
    assert_eq!(first.token, second.token);
    assert_eq!(first.data, second.data);
    assert_ne!(first.token, first.hash);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(folder.path().join("development-keys.toml")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn no_secret_can_be_printed() {
    let mut pairs = production();
    pairs.extend([
        ("GXB_DATABASE_URL", "postgres://gxb:hunter2@db:5432/gxb?password=hunter3"),
        ("GXB_S3_BUCKET", "photos"),
        ("GXB_S3_ACCESS_KEY_ID", "access"),
        ("GXB_S3_SECRET_ACCESS_KEY", "s3-secret-text"),
        ("GXB_TOKEN_OLD_KEYS", KEY_B),
        ("GXB_PORTAL_SIM_KEY", PAIR_D),
        ("GXB_PORTAL_TRUSTED_KEYS", "old:hmac-sm3:cG9ydGFsLXNlY3JldC1vZg==@2027-01-01T00:00:00Z"),
    ]);
    let config = read(&pairs).unwrap();
    let keys = config.keys(&casework::world::World::real()).unwrap();
    let printed = format!("{config:?}{config:#?}{keys:?}{}", effective(&config));
    let secrets = [
        "hunter2",
        "hunter3",
        "s3-secret-text",
        "wechat-secret-text",
        "portal-secret-of",
        "cG9ydGFsLXNlY3JldC1vZg",
        "0707070707",
        "QUJDREVGR0hJSktM",
        "ZmVkY2JhWllYV1ZV",
    ];
    for secret in secrets {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    assert!(
        printed.contains("GXB_PORTAL_TRUSTED_KEYS=old:hmac-sm3:***@2027-01-01T00:00:00Z"),
        "what may be seen shows"
    );
    assert!(printed.contains("postgres://gxb:***@db:5432/gxb"), "the rest of the address helps and should show");
}

#[test]
fn values_read_back_as_they_are_shown() {
    use value::{Size, Span, TimesOfDay, Value as _};
    for text in ["08:30", "08:30,17:00", "never"] {
        assert_eq!(TimesOfDay::parse(text).unwrap().show(), text);
    }
    for text in ["", "8", "24:00", "08:60", "08:30,never", "always"] {
        assert!(TimesOfDay::parse(text).is_err(), "{text:?}");
    }
    assert_eq!(Random::parse("42:20").unwrap().show(), "42:20");
    for text in ["", "42", "42:91", "42:-1", "x:20", "42:20:1"] {
        assert!(Random::parse(text).is_err(), "{text:?}");
    }
    for text in ["500ms", "30s", "15m", "1h30m", "30d"] {
        assert_eq!(Span::parse(text).unwrap().show(), text);
    }
    for text in ["512KiB", "20MiB", "1GiB", "1000"] {
        assert_eq!(Size::parse(text).unwrap().show(), text);
    }
    for text in ["", "5", "m", "-5s", "5 s", "0s", "99999999999999999999d", "4000d"] {
        assert!(Span::parse(text).is_err(), "{text:?}");
    }
    for text in ["", "MiB", "20MB", "0", "99999999999GiB"] {
        assert!(Size::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_page_lists_every_setting_and_masks_no_word() {
    let page = markdown();
    for setting in table::TABLE {
        assert!(page.contains(&format!("`{}`", setting.env())), "{}", setting.key);
        assert!(setting.doc.trim().ends_with('.'), "{} needs a full sentence", setting.key);
    }
}
