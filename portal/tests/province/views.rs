//! The simulator's own pages and switches.

use std::time::Duration;

use portal::adapter::{Province as _, Verdict};
use portal::simulator::{Script, Status, Step};
use serde_json::{Value, json};

use crate::harness::{BOUND, ORGBUSNO, Scene, application, config, file, picture};

async fn text(scene: &Scene, path: &str) -> String {
    let answer = scene.raw("GET", path, b"", &[]).await;
    assert_eq!(answer.status, 200, "{path}");
    String::from_utf8(answer.body.into()).unwrap()
}

#[tokio::test]
async fn the_page_shows_cases_pictures_and_history_and_nothing_can_break_out_of_it() {
    let scene = Scene::quiet().await;
    assert!(text(&scene, "/").await.contains("还没有收到办件"));
    scene.put().await;
    let mut hostile = application();
    hostile.applicant.name = "<script>alert('x')</script>\"onload=".into();
    hostile.materials[0].files[0].file_name = "\"><img src=x>.jpg".into();
    assert_eq!(scene.gateway.post_case(&hostile).await.verdict, Verdict::Accepted);
    scene.simulator.advance(ORGBUSNO, &Step::now(Status::Denied).saying("<i>不行</i>"));
    let page = text(&scene, "/").await;
    for expected in ["招牌设置明示", "不予许可 denied", "收件 received", "3200", "&lt;b&gt;", "&lt;i&gt;不行"]
    {
        assert!(page.contains(expected), "{expected}");
    }
    assert!(page.contains(&format!("src=\"/sim/files/{}\"", file(&picture()).sha256)));
    for never in ["<script", "<i>", "<img src=x", "http://", "https://", "\"onload"] {
        assert!(!page.contains(never), "{never}");
    }
}

#[tokio::test]
async fn what_was_kept_can_be_fetched() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    let (status, cases) = scene.sim("GET", "/sim/cases", &Value::Null).await;
    assert_eq!((status, cases["count"].as_u64()), (200, Some(1)));
    assert_eq!(cases["cases"][0]["orgbusno"], ORGBUSNO);
    assert_eq!(cases["cases"][0]["history"][0]["body"]["state"], "02");
    let (status, case) = scene.sim("GET", &format!("/sim/cases/{ORGBUSNO}"), &Value::Null).await;
    assert_eq!((status, &case), (200, &cases["cases"][0]));
    let path = format!("/sim/files/{}", file(&picture()).sha256);
    let answer = scene.raw("GET", &path, b"", &[]).await;
    assert_eq!((answer.status, &answer.body), (200, &picture()));
    assert_eq!(answer.headers["content-type"], "image/jpeg");
    for path in ["/sim/cases/none", "/sim/files/none", "/nowhere", "/sim/files/..%2f..%2fetc"] {
        assert_eq!(scene.raw("GET", path, b"", &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn cases_are_moved_on_by_hand() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    let path = format!("/sim/cases/{ORGBUSNO}/advance");
    for (step, state) in [
        (json!({"status": "accepted"}), "05"),
        (json!({"status": "reviewing", "words": "现场勘查"}), "12"),
        (json!({"status": "raw", "code": "11"}), "11"),
        (json!({"status": "not_accepted"}), "07"),
    ] {
        assert_eq!(scene.sim("POST", &path, &step).await.0, 200, "{step}");
        assert_eq!(scene.simulator.case(ORGBUSNO).unwrap().state, state);
    }
    assert_eq!(scene.sim("POST", &path, &json!({"status": "raw"})).await.0, 422);
    assert_eq!(scene.sim("POST", &path, &json!({"status": "gone"})).await.0, 422);
    assert_eq!(scene.sim("POST", "/sim/cases/none/advance", &json!({"status": "accepted"})).await.0, 404);
}

#[tokio::test]
async fn faults_and_scripts_are_changed_while_it_runs() {
    let scene = Scene::with_timeout(config(Script::default()), Duration::from_secs(5)).await;
    scene.put().await;
    let faults = json!([{"call": "case", "action": "status", "status": 503, "retry_after": "3"},
        {"call": "case", "action": "close_after"}]);
    let (status, queued) = scene.sim("POST", "/sim/faults", &faults).await;
    assert_eq!((status, queued["faults"].as_array().map(Vec::len)), (200, Some(2)));
    let half = json!([{"call": "case", "action": "refuse"}, {"call": "case", "action": "lose"}]);
    assert_eq!(scene.sim("POST", "/sim/faults", &half).await.0, 422);
    assert_eq!(scene.sim("POST", "/sim/faults", &json!({"call": "case", "act": "refuse"})).await.0, 422);
    assert_eq!(scene.sim("GET", "/sim/faults", &Value::Null).await.1, queued, "all or none");
    assert_eq!(scene.post().await, Verdict::Retry { after: Some(Duration::from_secs(3)), code: "province.failing" });
    assert_eq!(scene.sim("DELETE", "/sim/faults", &Value::Null).await.0, 200);
    let script = json!({"steps": [{"status": "denied", "words": "不符合规划"}]});
    assert_eq!(scene.sim("PUT", "/sim/script", &script).await.0, 200);
    assert_eq!(scene.sim("PUT", "/sim/script", &json!({"steps": 1})).await.0, 422);
    assert_eq!(scene.sim("GET", "/sim/script", &Value::Null).await.1["steps"][0]["status"], "denied");
    assert_eq!(scene.post().await, Verdict::Accepted);
    let denied = |simulator: &portal::simulator::Simulator| {
        simulator.case(ORGBUSNO).filter(|case| case.doneresult.as_deref() == Some("1"))
    };
    let case = scene.simulator.wait_for(BOUND, denied).await.expect("denied");
    assert_eq!(case.history[1].body["exitres"], "不符合规划");
}
