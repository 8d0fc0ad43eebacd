//! What an operator does: compares by hand, and after a backup was played back.

use casework::machine::Scope;
use chrono::TimeDelta;
use entity::staff::Role;
use portal::reconcile::compare::Kind;
use portal::reconcile::report::{Outcome, Report};
use portal::simulator::{Status, Step};
use serde_json::json;
use tests::Setup;

use super::{compared, forget, handed_over};
use crate::relaying::{Scene, orgbusno};

tests::on_both!(an_older_backup_ends_right);

/// An older backup of our database is played back: what the province did since is heard again, what was sent since is not
/// sent twice, and what nobody here remembers is shown to a person.
async fn an_older_backup_ends_right(setup: Setup) {
    let mut scene = Scene::start(setup).await;
    let decided = handed_over(&scene).await;
    let waiting = scene.submitted().await;
    let draft = scene.owner().await.ready().await;
    let backup = scene.app.back_up().await;
    // What the backup does not know.
    scene.drain().await;
    scene.owner().await.submit(&draft).await;
    let young = scene.submitted().await;
    scene.drain().await;
    scene.report(&decided, &Step::now(Status::Accepted)).await;
    scene.report(&decided, &Step::now(Status::Approved)).await;
    assert_eq!((scene.seen(&decided).await.0.as_str(), scene.province().cases().len()), ("approved", 4));
    scene.app.stop().await;
    scene.app.play_back(&backup).await;
    scene.app.restart().await;
    scene.relay = scene.app.relay();
    assert_eq!(scene.seen(&decided).await.0, "submitted", "the backup is in force");
    let report = compared(&scene, true).await;
    let mut lines: Vec<_> = report.lines.iter().map(|line| (line.kind, line.orgbusno.clone(), line.outcome)).collect();
    lines.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut unknown = [orgbusno(&draft), orgbusno(&young)];
    unknown.sort();
    let [first, second] = unknown.map(|id| (Kind::PresentButUnknown, id, Outcome::Left));
    assert_eq!(lines, [first, second, (Kind::StatesDiffer, orgbusno(&decided), Outcome::Cured)]);
    let machine = scene.app.integrator("hall", &[Scope::DeliveriesRead]).await;
    let read = machine.get("/integration/v1/reconciliation").await.expect(200).json();
    assert_eq!(read["left"], 2);
    for line in read["differences"].as_array().unwrap() {
        let cured = line["orgbusno"] == orgbusno(&decided);
        assert_eq!(line["why"], if cured { json!(null) } else { json!("never_sent") }, "{line:#}");
        // The draft is here, and the young one is not.
        let id = line["case_id"].as_str().map(orgbusno);
        assert_eq!(id.as_deref(), line["orgbusno"].as_str().filter(|there| *there != orgbusno(&young)), "{line:#}");
    }
    scene.drain().await;
    assert_eq!(scene.seen(&decided).await, ("approved".to_owned(), "done".to_owned()));
    assert_eq!(scene.seen(&waiting).await, ("submitted".to_owned(), "done".to_owned()));
    assert_eq!(scene.seen(&draft).await.0, "draft", "a draft is nobody's to move");
    assert_eq!(scene.province().cases().len(), 4, "nothing is there twice");
    assert!(
        scene
            .province()
            .cases()
            .iter()
            .all(|case| case.history.iter().filter(|r| r.body["state"] == "02").count() == 1)
    );
    assert_eq!(compared(&scene, true).await.found, 2, "what is left is for a person");
}

/// What an operator types, and what they read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_an_operator_does_it() {
    let scene = Scene::start(Setup::sqlite()).await;
    let case = handed_over(&scene).await;
    assert_eq!(
        scene.typed(&["reconcile", "--last"]).await,
        (Some(0), "还没有对过账。Nothing was compared yet.\n".to_owned())
    );
    let none = scene.app.staff(Role::Supervisor).await.get("/staff/v1/reconciliation").await;
    assert_eq!(none.problem(), (404, "reconciliation.none".to_owned()));
    forget(&scene).await;
    let (code, text) = scene.typed(&["reconcile", "--look"]).await;
    assert_eq!(code, Some(3), "{text}");
    for expected in
        [&orgbusno(&case), "已报送而省平台没有 sent but absent", "submitted | -", "重新报送 drive again: 建议 proposed"]
    {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert_eq!(scene.typed(&["reconcile", "--last"]).await, (Some(3), text));
    // The same without a shell.
    let read = scene.app.staff(Role::Supervisor).await.get("/staff/v1/reconciliation").await.expect(200).json();
    assert_eq!((&read["found"], &read["clean"], &read["by"]), (&json!(1), &json!(false), &json!("cli")));
    let line = &read["differences"][0];
    let said = ["orgbusno", "kind", "cure", "outcome"].map(|name| line[name].as_str().unwrap());
    assert_eq!(said, [orgbusno(&case).as_str(), "sent_but_absent", "drive_again", "proposed"]);
    let machine = scene.app.integrator("hall", &[Scope::DeliveriesRead]).await;
    assert_eq!(machine.get("/integration/v1/reconciliation").await.expect(200).json(), read);
    let digest = machine.get("/integration/v1/digest").await.expect(200).json();
    assert_eq!(digest["todo"][0]["code"], "books");
    let (code, text) = scene.typed(&["reconcile", "--json"]).await;
    let report: Report = serde_json::from_str(&text).unwrap();
    assert_eq!((code, report.by.as_str(), report.cured), (Some(0), "cli", 1));
    // The command lives in real time, which has moved on.
    scene.forward(TimeDelta::minutes(1));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.typed(&["reconcile"]).await.0, Some(0));
    assert_eq!(scene.there(&case).posts, 1);
}
