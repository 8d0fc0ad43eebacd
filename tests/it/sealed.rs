//! What may be personal cannot be read in the database's files.

use std::path::Path;

use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use serde_json::Value;
use tests::Setup;

use crate::relaying::Scene;

/// Everything in the files beside each other in a folder: the database, and what it has not moved there yet.
fn bytes(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_be_personal_is_sealed() {
    let mut scene = Scene::start(Setup::sqlite()).await;
    let parked = scene.submitted().await;
    let refusal = Fault::on(CallKind::File, Action::Refuse);
    scene.fail(Fault { words: Some("王小明的照片不清晰".to_owned()), ..refusal });
    scene.drain().await;
    let (corrected, approved) = (scene.submitted().await, scene.submitted().await);
    scene.drain().await;
    scene.report(&corrected, &Step::now(Status::Correction).saying("请李小红补交租赁合同")).await;
    scene.report(&approved, &Step::now(Status::Approved).saying("同意赵小军设置")).await;

    // Whoever may read it does.
    let owner = scene.owner().await;
    let (correcting, granted) = (owner.case(&corrected).await, owner.case(&approved).await);
    assert_eq!(correcting["correction"], "请李小红补交租赁合同");
    assert_eq!(granted["events"].as_array().unwrap().last().unwrap()["note"], "同意赵小军设置");
    let notices = owner.get("/v1/notices").await.expect(200).json();
    assert!(notices["notices"].to_string().contains("李小红"), "{notices:#}");
    let staff = scene.app.staff(Role::Operator).await;
    let delivery = format!("/staff/v1/deliveries/{}", scene.promise(&parked).await.id);
    let history = staff.get(&delivery).await.expect(200).json();
    assert!(history["attempts"][0]["reply"].as_str().unwrap().contains("王小明"), "{history:#}");

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut words = vec!["王小明".to_owned(), "李小红".to_owned(), "赵小军".to_owned()];
    words.extend(["/licence/name", "/licence/number"].map(|at| text(granted.pointer(at).unwrap())));
    words.extend(
        ["/shop/name", "/applicant/phone", "/applicant/contact"].map(|at| text(granted["form"].pointer(at).unwrap())),
    );
    let folder = scene.app.settings().iter().find(|(name, _)| name == "GXB_DATA_DIR").unwrap().1.clone();
    scene.app.stop().await;
    let bytes = bytes(Path::new(&folder));
    assert!(holds(&bytes, &text(&granted["number"])), "a case's number is no secret: the search finds what is there");
    let found: Vec<_> = words.iter().filter(|words| holds(&bytes, words)).collect();
    assert!(found.is_empty(), "readable in the database: {found:?}");
}
