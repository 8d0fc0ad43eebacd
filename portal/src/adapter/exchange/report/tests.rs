use serde_json::json;

use super::*;
use crate::adapter::{Kind, ReportedStatus};

fn base() -> Value {
    json!({"reportid": "r1", "orgbusno": "0198", "state": "05", "occurtime": "2026-11-22T09:30:00+08:00"})
}

fn with(fields: Value) -> Result<Report, ReportFaults> {
    let (mut report, Value::Object(fields)) = (base(), fields) else { panic!() };
    report.as_object_mut().unwrap().extend(fields);
    parse_report(report.to_string().as_bytes(), CodeTable::usual(Kind::Gateway))
}

fn status(fields: Value) -> ReportedStatus {
    with(fields).expect("readable").status
}

#[test]
fn the_code_table() {
    let why = || "理由".to_owned();
    let cases = [
        (json!({"state": "02"}), ReportedStatus::Received),
        (json!({"state": "05"}), ReportedStatus::Accepted),
        (json!({"state": "06"}), ReportedStatus::Correction { items: vec![] }),
        (json!({"state": "07", "exitres": "理由"}), ReportedStatus::NotAccepted { reason: why() }),
        (json!({"state": "07", "nodeadv": "理由"}), ReportedStatus::NotAccepted { reason: why() }),
        (json!({"state": "12"}), ReportedStatus::Reviewing),
        (json!({"state": "10", "doneresult": "0"}), ReportedStatus::Approved { licence: None }),
        (json!({"state": 10, "doneresult": 1, "exitres": "理由"}), ReportedStatus::Denied { reason: why() }),
        (json!({"state": "10", "doneresult": "6", "exitres": "理由"}), ReportedStatus::NotAccepted { reason: why() }),
    ];
    for (fields, expected) in cases {
        assert!(status(fields.clone()) == expected, "{fields}");
    }
    for (fields, raw) in [
        (json!({"state": "10"}), "10"),
        (json!({"state": "10", "doneresult": "5"}), "10/5"),
        (json!({"state": "11"}), "11"),
        (json!({"state": "13"}), "13"),
        (json!({"state": "5"}), "5"),
        (json!({"state": "approved"}), "approved"),
        (json!({"state": "办结"}), "办结"),
    ] {
        assert!(status(fields.clone()) == ReportedStatus::Unknown(raw.into()), "{fields}");
    }
}

#[test]
fn a_licence_needs_a_name_and_a_number() {
    let full = json!({"state": "10", "doneresult": "0", "certificatenam": "许可证", "certificateno": "鲁-1",
        "certificatelimit": "2028-11-21", "publisher": "局"});
    let ReportedStatus::Approved { licence: Some(licence) } = status(full.clone()) else { panic!() };
    assert_eq!((licence.name.as_str(), licence.number.as_str()), ("许可证", "鲁-1"));
    assert_eq!(licence.valid_until, NaiveDate::from_ymd_opt(2028, 11, 21));
    assert_eq!(licence.publisher.as_deref(), Some("局"));
    let mut no_number = full.clone();
    no_number["certificateno"] = json!("");
    assert!(status(no_number) == ReportedStatus::Approved { licence: None });
    let mut for_ever = full;
    for_ever["certificatelimit"] = json!("长期");
    let ReportedStatus::Approved { licence: Some(licence) } = status(for_ever) else { panic!() };
    assert_eq!(licence.valid_until, None);
}

