//! What every adapter must do, whatever its way: the same tests run against each of them.
//!
//! For another adapter: give it a [`Rig`], and a line of `for_each_way!` at the end.

use std::collections::BTreeSet;

use bytes::Bytes;
use portal::adapter::{Application, Receipt, Reply, ReportPage, ReportedStatus, Standing, Verdict};
use portal::simulator::{Action, CallKind, Fault, SimCase, Status, Step};

use crate::harness::{ORGBUSNO, application, file, picture, picture_of, place, rejected};
use crate::rigs::Rig;
use crate::steps::{LIFE, acceptance, life, telling_to};

/// More tries than anything here needs.
const TRIES: usize = 6;

/// Calls again and again, as the relay does, until it is done or a person would have to act; the province does its part
/// after each try. Answers the verdicts and the last answer.
async fn settled<T>(rig: &impl Rig, mut call: impl AsyncFnMut() -> Reply<T>) -> (Vec<Verdict>, Option<T>) {
    let mut verdicts = Vec::new();
    for _ in 0..TRIES {
        let reply = call().await;
        rig.round().await;
        let over = reply.verdict.is_done() || matches!(reply.verdict, Verdict::Rejected { .. });
        verdicts.push(reply.verdict);
        if over {
            return (verdicts, reply.value);
        }
    }
    panic!("never settled: {verdicts:?}");
}

/// Puts the file of an application there and hands it in.
async fn apply(rig: &impl Rig, application: &Application, bytes: Bytes) -> (Vec<Verdict>, Option<Receipt>) {
    let place = portal::adapter::FilePlace { dataver: application.dataver, ..place() };
    let file = &application.materials[0].files[0];
    let (put, _) = settled(rig, async || rig.province().put_file(&place, file, bytes.clone()).await).await;
    assert!(put.last().unwrap().is_done(), "{put:?}");
    settled(rig, async || rig.province().post_case(application).await).await
}

async fn arrived(rig: &impl Rig) -> Receipt {
    let (verdicts, receipt) = apply(rig, &application(), picture()).await;
    assert!(verdicts.last().unwrap().is_done(), "{verdicts:?}");
    receipt.expect("a receipt")
}

