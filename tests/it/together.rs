//! Who hands in while others are being written shares the next transaction, and suffers for nobody.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement};
use serde_json::Value;
use tests::{Caller, Setup, TestApp, wait_for};
use tokio::task::JoinSet;

/// Cases handed in while the first is held up: as many as one transaction takes.
const MEANWHILE: usize = 8;

struct Scene {
    app: TestApp,
    owner: Caller,
    /// The first, then those that come meanwhile.
    cases: Vec<String>,
}

impl Scene {
    async fn start() -> Self {
        let app = Setup::postgres().without_relay().start().await;
        let owner = app.owner("zhang").await;
        let mut cases = Vec::new();
        for _ in 0..=MEANWHILE {
            cases.push(owner.ready().await);
        }
        Self { app, owner, cases }
    }

    fn db(&self) -> &DatabaseConnection {
        &self.app.app().desk.db
    }

    async fn ask(&self, db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
        let rows = db.query_all_raw(Statement::from_string(self.db().get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get("", "it").unwrap()).collect()
    }

    /// Hands all in while somebody writes on the first: it is held up, and the others come meanwhile. `then` is what that
    /// somebody does before they are done. Answers what each was told.
    async fn hand_in(&self, then: impl AsyncFnOnce(&DatabaseTransaction)) -> Vec<Value> {
        let desk = &self.app.app().desk;
        let somebody = desk.begin().await.unwrap();
        let first = &self.cases[0];
        self.ask(&somebody, &format!("SELECT id::text AS it FROM cases WHERE id = '{first}' FOR UPDATE")).await;
        let mut told = JoinSet::new();
        for (number, case) in self.cases.iter().cloned().enumerate() {
            let owner = self.owner.clone();
            told.spawn(async move { (number, owner.submit(&case).await) });
            if number == 0 {
                wait_for("the first is held up", || async {
                    let blocked = "SELECT query AS it FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                                   AND datname = current_database()";
                    (!self.ask(self.db(), blocked).await.is_empty()).then_some(())
                })
                .await;
            }
        }
        wait_for("all wait", || async { (desk.counter.waiting() == MEANWHILE).then_some(()) }).await;
        then(&somebody).await;
        somebody.commit().await.unwrap();
        let mut told = told.join_all().await;
        told.sort_by_key(|(number, _)| *number);
        told.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Each was handed in once, has a number of its own, and was told it.
    async fn all_is_well(&self, told: &[Value]) {
        let numbers: BTreeSet<_> = told.iter().map(|answer| answer["number"].as_str().unwrap()).collect();
        assert_eq!(numbers.len(), self.cases.len());
        for (case, told) in self.cases.iter().zip(told) {
            let now = self.owner.case(case).await;
            assert_eq!((&now["state"], &now["number"]), (&"submitted".into(), &told["number"]));
            assert_eq!(self.owner.acts(case).await, ["created", "submitted"]);
            assert_eq!(&self.owner.submit(case).await, told, "asked again with the same key");
            let owed = format!("SELECT stream AS it FROM outbox WHERE case_id = '{case}'");
            assert_eq!(self.ask(self.db(), &owed).await.len(), 1);
        }
    }

    /// How many transactions wrote the lines of the timeline.
    async fn transactions(&self) -> usize {
        self.ask(self.db(), "SELECT DISTINCT xmin::text AS it FROM case_event WHERE act = 'submitted'").await.len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_meanwhile_shares_a_transaction() {
    let scene = Scene::start().await;
    let told = scene.hand_in(async |_| {}).await;
    scene.all_is_well(&told).await;
    assert_eq!(scene.transactions().await, 2, "the first, and all others together");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_changed_meanwhile_takes_nobody_along() {
    let scene = Scene::start().await;
    let changed = &scene.cases[3];
    let change = format!("UPDATE cases SET revision = revision + 1 WHERE id = '{changed}'");
    let change = async |somebody: &DatabaseTransaction| {
        somebody.execute_unprepared(&change).await.unwrap();
    };
    let told = scene.hand_in(change).await;
    scene.all_is_well(&told).await;
    assert_eq!(scene.transactions().await, scene.cases.len(), "each alone");
}

/// Eight of one case at once, without a key: one hands it in, the others are told that it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_case_is_handed_in_once() {
    let scene = Scene::start().await;
    let path = format!("/v1/cases/{}/submit", scene.cases[0]);
    let mut told = JoinSet::new();
    for _ in 0..MEANWHILE {
        let (owner, path) = (scene.owner.clone(), path.clone());
        told.spawn(async move { owner.call("POST", &path).await.status });
    }
    let mut told = told.join_all().await;
    told.sort_unstable();
    assert_eq!(told, [vec![202], vec![409; MEANWHILE - 1]].concat());
    assert_eq!(scene.owner.acts(&scene.cases[0]).await, ["created", "submitted"]);
}