#[test]
fn corrections_come_in_three_shapes() {
    let items = |lists: Value| match status(json!({"state": "06", "lists": lists})) {
        ReportedStatus::Correction { items } => {
            items.into_iter().map(|item| (item.material, item.words)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(items(json!("重拍")), [(None, "重拍".into())]);
    assert_eq!(items(json!(["重拍", "  ", 7])), [(None, "重拍".into())]);
    assert_eq!(
        items(json!([{"attrid": "scene", "memo": "太暗", "x": 1}, {"attrid": 3}, {}, {"attrid": {}}])),
        [(Some("scene".into()), "太暗".into()), (Some("3".into()), String::new())]
    );
    assert_eq!(items(json!(vec!["x"; 1000])).len(), MAX_ITEMS);
}

#[test]
fn numbers_and_moments_are_read_as_platforms_write_them() {
    let report = with(json!({"sn": "3", "dataver": 2, "projid": 37, "nodeadv": " 好\u{0}的 "})).unwrap();
    assert_eq!((report.sequence, report.dataver), (Some(3), 2));
    assert_eq!((report.province_id.as_deref(), report.words.as_deref()), (Some("37"), Some("好的")));
    let report = with(json!({})).unwrap();
    assert_eq!((report.sequence, report.dataver, report.words), (None, 1, None));
    for text in ["2026-11-22T01:30:00Z", "2026-11-22 09:30:00", "20261122T093000"] {
        assert_eq!(with(json!({"occurtime": text})).unwrap().occurred_at, report.occurred_at, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    for field in ["reportid", "orgbusno", "state", "occurtime"] {
        for empty in [json!(null), json!(""), json!("  ")] {
            assert_eq!(with(json!({field: empty})), Err(ReportFault::Missing(field).into()));
        }
        for wrong in [json!([]), json!({}), json!(true), json!("x".repeat(65)), json!("a\u{1}b")] {
            assert_eq!(with(json!({field: wrong})), Err(ReportFault::Malformed(field).into()));
        }
    }
    assert_eq!(with(json!({"sn": "third"})), Err(ReportFault::Malformed("sn").into()));
    assert_eq!(with(json!({"dataver": -1})), Err(ReportFault::Malformed("dataver").into()));
    assert_eq!(with(json!({"occurtime": "yesterday"})), Err(ReportFault::Malformed("occurtime").into()));
    assert_eq!(with(json!({"occurtime": "2026-02-30 00:00:00"})), Err(ReportFault::Malformed("occurtime").into()));
}

#[test]
fn all_faults_are_named_at_once() {
    let json = json!({"reportid": [], "projid": {}, "dataver": "two", "sn": true, "occurtime": "soon"}).to_string();
    let faults = parse_report(json.as_bytes(), CodeTable::usual(Kind::Gateway)).unwrap_err();
    let places: Vec<_> = faults.0.iter().map(|fault| (fault.code(), fault.pointer())).collect();
    let expected = [
        ("report.malformed", "/reportid"),
        ("report.missing", "/orgbusno"),
        ("report.malformed", "/projid"),
        ("report.malformed", "/dataver"),
        ("report.malformed", "/sn"),
        ("report.missing", "/state"),
        ("report.malformed", "/occurtime"),
    ];
    assert_eq!(places, expected.map(|(code, field)| (code, field.to_owned())));
}

#[test]
fn hostile_bodies() {
    let deep = "[".repeat(100_000);
    for body in ["", "null", "[]", "7", "\"x\"", "{", "{}extra", &deep, "\u{feff}{}"] {
        assert_eq!(
            parse_report(body.as_bytes(), CodeTable::usual(Kind::Gateway)),
            Err(ReportFault::NotAnObject.into()),
            "{body:.20}"
        );
    }
    assert_eq!(
        parse_report(b"{\"reportid\":\"\xff\"}", CodeTable::usual(Kind::Gateway)),
        Err(ReportFault::NotAnObject.into())
    );
    let long = with(json!({"nodeadv": "字".repeat(1_000_000), "state": "07"})).unwrap();
    assert_eq!(long.words.unwrap().chars().count(), TEXT_CHARS);
}

#[test]
fn nothing_personal_is_printed() {
    let report = with(json!({"state": "07", "exitres": "张三的身份证不清楚", "nodeadv": "张三"})).unwrap();
    assert!(!format!("{report:?}").contains("张三"));
}
