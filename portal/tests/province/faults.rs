//! Every fault, and what the adapter makes of it.

use std::time::Duration;

use portal::adapter::gateway::Gateway;
use portal::adapter::{Province as _, Standing, Verdict};
use portal::simulator::{Action, CallKind, Fault, Moment, Script};
use serde_json::json;

use crate::harness::{BOUND, ORGBUSNO, Scene, application, config, file, key, picture, place, rejected};

#[tokio::test]
async fn refused_with_given_words() {
    let scene = Scene::quiet().await;
    scene.put().await;
    let words = "申请人名称与营业执照不一致";
    scene.simulator.fail(Fault { words: Some(words.into()), ..Fault::on(CallKind::Case, Action::Refuse) }).unwrap();
    let reply = scene.gateway.post_case(&application()).await;
    assert_eq!(rejected(&reply.verdict), ("province.refused", format!("sim.refused {words}").as_str()));
    assert!(scene.simulator.cases().is_empty());
    assert_eq!(scene.post().await, Verdict::Accepted, "once only");
}

#[tokio::test]
async fn one_file_refused() {
    let scene = Scene::quiet().await;
    let sha256 = file(&picture()).sha256;
    let one = Fault { subject: Some(sha256), ..Fault::on(CallKind::File, Action::Refuse).times(2) };
    scene.simulator.fail(one).unwrap();
    let other = crate::harness::picture_of(100, 70);
    assert_eq!(scene.gateway.put_file(&place(), &file(&other), other).await.verdict, Verdict::Accepted);
    assert_eq!(rejected(&scene.put().await).0, "province.refused");
    assert_eq!(rejected(&scene.put().await).0, "province.refused");
    assert_eq!(scene.put().await, Verdict::Accepted);
}

#[tokio::test]
async fn statuses_with_and_without_retry_after() {
    let scene = Scene::quiet().await;
    scene.put().await;
    for (status, retry_after, code, after) in [
        (500, None, "province.failing", None),
        (502, None, "province.failing", None),
        (503, Some("7"), "province.failing", Some(7)),
        (503, Some("Fri, 31 Dec 1999 23:59:59 GMT"), "province.failing", Some(0)),
        (429, Some("120"), "province.busy", Some(120)),
        (429, Some("later"), "province.busy", None),
        (408, None, "province.too_slow", None),
    ] {
        let fault = Fault {
            status: Some(status),
            retry_after: retry_after.map(Into::into),
            ..Fault::on(CallKind::Any, Action::Status).times(5)
        };
        scene.simulator.fail(fault).unwrap();
        let expected = Verdict::Retry { after: after.map(Duration::from_secs), code };
        assert_eq!(scene.post().await, expected);
        assert_eq!(scene.put().await, expected);
        assert_eq!(scene.gateway.rules().await.verdict, expected);
        assert_eq!(scene.gateway.get_case(ORGBUSNO).await.verdict, expected);
        assert_eq!(scene.gateway.list_cases(None).await.verdict, expected);
    }
    assert!(scene.simulator.cases().is_empty());
    assert_eq!(scene.post().await, Verdict::Accepted);
}

#[tokio::test]
async fn slow_is_only_slow() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.simulator.fail(Fault { ms: Some(50), ..Fault::on(CallKind::Case, Action::Slow) }).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(scene.post().await, Verdict::Accepted);
    assert!(begun.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn too_slow_may_have_arrived_and_asking_settles_it() {
    let scene = Scene::with_timeout(config(Script::nothing()), Duration::from_millis(400)).await;
    scene.put().await;
    let hang = Fault { moment: Some(Moment::After), ..Fault::on(CallKind::Case, Action::Hang) };
    scene.simulator.fail(hang).unwrap();
    let reply = scene.gateway.post_case(&application()).await;
    assert_eq!((reply.verdict, reply.status), (Verdict::Unknown { code: "province.no_answer" }, None));
    assert!(matches!(scene.gateway.get_case(ORGBUSNO).await.value, Some(Standing::Present { .. })));
    assert_eq!(scene.post().await, Verdict::AlreadyThere);

    scene.simulator.fail(Fault::on(CallKind::Rules, Action::Hang)).unwrap();
    let question = scene.gateway.rules().await.verdict;
    assert_eq!(question, Verdict::Retry { after: None, code: "province.no_answer" });
}

/// The caller gave up, asked, heard "no", sent it again — and only then the first one is carried out.
#[tokio::test]
async fn a_call_that_comes_through_late_makes_no_second_case() {
    let scene = Scene::with_timeout(config(Script::nothing()), Duration::from_millis(500)).await;
    scene.put().await;
    scene.simulator.fail(Fault::on(CallKind::Case, Action::Hang)).unwrap();
    assert_eq!(scene.post().await, Verdict::Unknown { code: "province.no_answer" });
    assert!(matches!(scene.gateway.get_case(ORGBUSNO).await.value, Some(Standing::Absent)));
    assert_eq!(scene.post().await, Verdict::Accepted);
    assert_eq!(scene.simulator.calls_in_progress(), 1);
    scene.simulator.heal();
    let carried_out = async {
        while scene.simulator.calls_in_progress() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, carried_out).await.expect("in time");
    let cases = scene.simulator.cases();
    assert_eq!((cases.len(), cases[0].posts), (1, 2));
}

#[tokio::test]
async fn a_hanging_call_goes_on_when_released() {
    let scene = Scene::quiet().await;
    scene.put().await;
    let hang = Fault { moment: Some(Moment::After), ..Fault::on(CallKind::Case, Action::Hang) };
    scene.simulator.fail(hang).unwrap();
    let application = application();
    let posting = scene.gateway.post_case(&application);
    let releasing = async {
        // It is kept before it hangs; from then on only a release lets it answer.
        scene.simulator.wait_for(BOUND, |simulator| simulator.case(ORGBUSNO)).await.expect("kept");
        while scene.simulator.case(ORGBUSNO).is_some() {
            assert_eq!(scene.sim("POST", "/sim/release", &json!({})).await.0, 200);
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        reply = posting => assert_eq!(reply.verdict, Verdict::Accepted),
        () = releasing => unreachable!("it never ends by itself"),
        () = tokio::time::sleep(BOUND) => panic!("never released"),
    }
}

#[tokio::test]
async fn the_connection_closes_before_the_case_is_kept() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.simulator.fail(Fault::on(CallKind::Case, Action::CloseBefore)).unwrap();
    let reply = scene.gateway.post_case(&application()).await;
    assert_eq!((reply.verdict, reply.status), (Verdict::Unknown { code: "province.no_answer" }, None));
    assert!(scene.simulator.cases().is_empty());
    assert!(matches!(scene.gateway.get_case(ORGBUSNO).await.value, Some(Standing::Absent)));
    assert_eq!(scene.post().await, Verdict::Accepted);
}

#[tokio::test]
async fn the_connection_closes_after_the_case_is_kept() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.simulator.fail(Fault::on(CallKind::Case, Action::CloseAfter)).unwrap();
    let reply = scene.gateway.post_case(&application()).await;
    assert_eq!((reply.verdict, reply.status), (Verdict::Unknown { code: "province.no_answer" }, None));
    assert_eq!(scene.simulator.cases().len(), 1);
    assert!(matches!(scene.gateway.get_case(ORGBUSNO).await.value, Some(Standing::Present { .. })));
    assert_eq!(scene.post().await, Verdict::AlreadyThere);
    assert_eq!(scene.simulator.cases().len(), 1);
}

