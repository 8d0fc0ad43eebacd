//! What may be personal cannot be read in the database's files.

use std::path::Path;

use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use serde_json::{Value, json};
use tests::Setup;
use tests::county::{BUREAU, COUNTY};

use crate::county::Desk;
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

/// What staff write about a case, and what the province is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_write_is_sealed() {
    let mut desk = Desk::open(Setup::sqlite()).await;
    let case = desk.submitted(COUNTY).await;
    let payer =
        json!({ "name": "孙缴费", "id_card": "371526199003070020", "mobile": "13800001234", "telephone": "0635-1" });
    let grant = json!({
        "licence": { "name": "招牌证明", "number": "高审秘密一号", "publisher": BUREAU },
        "fee": { "amount": "1.00", "standard": "按周小五核定", "payer": payer },
        "words": "请钱小六来取",
    });
    for (role, act, body) in [
        (Role::Clerk, "escalate", json!({ "words": "吴小七的铺面有争议" })),
        (Role::Clerk, "accept", Value::Null),
        (Role::Approver, "step", json!({ "name": "现场勘验" })),
        (Role::Approver, "step/end", json!({ "agreed": true, "opinion": "郑小八在场" })),
        (Role::Approver, "special", json!({ "kind": "hearing", "reason": "冯小九要求", "until": "2026-03-06" })),
        (Role::Approver, "special/end", json!({ "result": "陈小十不再反对" })),
        (Role::Approver, "approve", grant),
    ] {
        desk.staff(role).await.act(&case, act, &body).await.expect(200);
    }
    desk.staff(Role::Issuer).await.act(&case, "issue", &Value::Null).await.expect(200);
    let rating = json!({ "level": "dissatisfied", "words": "褚十一态度不好" });
    desk.scene.owner().await.send("POST", &format!("/v1/cases/{case}/rating"), &rating).await.expect(200);
    desk.scene.drain().await;
    assert!(desk.last(&case, "done").to_string().contains("孙缴费"), "whoever has to know it does");

    let folder = desk.scene.app.settings().iter().find(|(name, _)| name == "GXB_DATA_DIR").unwrap().1.clone();
    desk.scene.app.stop().await;
    let bytes = bytes(Path::new(&folder));
    assert!(holds(&bytes, "case_clock"), "the search finds what is there");
    let words = [
        "孙缴费",
        "371526199003070020",
        "13800001234",
        "高审秘密一号",
        "周小五",
        "钱小六",
        "吴小七",
        "郑小八",
        "冯小九",
        "陈小十",
        "褚十一",
    ];
    let found: Vec<_> = words.iter().filter(|words| holds(&bytes, words)).collect();
    assert!(found.is_empty(), "readable in the database: {found:?}");
}
