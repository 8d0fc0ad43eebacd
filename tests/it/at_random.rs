//! A province that fails at random, by each way: every case ends approved, is there once, and is told of once.

use portal::simulator::Simulator;
use tests::{Setup, TestApp};

use crate::relaying::orgbusno;

/// How many calls of a hundred fail.
const PERCENT: u8 = 30;
const CASES: usize = 3;
/// What the runs draw their failures from: it is in every message.
const SEEDS: [u64; 2] = [42, 20_261_126];

async fn server(setup: Setup, way: &str, seed: u64) -> TestApp {
    setup
        .set("GXB_PORTAL_URL", "")
        .set("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0")
        .set("GXB_PORTAL_SIM_RANDOM", format!("{seed}:{PERCENT}"))
        .set("GXB_PORTAL_ADAPTER", way)
        .set("GXB_PORTAL_TIMEOUT", "400ms")
        .set("GXB_PORTAL_POLL", "200ms")
        .set("GXB_RELAY_SCHEDULE", vec!["100ms"; 30].join(","))
        .start()
        .await
}

fn province(app: &TestApp) -> &Simulator {
    app.app().stand_ins.simulator.as_ref().expect("the simulator of this process")
}

async fn all_end_right(setup: Setup, way: &str) {
    for seed in SEEDS {
        let app = server(setup.clone(), way, seed).await;
        let owner = app.owner("zhang").await;
        let mut cases = Vec::new();
        for _ in 0..CASES {
            let case = owner.ready().await;
            owner.submit(&case).await;
            cases.push(case);
        }
        for case in &cases {
            owner.wait_for_state(case, "approved").await;
            let mut acts = owner.acts(case).await;
            // The mere arrival is told or not.
            acts.retain(|act| act != "received");
            assert_eq!(acts, ["created", "submitted", "accepted", "approved"], "{way}, seed {seed}");
            let there = province(&app).case(&orgbusno(case)).expect("there");
            assert_eq!((there.dataver, there.state.as_str()), (1, "10"), "{way}, seed {seed}");
        }
        assert_eq!(province(&app).cases().len(), CASES, "{way}, seed {seed}: nothing is there twice");
        assert!(province(&app).failed_at_random() > 0, "{way}, seed {seed}: nothing failed");
        let notices = owner.notices().await;
        let count = |kind: &str| notices.iter().filter(|notice| *notice == kind).count();
        assert_eq!((count("accepted"), count("approved")), (CASES, CASES), "{way}, seed {seed}: {notices:?}");
    }
}

async fn by_calls(setup: Setup) {
    all_end_right(setup, "gateway").await;
}

async fn by_files(setup: Setup) {
    all_end_right(setup, "drop").await;
}

async fn by_rows(setup: Setup) {
    all_end_right(setup, "tables").await;
}

tests::on_both!(by_calls, by_files, by_rows);
