//! A process of the relay inside the test: with a clock, wires and connections of its own. It can be killed at any point and
//! comes back as a new one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::app::{App, Builder};
use api::config::Config;
use casework::Desk;
use casework::world::{Clock, Driven, World};
use chrono::{DateTime, TimeDelta, Utc};
use portal::adapter::Province;
use portal::deliver::{Binder, Deliver, Endpoints, ToProvince, ToWeChat, Webhooks};
use portal::http::Http;
use portal::relay::{self, Relay};
use portal::webhook::address::Guard;
use portal::wechat::WeChat;
use store::ObjectStore;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::gate::{Gate, Said, Then};
use crate::ledger::Ledger;
use crate::points::{Gated, Point};
use crate::proxy::{Behind, Proxy};
use crate::setup::Database;
use crate::{database, objects};

/// The test's clock, seen by somebody whose own goes wrong.
#[derive(Clone, Debug)]
struct Skewed {
    clock: Driven,
    seconds: Arc<AtomicI64>,
}

impl Clock for Skewed {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::seconds(self.seconds.load(Ordering::SeqCst))
    }
}

/// What a process is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Deliver what is due.
    Deliver,
    /// Fetch the province's reports.
    Fetch,
    /// Tell the owners of cases that are late.
    TellLate,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// It is done, or failed with these words.
    Ended(Result<usize, String>),
    /// It died at this point.
    Died(Point),
    /// It waits at this point.
    Waits(Point),
    /// It was at something else, or at nothing.
    Nothing,
}

/// The wires of a process; a database in a file and a store in a folder have none.
#[derive(Debug)]
pub struct Wires {
    /// To the database.
    pub database: Option<Proxy>,
    /// To the province.
    pub province: Proxy,
    /// To the object store.
    pub objects: Option<Proxy>,
}

struct Life {
    gate: Arc<Gate>,
    said: mpsc::UnboundedReceiver<Said>,
    desk: Desk,
    relay: Relay,
    province: Arc<dyn Province>,
    task: Option<JoinHandle<Result<usize, String>>>,
}

/// A process of the relay inside the test.
pub struct Node {
    /// Its wires.
    pub wires: Wires,
    app: Arc<App>,
    store: Arc<dyn ObjectStore>,
    http: Http,
    clock: Skewed,
    config: relay::Config,
    ledger: Arc<Ledger>,
    life: Option<Life>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Node")
    }
}

impl TestApp {
    /// What another process on the same data would be made of: a relay of its own can be made from it.
    pub async fn beside(&self) -> Arc<App> {
        self.beside_in(self.world.clone(), &[]).await
    }

    /// The same in a world of its own, with these settings instead of the server's.
    async fn beside_in(&self, world: World, others: &[(String, String)]) -> Arc<App> {
        let mut settings = self.settings().to_vec();
        settings.retain(|(name, _)| !others.iter().any(|(other, _)| other == name));
        settings.extend(others.iter().cloned());
        let config = Config::read(settings, None).unwrap();
        if let Ok(level) = std::env::var("GXB_TEST_LOG") {
            // Lines are wanted to the tests' very end.
            std::mem::forget(api::telemetry::init(&api::config::Log { level, ..config.log.clone() }));
        }
        let mut builder = Builder::new(config).world(world).stop(CancellationToken::new());
        if let Some(names) = &self.setup.names {
            builder = builder.names(Arc::<crate::receiver::StandInNames>::clone(names));
        }
        // Started only where the test unsets the portal's address.
        Box::pin(builder.with_simulator().build()).await.unwrap()
    }

    /// A process of the relay on this server's data, behind wires that can be cut.
    pub async fn node(&self, clock: &Driven) -> Node {
        let mut settings = vec![("GXB_DATABASE_POOL".to_owned(), "4".to_owned())];
        let province = Proxy::start(Behind::Port(self.simulator().local_addr())).await;
        settings.push(("GXB_PORTAL_URL".to_owned(), format!("http://{}", province.address())));
        let database = match self.setup.database {
            Database::Sqlite => None,
            Database::Postgres => {
                let (socket, address) = database::through(&self.database_url);
                let proxy = Proxy::start(Behind::Socket(socket)).await;
                settings.push(("GXB_DATABASE_URL".to_owned(), address(proxy.address().port())));
                Some(proxy)
            }
        };
        let clock = Skewed { clock: clock.clone(), seconds: Arc::default() };
        let app = self.beside_in(World::by(Arc::new(clock.clone())), &settings).await;
        let (store, objects) = match &self.objects {
            None => (Arc::clone(&app.store), None),
            Some(server) => {
                let proxy = Proxy::start(Behind::Port(server.address())).await;
                let store = store::open(&objects::at_once(proxy.address())).unwrap();
                (store, Some(proxy))
            }
        };
        let wires = Wires { database, province, objects };
        let http = calling(&app);
        Node { wires, app, store, http, clock, config: relay::Config::default(), ledger: Arc::default(), life: None }
    }
}

/// What machines are called back through, where the settings let it.
pub fn calling(app: &App) -> Http {
    let settings = &app.config.webhooks;
    Http::guarded(settings.timeout, Guard::new(Arc::clone(&app.names), settings.policy.clone())).unwrap()
}

