use chrono::NaiveDate;
use serde_json::json;

use super::fields::{MAX_ITEMS, TEXT_CHARS};
use super::*;
use crate::adapter::{Kind, ReportedStatus, Wanted};

fn base() -> Value {
    json!({"reportid": "r1", "orgbusno": "0198", "state": "05", "occurtime": "2026-11-22T09:30:00+08:00"})
}

fn sheet(fields: Value) -> String {
    let (mut report, Value::Object(fields)) = (base(), fields) else { panic!() };
    report.as_object_mut().unwrap().extend(fields);
    report.to_string()
}

/// As one that is pushed is read.
fn with(fields: Value) -> Result<Report, ReportFaults> {
    parse_report(sheet(fields).as_bytes(), CodeTable::usual(Kind::Gateway))
}

/// As one that is fetched is read.
fn fetched(fields: Value) -> Report {
    received(&sheet(fields), CodeTable::usual(Kind::Gateway)).report.unwrap()
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
        (json!({"state": 5}), ReportedStatus::Accepted),
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
    for (field, other) in [("certificateno", "certificatenam"), ("certificatenam", "certificateno")] {
        let mut half = full.clone();
        half[field] = json!("");
        assert_eq!(with(half.clone()), Err(ReportFault::Missing(field).into()), "{other} is there");
        half[other] = json!("");
        assert!(status(half) == ReportedStatus::Approved { licence: None });
    }
    let mut for_ever = full;
    for_ever["certificatelimit"] = json!("长期");
    let ReportedStatus::Approved { licence: Some(licence) } = status(for_ever) else { panic!() };
    assert_eq!(licence.valid_until, None);
}

#[test]
fn a_last_day_is_read_or_told_never_dropped() {
    let granted = |limit: Value| {
        json!({"state": "10", "doneresult": "0", "certificatenam": "许可证", "certificateno": "鲁-1", "nodeadv": "准予。",
            "certificatelimit": limit})
    };
    let last_day = |report: Report| match report.status {
        ReportedStatus::Approved { licence: Some(licence) } => licence.valid_until,
        other => panic!("{other:?}"),
    };
    for limit in
        [json!("2028-11-21"), json!("20281121"), json!(20_281_121), json!("2028/11/21"), json!("2028年11月21日")]
    {
        let report = with(granted(limit.clone())).unwrap();
        assert_eq!(last_day(report), NaiveDate::from_ymd_opt(2028, 11, 21), "{limit}");
    }
    for limit in ["soon", "2028-13-01", "两年"] {
        let fault = ReportFault::Malformed("certificatelimit", Wanted::Day);
        assert_eq!(with(granted(json!(limit))), Err(fault.into()), "who pushes it can mend it");
        let report = fetched(granted(json!(limit)));
        assert_eq!(
            report.words.as_deref(),
            Some(format!("准予。\n有效期限：{limit}").as_str()),
            "a grant stands all the same"
        );
        assert_eq!(last_day(report), None);
    }
    assert!(with(granted(json!({}))).is_err());
    let report = fetched(json!({"projid": [], "dataver": "two", "sn": true}));
    assert_eq!((report.province_id, report.dataver, report.sequence), (None, None, None), "none of them is needed");
}

#[test]
fn corrections_come_in_three_shapes() {
    let items = |lists: Value| match fetched(json!({"state": "06", "lists": lists})).status {
        ReportedStatus::Correction { items } => {
            items.into_iter().map(|item| (item.material, item.words)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(items(json!("重拍")), [(None, "重拍".into())]);
    assert_eq!(items(json!(["重拍", "  ", 7])), [(None, "重拍".into()), (None, "7".into())]);
    assert_eq!(
        items(json!([{"attrid": "scene", "memo": "太暗", "x": 1}, {"attrid": 3}, {}, {"attrid": {}}])),
        [(Some("scene".into()), "太暗".into()), (Some("3".into()), String::new())]
    );
    assert_eq!(items(json!(vec!["x"; 1000])).len(), MAX_ITEMS);
    let doubt = || ReportFault::Malformed("lists", Wanted::Lists);
    for lists in [json!(vec!["x"; 101]), json!([{"attrid": {}}]), json!([true]), json!([{"memo": "字".repeat(2001)}])]
    {
        assert_eq!(with(json!({"state": "06", "lists": lists})), Err(doubt().into()), "who pushes it can mend it");
    }
}

#[test]
fn numbers_and_moments_are_read_as_platforms_write_them() {
    let report = with(json!({"sn": "3", "dataver": 2, "projid": 37, "nodeadv": " 好\u{0}的 "})).unwrap();
    assert_eq!((report.sequence, report.dataver), (Some(3), Some(2)));
    assert_eq!((report.province_id.as_deref(), report.words.as_deref()), (Some("37"), Some("好的")));
    let report = with(json!({})).unwrap();
    assert_eq!((report.sequence, report.dataver, report.words), (None, None, None));
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
            let wanted = if field == "occurtime" { Wanted::Moment } else { Wanted::Word };
            assert_eq!(with(json!({field: wrong})), Err(ReportFault::Malformed(field, wanted).into()));
        }
    }
    for (field, value, wanted) in [
        ("sn", json!("third"), Wanted::Number),
        ("dataver", json!(-1), Wanted::Number),
        ("occurtime", json!("yesterday"), Wanted::Moment),
        ("occurtime", json!("2026-02-30 00:00:00"), Wanted::Moment),
        ("nodeadv", json!(["请补正"]), Wanted::Text),
        ("exitres", json!("字".repeat(2001)), Wanted::Text),
        ("publisher", json!({}), Wanted::Text),
    ] {
        assert_eq!(with(json!({field: value})), Err(ReportFault::Malformed(field, wanted).into()));
    }
    let fault = ReportFault::Malformed("occurtime", Wanted::Moment);
    assert!(fault.to_string().contains("20261122T140300") && fault.zh().contains("20261122T140300"), "what would do");
}

#[test]
fn all_faults_are_named_at_once() {
    let json = json!({"reportid": [], "projid": {}, "dataver": "two", "sn": true, "occurtime": "soon",
        "certificatelimit": "later"})
    .to_string();
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
        ("report.malformed", "/certificatelimit"),
    ];
    assert_eq!(places, expected.map(|(code, field)| (code, field.to_owned())));
}

#[test]
fn hostile_bodies() {
    let parsed = |body: &[u8]| parse_report(body, CodeTable::usual(Kind::Gateway));
    for body in ["null", "[]", "7", "\"x\""] {
        assert_eq!(parsed(body.as_bytes()), Err(ReportFault::NotAnObject.into()), "{body}");
    }
    let deep = "[".repeat(100_000);
    for body in ["", "{", "{}extra", &deep, "\u{feff}{}"] {
        let faults = parsed(body.as_bytes()).unwrap_err().0;
        assert!(matches!(&faults[..], [ReportFault::NotJson(why)] if why.contains("line 1")), "{body:.20} {faults:?}");
    }
    assert_eq!(parsed(b"{\"reportid\":\"\xff\"}").unwrap_err().0[0].code(), "report.not_json");
    let long = fetched(json!({"nodeadv": "字".repeat(1_000_000), "state": "07"}));
    assert_eq!(long.words.unwrap().chars().count(), TEXT_CHARS);
}

#[test]
fn nothing_personal_is_printed() {
    let report = with(json!({"state": "07", "exitres": "张三的身份证不清楚", "nodeadv": "张三"})).unwrap();
    assert!(!format!("{report:?}").contains("张三"));
}
