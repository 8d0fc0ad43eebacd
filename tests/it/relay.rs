//! The relay on both databases: leases, order, and two relays on one database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casework::outbox::Filter;
use casework::promise::Promise;
use casework::{Desk, Error};
use chrono::TimeDelta;
use entity::outbox::{self, Destination, State};
use entity::{CaseId, NoticeId, attempt, case, notice};
use futures_util::StreamExt as _;
use portal::deliver::{Deliver, Delivery, Job, Outcome};
use portal::relay::lease::{self, Lease, Settlement, Tried};
use portal::relay::{self, Relay};
use portal::simulator::{Script, Status, Step};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _,
};
use tests::{Setup, wait_for};
use tokio_util::sync::CancellationToken;

use crate::relaying::Scene;

/// Promises in a case's stream, numbered from 1.
async fn owe(desk: &Desk, case: CaseId, count: i32) {
    let tx = desk.begin().await.unwrap();
    for sequence in 1..=count {
        let promise = Promise::ApplyV1 { case, data_version: sequence };
        casework::outbox::owe(desk, &tx, promise, case, sequence).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A promise that stands alone.
async fn owe_notice(desk: &Desk, case: CaseId) {
    let tx = desk.begin().await.unwrap();
    let promise = Promise::NoticeV1 { notice: NoticeId(desk.world.id().unwrap()) };
    casework::outbox::owe(desk, &tx, promise, case, 1).await.unwrap();
    tx.commit().await.unwrap();
}

async fn draft(scene: &Scene) -> CaseId {
    let owner = scene.owner().await;
    CaseId(owner.draft(tests::desk::SIGNBOARD, &serde_json::json!({})).await.parse().unwrap())
}

fn done(desk: &Desk) -> (Settlement, Tried) {
    let settlement = Settlement { state: State::Done, next_try_at: desk.world.now(), reason: None };
    let tried = Tried { started_at: desk.world.now(), step: "case", outcome: "done", status: Some(201), reply: None };
    (settlement, tried)
}

async fn sixteen_claimers_never_hold_the_same_promise(setup: Setup) {
    let scene = Scene::start(setup).await;
    let desk = scene.app.app().desk.clone();
    let case = draft(&scene).await;
    for _ in 0..64 {
        owe_notice(&desk, case).await;
    }
    let claimers = (0..16).map(|number| {
        let desk = desk.clone();
        tokio::spawn(async move {
            let (worker, mut held) = (format!("worker-{number}"), Vec::new());
            loop {
                let leases = lease::claim(&desk, &worker, Destination::Wechat, 3, TimeDelta::minutes(1)).await.unwrap();
                if leases.is_empty() {
                    return held;
                }
                held.extend(leases.into_iter().map(|lease| lease.row.id));
            }
        })
    });
    let mut held = Vec::new();
    for claimer in claimers.collect::<Vec<_>>() {
        held.extend(claimer.await.unwrap());
    }
    // Somebody may find nothing while the others still hold everything; nothing is left behind.
    let left = lease::claim(&desk, "last", Destination::Wechat, 64, TimeDelta::minutes(1)).await.unwrap();
    held.extend(left.into_iter().map(|lease| lease.row.id));
    assert_eq!(held.len(), 64);
    assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), 64, "each is held by one");
}

async fn a_claim_takes_no_more_than_it_asks_for(setup: Setup) {
    let scene = Scene::start(setup).await;
    let desk = scene.app.app().desk.clone();
    let case = draft(&scene).await;
    owe_notice(&desk, case).await;
    // The planner goes by what it last counted: a single row, so that it would look for what is due once for each row.
    if desk.db.get_database_backend() == DbBackend::Postgres {
        desk.db.execute_unprepared("ALTER TABLE outbox SET (autovacuum_enabled = off)").await.unwrap();
        desk.db.execute_unprepared("VACUUM ANALYZE outbox").await.unwrap();
    }
    for _ in 0..20 {
        owe_notice(&desk, case).await;
    }
    for taken in 1..=21 {
        let held = lease::claim(&desk, "one", Destination::Wechat, 1, TimeDelta::minutes(1)).await.unwrap();
        assert_eq!(held.len(), 1, "claim {taken}");
    }
}

