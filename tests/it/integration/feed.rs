//! The feed of changed cases: complete, in order, and nothing skipped, whoever commits when.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use casework::machine::Scope;
use entity::{CaseId, case, case_change};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    TransactionTrait as _,
};
use serde_json::{Value, json};
use tests::{Caller, Machine, Setup, TestApp};

const CHANGES: &str = "/integration/v1/changes";

async fn start(setup: Setup) -> (TestApp, Machine, Caller) {
    let app = setup.without_relay().start().await;
    let machine = app.integrator("hall", &[Scope::CasesRead]).await;
    let owner = app.owner("zhang").await;
    (app, machine, owner)
}

async fn handed_in(owner: &Caller) -> String {
    let case = owner.ready().await;
    owner.submit(&case).await;
    case
}

/// Reads on until there is nothing more; the changes, and the cursor behind them.
async fn read_on(machine: &Machine, mut cursor: Option<String>) -> (Vec<Value>, String) {
    let mut all = Vec::new();
    loop {
        let query = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let page = machine.get(&format!("{CHANGES}?limit=3{query}")).await.expect(200).json();
        all.extend(page["changes"].as_array().unwrap().clone());
        let next = page["cursor"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return (all, next);
        }
        cursor = Some(next);
    }
}

fn ids(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["case_id"].as_str().unwrap()).collect()
}

async fn a_copy_is_kept(setup: Setup) {
    let (app, machine, owner) = start(setup).await;
    owner.ready().await;
    assert_eq!(read_on(&machine, None).await.0, [] as [Value; 0], "a draft is its owner's business");
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(handed_in(&owner).await);
    }
    let (first, cursor) = read_on(&machine, None).await;
    assert_eq!(ids(&first), cases);
    assert_eq!(
        (&first[0]["state"], &first[0]["gone"], &first[0]["version"]),
        (&json!("submitted"), &json!(false), &json!(1))
    );
    assert_eq!(read_on(&machine, Some(cursor.clone())).await, (Vec::new(), cursor.clone()), "nothing has changed");
    // Each case is there once, at its latest change.
    owner.call("POST", &format!("/v1/cases/{}/withdraw", cases[1])).await.expect(200);
    app.relay().drain().await.unwrap();
    // The province decides in its own time: what follows is of a world that stands still.
    for case in cases.iter().filter(|case| **case != cases[1]) {
        owner.wait_for_state(case, "approved").await;
    }
    let (second, cursor) = read_on(&machine, Some(cursor)).await;
    let again: BTreeMap<_, _> = ids(&second).into_iter().zip(&second).collect();
    assert_eq!(again.len(), second.len());
    assert_eq!(again[cases[1].as_str()]["state"], "withdrawn");
    let whole = machine.get(&format!("/integration/v1/cases/{}", cases[0])).await.expect(200).json();
    assert!(whole["province_id"].is_string(), "the number the province gave is told: {:#}", again[cases[0].as_str()]);
    assert_eq!(whole["case"], owner.case(&cases[0]).await);
    assert_eq!(whole["files"].as_array().unwrap().len(), 2);
    let (everything, _) = read_on(&machine, None).await;
    assert_eq!(everything.len(), 4);
    // Every machine has a place of its own.
    let other = app.integrator("archive", &[Scope::CasesRead]).await;
    let acknowledge = format!("{CHANGES}/acknowledge");
    let behind = machine.send("POST", &acknowledge, &json!({ "cursor": cursor })).await.expect(200).json();
    assert_eq!(behind["behind"], 0);
    assert_eq!(read_on(&machine, None).await.0, [] as [Value; 0]);
    assert_eq!(read_on(&other, None).await.0.len(), 4);
    machine.send("POST", &acknowledge, &json!({})).await.expect(200);
    assert_eq!(read_on(&machine, None).await.0.len(), 4, "from the start");
}

async fn what_is_no_cursor_is_refused(setup: Setup) {
    let (_app, machine, owner) = start(setup).await;
    let draft = owner.ready().await;
    // One of another database, or of the time before an older one was put back.
    for cursor in ["AAAAAAAAAAc", "__________8", "nonsense"] {
        assert_eq!(machine.get(&format!("{CHANGES}?cursor={cursor}")).await.problem().1, "list.cursor");
        let body = json!({ "cursor": cursor });
        assert_eq!(machine.send("POST", &format!("{CHANGES}/acknowledge"), &body).await.problem().1, "list.cursor");
    }
    let hidden = machine.get(&format!("/integration/v1/cases/{draft}")).await;
    assert_eq!(hidden.problem(), (404, "case.unknown".to_owned()));
}