fn the_one_case(rig: &impl Rig) -> SimCase {
    let mut cases = rig.simulator().cases();
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

async fn standing(rig: &impl Rig) -> Standing {
    let reply = rig.province().get_case(ORGBUSNO).await;
    reply.value.unwrap_or_else(|| panic!("{:?}", reply.verdict))
}

fn told(case: &SimCase) -> Vec<String> {
    case.told.iter().map(|(kind, sn, _)| format!("{kind} {sn}")).collect()
}

async fn is_there_once_with_its_files(rig: impl Rig) {
    assert!(matches!(standing(&rig).await, Standing::Absent));
    let receipt = arrived(&rig).await;
    for _ in 0..3 {
        let (verdicts, again) = apply(&rig, &application(), picture()).await;
        assert_eq!((verdicts, again), (vec![Verdict::AlreadyThere], Some(receipt.clone())));
    }
    let case = the_one_case(&rig);
    assert_eq!((case.orgbusno.as_str(), case.dataver), (ORGBUSNO, 1));
    assert_eq!(case.application["applyname"], "高唐县好味道餐馆");
    assert_eq!(case.application["form"]["width_mm"], 3200);
    let kept = rig.simulator().file(&file(&picture()).sha256).expect("the file");
    assert_eq!((kept.bytes, kept.rules), (picture(), BTreeSet::from(["scene".to_owned()])));
    let Standing::Present { province_id, dataver: 1, .. } = standing(&rig).await else { panic!("absent") };
    assert_eq!(province_id, receipt.province_id);
}

async fn is_there_once_though_an_answer_was_lost(rig: impl Rig) {
    rig.simulator().fail(Fault::on(CallKind::Case, Action::CloseAfter)).unwrap();
    let (verdicts, receipt) = apply(&rig, &application(), picture()).await;
    assert!(verdicts.len() > 1, "the first answer was lost: {verdicts:?}");
    let Standing::Present { province_id, .. } = standing(&rig).await else { panic!("absent") };
    assert_eq!(receipt, Some(Receipt { province_id }));
    the_one_case(&rig);
}

/// Or a case that was given up meanwhile would be thought gone, and be taken afterwards.
async fn is_not_called_absent_while_it_may_still_be_taken(rig: impl Rig) {
    rig.province().put_file(&place(), &file(&picture()), picture()).await;
    let sent = rig.province().post_case(&application()).await.verdict;
    let asked = rig.province().get_case(ORGBUSNO).await;
    match sent {
        Verdict::Accepted => assert!(matches!(asked.value, Some(Standing::Present { .. }))),
        _ => assert!(matches!(asked.verdict, Verdict::Retry { .. }), "{sent:?} {:?}", asked.verdict),
    }
    rig.round().await;
    assert!(matches!(standing(&rig).await, Standing::Present { dataver: 1, .. }));
}

async fn waits_for_a_province_that_is_away(rig: impl Rig) {
    rig.simulator().fail(Fault::on(CallKind::Case, Action::Status).times(2)).unwrap();
    let (verdicts, _) = apply(&rig, &application(), picture()).await;
    let (last, before) = verdicts.split_last().unwrap();
    assert!(last.is_done() && before.len() >= 2, "{verdicts:?}");
    assert!(before.iter().all(|verdict| matches!(verdict, Verdict::Retry { .. })), "{verdicts:?}");
    the_one_case(&rig);
}

async fn keeps_the_words_of_a_refusal_and_may_try_again(rig: impl Rig) {
    let refusal = Fault { words: Some("门牌照片不清".into()), ..Fault::on(CallKind::Case, Action::Refuse) };
    rig.simulator().fail(refusal).unwrap();
    let (verdicts, _) = apply(&rig, &application(), picture()).await;
    let (code, words) = rejected(verdicts.last().unwrap());
    assert_eq!(code, "province.refused");
    assert!(words.contains("门牌照片不清"), "{words}");
    assert!(rig.simulator().cases().is_empty());
    assert!(matches!(standing(&rig).await, Standing::Absent));
    // A person drives it again.
    arrived(&rig).await;
    the_one_case(&rig);
}

async fn says_what_is_wrong_with_a_file(rig: impl Rig) {
    let small = picture_of(30, 60);
    let mut wrong = application();
    wrong.materials[0].files[0] = file(&small);
    let put = settled(&rig, async || rig.province().put_file(&place(), &file(&small), small.clone()).await).await;
    let verdicts = match put.0.last().unwrap() {
        Verdict::Rejected { .. } => put.0,
        _ => settled(&rig, async || rig.province().post_case(&wrong).await).await.0,
    };
    let (code, words) = rejected(verdicts.last().unwrap());
    assert_eq!(code, "province.refused");
    assert!(words.contains("file.pixels 图片 30×60"), "{words}");
    assert!(rig.simulator().cases().is_empty());
}

async fn is_given_up_once(rig: impl Rig) {
    let receipt = arrived(&rig).await;
    rig.simulator().fail(Fault::on(CallKind::Step, Action::CloseAfter)).unwrap();
    let at = rig.world().now();
    let withdraw = async || rig.province().withdraw_case(ORGBUSNO, &receipt.province_id, at).await;
    let (verdicts, _) = settled(&rig, withdraw).await;
    assert!(verdicts.last().unwrap().is_done(), "{verdicts:?}");
    rig.round().await;
    assert_eq!(settled(&rig, withdraw).await.0, [Verdict::AlreadyThere]);
    let case = the_one_case(&rig);
    assert_eq!((case.state.as_str(), told(&case)), ("13", vec!["done withdraw".to_owned()]));
}

async fn is_not_given_up_when_it_is_decided(rig: impl Rig) {
    let receipt = arrived(&rig).await;
    assert!(rig.simulator().advance(ORGBUSNO, &Step::now(Status::Approved)));
    rig.round().await;
    let at = rig.world().now();
    let withdraw = async || rig.province().withdraw_case(ORGBUSNO, &receipt.province_id, at).await;
    let (verdicts, _) = settled(&rig, withdraw).await;
    rejected(verdicts.last().unwrap());
    let Standing::Present { history, .. } = standing(&rig).await else { panic!("absent") };
    let approved = |status: &ReportedStatus| matches!(status, ReportedStatus::Approved { licence: Some(_) });
    assert!(history.iter().any(|received| approved(&received.report.as_ref().unwrap().status)), "{history:?}");
    assert_eq!(the_one_case(&rig).state, "10");
}

async fn tells_every_step_once(rig: impl Rig) {
    let receipt = arrived(&rig).await;
    let at = rig.world().now();
    for (sn, step) in (3..).zip(life(at)) {
        if sn == 6 {
            rig.simulator().fail(Fault::on(CallKind::Step, Action::CloseAfter)).unwrap();
        }
        let telling = telling_to(receipt.province_id.clone(), sn, step);
        let (verdicts, _) = settled(&rig, async || rig.province().tell(&telling).await).await;
        assert!(verdicts.last().unwrap().is_done(), "{telling:?} {verdicts:?}");
        let again = settled(&rig, async || rig.province().tell(&telling).await).await.0;
        assert_eq!(again, [Verdict::AlreadyThere], "{telling:?}");
    }
    let case = the_one_case(&rig);
    assert_eq!(told(&case), LIFE);
    assert_eq!(case.doneresult.as_deref(), Some("0"));
}

async fn sends_nothing_that_is_incomplete(rig: impl Rig) {
    let receipt = arrived(&rig).await;
    let mut bare = telling_to(receipt.province_id, 3, acceptance(rig.world().now()));
    bare.codes.clear();
    let (verdicts, _) = settled(&rig, async || rig.province().tell(&bare).await).await;
    let [verdict] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    let (code, words) = rejected(verdict);
    assert_eq!(code, "province.incomplete");
    for field in ["/acceptdeptname", "/acceptdeptid", "/approvaltype", "/coucatalogcode", "/coutaskcode"] {
        assert!(words.contains(field), "{field}: {words}");
    }
    rig.round().await;
    assert!(the_one_case(&rig).told.is_empty());
}

async fn page(rig: &impl Rig, cursor: Option<&str>) -> ReportPage {
    let reply = rig.province().list_cases(cursor).await;
    reply.value.unwrap_or_else(|| panic!("{:?} {}", reply.verdict, reply.excerpt))
}

/// What reports say and which they are, without repeats and whatever their order.
fn said(page: &ReportPage) -> BTreeSet<(&'static str, String)> {
    let reports = page.reports.iter().map(|received| received.report.as_ref().expect("readable"));
    reports.map(|report| (report.status.name(), report.id.clone())).collect()
}

async fn hears_every_report_until_it_is_kept(rig: impl Rig) {
    let before = page(&rig, None).await;
    assert!(before.reports.is_empty() && !before.more);
    arrived(&rig).await;
    for action in [Action::Duplicate, Action::OutOfOrder] {
        rig.simulator().fail(Fault::on(CallKind::Report, action)).unwrap();
    }
    for status in [Status::Accepted, Status::Reviewing, Status::Approved] {
        assert!(rig.simulator().advance(ORGBUSNO, &Step::now(status)));
    }
    assert!(rig.simulator().advance(ORGBUSNO, &Step::raw("99")));
    rig.round().await;
    let first = page(&rig, Some(&before.cursor)).await;
    let mut heard: Vec<_> = said(&first).into_iter().map(|(status, _)| status).collect();
    // That it arrived may be said by other means.
    heard.retain(|status| *status != "received");
    assert_eq!(heard, ["accepted", "approved", "reviewing", "unknown"]);
    let unknown = first.reports.iter().find_map(|received| match &received.report.as_ref().ok()?.status {
        ReportedStatus::Unknown(code) => Some(code.clone()),
        _ => None,
    });
    assert!(unknown.is_some_and(|code| code.contains("99")), "kept as it came");
    // Whoever read them and kept nothing reads them again; whoever kept them does not.
    assert_eq!(said(&page(&rig, Some(&before.cursor)).await), said(&first));
    rig.round().await;
    let after = page(&rig, Some(&first.cursor)).await;
    assert!(after.reports.is_empty() && !after.more, "{:?}", said(&after));
    assert!(rig.simulator().advance(ORGBUSNO, &Step::now(Status::Reviewing)));
    rig.round().await;
    let last = said(&page(&rig, Some(&after.cursor)).await);
    assert!(last.len() == 1 && last.is_disjoint(&said(&first)), "{last:?}");
}

async fn hands_in_a_corrected_version(rig: impl Rig) {
    let receipt = arrived(&rig).await;
    assert!(rig.simulator().advance(ORGBUSNO, &Step::now(Status::Correction)));
    rig.round().await;
    let bytes = picture_of(90, 70);
    let mut corrected = Application { dataver: 2, ..application() };
    corrected.materials[0].files[0] = file(&bytes);
    let (verdicts, again) = apply(&rig, &corrected, bytes.clone()).await;
    assert!(verdicts.last().unwrap().is_done(), "{verdicts:?}");
    assert_eq!(again, Some(receipt));
    let case = the_one_case(&rig);
    assert_eq!((case.dataver, case.state.as_str()), (2, "02"));
    assert_eq!(rig.simulator().file(&file(&bytes).sha256).expect("the file").bytes, bytes);
    assert!(matches!(standing(&rig).await, Standing::Present { dataver: 2, .. }));
}

/// The whole suite for each rig.
macro_rules! for_each_way {
    ($($way:ident: $rig:expr;)*) => {
        $(for_each_way! { @tests $way $rig =>
            is_there_once_with_its_files
            is_there_once_though_an_answer_was_lost
            is_not_called_absent_while_it_may_still_be_taken
            waits_for_a_province_that_is_away
            keeps_the_words_of_a_refusal_and_may_try_again
            says_what_is_wrong_with_a_file
            is_given_up_once
            is_not_given_up_when_it_is_decided
            tells_every_step_once
            sends_nothing_that_is_incomplete
            hears_every_report_until_it_is_kept
            hands_in_a_corrected_version
        })*
    };
    (@tests $way:ident $rig:expr => $($test:ident)*) => {
        mod $way {
            $(#[tokio::test]
            async fn $test() {
                super::$test($rig.await).await;
            })*
        }
    };
}

for_each_way! {
    by_calls: crate::rigs::ByCalls::over_http();
    by_files_in_a_folder: crate::rigs::ByFiles::in_a_folder();
    by_files_in_a_bucket: crate::rigs::ByFiles::in_a_bucket();
    by_rows_in_a_file: crate::rigs::ByRows::in_a_file();
    by_rows_in_postgres: crate::rigs::ByRows::in_postgres();
    by_rows_in_mariadb: crate::rigs::ByRows::in_mariadb();
}
