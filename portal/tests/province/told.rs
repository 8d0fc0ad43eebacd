//! What is told of a case the county decides: by the adapter, and by a stranger who gets it wrong.

use std::time::Duration;

use portal::adapter::told::{DoneResult, Told};
use portal::adapter::{CodeTable, Kind, Province as _, Telling, Verdict};
use portal::simulator::{Action, CallKind, Fault, Script, Simulator, Status};
use serde_json::{Value, json};

use crate::harness::{ORGBUSNO, Scene, config, key, rejected};
use crate::steps::{LIFE, acceptance, done, life, telling_to};

/// Nothing has happened yet, and the case is there.
async fn arrived() -> Scene {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    scene
}

fn telling(scene: &Scene, sn: u32, told: Told) -> Telling {
    telling_to(scene.simulator.case(ORGBUSNO).unwrap().projid, sn, told)
}

/// The adapter and this province, written apart, agree on every step; each is there once however often it is told.
#[tokio::test]
async fn every_step_is_told_once_and_moves_the_case() {
    let scene = arrived().await;
    let at = scene.world.now();
    let states = ["06", "06", "05", "12", "12", "11", "12", "10", "10"];
    for (sn, (told, state)) in (3..).zip(life(at).into_iter().zip(states)) {
        let telling = telling(&scene, sn, told);
        let first = scene.gateway.tell(&telling).await;
        assert_eq!(first.verdict, Verdict::Accepted, "{telling:?} {}", first.excerpt);
        assert_eq!(scene.gateway.tell(&telling).await.verdict, Verdict::AlreadyThere, "{telling:?}");
        assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().state, state, "{telling:?}");
    }
    let case = scene.simulator.case(ORGBUSNO).unwrap();
    let told: Vec<_> = case.told.iter().map(|(kind, sn, _)| format!("{kind} {sn}")).collect();
    assert_eq!(told, LIFE);
    assert_eq!(case.doneresult.as_deref(), Some("0"));
    let page = String::from_utf8(scene.raw("GET", "/", b"", &[]).await.body.into()).unwrap();
    assert!(page.contains("starLevel=5") && page.contains("专家评审"), "{page}");
}

#[tokio::test]
async fn how_a_case_ends_without_a_licence() {
    for (result, state) in [(DoneResult::Denied, "10"), (DoneResult::NotAccepted, "07"), (DoneResult::Lapsed, "13")] {
        let scene = arrived().await;
        let reply = scene.gateway.tell(&telling(&scene, 3, done(scene.world.now(), result))).await;
        assert_eq!(reply.verdict, Verdict::Accepted, "{result:?} {}", reply.excerpt);
        assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().state, state, "{result:?}");
    }
}

/// Nothing is sent that would have to be refused, and all that is missing is told at once.
#[tokio::test]
async fn what_is_incomplete_is_not_sent() {
    let scene = arrived().await;
    let mut bare = telling(&scene, 3, acceptance(scene.world.now()));
    bare.codes.clear();
    // If anything went out, this would be its answer.
    scene.simulator.fail(Fault::on(CallKind::Step, Action::Status)).unwrap();
    let reply = scene.gateway.tell(&bare).await;
    let (code, words) = rejected(&reply.verdict);
    assert_eq!((code, reply.status), ("province.incomplete", None));
    for field in ["/acceptdeptname", "/acceptdeptid", "/approvaltype", "/coucatalogcode", "/coutaskcode"] {
        assert!(words.contains(field) && reply.excerpt.contains(field), "{field}: {words}");
    }
    // The older version of the platform has no word for a refusal.
    let older = scene.gateway.clone().speaking(CodeTable::named(Kind::Gateway, "older").unwrap());
    let denied = older.tell(&telling(&scene, 4, done(scene.world.now(), DoneResult::Denied))).await;
    assert!(rejected(&denied.verdict).1.starts_with("/doneresult step.missing"));
    let given_up = older.withdraw_case(ORGBUSNO, &bare.province_id, scene.world.now()).await;
    assert_eq!(rejected(&given_up.verdict).0, "province.incomplete");
    assert!(scene.simulator.case(ORGBUSNO).unwrap().told.is_empty());
}

/// This province finds the same faults by itself.
#[tokio::test]
async fn a_stranger_who_tells_it_wrong_hears_everything_at_once() {
    let scene = arrived().await;
    let projid = scene.simulator.cases()[0].projid.clone();
    let tell = async |kind: &str, body: Value| {
        let path = format!("/cases/{projid}/{kind}");
        let answer = scene.signed("POST", &path, body.to_string().as_bytes(), &key()).await;
        (answer.status, String::from_utf8(answer.body.into()).unwrap())
    };
    let wrong = [
        ("accept", json!({ "sn": 1 }), vec!["/acceptdeptid", "/acceptdeptcode1", "/transactor"]),
        ("steps", json!({ "sn": 1, "nodestate": "02" }), vec!["/nodename", "/nodeendtime", "/nodeadv", "/noderesult"]),
        ("specials", json!({ "noderesult": "1" }), vec!["/sn", "/specialname", "/lists"]),
        ("done", json!({ "sn": 1 }), vec!["/doneresult"]),
        ("done", json!({ "sn": 1, "doneresult": 0 }), vec!["/certificatenam", "/certificateno", "/publisher"]),
        ("done", json!({ "sn": 1, "doneresult": "3", "isfee": "1" }), vec!["/exitres", "/fee", "/payertel"]),
        ("ratings", json!({ "sn": 1, "starLevel": 2, "satisfaction": 2 }), vec!["/evaluation", "/starLevel"]),
        ("steps", json!([]), vec!["step.not_an_object"]),
    ];
    for (kind, body, expected) in wrong {
        let (status, said) = tell(kind, body.clone()).await;
        assert_eq!(status, 422, "{kind} {body}");
        for field in expected {
            assert!(said.contains(field), "{kind} {body}: {field} not in {said}");
        }
    }
    assert_eq!(tell("other", json!({ "sn": 1 })).await.0, 404);
    let nowhere = scene.signed("POST", "/cases/unknown/steps", b"{}", &key()).await;
    assert_eq!(nowhere.status, 404);
    assert!(scene.simulator.cases()[0].told.is_empty());
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_by_telling_it_again() {
    let scene = arrived().await;
    scene.simulator.fail(Fault::on(CallKind::Step, Action::CloseAfter)).unwrap();
    let telling = telling(&scene, 3, acceptance(scene.world.now()));
    let lost = scene.gateway.tell(&telling).await;
    assert_eq!(lost.verdict, Verdict::Retry { after: None, code: "province.no_answer" });
    assert_eq!(scene.gateway.tell(&telling).await.verdict, Verdict::AlreadyThere);
    assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().told.len(), 1);
}

/// A script moves no case whose caller decides it.
#[tokio::test]
async fn a_script_leaves_alone_what_its_caller_decides() {
    let later = portal::simulator::Step::after(2_000, Status::Approved);
    let scene = Scene::of(config(Script::of([later.clone(), later]))).await;
    scene.put().await;
    scene.post().await;
    let told = scene.gateway.tell(&telling(&scene, 3, acceptance(scene.world.now()))).await;
    assert_eq!(told.verdict, Verdict::Accepted);
    let approved = |simulator: &Simulator| simulator.case(ORGBUSNO).filter(|case| case.state == "10");
    assert!(scene.simulator.wait_for(Duration::from_secs(3), approved).await.is_none());
    assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().state, "05");
}
