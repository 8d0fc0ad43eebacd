//! The province fails in every way it can: the case ends right, exactly once, the applicant sees a true state meanwhile, and
//! every attempt can be read.

use chrono::TimeDelta;
use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Moment};
use tests::{BOUND, Setup, wait_for};
use tokio::net::{TcpListener, TcpStream};

use crate::relaying::{Scene, orgbusno};

/// One way to fail, and what is to be seen of it.
struct Story {
    fault: Fault,
    /// The attempt that meets the fault.
    attempt: &'static str,
    /// What the applicant reads of the relay after it.
    relay: &'static str,
    /// The attempt after it, where there is one.
    then: Option<&'static str>,
    /// How often the province is asked to take the case.
    posts: u32,
}

async fn tell(story: Story) {
    let scene = Scene::start(Setup::sqlite().set("GXB_PORTAL_TIMEOUT", "1500ms")).await;
    let case = scene.submitted().await;
    scene.fail(story.fault);
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), story.relay.to_owned()));
    assert_eq!(scene.attempts(&case).await, [story.attempt]);
    let owner = scene.owner().await;
    assert_eq!(owner.acts(&case).await, ["created", "submitted"], "a passing failure is nobody's business");
    assert!(owner.notices().await.is_empty());
    if let Some(then) = story.then {
        assert!(scene.next_try(&case).await.unwrap() > scene.now(), "the applicant reads when it is tried next");
        assert_eq!(scene.drain().await, 0, "not before its time");
        scene.forward(TimeDelta::seconds(7));
        assert_eq!(scene.drain().await, 1);
        assert_eq!(scene.attempts(&case).await, [story.attempt, then]);
    }
    // What hangs there may go on now: it comes too late to make a second case.
    scene.province().heal();
    wait_for("no call in progress", || async { (scene.province().calls_in_progress() == 0).then_some(()) }).await;
    assert_eq!(scene.there(&case).posts, story.posts);
    scene.ends_approved(&case).await;
}

