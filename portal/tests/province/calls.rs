//! Every call of the wire, done right and done wrong.

use bytes::Bytes;
use portal::adapter::gateway::Gateway;
use portal::adapter::{FileRule, Province as _, ReportedStatus, Standing, Verdict};
use portal::simulator::{Limits, Rule, Script, Simulator, SimulatorConfig, Status, Step};
use serde_json::{Value, json};

use crate::harness::{
    BOUND, ORGBUSNO, Scene, application, config, file, key, picture, picture_of, place, rejected, rule,
};

#[tokio::test]
async fn the_rules_come_as_they_are() {
    let scene = Scene::quiet().await;
    let rules = scene.gateway.rules().await.value.expect("rules");
    assert_eq!(rules.len(), 2);
    let expected = FileRule {
        name: "scene".into(),
        format: "jpeg".into(),
        max_pages: None,
        max_bytes: Some(50_000),
        min_bytes: None,
        min_short_px: Some(40),
        min_long_px: Some(60),
        max_long_px: Some(200),
        exact_px: None,
        dpi: Some(200),
        colour: Some("srgb".into()),
    };
    assert_eq!(rules[0], expected);
}

#[tokio::test]
async fn a_file_is_put_once() {
    let scene = Scene::quiet().await;
    let first = scene.gateway.put_file(&place(), &file(&picture()), picture()).await;
    assert_eq!((first.verdict, first.status), (Verdict::Accepted, Some(201)));
    let again = scene.gateway.put_file(&place(), &file(&picture()), picture()).await;
    assert_eq!((again.verdict, again.status), (Verdict::Accepted, Some(200)));
    let kept = scene.simulator.file(&file(&picture()).sha256).expect("kept");
    assert_eq!((kept.bytes, kept.content_type), (picture(), "image/jpeg"));
    assert_eq!(scene.simulator.file_count(), 1);
}

#[tokio::test]
async fn a_file_that_breaks_its_rule_is_refused_in_words() {
    let scene = Scene::quiet().await;
    let small = picture_of(30, 60);
    let reply = scene.gateway.put_file(&place(), &file(&small), small).await;
    assert_eq!(reply.status, Some(422));
    let (code, words) = rejected(&reply.verdict);
    assert_eq!(code, "province.refused");
    assert!(words.starts_with("file.pixels 图片 30×60"), "{words}");

    for (change, expected) in [
        ((|file| file.rule = "unheard-of".into()) as fn(&mut portal::adapter::MaterialFile), "file.rule_unknown"),
        (|file| file.rule = "图 纸&x=1".into(), "file.rule_unknown"),
        (|file| file.sha256 = "0".repeat(64), "file.sha256"),
        (|file| file.sha256 = "../cases".into(), "file.sha256"),
    ] {
        let mut file = file(&picture());
        change(&mut file);
        let reply = scene.gateway.put_file(&place(), &file, picture()).await;
        let (_, words) = rejected(&reply.verdict);
        assert!(words.starts_with(expected), "{words}");
    }
    let huge = Bytes::from(vec![0; Limits::default().one_file_bytes + 1]);
    let reply = scene.gateway.put_file(&place(), &file(&huge), huge).await;
    assert!(!reply.verdict.is_done());
    assert_eq!(scene.simulator.file_count(), 0);
}

#[tokio::test]
async fn a_case_is_there_once_however_often_it_is_posted() {
    let scene = Scene::quiet().await;
    scene.put().await;
    let first = scene.gateway.post_case(&application()).await;
    assert_eq!((&first.verdict, first.status), (&Verdict::Accepted, Some(201)));
    let again = scene.gateway.post_case(&application()).await;
    assert_eq!((&again.verdict, again.status), (&Verdict::AlreadyThere, Some(409)));
    assert_eq!(first.value, again.value);
    let cases = scene.simulator.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!((cases[0].posts, cases[0].projid.clone()), (2, first.value.unwrap().province_id));
}