async fn a_late_worker_overwrites_nothing(setup: Setup) {
    let scene = Scene::start(setup).await;
    let desk = scene.app.app().desk.clone();
    let case = draft(&scene).await;
    owe(&desk, case, 1).await;
    let take = async |worker| -> Option<Lease> {
        lease::claim(&desk, worker, Destination::Province, 1, TimeDelta::minutes(1)).await.unwrap().pop()
    };
    let late = take("late").await.unwrap();
    scene.forward(TimeDelta::seconds(59));
    assert!(take("other").await.is_none(), "it is held");
    late.renew(&desk, scene.now() + TimeDelta::minutes(1)).await.unwrap();
    scene.forward(TimeDelta::seconds(59));
    assert!(take("other").await.is_none(), "and held on to");
    scene.forward(TimeDelta::seconds(2));
    let other = take("other").await.expect("the lease ended");
    assert!(matches!(late.renew(&desk, scene.now() + TimeDelta::minutes(1)).await, Err(Error::Busy)));
    assert!(matches!(late.checkpoint(&desk, &serde_json::json!({"late": true})).await, Err(Error::Busy)));
    let (settlement, tried) = done(&desk);
    let parked = Settlement { state: State::Parked, reason: Some("late".to_owned()), ..settlement.clone() };
    assert!(matches!(late.settle(&desk, parked.clone(), tried.clone()).await, Err(Error::Busy)));
    other.settle(&desk, settlement, tried.clone()).await.unwrap();
    assert!(matches!(late.settle(&desk, parked, tried).await, Err(Error::Busy)), "nor after it is over");
    let (row, attempts) = casework::outbox::find(&desk, other.row.id).await.unwrap();
    assert_eq!((row.state, row.reason, row.checkpoint, attempts.len()), (State::Done, None, None, 1));
}

