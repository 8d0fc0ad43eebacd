//! A shop owner's case by each way to the portal: handed in once, heard of, decided.

use std::path::{Path, PathBuf};

use portal::simulator::Simulator;
use tests::{Setup, TestApp, wait_for};

use crate::relaying::orgbusno;

/// A server that goes this way to the simulator in its own process.
async fn server(setup: Setup, way: &str) -> TestApp {
    setup
        .set("GXB_PORTAL_URL", "")
        .set("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0")
        .set("GXB_PORTAL_ADAPTER", way)
        .start()
        .await
}

fn province(app: &TestApp) -> &Simulator {
    app.app().stand_ins.simulator.as_ref().expect("the simulator of this process")
}

/// From the phone to the decision and the notices, with nothing but what the server does by itself.
async fn lived_through(app: &TestApp) -> String {
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    owner.wait_for_state(&case, "approved").await;
    let acts = owner.acts(&case).await;
    assert!(acts.iter().any(|act| act == "accepted") && acts.iter().any(|act| act == "approved"), "{acts:?}");
    let there = province(app).case(&orgbusno(&case)).expect("there");
    assert_eq!((there.dataver, there.state.as_str()), (1, "10"));
    assert_eq!(province(app).cases().len(), 1);
    let materials = there.application["materials"].as_array().unwrap();
    let files = materials.iter().flat_map(|material| material["files"].as_array().unwrap());
    for file in files {
        let kept = province(app).file(file["sha256"].as_str().unwrap()).expect("every file is there");
        assert_eq!(file["size"], kept.bytes.len());
    }
    assert!(province(app).file_count() > 0);
    case
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

async fn by_calls(setup: Setup) {
    lived_through(&server(setup, "gateway").await).await;
}

async fn by_files(setup: Setup) {
    let app = server(setup, "drop").await;
    let case = lived_through(&app).await;
    let folder = Path::new(&app.settings().iter().find(|(name, _)| name == "GXB_DATA_DIR").unwrap().1).join("drop");
    let (outbox, inbox) = (folder.join("outbox"), folder.join("inbox"));
    wait_for("an empty outbox: nothing personal stays", || async { files_below(&outbox).is_empty().then_some(()) })
        .await;
    let kept = files_below(&folder.join("taken"));
    assert_eq!(kept, [folder.join(format!("taken/{}-1-apply.json", orgbusno(&case)))]);
    wait_for("an empty inbox", || async { files_below(&inbox).is_empty().then_some(()) }).await;
}

async fn by_rows(setup: Setup) {
    lived_through(&server(setup, "tables").await).await;
}

/// `demo`, as whoever tries the project plays it: it finds the server where the settings say that it listens.
async fn by_demo(setup: Setup) {
    let app = setup.process(env!("CARGO_BIN_EXE_served")).start().await;
    let listen = app.url().trim_start_matches("http://").to_owned();
    let mut demo = tokio::process::Command::new(env!("CARGO_BIN_EXE_served"));
    demo.arg("demo").env_clear().env("GXB_LISTEN", listen).kill_on_drop(true);
    let played = demo.output().await.unwrap();
    let (said, complaint) = (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
    assert!(played.status.success(), "{said}{complaint}");
    for step in ["1. 登录", "2. 看指南", "3. 新建办件", "4. 拍照", "5. 提交", "approved (province)", "7. 通知"]
    {
        assert!(said.contains(step), "{step} in {said}");
    }
    assert_eq!(app.simulator().cases().len(), 1);
}

tests::on_both!(by_calls, by_files, by_rows, by_demo);