/// Not one byte of an answer, and the socket really ends: seen without any HTTP library.
#[tokio::test]
async fn a_closed_connection_is_closed() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let scene = Scene::quiet().await;
    let call = portal::signature::Call { method: "GET", path_and_query: "/rules", body: b"" };
    let stamp = portal::signature::sign(&key(), &call, scene.world.now(), "a-nonce-used-only-once");
    let headers = stamp.headers().map(|(name, value)| format!("{name}: {value}\r\n")).concat();
    scene.simulator.fail(Fault::on(CallKind::Rules, Action::CloseAfter)).unwrap();
    let mut socket = tokio::net::TcpStream::connect(scene.simulator.local_addr()).await.unwrap();
    socket.write_all(format!("GET /rules HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = tokio::time::timeout(BOUND, socket.read_to_end(&mut answer)).await.expect("the socket ends");
    assert!(answer.is_empty() && end.map_or(true, |bytes| bytes == 0));
}

#[tokio::test]
async fn files_too_may_be_cut_off() {
    let scene = Scene::quiet().await;
    let again = Verdict::Retry { after: None, code: "province.no_answer" };
    scene.simulator.fail(Fault::on(CallKind::File, Action::CloseBefore)).unwrap();
    scene.simulator.fail(Fault::on(CallKind::File, Action::CloseAfter)).unwrap();
    assert_eq!(scene.put().await, again);
    assert_eq!(scene.simulator.file_count(), 0);
    assert_eq!(scene.put().await, again);
    assert_eq!(scene.simulator.file_count(), 1);
    let reply = scene.gateway.put_file(&place(), &file(&picture()), picture()).await;
    assert_eq!((reply.verdict, reply.status), (Verdict::Accepted, Some(200)));
}

#[tokio::test]
async fn a_province_that_is_down_was_surely_not_reached() {
    let scene = Scene::quiet().await;
    let url = scene.simulator.url();
    scene.simulator.stop().await;
    let gateway = Gateway::new(scene.http.clone(), &url, key(), scene.world.clone()).unwrap();
    let reply = gateway.post_case(&application()).await;
    assert_eq!((reply.verdict, reply.status), (Verdict::Retry { after: None, code: "province.unreachable" }, None));
    assert!(!reply.excerpt.contains("127.0.0.1:"), "{}", reply.excerpt);
}

#[tokio::test]
async fn stopping_lets_hanging_calls_go() {
    let scene = Scene::quiet().await;
    scene.put().await;
    let hang = Fault { moment: Some(Moment::After), ..Fault::on(CallKind::Case, Action::Hang) };
    scene.simulator.fail(hang).unwrap();
    let gateway = scene.gateway.clone();
    let posting = tokio::spawn(async move { gateway.post_case(&application()).await.verdict });
    scene.simulator.wait_for(BOUND, |simulator| simulator.case(ORGBUSNO)).await.expect("kept");
    tokio::time::timeout(BOUND, scene.simulator.stop()).await.expect("stops");
    let verdict = tokio::time::timeout(BOUND, posting).await.expect("ends").unwrap();
    assert!(matches!(verdict, Verdict::Accepted | Verdict::Unknown { .. }), "{verdict:?}");
}
