//! Steps that can be told.

use chrono::{DateTime, NaiveDate, Utc};
use portal::adapter::told::{
    Acceptance, Done, DoneResult, Fee, Payer, Rating, Satisfaction, Special, SpecialKind, Step, Told,
};
use portal::adapter::{CorrectionItem, Licence, Telling};

use crate::harness::application;

const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 12, 26).unwrap();

/// One step of the case of [`application`], as the province knows it.
pub(crate) fn telling_to(province_id: String, sn: u32, told: Told) -> Telling {
    let application = application();
    let codes = ["dept_name", "dept_code", "info_type", "catalog_code", "task_code"];
    Telling {
        orgbusno: application.orgbusno,
        province_id,
        number: application.number,
        dataver: 1,
        sn,
        item: application.item,
        codes: codes.map(|name| (name.to_owned(), format!("的 {name}"))).into(),
        applicant: application.applicant,
        materials: vec![("scene".into(), "实景".into())],
        told,
    }
}

pub(crate) fn acceptance(at: DateTime<Utc>) -> Told {
    Told::Accept(Acceptance {
        at,
        deemed: false,
        decision_days: 20,
        promise_days: 10,
        promised_on: DAY,
        document: Some("371526-1".into()),
        by: "李".into(),
    })
}

pub(crate) fn step(at: DateTime<Utc>, ended: bool) -> Told {
    Told::Step(Step {
        name: "审查".into(),
        begun_at: at,
        ended_at: ended.then_some(at),
        agreed: ended.then_some(true),
        opinion: ended.then(|| "同意".to_owned()),
        by: "李".into(),
    })
}

pub(crate) fn special(at: DateTime<Utc>, kind: SpecialKind, ended: bool) -> Told {
    let items = vec![CorrectionItem { material: None, words: "请重拍".into() }];
    Told::Special(Special {
        kind,
        reason: "看不清".into(),
        begun_at: at,
        until: DAY,
        ended_at: ended.then_some(at),
        result: ended.then(|| "完".to_owned()),
        items: if kind == SpecialKind::Correction { items } else { Vec::new() },
        by: "李".into(),
    })
}

pub(crate) fn done(at: DateTime<Utc>, result: DoneResult) -> Told {
    let granted = result == DoneResult::Granted;
    let licence =
        Licence { name: "许可证".into(), number: "1".into(), valid_until: Some(DAY), publisher: Some("局".into()) };
    let payer = Payer { name: "王".into(), id_card: "3".into(), mobile: "1".into(), telephone: "0".into() };
    let fee = Fee { amount: "1.00".into(), standard: "一".into(), basis: None, payer };
    Told::Done(Done {
        result,
        at,
        reason: (!granted).then(|| "不符合".to_owned()),
        licence: granted.then_some(licence),
        fee: granted.then_some(fee),
        express: true,
        by: "李".into(),
    })
}

/// A whole life, as the county tells it from its third step on: a correction first, a rating last.
pub(crate) fn life(at: DateTime<Utc>) -> Vec<Told> {
    vec![
        special(at, SpecialKind::Correction, false),
        special(at, SpecialKind::Correction, true),
        acceptance(at),
        step(at, false),
        step(at, true),
        special(at, SpecialKind::ExpertReview, false),
        special(at, SpecialKind::ExpertReview, true),
        done(at, DoneResult::Granted),
        Told::Rating(Rating { satisfaction: Satisfaction::VerySatisfied, words: None, at }),
    ]
}

/// How the province keeps [`life`].
pub(crate) const LIFE: [&str; 9] =
    ["specials 3", "specials 4", "accept 5", "steps 6", "steps 7", "specials 8", "specials 9", "done 10", "ratings 11"];
