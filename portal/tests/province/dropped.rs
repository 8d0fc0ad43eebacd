//! What only a file drop can meet: halves, strangers, files that are gone, a folder that is.

use std::collections::BTreeSet;

use bytes::Bytes;
use casework::world::Driven;
use chrono::TimeDelta;
use portal::adapter::{Province as _, Standing, Verdict};
use portal::signature::{Envelope, Key};
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{DropPath, StorageKey};

use crate::harness::{ORGBUSNO, application, file, key, picture, place, rejected};
use crate::rigs::{ByFiles, Rig as _};

const WAITING: Verdict = Verdict::Retry { after: None, code: "province.not_acknowledged" };

fn at(path: &str) -> StorageKey {
    StorageKey::Dropped(DropPath::new(path).unwrap())
}

impl ByFiles {
    async fn apply(&self) -> Verdict {
        self.adapter.put_file(&place(), &file(&picture()), picture()).await;
        self.adapter.post_case(&application()).await.verdict
    }

    fn files(&self, prefix: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![self.folder.path().join(prefix)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(self.folder.path()).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }

    /// Puts something into the inbox.
    async fn leave(&self, path: &str, key: &Key, content: &Value) {
        let envelope = Envelope::seal(key, path, content.to_string(), self.world.now(), "0123456789abcdef");
        self.store.put(&at(path), serde_json::to_vec(&envelope).unwrap().into()).await.unwrap();
    }
}

fn report(id: &str) -> Value {
    json!({ "reportid": id, "orgbusno": ORGBUSNO, "state": "05", "occurtime": "2026-11-22 14:03:00" })
}

/// The layout, name by name: the other side reads it by these.
#[tokio::test]
async fn a_bundle_as_it_lies_there() {
    let rig = ByFiles::in_a_folder().await;
    assert_eq!(rig.apply().await, WAITING);
    let bundle = format!("outbox/{ORGBUSNO}-1-apply");
    let sha256 = file(&picture()).sha256;
    let names = ["manifest.json".to_owned(), "message.json".to_owned(), format!("{sha256}.jpg")];
    assert_eq!(rig.files("outbox"), names.map(|name| format!("{bundle}/{name}")).into());
    let read = async |name: &str| rig.store.get(&at(&format!("{bundle}/{name}")), 1 << 20).await.unwrap();
    let path = format!("{bundle}/manifest.json");
    let manifest = Envelope::open(&[key().trusted()], &path, &read("manifest.json").await, rig.world.now()).unwrap();
    let message = read("message.json").await;
    let expected = json!({
        "name": format!("{ORGBUSNO}-1-apply"), "kind": "apply", "orgbusno": ORGBUSNO,
        "files": [
            { "name": "message.json", "sha256": hex::encode(Sha256::digest(&message)), "bytes": message.len() },
            { "name": format!("{sha256}.jpg"), "sha256": sha256, "bytes": picture().len() },
        ],
    });
    assert_eq!(serde_json::from_str::<Value>(&manifest).unwrap(), expected);
    let message: Value = serde_json::from_slice(&message).unwrap();
    assert_eq!((&message["orgbusno"], &message["dataver"]), (&ORGBUSNO.into(), &1.into()));
    assert_eq!(message["materials"][0]["files"][0]["sha256"], sha256);
}

/// What the platform has, nobody else needs: only its acknowledgement stays.
#[tokio::test]
async fn what_was_taken_is_removed() {
    let rig = ByFiles::in_a_folder().await;
    rig.apply().await;
    rig.round().await;
    assert_eq!(rig.files("inbox/acks").len(), 1);
    // The relay asks before it sends again: that is how it usually learns of it.
    assert!(matches!(rig.adapter.get_case(ORGBUSNO).await.value, Some(Standing::Present { dataver: 1, .. })));
    assert_eq!(rig.files("outbox"), BTreeSet::new());
    assert_eq!(rig.files("inbox/acks"), BTreeSet::new());
    assert_eq!(rig.files("taken"), BTreeSet::from([format!("taken/{ORGBUSNO}-1-apply.json")]));
    assert_eq!(rig.apply().await, Verdict::AlreadyThere);
    assert_eq!(rig.files("outbox"), BTreeSet::new(), "and is not put there again");
}

#[tokio::test]
async fn nothing_is_read_before_the_manifest_lies_there() {
    let rig = ByFiles::in_a_folder().await;
    rig.adapter.put_file(&place(), &file(&picture()), picture()).await;
    rig.round().await;
    assert!(rig.simulator.cases().is_empty());
    assert_eq!(rig.files("inbox/acks"), BTreeSet::new());
}

#[tokio::test]
async fn a_file_that_is_gone_is_not_announced() {
    let rig = ByFiles::in_a_folder().await;
    let (code, words) = match rig.adapter.post_case(&application()).await.verdict {
        Verdict::Rejected { code, words } => (code, words),
        other => panic!("{other:?}"),
    };
    assert_eq!((code, words), ("province.file_absent", format!("{}.jpg", file(&picture()).sha256)));
    assert_eq!(rig.files("outbox"), BTreeSet::new());
}

#[tokio::test]
async fn one_name_is_one_content() {
    let rig = ByFiles::in_a_folder().await;
    rig.apply().await;
    let mut other = application();
    other.applicant.name = "别家".into();
    assert_eq!(rejected(&rig.adapter.post_case(&other).await.verdict).0, "province.conflict");
    assert_eq!(rig.apply().await, WAITING, "the first still lies there");
}

/// A file spoilt on the way is noticed by whoever reads, and the next try brings it anew.
#[tokio::test]
async fn a_spoilt_file_is_refused() {
    let rig = ByFiles::in_a_folder().await;
    rig.apply().await;
    let spoilt = format!("outbox/{ORGBUSNO}-1-apply/{}.jpg", file(&picture()).sha256);
    rig.store.put(&at(&spoilt), Bytes::from(vec![0; picture().len()])).await.unwrap();
    rig.round().await;
    let verdict = rig.apply().await;
    assert!(rejected(&verdict).1.contains("bundle.incomplete"), "{verdict:?}");
    assert_eq!(rig.apply().await, WAITING);
    rig.round().await;
    assert_eq!(rig.apply().await, Verdict::Accepted);
}

#[tokio::test]
async fn strangers_acknowledge_nothing() {
    let rig = ByFiles::in_a_folder().await;
    rig.apply().await;
    let (name, stranger) = (format!("{ORGBUSNO}-1-apply"), Key::hmac_sha256("gaoxingban", "a guess of the secret"));
    let path = format!("inbox/acks/{name}.json");
    let taken = |bundle: &str| json!({ "bundle": bundle, "result": "taken", "projid": "1" });
    // The try says what is wrong, so that nobody waits for what lies there.
    let says = async || {
        let reply = rig.adapter.post_case(&application()).await;
        assert_eq!(reply.verdict, WAITING);
        // Whoever only asks, as the relay does after the first try, hears the same.
        let asked = rig.adapter.get_case(ORGBUSNO).await;
        assert_eq!((asked.verdict, &asked.excerpt), (WAITING, &reply.excerpt));
        reply.excerpt
    };
    assert!(says().await.contains("is not acknowledged yet"));
    rig.leave(&path, &stranger, &taken(&name)).await;
    assert!(says().await.contains("not believed: signature.wrong"));
    rig.leave(&path, &key(), &taken("another")).await;
    assert!(says().await.contains("its bundle is \"another\""), "an answer to something else");
    rig.leave(&path, &key(), &json!({ "bundle": name, "result": "perhaps" })).await;
    assert!(says().await.contains("must be \"taken\" or \"refused\""), "a word nobody knows");
    rig.leave(&path, &key(), &json!({ "bundle": name, "result": "taken" })).await;
    assert!(says().await.contains("names no projid"), "an application without its number there");
    // One that was for another place, copied here.
    rig.leave("inbox/acks/other.json", &key(), &taken(&name)).await;
    let moved = rig.store.get(&at("inbox/acks/other.json"), 1 << 20).await.unwrap();
    rig.store.put(&at(&path), moved).await.unwrap();
    assert_eq!(rig.apply().await, WAITING);
    rig.leave(&path, &key(), &json!({ "bundle": name, "result": "taken", "projid": 42 })).await;
    let reply = rig.adapter.post_case(&application()).await;
    assert_eq!((reply.verdict, reply.value.unwrap().province_id.as_str()), (Verdict::Accepted, "42"));
}

#[tokio::test]
async fn a_report_that_is_not_believed_holds_up_no_other() {
    let clock = Driven::now();
    let rig = ByFiles::living_in(clock.world()).await;
    rig.leave("inbox/reports/1.json", &Key::hmac_sha256("gaoxingban", "a guess of the secret"), &report("a")).await;
    rig.store.put(&at("inbox/reports/2.json"), Bytes::from("{")).await.unwrap();
    rig.leave("inbox/reports/3.json", &key(), &report("c")).await;
    rig.leave("inbox/reports/4.json", &key(), &json!({ "reportid": "d" })).await;
    std::fs::write(rig.folder.path().join("inbox/reports/空 格.json"), "{}").unwrap();
    let page = rig.adapter.list_cases(None).await.value.unwrap();
    let read: Vec<_> = page.reports.iter().map(|received| received.report.is_ok()).collect();
    assert_eq!(read, [true, false], "what is signed and cannot be understood is handed on as that");
    assert_eq!(rig.files("refused"), BTreeSet::new(), "it may not be finished yet");
    clock.forward(TimeDelta::hours(2));
    let page = rig.adapter.list_cases(Some(&page.cursor)).await.value.unwrap();
    let aside = ["refused/4.json", "refused/4.json.why"].map(str::to_owned);
    assert_eq!(rig.files("refused"), aside.into(), "whoever wrote it can look");
    let codes = |received: &portal::adapter::Received| received.report.as_ref().unwrap_err().0[0].to_string();
    let unheard: Vec<_> = page.reports.iter().map(codes).collect();
    assert_eq!(unheard, ["it is not believed: signature.wrong", "it is not believed: signature.malformed"]);
    let page = rig.adapter.list_cases(Some(&page.cursor)).await.value.unwrap();
    assert!(page.reports.is_empty());
    let all = ["1.json", "1.json.why", "2.json", "2.json.why", "4.json", "4.json.why"];
    assert_eq!(rig.files("refused"), all.map(|name| format!("refused/{name}")).into());
    let why = std::fs::read_to_string(rig.folder.path().join("refused/4.json.why")).unwrap();
    assert!(why.contains("report.missing: the field state is missing") && why.contains("缺少 occurtime"), "{why}");
    assert_eq!(rig.files("inbox/reports"), BTreeSet::from(["inbox/reports/空 格.json".to_owned()]));
}

#[tokio::test]
async fn reports_come_a_page_at_a_time() {
    let rig = ByFiles::in_a_folder().await;
    for n in 0..205 {
        rig.leave(&format!("inbox/reports/{n:03}.json"), &key(), &report(&n.to_string())).await;
    }
    let (mut cursor, mut seen) = (None, Vec::new());
    for (count, more) in [(100, true), (100, true), (5, false), (0, false)] {
        let page = rig.adapter.list_cases(cursor.as_deref()).await.value.unwrap();
        assert_eq!((page.reports.len(), page.more), (count, more));
        seen.extend(page.reports.into_iter().map(|received| received.report.unwrap().id));
        cursor = Some(page.cursor);
    }
    assert_eq!(seen, (0..205).map(|n: usize| n.to_string()).collect::<Vec<_>>());
    assert_eq!(rig.files("inbox"), BTreeSet::new());
}

#[tokio::test]
async fn a_report_with_a_wrong_signature_is_not_heard() {
    let rig = ByFiles::in_a_folder().await;
    rig.apply().await;
    rig.round().await;
    rig.apply().await;
    rig.simulator.fail(Fault::on(CallKind::Report, Action::WrongSignature)).unwrap();
    rig.simulator.advance(ORGBUSNO, &Step::now(Status::Accepted));
    rig.round().await;
    let page = rig.adapter.list_cases(None).await.value.unwrap();
    let heard: Vec<_> = page.reports.iter().map(|received| received.report.as_ref().unwrap().status.name()).collect();
    assert_eq!(heard, ["received"]);
}

/// A folder that is away is an outage: nothing is parked, nothing is lost.
#[tokio::test]
async fn a_folder_that_is_away_is_waited_for() {
    let rig = ByFiles::in_a_folder().await;
    let (here, away) = (rig.folder.path().to_owned(), rig.folder.path().with_extension("away"));
    std::fs::rename(&here, &away).unwrap();
    let reply = rig.adapter.put_file(&place(), &file(&picture()), picture()).await;
    assert_eq!(reply.verdict, Verdict::Retry { after: None, code: "province.unreachable" });
    std::fs::rename(&away, &here).unwrap();
    assert_eq!(rig.apply().await, WAITING);
    rig.round().await;
    assert_eq!(rig.apply().await, Verdict::Accepted);
}