/// The body on the wire, field by field: a renamed field must fail here even if both sides were renamed.
#[tokio::test]
async fn the_application_on_the_wire() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    let sha256 = file(&picture()).sha256;
    let expected = json!({
        "orgbusno": ORGBUSNO, "project_no": "371526-20261122-0001", "dataver": 1,
        "itemCode": "signboard", "itemname": "招牌设置明示", "itemversion": "1",
        "applyertype": "2", "applyname": "高唐县好味道餐馆", "apply_cardtype": "001",
        "apply_cardtypenumber": "91110000101623741K", "contactman": "王芳", "telphone": "13800000000",
        "submit": "1", "apply_date": "2026-11-18T11:06:40Z",
        "form": {"shop": "高唐 <b>好味道</b>", "width_mm": 3200},
        "materials": [{"attrid": "scene", "attrname": "设置位置实景照片", "sortid": 1, "istake": "1", "amount": 1,
            "files": [{"filename": "设置位置实景照片-1.jpg", "sha256": sha256, "rule": "scene",
                "size": picture().len(), "contenttype": "image/jpeg"}]}],
    });
    assert_eq!(*scene.simulator.cases()[0].application, expected);
}

#[tokio::test]
async fn an_application_with_faults_is_told_all_of_them() {
    let scene = Scene::quiet().await;
    let mut application = application();
    application.applicant.name = " ".into();
    application.dataver = 0;
    application.materials[0].files[0].file_name = "no-suffix".into();
    let before = scene.gateway.post_case(&application).await;
    let (code, words) = rejected(&before.verdict);
    assert_eq!(code, "province.refused");
    for expected in ["/applyname case.missing", "/dataver case.dataver", "/materials/0/files/0 file.absent"] {
        assert!(words.contains(expected), "{words}");
    }
    scene.put().await;
    application.materials[0].files[0].bytes += 1;
    let after = scene.gateway.post_case(&application).await;
    let (_, words) = rejected(&after.verdict);
    for expected in ["/materials/0/files/0/size file.size", "/materials/0/files/0/filename file.name"] {
        assert!(words.contains(expected), "{words}");
    }
    assert!(scene.simulator.cases().is_empty());
    let other_rule = {
        let mut application = crate::harness::application();
        application.materials[0].files[0].rule = "portrait".into();
        scene.gateway.post_case(&application).await
    };
    assert!(rejected(&other_rule.verdict).1.contains("file.absent"), "put under another rule only");
}

#[tokio::test]
async fn what_became_of_a_case() {
    let scene = Scene::quiet().await;
    assert!(matches!(scene.gateway.get_case(ORGBUSNO).await.value, Some(Standing::Absent)));
    scene.put().await;
    scene.post().await;
    assert!(scene.simulator.advance(ORGBUSNO, &Step::now(Status::Accepted)));
    assert!(scene.simulator.advance(ORGBUSNO, &Step::now(Status::Approved)));
    let standing = scene.gateway.get_case(ORGBUSNO).await.value;
    let Some(Standing::Present { province_id, dataver: 1, history, .. }) = standing else { panic!("{standing:?}") };
    assert_eq!(province_id, scene.simulator.cases()[0].projid);
    let reports: Vec<_> = history.into_iter().map(|received| received.report.expect("readable")).collect();
    let seen: Vec<_> = reports.iter().map(|report| (report.sequence, report.status.name())).collect();
    assert_eq!(seen, [(Some(1), "received"), (Some(2), "accepted"), (Some(3), "approved")]);
    let ReportedStatus::Approved { licence: Some(licence) } = &reports[2].status else { panic!() };
    assert!(licence.number.contains(&province_id) && licence.valid_until.is_some());
}

#[tokio::test]
async fn a_404_that_is_not_the_provinces_is_no_answer_to_whether_it_has_the_case() {
    let scene = Scene::quiet().await;
    let elsewhere = format!("{}/wrong/prefix/", scene.simulator.url());
    let gateway = Gateway::new(scene.http.clone(), &elsewhere, key(), scene.world.clone()).unwrap();
    let reply = gateway.get_case(ORGBUSNO).await;
    assert_eq!(rejected(&reply.verdict).0, "province.not_found");
}

#[tokio::test]
async fn reports_are_paged_by_cursor() {
    let scene = Scene::quiet().await;
    let empty = scene.gateway.list_cases(None).await.value.expect("a page");
    assert!(empty.reports.is_empty() && !empty.more);
    scene.put().await;
    scene.post().await;
    for _ in 0..149 {
        assert!(scene.simulator.advance(ORGBUSNO, &Step::now(Status::Reviewing)));
    }
    let first = scene.gateway.list_cases(Some(&empty.cursor)).await.value.expect("a page");
    assert_eq!((first.reports.len(), first.more), (100, true));
    let second = scene.gateway.list_cases(Some(&first.cursor)).await.value.expect("a page");
    assert_eq!((second.reports.len(), second.more), (50, false));
    let sequence = |at: &portal::adapter::Received| at.report.as_ref().ok().and_then(|report| report.sequence);
    assert_eq!((sequence(&first.reports[0]), sequence(&second.reports[49])), (Some(1), Some(150)));
    let third = scene.gateway.list_cases(Some(&second.cursor)).await.value.expect("a page");
    assert_eq!((third.reports.len(), third.cursor), (0, second.cursor));
    let wrong = scene.gateway.list_cases(Some("x&y=1")).await;
    assert!(rejected(&wrong.verdict).1.starts_with("cursor.unknown"));
}