fn waiting(call: CallKind, action: Action, ms: Option<u64>, moment: Moment) -> Fault {
    Fault { ms, moment: Some(moment), ..Fault::on(call, action) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow() {
    let fault = waiting(CallKind::Case, Action::Slow, Some(200), Moment::Before);
    tell(Story { fault, attempt: "case done - 201", relay: "done", then: None, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answering_500_to_the_case() {
    let fault = Fault { status: Some(500), ..Fault::on(CallKind::Case, Action::Status) };
    let (attempt, then) = ("case retry province.failing 500", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "queued", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answering_503_to_a_file() {
    let fault = Fault { skip: 1, ..Fault::on(CallKind::File, Action::Status) };
    let (attempt, then) = ("file retry province.failing 503", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "queued", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losing_a_file_it_had_taken() {
    let fault = Fault::on(CallKind::File, Action::Lose);
    let (attempt, then) = ("case retry province.file_absent 422", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "queued", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_before_it_took_the_case() {
    let fault = Fault::on(CallKind::Case, Action::CloseBefore);
    let (attempt, then) = ("case unknown province.no_answer -", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "unknown", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_after_it_took_the_case() {
    let fault = Fault::on(CallKind::Case, Action::CloseAfter);
    let (attempt, then) = ("case unknown province.no_answer -", Some("ask done province.already_there 200"));
    tell(Story { fault, attempt, relay: "unknown", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_in_the_middle_of_a_file() {
    let fault = Fault::on(CallKind::File, Action::CloseAfter);
    let (attempt, then) = ("file retry province.no_answer -", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "queued", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_after_it_took_the_case() {
    let fault = waiting(CallKind::Case, Action::Hang, None, Moment::After);
    let (attempt, then) = ("case unknown province.no_answer -", Some("ask done province.already_there 200"));
    tell(Story { fault, attempt, relay: "unknown", then, posts: 1 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_at_a_file() {
    let fault = waiting(CallKind::File, Action::Hang, None, Moment::Before);
    let (attempt, then) = ("file retry province.no_answer -", Some("case done - 201"));
    tell(Story { fault, attempt, relay: "queued", then, posts: 1 }).await;
}

/// The first call is carried out when it is let go, long after its caller left: by then the case is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_before_it_takes_the_case() {
    let scene = Scene::start(Setup::sqlite().set("GXB_PORTAL_TIMEOUT", "1500ms")).await;
    let case = scene.submitted().await;
    scene.fail(waiting(CallKind::Case, Action::Hang, None, Moment::Before));
    scene.drain().await;
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), "unknown".to_owned()));
    scene.forward(TimeDelta::seconds(7));
    scene.drain().await;
    assert_eq!(scene.attempts(&case).await, ["case unknown province.no_answer -", "case done - 201"]);
    scene.province().heal();
    wait_for("no call in progress", || async { (scene.province().calls_in_progress() == 0).then_some(()) }).await;
    scene.ends_approved(&case).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn busy_and_saying_when_to_come_back() {
    let scene = Scene::start(Setup::sqlite()).await;
    let case = scene.submitted().await;
    let busy = Fault::on(CallKind::File, Action::Status);
    scene.fail(Fault { status: Some(429), retry_after: Some("90".to_owned()), ..busy });
    scene.drain().await;
    assert_eq!(scene.attempts(&case).await, ["file retry province.busy 429"]);
    assert_eq!(scene.next_try(&case).await, Some(scene.now() + TimeDelta::seconds(90)));
    scene.forward(TimeDelta::seconds(89));
    assert_eq!(scene.drain().await, 0);
    scene.forward(TimeDelta::seconds(2));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.attempts(&case).await, ["file retry province.busy 429", "case done - 201"]);
    scene.ends_approved(&case).await;
}

/// Nobody listens where the province should be; then somebody does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn down() {
    // An address of its own: on that of the other tests, one of their servers may take the port meanwhile.
    let door = TcpListener::bind("127.0.0.77:0").await.unwrap();
    let address = door.local_addr().unwrap();
    drop(door);
    let scene = Scene::start(Setup::sqlite().set("GXB_PORTAL_URL", format!("http://{address}"))).await;
    let case = scene.submitted().await;
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), "queued".to_owned()));
    scene.forward(TimeDelta::seconds(7));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.attempts(&case).await, ["file retry province.unreachable -"; 2]);
    let inside = scene.province().local_addr();
    let door = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = door.accept().await {
            let mut province = TcpStream::connect(inside).await.unwrap();
            tokio::spawn(async move { drop(tokio::io::copy_bidirectional(&mut caller, &mut province).await) });
        }
    });
    scene.forward(TimeDelta::seconds(37));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.attempts(&case).await.pop().unwrap(), "case done - 201");
    scene.ends_approved(&case).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusing_one_file_until_a_person_looked() {
    let scene = Scene::start(Setup::sqlite()).await;
    let case = scene.submitted().await;
    let refusal = Fault::on(CallKind::File, Action::Refuse);
    scene.fail(Fault { skip: 1, words: Some("照片不清晰".to_owned()), ..refusal });
    assert_eq!(scene.drain().await, 1);
    scene.forward(TimeDelta::days(3));
    assert_eq!(scene.drain().await, 0, "it waits for a person");
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), "parked".to_owned()));
    assert!(scene.province().cases().is_empty());

    let staff = scene.app.staff(Role::Supervisor).await;
    let page = staff.get("/staff/v1/deliveries").await.expect(200).json();
    let parked = &page["deliveries"][0];
    assert_eq!((&parked["case_id"], &parked["reason"]), (&case.as_str().into(), &"province.refused".into()));
    let path = format!("/staff/v1/deliveries/{}", parked["id"].as_str().unwrap());
    let history = staff.get(&path).await.expect(200).json();
    assert!(
        history["attempts"][0]["reply"].as_str().unwrap().contains("照片不清晰"),
        "the province's own words are kept"
    );

    for _ in 0..2 {
        staff.call("POST", &format!("{path}/redrive")).await.expect(200);
    }
    assert_eq!(scene.drain().await, 1);
    assert_eq!(staff.call("POST", &format!("{path}/redrive")).await.problem().1, "delivery.not_parked");
    assert_eq!(scene.attempts(&case).await, ["file parked province.refused 422", "case done - 201"]);
    scene.ends_approved(&case).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_until_the_schedule_is_at_its_end() {
    let scene = Scene::start(Setup::sqlite()).await;
    let case = scene.submitted().await;
    scene.fail(Fault::on(CallKind::Any, Action::Status).times(9));
    for attempt in 1..=9 {
        assert_eq!(scene.drain().await, 1, "attempt {attempt}");
        scene.forward(TimeDelta::hours(15));
    }
    assert_eq!(scene.drain().await, 0);
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), "parked".to_owned()));
    let attempts = scene.attempts(&case).await;
    assert_eq!(attempts[..8], ["file retry province.failing 503"; 8]);
    assert_eq!(attempts[8], "file parked province.failing 503");
    // It made itself due nine times and its schedule begins anew.
    let id = scene.promise(&case).await.id;
    casework::outbox::redrive(&scene.app.app().desk, id, "staff:test").await.unwrap();
    assert_eq!(scene.drain().await, 1);
    scene.ends_approved(&case).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_is_told_once() {
    let scene = Scene::start(Setup::sqlite()).await;
    let case = scene.submitted().await;
    scene.fail(Fault::on(CallKind::Any, Action::Status).times(1000));
    scene.drain().await;
    scene.forward(TimeDelta::hours(4) - TimeDelta::seconds(1));
    assert_eq!(scene.relay.tell_late().await.unwrap(), 0, "not before the promised time");
    scene.forward(TimeDelta::seconds(2));
    // The server itself looks, and so does a second one beside it.
    let beside = scene.app.beside().await;
    let tasks = tokio_util::task::TaskTracker::new();
    api::background::start(scene.app.app(), &tasks).unwrap();
    api::background::start(&beside, &tasks).unwrap();
    let owner = scene.owner().await;
    wait_for("the owner is told", || async { (!owner.notices().await.is_empty()).then_some(()) }).await;
    beside.stop.cancel();
    scene.forward(TimeDelta::days(1));
    assert_eq!(scene.relay.tell_late().await.unwrap(), 0, "once");
    let owner = scene.owner().await;
    assert_eq!(owner.notices().await, ["late"]);
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "late"]);
    scene.province().heal();
    scene.forward(TimeDelta::days(1));
    let here = orgbusno(&case);
    scene.province().wait_for(BOUND, |province| province.case(&here)).await.expect("it arrives in the end");
    wait_for("handed over", || async { (scene.seen(&case).await.1 == "done").then_some(()) }).await;
    scene.ends_approved(&case).await;
    assert_eq!(scene.owner().await.notices().await, ["late", "accepted", "approved"]);
}
