use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::required::faults;
use super::*;
use crate::adapter::told::{DoneResult, Fee, Payer, Satisfaction, SpecialKind};
use crate::adapter::{Applicant, ApplicantKind, CorrectionItem, Item, Kind, Licence};

fn at(hour: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, 26).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
}

fn telling(told: Told) -> Telling {
    let codes = [
        ("dept_name", "高唐县行政审批服务局"),
        ("dept_code", "11371526MB2857382R"),
        ("info_type", "2"),
        ("catalog_code", "C1"),
        ("task_code", "T1"),
    ];
    Telling {
        orgbusno: "0198".into(),
        province_id: "3726".into(),
        number: "371526-20261126-0001".into(),
        dataver: 2,
        sn: 7,
        item: Item { code: "sign".into(), name: "招牌".into(), version: "1".into() },
        codes: codes.map(|(name, code)| (name.to_owned(), code.to_owned())).into(),
        applicant: Applicant { kind: ApplicantKind::Person, name: "王芳".into(), id: "371526199003070020".into() },
        materials: vec![("scene".into(), "实景".into()), ("licence".into(), "执照".into())],
        told,
    }
}

fn acceptance() -> Told {
    Told::Accept(Acceptance {
        at: at(1),
        deemed: false,
        decision_days: 20,
        promise_days: 10,
        promised_on: NaiveDate::from_ymd_opt(2026, 12, 10).unwrap(),
        document: None,
        by: "李主任".into(),
    })
}

fn done(result: DoneResult) -> Done {
    let licence =
        Licence { name: "许可证".into(), number: "1".into(), valid_until: None, publisher: Some("局".into()) };
    let granted = result == DoneResult::Granted;
    Done {
        result,
        at: at(2),
        reason: (!granted).then(|| "不符合规划".to_owned()),
        licence: granted.then_some(licence),
        fee: None,
        express: false,
        by: "李主任".into(),
    }
}

fn sent(told: Told) -> Map<String, Value> {
    body(&telling(told), CodeTable::usual(Kind::Gateway))
}

/// The names of the fields that are missing.
fn missing(told: Told, table: &CodeTable, spoil: impl FnOnce(&mut Telling)) -> Vec<String> {
    let mut telling = telling(told);
    spoil(&mut telling);
    let lines = faults(call(&telling.told), &body(&telling, table));
    lines.iter().map(|line| line.split(' ').next().unwrap().trim_start_matches('/').to_owned()).collect()
}

#[test]
fn an_acceptance_on_the_wire() {
    let expected = json!({
        "sn": "7", "orgbusno": "0198", "projid": "3726", "dataver": 2, "occurtime": "2026-11-26T01:00:00Z",
        "itemname": "招牌", "applicant": "王芳", "applyertype": "1", "acceptdeptname": "高唐县行政审批服务局",
        "acceptdeptid": "11371526MB2857382R", "acceptdeptcode1": "无", "acceptdeptcode2": "无", "approvaltype": "2",
        "promisetimelimit": "10", "promisetimeunit": "1", "timelimit": "20", "timeunit": "G",
        "promisedate": "2026-12-10", "submit": "1", "transactor": "李主任", "acceptlist": "scene:实景,licence:执照",
        "coucatalogcode": "C1", "coutaskcode": "T1",
    });
    assert_eq!(Value::Object(sent(acceptance())), expected);
    assert_eq!(missing(acceptance(), CodeTable::usual(Kind::Gateway), |_| {}), [""; 0]);
}

#[test]
fn everything_an_acceptance_lacks_is_told_at_once() {
    let spoil = |telling: &mut Telling| {
        telling.codes = BTreeMap::new();
        telling.applicant.name = " ".into();
    };
    let expected = ["applicant", "acceptdeptname", "acceptdeptid", "approvaltype", "coucatalogcode", "coutaskcode"];
    assert_eq!(missing(acceptance(), CodeTable::usual(Kind::Gateway), spoil), expected);
}

#[test]
fn a_step_without_an_end_sends_its_start() {
    let begun =
        Step { name: "审查".into(), begun_at: at(1), ended_at: None, agreed: None, opinion: None, by: "李".into() };
    let fields = sent(Told::Step(begun.clone()));
    for (field, value) in
        [("nodestarttime", "2026-11-26T01:00:00Z"), ("nodeendtime", "2026-11-26T01:00:00Z"), ("nodestate", "01")]
    {
        assert_eq!(fields[field], value, "{field}");
    }
    assert!(!fields.contains_key("noderesult"));
    assert_eq!(missing(Told::Step(begun.clone()), CodeTable::usual(Kind::Gateway), |_| {}), [""; 0]);
    let ended = Step { ended_at: Some(at(3)), agreed: Some(false), opinion: Some("不同意".into()), ..begun.clone() };
    let fields = sent(Told::Step(ended));
    for (field, value) in [("nodeendtime", "2026-11-26T03:00:00Z"), ("nodestate", "02"), ("noderesult", "0")] {
        assert_eq!(fields[field], value, "{field}");
    }
    let mute = Step { ended_at: Some(at(3)), ..begun };
    assert_eq!(missing(Told::Step(mute), CodeTable::usual(Kind::Gateway), |_| {}), ["noderesult", "nodeadv"]);
}

