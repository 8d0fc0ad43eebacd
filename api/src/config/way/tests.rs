use std::path::Path;

use super::*;
use crate::config::effective;
use crate::config::tests::{production, read};

/// Production, by files instead of calls.
fn by_files<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut settings = production();
    settings.retain(|(name, _)| *name != "GXB_PORTAL_URL");
    settings.push(("GXB_PORTAL_ADAPTER", "drop"));
    settings.extend_from_slice(more);
    settings
}

#[test]
fn the_way_to_the_portal_is_chosen() {
    let config = read(&by_files(&[("GXB_PORTAL_DROP_DIR", "/srv/exchange")])).unwrap();
    let ProvinceAt::Drop { place: Place::Folder(path), simulated: None } = config.province.at else {
        panic!("{:?}", config.province.at)
    };
    assert_eq!(path, Path::new("/srv/exchange"));
    let bucket = [
        ("GXB_PORTAL_DROP_BUCKET", "exchange"),
        ("GXB_PORTAL_DROP_ENDPOINT", "http://s3.example"),
        ("GXB_PORTAL_DROP_ACCESS_KEY_ID", "id"),
        ("GXB_PORTAL_DROP_SECRET_ACCESS_KEY", "a key nobody sees"),
        ("GXB_PORTAL_CODES", "older"),
    ];
    let config = read(&by_files(&bucket)).unwrap();
    assert!(!effective(&config).contains("nobody sees"));
    assert!(config.warnings.join("\n").contains("GXB_PORTAL_DROP_ENDPOINT is http"), "{:?}", config.warnings);
    assert_eq!(config.province.codes.name, "older");
    let ProvinceAt::Drop { place: Place::Bucket(bucket), simulated: None } = config.province.at else { panic!() };
    assert_eq!((bucket.name.as_str(), bucket.endpoint.as_deref()), ("exchange", Some("http://s3.example")));
    let config = read(&[("GXB_PORTAL_ADAPTER", "drop")]).unwrap();
    assert!(matches!(config.province.at, ProvinceAt::Drop { place: Place::Folder(_), simulated: Some(_) }));
}

#[test]
fn ways_that_contradict_themselves_are_refused_all_at_once() {
    let text = read(&by_files(&[])).unwrap_err().to_string();
    assert!(text.contains("GXB_PORTAL_DROP_DIR or GXB_PORTAL_DROP_BUCKET must be set"), "{text}");
    assert!(!text.contains("GXB_PORTAL_URL must"), "{text}");
    let wrong = [
        ("GXB_PORTAL_URL", "https://portal.example"),
        ("GXB_PORTAL_DROP_DIR", "/srv"),
        ("GXB_PORTAL_DROP_BUCKET", "exchange"),
        ("GXB_PORTAL_CODES", "newest"),
    ];
    let text = read(&by_files(&wrong)).unwrap_err().to_string();
    for expected in [
        "GXB_PORTAL_URL is set but GXB_PORTAL_ADAPTER is drop",
        "are both set: there is one place",
        "GXB_PORTAL_DROP_ACCESS_KEY_ID must be set",
        "GXB_PORTAL_DROP_SECRET_ACCESS_KEY must be set",
        "GXB_PORTAL_CODES must be one of newer, older, not \"newest\"",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let stray = [
        ("GXB_PORTAL_DROP_DIR", "/srv"),
        ("GXB_PORTAL_DROP_ENDPOINT", "http://s3.example"),
        ("GXB_PORTAL_DROP_ACCESS_KEY_ID", "id"),
    ];
    let text = read(&stray).unwrap_err().to_string();
    for expected in [
        "GXB_PORTAL_DROP_DIR is set but GXB_PORTAL_ADAPTER is gateway",
        "GXB_PORTAL_DROP_ENDPOINT is set but GXB_PORTAL_DROP_BUCKET is not",
        "GXB_PORTAL_DROP_ACCESS_KEY_ID is set but GXB_PORTAL_DROP_BUCKET is not",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let text = read(&[("GXB_PORTAL_ADAPTER", "post")]).unwrap_err().to_string();
    assert!(text.contains("must be one of gateway, drop, tables, not \"post\""), "{text}");
}

/// Production, by exchange tables.
fn by_tables<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut settings = by_files(more);
    settings.retain(|(name, _)| *name != "GXB_PORTAL_ADAPTER");
    settings.push(("GXB_PORTAL_ADAPTER", "tables"));
    settings
}

#[test]
fn exchange_tables_are_a_database_of_somebody_elses() {
    let url = "postgres://gxb:nobody-sees-this@qz.example/exchange";
    let config = read(&by_tables(&[("GXB_PORTAL_TABLES_URL", url)])).unwrap();
    assert!(!effective(&config).contains("nobody-sees"), "{}", effective(&config));
    assert!(!format!("{config:?}").contains("nobody-sees"));
    let ProvinceAt::Tables { url: read_url, simulated: None } = config.province.at else { panic!() };
    assert_eq!(read_url.expose(), url);
    let mysql = read(&by_tables(&[("GXB_PORTAL_TABLES_URL", "mysql://gxb:nobody-sees@qz.example/exchange")])).unwrap();
    assert!(effective(&mysql).contains("GXB_PORTAL_TABLES_URL=mysql://gxb:***@qz.example/exchange\n"));
    let text = read(&[("GXB_DATABASE_URL", "mysql://gxb@qz.example/exchange")]).unwrap_err().to_string();
    assert!(text.contains("must start with postgres:// or sqlite://"), "only the exchange tables are there: {text}");
    let text = read(&by_tables(&[])).unwrap_err().to_string();
    assert!(text.contains("GXB_PORTAL_TABLES_URL must be set"), "{text}");
    let text = read(&by_tables(&[("GXB_PORTAL_TABLES_URL", "sqlite:///x")])).unwrap_err().to_string();
    assert!(text.contains("GXB_PORTAL_TABLES_URL is SQLite"), "{text}");
    let text = read(&by_files(&[("GXB_PORTAL_DROP_DIR", "/x"), ("GXB_PORTAL_TABLES_URL", url)])).unwrap_err();
    assert!(text.to_string().contains("GXB_PORTAL_TABLES_URL is set but GXB_PORTAL_ADAPTER is drop"), "{text}");
    let config = read(&[("GXB_PORTAL_ADAPTER", "tables")]).unwrap();
    assert!(matches!(config.province.at, ProvinceAt::Tables { url, simulated: Some(_) } if url.is_sqlite()));
}
