//! The server killed between each pair of the relay's steps, and started again: one case at the province, and it is approved.

use std::time::Duration;

use portal::http::Http;
use portal::simulator::{Action, CallKind, Fault, Moment};
use reqwest::Method;
use tests::process::Process;
use tests::{Caller, Setup, TestApp, wait_for};

use crate::relaying::orgbusno;

const SERVED: &str = env!("CARGO_BIN_EXE_served");

/// A call that hangs until the test lets it go.
fn hang(call: CallKind, skip: u32, moment: Moment) -> Fault {
    Fault { skip, moment: Some(moment), ..Fault::on(call, Action::Hang) }
}

async fn start(setup: Setup) -> (TestApp, Caller, String) {
    let app = setup.process(SERVED).set("GXB_RELAY_LEASE", "1s").start().await;
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    (app, owner, case)
}

/// Waits until the relay has met every fault, and so hangs.
async fn hangs(app: &TestApp) {
    let http = Http::new(Duration::from_secs(20)).unwrap();
    let url = format!("{}/sim/faults", app.simulator().url());
    wait_for("the relay meets the fault", || async {
        let waiting = http.send(http.request(Method::GET, &url), 1 << 20).await.unwrap().body;
        let waiting: serde_json::Value = serde_json::from_slice(&waiting).unwrap();
        waiting["faults"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

/// Kills the server at each of these moments, one after the other, and then lets it finish.
async fn killed_at(setup: Setup, moments: Vec<Fault>) {
    let (mut app, owner, case) = start(setup).await;
    for (number, fault) in moments.into_iter().enumerate() {
        app.simulator().fail(fault).unwrap();
        if number == 0 {
            owner.submit(&case).await;
        } else {
            app.restart().await;
        }
        hangs(&app).await;
        app.kill().await;
    }
    app.restart().await;
    ends_approved(&app, &owner, &case).await;
}

async fn ends_approved(app: &TestApp, owner: &Caller, case: &str) {
    owner.wait_for_state(case, "approved").await;
    // What hung there may go on: its caller is long dead.
    app.simulator().heal();
    let idle = || async { (app.simulator().calls_in_progress() == 0).then_some(()) };
    wait_for("no call in progress", idle).await;
    let there = app.simulator().cases();
    assert_eq!(there.iter().map(|case| case.orgbusno.clone()).collect::<Vec<_>>(), [orgbusno(case)]);
    assert_eq!((there[0].dataver, there[0].state.as_str()), (1, "10"));
    wait_for("it is known to be handed over", || async {
        (owner.case(case).await["relay"]["state"] == "done").then_some(())
    })
    .await;
    assert_eq!(owner.acts(case).await, ["created", "submitted", "received", "accepted", "approved"]);
    assert_eq!(owner.notices().await, ["accepted", "approved"]);
}

async fn at_the_first_file(setup: Setup) {
    killed_at(setup, vec![hang(CallKind::File, 0, Moment::Before)]).await;
}

async fn between_the_files(setup: Setup) {
    killed_at(setup, vec![hang(CallKind::File, 0, Moment::After), hang(CallKind::File, 1, Moment::Before)]).await;
}

async fn before_the_case_is_taken(setup: Setup) {
    killed_at(setup, vec![hang(CallKind::Case, 0, Moment::Before)]).await;
}

async fn after_the_case_is_taken(setup: Setup) {
    killed_at(setup, vec![hang(CallKind::Case, 0, Moment::After)]).await;
}

async fn at_the_ask(setup: Setup) {
    let ask = || hang(CallKind::Get, 0, Moment::Before);
    killed_at(setup, vec![hang(CallKind::Case, 0, Moment::After), ask(), ask()]).await;
}

async fn at_every_step_in_a_row(setup: Setup) {
    let moments = vec![
        hang(CallKind::File, 0, Moment::Before),
        hang(CallKind::File, 0, Moment::After),
        hang(CallKind::File, 1, Moment::After),
        hang(CallKind::Case, 0, Moment::Before),
        hang(CallKind::Get, 0, Moment::After),
        hang(CallKind::Case, 0, Moment::After),
        hang(CallKind::Get, 0, Moment::Before),
    ];
    killed_at(setup, moments).await;
}

/// Killed the moment the phone has its answer, before anybody took the promise up.
async fn before_anybody_took_it_up(setup: Setup) {
    let (mut app, owner, case) = start(setup.without_relay()).await;
    owner.submit(&case).await;
    app.kill().await;
    assert!(app.simulator().cases().is_empty());
    app.restart().await;
    assert_eq!(owner.case(&case).await["relay"]["state"], "queued");
    // The restarted server relays nothing; a process beside it does.
    let beside = Process::serve(SERVED, &["serve"], app.settings()).await;
    ends_approved(&app, &owner, &case).await;
    beside.kill().await;
}

/// Killed again and again while it has more than one case to hand over.
async fn again_and_again(setup: Setup) {
    const CASES: usize = 6;
    let (mut app, owner, first) = start(setup).await;
    let mut cases = vec![first];
    while cases.len() < CASES {
        cases.push(owner.ready().await);
    }
    for case in &cases {
        owner.submit(case).await;
    }
    for there in 1..CASES {
        wait_for("another case arrives", || async { (app.simulator().cases().len() >= there).then_some(()) }).await;
        app.kill().await;
        app.restart().await;
    }
    for case in &cases {
        owner.wait_for_state(case, "approved").await;
    }
    let mut there: Vec<_> = app.simulator().cases().into_iter().map(|case| case.orgbusno).collect();
    let mut here: Vec<_> = cases.iter().map(|case| orgbusno(case)).collect();
    there.sort();
    here.sort();
    assert_eq!(there, here);
    assert_eq!(owner.notices().await.len(), 2 * CASES);
}

tests::on_both!(
    at_the_first_file,
    between_the_files,
    before_the_case_is_taken,
    after_the_case_is_taken,
    at_the_ask,
    at_every_step_in_a_row,
    before_anybody_took_it_up,
    again_and_again,
);
