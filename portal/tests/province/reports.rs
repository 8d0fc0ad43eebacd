//! Cases that move on by script, and the reports that tell of it.

use portal::adapter::gateway::Gateway;
use portal::adapter::{Province as _, ReportedStatus, Verdict};
use portal::signature::{Algorithm, Key, Seal};
use portal::simulator::{Action, CallKind, CaseScript, Fault, ItemText, Script, SimulatorConfig, Status, Step};

use crate::harness::{APP, BOUND, ORGBUSNO, Receiver, Scene, application, config, file, picture, place, rejected};

async fn pushing(script: Script, failures: usize) -> (Scene, Receiver) {
    let receiver = Receiver::start(failures).await;
    let callback = Some(format!("{}/", receiver.url));
    let scene = Scene::of(SimulatorConfig { callback, ..config(script) }).await;
    assert_eq!(scene.put().await, Verdict::Accepted);
    (scene, receiver)
}

fn accept_and_approve() -> Script {
    Script::of([Step::now(Status::Accepted), Step::now(Status::Approved)])
}

#[tokio::test]
async fn a_case_is_accepted_and_approved_and_both_are_pushed_in_order() {
    let (scene, mut receiver) = pushing(accept_and_approve(), 0).await;
    assert_eq!(scene.post().await, Verdict::Accepted);
    assert_eq!(receiver.next().await, (202, 2, "05".into()));
    assert_eq!(receiver.next().await, (202, 3, "10".into()));
    let told = |simulator: &portal::simulator::Simulator| {
        simulator.case(ORGBUSNO).filter(|case| case.history.len() == 3 && case.history[2].delivered)
    };
    let case = scene.simulator.wait_for(BOUND, told).await.expect("delivered");
    assert_eq!((case.state.as_str(), case.doneresult.as_deref()), ("10", Some("0")));
    assert!(!case.history[0].pushable, "the arrival can be fetched, it is not pushed");
    let page = scene.gateway.list_cases(None).await.value.expect("a page");
    assert_eq!(page.reports.len(), 3);
}

/// Both sides sign with a key of their own; a wrong signature is wrong in each algorithm.
#[tokio::test]
async fn each_algorithm_both_ways() {
    for algorithm in Algorithm::ALL {
        let key = |byte| Key::new(APP, Seal::of_random(algorithm, [byte; 32]).unwrap());
        let (ours, old, theirs) = (key(1), key(2), key(3));
        let mut receiver = Receiver::believing(theirs.trusted(), 0).await;
        let callback = Some(receiver.url.clone());
        let trusted = vec![old.trusted(), ours.trusted()];
        let config = SimulatorConfig { callback, key: theirs.clone(), trusted, ..config(accept_and_approve()) };
        let scene = Scene::of(config).await;
        let wrong = Fault::on(CallKind::Report, Action::WrongSignature);
        scene.simulator.fail(wrong).unwrap();
        let gateway =
            |key: Key| Gateway::new(scene.http.clone(), &scene.simulator.url(), key, scene.world.clone()).unwrap();
        for refused in [theirs, crate::harness::key()] {
            assert_eq!(rejected(&gateway(refused).rules().await.verdict).0, "province.unauthorised", "{algorithm}");
        }
        // The old key and the new one overlap.
        assert_eq!(
            gateway(old).put_file(&place(), &file(&picture()), picture()).await.verdict,
            Verdict::Accepted,
            "{algorithm}"
        );
        assert_eq!(gateway(ours).post_case(&application()).await.verdict, Verdict::Accepted, "{algorithm}");
        assert_eq!(receiver.next().await, (401, 2, "05".into()), "{algorithm}");
        assert_eq!(receiver.next().await, (202, 2, "05".into()), "{algorithm}");
        assert_eq!(receiver.next().await, (202, 3, "10".into()), "{algorithm}");
    }
}

#[tokio::test]
async fn what_is_pushed_is_what_is_polled() {
    let (scene, mut receiver) = pushing(accept_and_approve(), 0).await;
    scene.post().await;
    let pushed = receiver.came.recv().await.unwrap().1;
    let page = scene.gateway.list_cases(None).await.value.expect("a page");
    assert_eq!(scene.gateway.read_report(pushed.to_string().as_bytes()), page.reports[1].report);
}

#[tokio::test]
async fn the_default_script_is_a_second_and_two_seconds() {
    let steps: Vec<_> = Script::default().steps.iter().map(|step| (step.after_ms, step.status)).collect();
    assert_eq!(steps, [(1_000, Status::Accepted), (2_000, Status::Approved)]);
}

#[tokio::test]
async fn pushes_are_tried_again() {
    let (scene, mut receiver) = pushing(accept_and_approve(), 2).await;
    scene.post().await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (status, sn, _) = receiver.next().await;
        seen.push((status, sn));
    }
    assert_eq!(seen, [(503, 2), (503, 2), (202, 2), (202, 3)]);
}

#[tokio::test]
async fn a_callback_that_is_down_leaves_polling() {
    let (scene, mut receiver) = pushing(accept_and_approve(), usize::MAX).await;
    scene.post().await;
    for _ in 0..10 {
        assert_eq!(receiver.next().await.0, 503);
    }
    let exhausted = |simulator: &portal::simulator::Simulator| {
        simulator.case(ORGBUSNO).filter(|case| case.history.len() == 3 && case.history[2].tries == 5)
    };
    let case = scene.simulator.wait_for(BOUND, exhausted).await.expect("given up");
    assert!(!case.history[1].delivered && !case.history[2].delivered);
    assert_eq!(scene.gateway.list_cases(Some("1")).await.value.expect("a page").reports.len(), 2);
}