/// Writes down what it is given, in order; parks what it is told to.
#[derive(Default)]
struct Notebook {
    lines: Mutex<Vec<(String, i32)>>,
    park: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Deliver for Notebook {
    fn destination(&self) -> Destination {
        Destination::Province
    }

    async fn deliver(&self, job: &Job<'_>) -> casework::Result<Delivery> {
        let (stream, sequence) = (job.row().stream.clone(), job.row().sequence);
        if self.park.lock().unwrap().contains(&stream) {
            return Ok(Delivery::plain("case", Outcome::Parked("told.to".to_owned())));
        }
        tokio::task::yield_now().await;
        self.lines.lock().unwrap().push((stream, sequence));
        Ok(Delivery::plain("case", Outcome::Done(None)))
    }
}

impl Notebook {
    /// The numbers of each stream, in the order in which they were kept.
    fn by_stream(&self) -> BTreeMap<String, Vec<i32>> {
        let mut streams: BTreeMap<String, Vec<i32>> = BTreeMap::new();
        for (stream, sequence) in self.lines.lock().unwrap().iter() {
            streams.entry(stream.clone()).or_default().push(*sequence);
        }
        streams
    }
}

fn noting(desk: &Desk, notebook: &Arc<Notebook>) -> Relay {
    let deliver: Arc<dyn Deliver> = Arc::<Notebook>::clone(notebook);
    Relay::new(desk.clone(), relay::Config::default(), vec![deliver], Arc::default()).unwrap()
}

async fn order_is_kept_within_a_case_by_two_relays(setup: Setup) {
    let scene = Scene::start(setup).await;
    let (one, other) = (scene.app.app().desk.clone(), scene.app.beside().await.desk.clone());
    for _ in 0..20 {
        owe(&one, draft(&scene).await, 5).await;
    }
    let notebook = Arc::default();
    let (first, second) = (noting(&one, &notebook), noting(&other, &notebook));
    // One may find nothing while the other holds the head of every stream; together they leave nothing.
    while notebook.lines.lock().unwrap().len() < 100 {
        let (a, b) = tokio::join!(first.drain(), second.drain());
        assert!(a.unwrap() + b.unwrap() > 0, "nothing is stuck");
    }
    let streams = notebook.by_stream();
    assert_eq!(streams.len(), 20);
    for (stream, sequence) in streams {
        assert_eq!(sequence, [1, 2, 3, 4, 5], "{stream}");
    }
}

async fn a_parked_promise_holds_up_its_own_case_only(setup: Setup) {
    let scene = Scene::start(setup).await;
    let desk = scene.app.app().desk.clone();
    let (stuck, free) = (draft(&scene).await, draft(&scene).await);
    owe(&desk, stuck, 2).await;
    owe(&desk, free, 2).await;
    let stream = stuck.0.simple().to_string();
    let notebook = Arc::new(Notebook { park: Mutex::new([stream.clone()].into()), ..Notebook::default() });
    let relay = noting(&desk, &notebook);
    assert_eq!(relay.drain().await.unwrap(), 3);
    assert_eq!(notebook.by_stream(), [(free.0.simple().to_string(), vec![1, 2])].into());
    scene.forward(TimeDelta::days(9));
    assert_eq!(relay.drain().await.unwrap(), 0, "what stands behind a parked one waits as long as it does");
    let parked = casework::outbox::list(&desk, &Filter::of([State::Parked]), None, 10).await.unwrap();
    assert_eq!(parked.len(), 1);
    notebook.park.lock().unwrap().clear();
    casework::outbox::redrive(&desk, parked[0].id, "staff:test").await.unwrap();
    assert_eq!(relay.drain().await.unwrap(), 2);
    assert_eq!(notebook.by_stream()[&stream], [1, 2]);
}

/// Hands in `count` cases with the photos of one.
async fn hand_in(desk: &Desk, like: &str, count: usize) {
    let like = CaseId(like.parse().unwrap());
    let row = case::Entity::find_by_id(like).one(&desk.db).await.unwrap().unwrap();
    let answers = casework::case::answers(desk, &row).unwrap();
    let photos = casework::case::photos(&desk.db, like).await.unwrap();
    let (row, answers, photos) = (&row, &answers, &photos);
    futures_util::stream::iter(0..count)
        .for_each_concurrent(8, |_| async move {
            let (owner, item) = (row.owner_id, row.item_code.as_str());
            let case = casework::draft::create(desk, owner, item, Some(answers), None).await.unwrap().id;
            for (place, photo) in photos {
                casework::draft::set_material(desk, owner, case, &place.code, &[photo.id], None).await.unwrap();
            }
            casework::submit::submit(desk, owner, case, None).await.unwrap();
        })
        .await;
}

const MANY: usize = 1000;

async fn two_relays_deliver_a_thousand_cases_exactly_once(setup: Setup) {
    let script = Script::of([Step::now(Status::Approved)]);
    let app = setup.without_relay().script(script).set("GXB_PORTAL_TIMEOUT", "60s").start().await;
    let owner = app.owner("zhang").await;
    let like = owner.ready().await;
    let desk = app.app().desk.clone();
    hand_in(&desk, &like, MANY).await;
    let beside = app.beside().await;
    let stop = CancellationToken::new();
    let relays = [api::background::relay(app.app()).unwrap(), api::background::relay(&beside).unwrap()];
    let running = relays.map(|relay| {
        let stop = stop.clone();
        tokio::spawn(async move { relay.run(stop).await })
    });
    // The bound is for each step forward, not for all of them: a busy machine may take its time.
    let mut approved = 0;
    while approved < MANY {
        approved = wait_for("more cases are approved and their notices out", || async {
            let settled =
                outbox::Column::State.eq(State::Done).and(outbox::Column::Destination.eq(Destination::Wechat));
            let now = outbox::Entity::find().filter(settled).count(&desk.db).await.unwrap();
            let now = usize::try_from(now).unwrap();
            (now == MANY || now > approved + 50).then_some(now)
        })
        .await;
    }
    stop.cancel();
    for relay in running {
        relay.await.unwrap();
    }
    let there = app.simulator().cases();
    assert_eq!(there.len(), MANY);
    assert!(there.iter().all(|case| case.posts == 1), "none was sent twice");
    for destination in [Destination::Province, Destination::Wechat] {
        let promises = outbox::Entity::find().filter(outbox::Column::Destination.eq(destination));
        let promises = promises.all(&desk.db).await.unwrap();
        assert_eq!(promises.len(), MANY, "{destination:?}");
        assert!(
            promises.iter().all(|row| row.state == State::Done && row.fence == 1),
            "{destination:?}: each taken once"
        );
    }
    assert_eq!(attempt::Entity::find().count(&desk.db).await.unwrap(), 2 * MANY as u64);
    let notices = notice::Entity::find().all(&desk.db).await.unwrap();
    assert_eq!(notices.len(), MANY);
    assert_eq!(notices.iter().map(|notice| notice.case_id).collect::<BTreeSet<_>>().len(), MANY, "one for each case");
    let decided = case::Entity::find().filter(case::Column::State.eq(case::State::Approved));
    assert_eq!(decided.count(&desk.db).await.unwrap(), MANY as u64);
}

tests::on_both!(
    sixteen_claimers_never_hold_the_same_promise,
    a_claim_takes_no_more_than_it_asks_for,
    a_late_worker_overwrites_nothing,
    order_is_kept_within_a_case_by_two_relays,
    a_parked_promise_holds_up_its_own_case_only,
    two_relays_deliver_a_thousand_cases_exactly_once,
);