/// Takes a case's rows out of the database, as whoever has to delete them would.
async fn delete(app: &TestApp, case: &str) {
    let db = app.database().await;
    let id = if db.get_database_backend() == sea_orm::DbBackend::Sqlite {
        format!("x'{}'", case.replace('-', ""))
    } else {
        format!("'{case}'")
    };
    let owed = format!("(SELECT id FROM outbox WHERE case_id = {id})");
    for statement in [
        format!("DELETE FROM attempt WHERE outbox_id IN {owed}"),
        format!("DELETE FROM outbox WHERE case_id = {id}"),
        format!("DELETE FROM notice WHERE case_id = {id}"),
        format!("DELETE FROM material WHERE case_id = {id}"),
        format!("DELETE FROM case_event WHERE case_id = {id}"),
        format!("DELETE FROM cases WHERE id = {id}"),
    ] {
        db.execute_unprepared(&statement).await.unwrap();
    }
}

async fn what_is_deleted_is_told(setup: Setup) {
    let (app, machine, owner) = start(setup).await;
    let (kept, deleted) = (handed_in(&owner).await, handed_in(&owner).await);
    let (_, cursor) = read_on(&machine, None).await;
    delete(&app, &deleted).await;
    let (changes, _) = read_on(&machine, Some(cursor)).await;
    assert_eq!(ids(&changes), [&deleted]);
    assert_eq!((&changes[0]["gone"], &changes[0]["state"]), (&json!(true), &Value::Null));
    let (everything, _) = read_on(&machine, None).await;
    assert_eq!(ids(&everything), [&kept, &deleted]);
}

/// Many change cases at once while several read: each reader has seen the latest of every case when all are through.
async fn nobody_misses_a_change(setup: Setup) {
    let (app, machine, owner) = start(setup).await;
    let mut cases = Vec::new();
    for _ in 0..12 {
        cases.push(CaseId(handed_in(&owner).await.parse().unwrap()));
    }
    let (machine, over) = (Arc::new(machine), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (machine, over) = (Arc::clone(&machine), Arc::clone(&over));
            tokio::spawn(async move {
                let (mut seen, mut cursor) = (BTreeMap::new(), None);
                loop {
                    // Asked before reading: what was committed by then must be in this last page.
                    let last = over.load(Ordering::SeqCst);
                    let (changes, next) = read_on(&machine, cursor).await;
                    for change in changes {
                        let id = change["case_id"].as_str().unwrap().to_owned();
                        seen.insert(id, change["revision"].as_i64().unwrap());
                    }
                    cursor = Some(next);
                    if last {
                        return seen;
                    }
                }
            })
        })
        .collect();
    let desk = &app.app().desk;
    let writers: Vec<_> = cases
        .iter()
        .map(|id| {
            let (desk, owner, id) = (desk.clone(), owner.clone(), *id);
            tokio::spawn(async move {
                for number in 0..3 {
                    casework::case::handed_over(&desk, id, &format!("{id}-{number}")).await.unwrap();
                }
                casework::late::tell(&desk, id).await.unwrap();
                owner.call("POST", &format!("/v1/cases/{id}/withdraw")).await.expect(200);
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    let rows = case::Entity::find().filter(case::Column::Id.is_in(cases)).all(&desk.db).await.unwrap();
    let now: BTreeMap<_, _> = rows.into_iter().map(|case| (case.id.to_string(), case.revision)).collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), now);
    }
}

tests::on_both!(a_copy_is_kept, what_is_no_cursor_is_refused, what_is_deleted_is_told, nobody_misses_a_change);

/// A transaction that began before others and commits after they were read. SQLite has one writer at a time: there it
/// cannot be.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_commits_late_is_not_skipped() {
    let (app, machine, owner) = start(Setup::postgres()).await;
    let late = handed_in(&owner).await;
    let (_, cursor) = read_on(&machine, None).await;
    // As an act does it, but slowly.
    let db = app.database().await;
    let slow = db.begin().await.unwrap();
    let id = CaseId(late.parse().unwrap());
    let row = case_change::Entity::find_by_id(id).one(&slow).await.unwrap().unwrap();
    let change = case_change::ActiveModel { position: Set(None), ..row.into_active_model() };
    case_change::Entity::update(change).exec(&slow).await.unwrap();
    let others = [handed_in(&owner).await, handed_in(&owner).await];
    let (changes, cursor) = read_on(&machine, Some(cursor)).await;
    assert_eq!(ids(&changes), others, "nobody waits for the slow one");
    slow.commit().await.unwrap();
    let (changes, _) = read_on(&machine, Some(cursor)).await;
    assert_eq!(ids(&changes), [&late]);
}