async fn seen_with(action: Action, pushes: usize) -> Vec<(u16, u64)> {
    let (scene, mut receiver) = pushing(Script::nothing(), 0).await;
    scene.simulator.fail(Fault::on(CallKind::Report, action)).unwrap();
    scene.post().await;
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Accepted));
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Approved));
    let mut seen = Vec::new();
    for _ in 0..pushes {
        let (status, sn, _) = receiver.next().await;
        seen.push((status, sn));
    }
    seen
}

#[tokio::test]
async fn reports_twice_out_of_order_forged_and_lost() {
    assert_eq!(seen_with(Action::Duplicate, 3).await, [(202, 2), (202, 2), (202, 3)]);
    assert_eq!(seen_with(Action::OutOfOrder, 2).await, [(202, 3), (202, 2)]);
    assert_eq!(seen_with(Action::WrongSignature, 3).await, [(401, 2), (202, 2), (202, 3)]);
    assert_eq!(seen_with(Action::StaleClock, 3).await, [(401, 2), (202, 2), (202, 3)]);
    assert_eq!(seen_with(Action::Lose, 1).await, [(202, 3)]);
}

#[tokio::test]
async fn the_last_report_cannot_be_held_back_for_ever() {
    let (scene, mut receiver) = pushing(Script::nothing(), 0).await;
    scene.simulator.fail(Fault::on(CallKind::Report, Action::OutOfOrder)).unwrap();
    scene.post().await;
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Denied));
    assert_eq!(receiver.next().await, (202, 2, "10".into()));
}

#[tokio::test]
async fn a_scripted_correction_waits_for_the_new_version() {
    let correction = Step {
        items: vec![ItemText { material: Some("scene".into()), words: "请在白天重拍".into() }],
        ..Step::now(Status::Correction).saying("材料不齐")
    };
    let script = Script::of([correction, Step::now(Status::Accepted)]);
    let (scene, mut receiver) = pushing(script, 0).await;
    scene.post().await;
    let (_, body) = receiver.came.recv().await.unwrap();
    let report = scene.gateway.read_report(body.to_string().as_bytes()).unwrap();
    let ReportedStatus::Correction { items } = report.status else { panic!() };
    assert_eq!((items[0].material.as_deref(), items[0].words.as_str()), (Some("scene"), "请在白天重拍"));
    assert_eq!(report.words.as_deref(), Some("材料不齐"));
    assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().state, "06");
    let mut corrected = application();
    corrected.dataver = 2;
    assert_eq!(scene.gateway.post_case(&corrected).await.verdict, Verdict::Accepted);
    let (_, body) = receiver.came.recv().await.unwrap();
    let report = scene.gateway.read_report(body.to_string().as_bytes()).unwrap();
    assert_eq!((report.dataver, report.status.name(), report.sequence), (Some(2), "accepted", Some(4)));
}

#[tokio::test]
async fn some_cases_fare_otherwise_and_any_code_can_be_sent() {
    let special = CaseScript { orgbusno: Some(ORGBUSNO.into()), steps: vec![Step::raw("99")], ..CaseScript::default() };
    let script = Script { cases: vec![special], announce_arrival: true, ..accept_and_approve() };
    let (scene, mut receiver) = pushing(script, 0).await;
    scene.post().await;
    assert_eq!(receiver.next().await, (202, 1, "02".into()), "announced");
    let (_, body) = receiver.came.recv().await.unwrap();
    let report = scene.gateway.read_report(body.to_string().as_bytes()).unwrap();
    assert!(report.status == ReportedStatus::Unknown("99".into()));
    let mut other = application();
    other.orgbusno = "other".into();
    scene.gateway.post_case(&other).await;
    assert_eq!(receiver.next().await, (202, 1, "02".into()));
    assert_eq!(receiver.next().await, (202, 2, "05".into()));
}

#[test]
fn scripts_are_toml_or_json_and_mistakes_are_told() {
    let toml = r#"
        announce_arrival = true
        [[steps]]
        after_ms = 10
        status = "correction"
        words = "请补正"
        items = [{ material = "scene", words = "太暗" }]
        [[steps]]
        status = "approved"
        licence = { name = "许可证", number = "1", valid_until = "2028-01-01" }
        [[cases]]
        applicant = "张三"
        steps = [{ status = "denied", words = "不符合条件" }]
        [[faults]]
        call = "case"
        action = "close_after"
        times = 2
        [random]
        seed = 7
        percent = 20
        actions = ["status", "lose"]
    "#;
    let script = Script::parse(toml).expect("readable");
    assert_eq!((script.steps.len(), script.cases.len(), script.faults[0].times), (2, 1, 2));
    let json = serde_json::to_string(&script).unwrap();
    assert_eq!(Script::parse(&json), Ok(script));
    for wrong in [
        "steps = 1",
        "[[steps]]\nstatus = \"aproved\"",
        "[[steps]]\nstatus = \"raw\"",
        "[[steps]]\nstatus = \"approved\"\nafter_ms = 86400001",
        "[[steps]]\nstatus = \"approved\"\nwhen = 1",
        "[[faults]]\ncall = \"case\"\naction = \"lose\"",
        "[[cases]]\nfaults = [{ call = \"case\", action = \"lose\" }]",
        "[random]\nseed = 1\npercent = 91",
        "{\"steps\": [",
        "{\"unknown\": 1}",
    ] {
        assert!(Script::parse(wrong).is_err(), "{wrong}");
    }
}