/// A relay of `app` in `world` whose every point has a gate; beside it the desk and the province it works with. It reads
/// files from this store and calls machines back through this client.
pub fn gated(
    app: &App,
    world: &World,
    (store, http): (&Arc<dyn ObjectStore>, &Http),
    config: relay::Config,
    gate: &Arc<Gate>,
) -> (Relay, Desk, Arc<dyn Province>) {
    let desk = Desk { world: world.clone().watched(Arc::<Gate>::clone(gate)), ..app.desk.clone() };
    let province: Arc<dyn Province> = Arc::new(Gated { inner: Arc::clone(&app.province), gate: Arc::clone(gate) });
    let wechat: Arc<dyn WeChat> = Arc::new(Gated { inner: Arc::clone(&app.wechat), gate: Arc::clone(gate) });
    let templates = app.config.wechat.templates.iter();
    let templates = templates.map(|template| (template.notice.clone(), template.id.clone())).collect();
    let binder = Arc::clone(&app.catalogue.rules) as Arc<dyn Binder>;
    let to_province = ToProvince::new(desk.clone(), Arc::clone(store), Arc::clone(&province), binder);
    let to_wechat = ToWeChat::new(desk.clone(), wechat, templates);
    let deliverers: [Arc<dyn Deliver>; 2] = [Arc::new(to_province), Arc::new(to_wechat)];
    let gated = |inner| Arc::new(Gated { inner, gate: Arc::clone(gate) }) as Arc<dyn Deliver>;
    let deliverers = deliverers.into_iter().map(gated).collect();
    let relay = Relay::new(desk.clone(), config, deliverers, Arc::clone(&app.wake)).unwrap();
    let settings = &app.config.webhooks;
    let patience = TimeDelta::from_std(settings.patience).unwrap();
    let webhooks = Webhooks::new(desk.clone(), http.clone(), settings.policy.clone(), patience, Arc::new(|| ()));
    let endpoints: Arc<dyn Endpoints> = Arc::new(webhooks);
    let endpoints = Arc::new(Gated { inner: endpoints, gate: Arc::clone(gate) });
    (relay.with_endpoints(endpoints), desk, province)
}

impl Node {
    /// Begins anew: a relay that works like this, and writes into this ledger.
    pub fn begin(&mut self, config: relay::Config, ledger: &Arc<Ledger>) {
        assert!(self.life.is_none(), "it is alive");
        (self.config, self.ledger) = (config, Arc::clone(ledger));
        self.mend();
    }

    /// Every wire is whole and the clock is right.
    pub fn mend(&self) {
        self.clock.seconds.store(0, Ordering::SeqCst);
        let wires = [self.wires.database.as_ref(), Some(&self.wires.province), self.wires.objects.as_ref()];
        wires.into_iter().flatten().for_each(Proxy::mend);
    }

    /// Its clock is wrong by so many seconds.
    pub fn skew(&self, seconds: i64) {
        self.clock.seconds.store(seconds, Ordering::SeqCst);
    }

    /// What is to happen when it reaches a point.
    pub fn arm(&mut self, point: Point, skip: u32, then: Then) {
        self.life().gate.arm(point, skip, then);
    }

    /// Does some work, until it is done, or the process dies or waits.
    pub async fn work(&mut self, work: Work) -> Did {
        let life = self.life();
        if life.task.is_none() {
            let (relay, desk, province) = (life.relay.clone(), life.desk.clone(), Arc::clone(&life.province));
            life.task = Some(tokio::spawn(async move {
                let done = match work {
                    Work::Deliver => relay.drain().await,
                    Work::Fetch => portal::poll::poll(&desk, &*province).await,
                    Work::TellLate => relay.tell_late().await,
                };
                done.map_err(|error| error.to_string())
            }));
            return self.hear().await;
        }
        Did::Nothing
    }

    /// Lets it go on where it waits.
    pub async fn release(&mut self) -> Did {
        match &self.life {
            Some(life) if life.task.is_some() => {
                life.gate.release();
                self.hear().await
            }
            _ => Did::Nothing,
        }
    }

    /// Waits until it says something, where it is at work.
    pub async fn hear(&mut self) -> Did {
        let Some(Life { task: Some(task), said, .. }) = &mut self.life else { return Did::Nothing };
        let heard = tokio::select! {
            biased;
            Some(said) = said.recv() => Err(said),
            ended = &mut *task => Ok(ended.unwrap_or_else(|error| Err(format!("a panic: {error}")))),
        };
        match heard {
            Ok(ended) => {
                if let Some(life) = &mut self.life {
                    life.task = None;
                }
                Did::Ended(ended)
            }
            Err(Said::Waits(point)) => Did::Waits(point),
            Err(Said::Died(point)) => {
                self.kill().await;
                Did::Died(point)
            }
        }
    }

    /// Kills it where it is. Answers whether it was alive.
    pub async fn kill(&mut self) -> bool {
        let Some(life) = self.life.take() else { return false };
        life.gate.die();
        if let Some(task) = life.task {
            task.abort();
            drop(task.await);
        }
        true
    }

    fn life(&mut self) -> &mut Life {
        let Self { app, store, http, clock, config, ledger, life, .. } = self;
        life.get_or_insert_with(|| {
            let world = World::by(Arc::new(clock.clone()));
            let (gate, said) = Gate::new(world.clone(), Arc::clone(ledger));
            let (relay, desk, province) = gated(app, &world, (store, http), config.clone(), &gate);
            Life { gate, said, desk, relay, province, task: None }
        })
    }
}