#[tokio::test]
async fn a_case_given_up_is_told_once() {
    let script = Script::of([Step::now(Status::Accepted)]);
    let scene = Scene::of(config(script)).await;
    scene.put().await;
    let receipt = scene.gateway.post_case(&application()).await.value.expect("a receipt");
    let accepted = |simulator: &Simulator| simulator.case(ORGBUSNO).filter(|case| case.state == "05");
    scene.simulator.wait_for(BOUND, accepted).await.expect("accepted");
    let withdraw = async || scene.gateway.withdraw_case(ORGBUSNO, &receipt.province_id, scene.world.now()).await;
    assert_eq!(withdraw().await.verdict, Verdict::Accepted);
    assert_eq!(withdraw().await.verdict, Verdict::AlreadyThere);
    let case = scene.simulator.case(ORGBUSNO).expect("kept");
    assert_eq!((case.state.as_str(), case.told.len()), ("13", 1));
    let unknown = scene.gateway.withdraw_case(ORGBUSNO, "3700000000000000", scene.world.now()).await;
    assert_eq!(rejected(&unknown.verdict).0, "province.not_found");
}

#[tokio::test]
async fn a_decided_case_is_not_given_up() {
    let scene = Scene::quiet().await;
    scene.put().await;
    let receipt = scene.gateway.post_case(&application()).await.value.expect("a receipt");
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Approved));
    let late = scene.gateway.withdraw_case(ORGBUSNO, &receipt.province_id, scene.world.now()).await;
    assert!(rejected(&late.verdict).1.starts_with("case.decided"));
}

#[tokio::test]
async fn a_correction_brings_a_new_version() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    let mut corrected = application();
    corrected.dataver = 2;
    let early = scene.gateway.post_case(&corrected).await;
    assert!(rejected(&early.verdict).1.contains("case.not_correcting"));
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Correction));
    assert_eq!(scene.gateway.post_case(&corrected).await.verdict, Verdict::Accepted);
    assert_eq!(scene.gateway.post_case(&corrected).await.verdict, Verdict::AlreadyThere);
    assert_eq!(scene.post().await, Verdict::AlreadyThere, "an old version that comes late");
    let cases = scene.simulator.cases();
    assert_eq!((cases.len(), cases[0].dataver, cases[0].state.as_str()), (1, 2, "02"));
}

#[tokio::test]
async fn a_full_simulator_says_so_and_can_be_emptied() {
    let small = Limits { cases: 1, file_bytes: picture().len(), ..Limits::default() };
    let scene = Scene::of(SimulatorConfig { limits: small, ..config(Script::nothing()) }).await;
    assert_eq!(scene.put().await, Verdict::Accepted);
    let other = picture_of(90, 60);
    let reply = scene.gateway.put_file(&place(), &file(&other), other).await;
    assert_eq!((reply.status, reply.verdict.code()), (Some(507), Some("province.failing")));
    assert_eq!(scene.post().await, Verdict::Accepted);
    let mut second = application();
    second.orgbusno = "another".into();
    assert_eq!(scene.gateway.post_case(&second).await.status, Some(507));
    assert_eq!(scene.sim("DELETE", "/sim/cases", &Value::Null).await.0, 200);
    assert_eq!((scene.simulator.cases().len(), scene.simulator.file_count()), (0, 0));
    assert_eq!(scene.put().await, Verdict::Accepted);
}

#[tokio::test]
async fn two_rules_of_one_name_do_not_start() {
    let config = SimulatorConfig { rules: vec![rule(), Rule { dpi: None, ..rule() }], ..config(Script::nothing()) };
    let error = portal::simulator::start(config, casework::world::World::real()).await.expect_err("refused");
    assert_eq!(error.to_string(), "two rules are named scene");
}
