//! The list of all cases, as the adapter reads it.

use std::collections::{BTreeMap, BTreeSet};

use portal::adapter::{Application, Entry, NOT_OFFERED, Province as _, ReportedStatus, Stands, Verdict};
use portal::simulator::{Action, CallKind, Fault, Status, Step};

use crate::harness::{ORGBUSNO, Scene, application, file, picture};

#[tokio::test]
async fn every_case_with_its_state_and_files_page_by_page() {
    let scene = Scene::quiet().await;
    let empty = scene.gateway.list_register(None).await.value.unwrap();
    assert_eq!((empty.entries.len(), empty.more), (0, false));
    scene.put().await;
    for n in 0..150_u32 {
        let orgbusno = format!("{n:032x}");
        assert_eq!(
            scene.gateway.post_case(&Application { orgbusno, ..application() }).await.verdict,
            Verdict::Accepted
        );
    }
    scene.simulator.advance(&format!("{:032x}", 149), &Step::now(Status::Denied));
    let first = scene.gateway.list_register(None).await.value.unwrap();
    assert_eq!((first.entries.len(), first.more, first.unreadable), (100, true, 0));
    let second = scene.gateway.list_register(Some(&first.cursor)).await.value.unwrap();
    assert_eq!((second.entries.len(), second.more), (50, false));
    let all: Vec<_> = first.entries.iter().chain(&second.entries).map(|entry| entry.orgbusno.clone()).collect();
    assert_eq!(all, (0..150_u32).map(|n| format!("{n:032x}")).collect::<Vec<_>>());
    let files = Some(BTreeMap::from([("scene".to_owned(), BTreeSet::from([file(&picture()).sha256]))]));
    let of =
        |status| Entry { orgbusno: all[0].clone(), dataver: 1, state: Stands::Reported(status), files: files.clone() };
    assert_eq!(first.entries[0], of(ReportedStatus::Received));
    let denied = Entry { orgbusno: all[149].clone(), ..of(ReportedStatus::Denied { reason: String::new() }) };
    assert_eq!(second.entries[49], denied);
    assert_eq!(scene.signed("GET", "/register?cursor=x", b"", &crate::harness::key()).await.status, 422);
    assert_eq!(scene.raw("GET", "/register", b"", &[]).await.status, 401, "only who signs reads it");
}

#[tokio::test]
async fn a_case_that_was_given_up_says_so_in_both_places() {
    let scene = Scene::quiet().await;
    scene.put().await;
    scene.post().await;
    let projid = scene.simulator.case(ORGBUSNO).unwrap().projid;
    scene.gateway.withdraw_case(ORGBUSNO, &projid, scene.world.now()).await;
    let page = scene.gateway.list_register(None).await.value.unwrap();
    assert_eq!(page.entries[0].state, Stands::GivenUp);
    let asked = scene.gateway.get_case(ORGBUSNO).await.value.unwrap();
    assert_eq!(Entry::of(ORGBUSNO, &asked, page.entries[0].files.clone()).as_ref(), Some(&page.entries[0]));
}

#[tokio::test]
async fn a_platform_without_the_list_is_told_from_one_that_is_away() {
    let scene = Scene::quiet().await;
    for (status, code) in [(404, NOT_OFFERED), (503, "province.failing")] {
        scene.simulator.fail(Fault { status: Some(status), ..Fault::on(CallKind::Register, Action::Status) }).unwrap();
        assert_eq!(scene.gateway.list_register(None).await.verdict.code(), Some(code));
    }
}
