//! Faults that a script gives to one case, by each way.

use portal::adapter::{Application, FilePlace, Standing, Verdict};
use portal::simulator::{Action, CallKind, CaseScript, Fault, Script};

use crate::harness::{ORGBUSNO, application, file, picture, place};
use crate::rigs::{ByCalls, ByFiles, ByRows, Rig};
use crate::sandbox::{handed_over, post, put};

/// A case may have faults of its own, by who applies; all others fare as ever.
async fn only_the_named_one_fails(rig: impl Rig) {
    let refusal = Fault { words: Some("演练".into()), ..Fault::on(CallKind::Case, Action::Refuse) };
    let special = CaseScript {
        applicant: Some(application().applicant.name),
        faults: vec![refusal, Fault::on(CallKind::Step, Action::Status)],
        ..CaseScript::default()
    };
    rig.simulator().set_script(Script { cases: vec![special], ..Script::nothing() }).unwrap();
    let mut other = Application { orgbusno: "0198c0ffee0070008000000000000002".into(), ..application() };
    other.applicant.name = "别家".into();
    let elsewhere = FilePlace { orgbusno: other.orgbusno.clone(), ..place() };
    let mut verdicts = Vec::new();
    while verdicts.len() < 3 && !verdicts.last().is_some_and(Verdict::is_done) {
        rig.province().put_file(&elsewhere, &file(&picture()), picture()).await;
        verdicts.push(rig.province().post_case(&other).await.verdict);
        rig.round().await;
    }
    assert!(verdicts.last().unwrap().is_done(), "{verdicts:?}");
    assert!(!verdicts.iter().any(|verdict| matches!(verdict, Verdict::Rejected { .. })), "{verdicts:?}");
    let refused = async {
        loop {
            put(&rig).await;
            if let Verdict::Rejected { words, .. } = post(&rig).await {
                return words;
            }
            rig.round().await;
        }
    };
    let words = tokio::time::timeout(crate::harness::BOUND, refused).await.expect("refused");
    assert!(words.contains("演练"), "{words}");
    handed_over(&rig).await;
    assert_eq!(rig.simulator().cases().len(), 2, "once only");
    let Some(Standing::Present { province_id, .. }) = rig.province().get_case(ORGBUSNO).await.value else { panic!() };
    let at = rig.world().now();
    let mut failed = 0;
    for _ in 0..4 {
        failed += usize::from(!rig.province().withdraw_case(ORGBUSNO, &province_id, at).await.verdict.is_done());
        rig.round().await;
    }
    assert_eq!(rig.simulator().case(ORGBUSNO).unwrap().state, "13", "and the fault of its step is used up: {failed}");
    let waiting = rig.simulator().case(&other.orgbusno).unwrap();
    assert!(waiting.told.is_empty() && waiting.posts == 1);
}

#[tokio::test]
async fn faults_of_one_case_by_calls() {
    only_the_named_one_fails(ByCalls::over_http().await).await;
}

#[tokio::test]
async fn faults_of_one_case_by_files() {
    only_the_named_one_fails(ByFiles::in_a_folder().await).await;
}

#[tokio::test]
async fn faults_of_one_case_by_rows() {
    only_the_named_one_fails(ByRows::in_a_file().await).await;
}
