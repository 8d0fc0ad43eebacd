//! The relay's lanes: a destination that is down is left alone and comes back at once; a paused one waits; one process
//! hears of another's work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use casework::promise::Promise;
use casework::world::Driven;
use chrono::TimeDelta;
use entity::outbox::{self, Destination, State};
use entity::{CaseId, NoticeId, pause};
use portal::deliver::{Deliver, Delivery, Job, Outcome};
use portal::relay::{self, Relay};
use portal::wake::Wake;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, Statement,
};
use tests::{Setup, TestApp, wait_for};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::relaying::Scene;

/// More than a lane takes at once.
const MANY: usize = 100;

/// A province that can be away.
#[derive(Default)]
struct Away {
    away: AtomicBool,
    calls: AtomicUsize,
}

#[async_trait]
impl Deliver for Away {
    fn destination(&self) -> Destination {
        Destination::Wechat
    }

    async fn deliver(&self, _: &Job<'_>) -> casework::Result<Delivery> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.away.load(Ordering::SeqCst) {
            let code = "province.unreachable".to_owned();
            return Ok(Delivery::plain("case", Outcome::Retry { after: None, code }));
        }
        Ok(Delivery { status: Some(200), reached: true, ..Delivery::plain("case", Outcome::Done(None)) })
    }
}

async fn owe_many(scene: &Scene) {
    let desk = &scene.app.app().desk;
    let owner = scene.owner().await;
    let case = CaseId(owner.draft(tests::desk::SIGNBOARD, &serde_json::json!({})).await.parse().unwrap());
    let tx = desk.begin().await.unwrap();
    for _ in 0..MANY {
        let promise = Promise::NoticeV1 { notice: NoticeId(desk.world.id().unwrap()) };
        casework::outbox::owe(desk, &tx, promise, case, 1).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn kept(app: &TestApp) -> usize {
    count(app, State::Done).await
}

async fn count(app: &TestApp, state: State) -> usize {
    let those = outbox::Entity::find().filter(outbox::Column::State.eq(state));
    usize::try_from(those.count(&app.app().desk.db).await.unwrap()).unwrap()
}

async fn a_destination_that_is_down_is_left_alone_and_comes_back_at_once(setup: Setup) {
    let scene = Scene::start(setup).await;
    owe_many(&scene).await;
    let province = Arc::new(Away { away: true.into(), ..Away::default() });
    let config = relay::Config { poll: Duration::from_millis(20), ..relay::Config::default() };
    let deliverer: Arc<dyn Deliver> = Arc::<Away>::clone(&province);
    let desk = scene.app.app().desk.clone();
    let relay = Relay::new(desk, config.clone(), vec![deliverer], Arc::default()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { relay.run(stop).await }
    });
    let calls = || province.calls.load(Ordering::SeqCst);
    wait_for("the lane gives up", || async { (calls() >= 5).then_some(()) }).await;
    // While the clock stands still, nothing but what was at hand already may follow; each step of it lets one look.
    let mut steps = 0;
    while steps < 4 {
        let before = calls();
        wait_for("one looks whether it is back", || {
            steps += 1;
            scene.forward(TimeDelta::seconds(10));
            std::future::ready((calls() > before).then_some(()))
        })
        .await;
        assert!(calls() <= 5 + config.parallel + steps, "{} calls in {steps} steps", calls());
    }
    province.away.store(false, Ordering::SeqCst);
    wait_for("one finds it back", || async {
        scene.forward(TimeDelta::seconds(10));
        (kept(&scene.app).await > 0).then_some(())
    })
    .await;
    // What failed waits for 30 s and more by its schedule; the clock stands still now, and yet it goes.
    wait_for("everything is kept", || async { (kept(&scene.app).await == MANY).then_some(()) }).await;
    stop.cancel();
    running.await.unwrap();
}

async fn a_paused_destination_waits_and_no_other(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    owe_many(&scene).await;
    let desk = scene.app.app().desk.clone();
    let paused = pause::ActiveModel {
        destination: Set(Destination::Province),
        paused_by: Set("a test".to_owned()),
        reason: Set("the platform is being moved".to_owned()),
        paused_at: Set(scene.now()),
    };
    paused.insert(&desk.db).await.unwrap();
    let notices = Arc::new(Away::default());
    let (province, wechat) = (scene.app.relay(), Arc::<Away>::clone(&notices) as Arc<dyn Deliver>);
    let wechat = Relay::new(desk.clone(), relay::Config::default(), vec![wechat], Arc::default()).unwrap();
    assert_eq!(wechat.drain().await.unwrap(), MANY);
    assert_eq!(province.drain().await.unwrap(), 0);
    assert!(scene.province().cases().is_empty(), "{case} waits");
    pause::Entity::delete_by_id(Destination::Province).exec(&desk.db).await.unwrap();
    assert!(province.drain().await.unwrap() > 0);
    assert_eq!(scene.province().cases().len(), 1);
}

tests::on_both!(
    a_destination_that_is_down_is_left_alone_and_comes_back_at_once,
    a_paused_destination_waits_and_no_other,
);

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_hears_of_what_another_process_owes() {
    let clock = Driven::now();
    let app = Setup::postgres().without_relay().clock(&clock).start().await;
    let beside = app.beside().await;
    // It would find the case by itself in an hour.
    let config = relay::Config { poll: Duration::from_hours(1), ..relay::Config::default() };
    let heard = Arc::new(Away::default());
    let deliverer: Arc<dyn Deliver> = Arc::<Away>::clone(&heard);
    let wake: Arc<Wake> = Arc::clone(&beside.wake);
    let relay = Relay::new(beside.desk.clone(), config, vec![deliverer], wake).unwrap();
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    api::background::carry_calls(app.app(), &tasks);
    api::background::carry_calls(&beside, &tasks);
    tasks.spawn({
        let stop = stop.clone();
        async move { relay.run(stop).await }
    });
    let owner = app.owner("zhang").await;
    let case = CaseId(owner.draft(tests::desk::SIGNBOARD, &serde_json::json!({})).await.parse().unwrap());
    let desk = &app.app().desk;
    let tx = desk.begin().await.unwrap();
    let promise = Promise::NoticeV1 { notice: NoticeId(desk.world.id().unwrap()) };
    casework::outbox::owe(desk, &tx, promise, case, 1).await.unwrap();
    tx.commit().await.unwrap();
    wait_for("the other process keeps it", || async {
        // Called again and again: it may take a moment until the other one listens.
        app.app().wake.call();
        (kept(&app).await == 1).then_some(())
    })
    .await;
    assert_eq!(heard.calls.load(Ordering::SeqCst), 1);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_hears_of_what_a_fetched_report_owes() {
    // A process of its own gets no report pushed, and would look for work by itself in an hour.
    let setup = Setup::sqlite().process(env!("CARGO_BIN_EXE_served")).set("GXB_RELAY_POLL", "1h");
    let app = setup.start().await;
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    owner.wait_for_state(&case, "approved").await;
    let db = app.database().await;
    let kept = "SELECT count(*) FROM outbox WHERE destination = 'wechat' AND state = 'done'";
    wait_for("both messages are sent", || async {
        let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, kept)).await.unwrap().unwrap();
        (row.try_get_by_index::<i64>(0).unwrap() == 2).then_some(())
    })
    .await;
}