#[test]
fn a_correction_lists_what_it_asks_for() {
    let special = |kind| Special {
        kind,
        reason: "看不清".into(),
        begun_at: at(1),
        until: NaiveDate::from_ymd_opt(2026, 12, 26).unwrap(),
        ended_at: None,
        result: None,
        items: Vec::new(),
        by: "李".into(),
    };
    let bare = special(SpecialKind::Correction);
    assert_eq!(missing(Told::Special(bare.clone()), CodeTable::usual(Kind::Gateway), |_| {}), ["lists"]);
    let items = vec![CorrectionItem { material: Some("scene".into()), words: "请重拍".into() }];
    let fields = sent(Told::Special(Special { items, ..bare }));
    assert_eq!(fields["lists"], json!([{ "attrid": "scene", "memo": "请重拍" }]));
    assert_eq!((&fields["noderesult"], fields.get("nodeprocaccord")), (&json!("1"), None));
    let review = sent(Told::Special(special(SpecialKind::ExpertReview)));
    assert_eq!((&review["noderesult"], &review["specialname"]), (&json!("5"), &json!("专家评审")));
    assert_eq!(review["nodeprocaccord"], "行政许可法第四十五条");
    assert_eq!(sent(Told::Special(special(SpecialKind::PublicNotice)))["noderesult"], "3");
    assert_eq!(missing(Told::Special(special(SpecialKind::Hearing)), CodeTable::usual(Kind::Gateway), |_| {}), [""; 0]);
}

#[test]
fn an_end_needs_what_its_result_needs() {
    use DoneResult::{Denied, Granted, Lapsed, NotAccepted};
    let (newer, older) =
        (CodeTable::named(Kind::Gateway, "newer").unwrap(), CodeTable::named(Kind::Gateway, "older").unwrap());
    for (result, code) in [(Granted, "0"), (Denied, "1"), (Lapsed, "5"), (NotAccepted, "6")] {
        assert_eq!(sent(Told::Done(done(result)))["doneresult"], code);
        assert_eq!(missing(Told::Done(done(result)), newer, |_| {}), [""; 0], "{result:?}");
    }
    assert_eq!(sent(Told::Done(done(Granted)))["certificatelimit"], "长期");
    let bare = Done { licence: None, ..done(Granted) };
    let certificate = ["certificatenam", "certificateno", "certificatelimit", "publisher"];
    assert_eq!(missing(Told::Done(bare), newer, |_| {}), certificate);
    for result in [Denied, Lapsed] {
        assert_eq!(missing(Told::Done(Done { reason: None, ..done(result) }), newer, |_| {}), ["exitres"]);
    }
    // 不予受理 does not need it by the rule, and the older version has no code at all for a refusal.
    assert_eq!(missing(Told::Done(Done { reason: None, ..done(NotAccepted) }), newer, |_| {}), [""; 0]);
    assert_eq!(missing(Told::Done(done(Denied)), older, |_| {}), ["doneresult"]);
    assert_eq!(missing(Told::Done(done(Granted)), older, |_| {}), [""; 0]);
}

#[test]
fn a_fee_needs_its_payer() {
    let payer = Payer { name: String::new(), id_card: " ".into(), mobile: String::new(), telephone: String::new() };
    let fee = Fee { amount: String::new(), standard: String::new(), basis: None, payer };
    let all = Done { licence: None, fee: Some(fee), by: String::new(), ..done(DoneResult::Granted) };
    let expected = [
        "transactor",
        "certificatenam",
        "certificateno",
        "certificatelimit",
        "publisher",
        "fee",
        "feestandard",
        "paypersonname",
        "payperidcard",
        "payermobile",
        "payertel",
    ];
    assert_eq!(missing(Told::Done(all), CodeTable::usual(Kind::Gateway), |_| {}), expected);
}

#[test]
fn a_bad_rating_says_why_and_both_numbers_agree() {
    let rating = |satisfaction| Told::Rating(Rating { satisfaction, words: None, at: at(4) });
    let bad = sent(rating(Satisfaction::Dissatisfied));
    assert_eq!((&bad["starLevel"], &bad["satisfaction"]), (&json!("2"), &json!("4")));
    assert_eq!(missing(rating(Satisfaction::Dissatisfied), CodeTable::usual(Kind::Gateway), |_| {}), ["evaluation"]);
    assert_eq!(missing(rating(Satisfaction::FairlySatisfied), CodeTable::usual(Kind::Gateway), |_| {}), [""; 0]);
}
