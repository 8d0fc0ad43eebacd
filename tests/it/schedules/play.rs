//! Plays a schedule, event by event.

use std::sync::Arc;
use std::time::Duration;

use casework::{Error, rate, submit, withdraw};
use entity::{CaseId, case};
use futures_util::future::join_all;
use portal::relay;
use portal::simulator::{ItemText, Status, Step};
use portal::wechat::stand_in;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};
use tests::ledger::Ledger;
use tests::mortal;
use tests::node::{Did, Node, Work};
use tests::points::Point;

use super::check;
use super::county;
use super::plan::{Act, Event, Plan, Schedule, Wire};
use super::stage::Stage;

const MORTAL: &str = env!("CARGO_BIN_EXE_mortal");
/// How long to wait for a relay to say something: much longer than it takes to renew a short lease.
const HEARING: Duration = Duration::from_millis(500);

/// A case at play.
pub struct Live {
    pub id: CaseId,
    pub plan: Plan,
    /// How far the plan came.
    pub steps: usize,
    /// How it was seen last.
    pub seen: (case::State, i32),
    /// The line its timeline ended with then.
    pub line: i32,
}

/// What a play showed.
#[derive(Default)]
pub struct Shown {
    /// What must not be.
    pub faults: Vec<String>,
    /// Where relays died or waited.
    pub met: Vec<Point>,
    /// Every point that was reached.
    pub points: Vec<Point>,
}

/// Plays one schedule.
pub async fn play(stage: &mut Stage, schedule: &Schedule) -> Shown {
    stage.reset();
    let ledger = Arc::<Ledger>::default();
    let config = relay::Config { lease: Duration::from_millis(schedule.lease), ..relay::Config::default() };
    for node in &mut stage.nodes {
        node.begin(config.clone(), &ledger);
    }
    stage.called(schedule.called).await;
    let mut cases = Vec::new();
    for plan in &schedule.cases {
        let id = stage.draft(matches!(plan, Plan::County(_))).await;
        cases.push(Live { id, plan: plan.clone(), steps: 0, seen: (case::State::Draft, 0), line: 0 });
    }
    let mut play = Playing { stage, cases, shown: Shown::default(), busy: Vec::new() };
    for event in &schedule.events {
        play.stage.at = format!("{event:?}");
        play.event(event).await;
        play.look().await;
    }
    play.end(schedule.relays).await;
    let Playing { cases, mut shown, .. } = play;
    for node in &mut stage.nodes {
        node.kill().await;
    }
    shown.faults.extend(check::all(stage, schedule, &cases).await);
    shown.faults.extend(ledger.faults());
    shown.points = ledger.points().into_keys().collect();
    shown
}

pub struct Playing<'a> {
    pub stage: &'a mut Stage,
    pub cases: Vec<Live>,
    shown: Shown,
    /// Who holds the write lock of SQLite for a moment.
    pub busy: Vec<tokio::task::JoinHandle<()>>,
}

impl Playing<'_> {
    pub fn fault(&mut self, words: String) {
        self.shown.faults.push(words);
    }

    async fn event(&mut self, event: &Event) {
        match event {
            Event::Submit(number) => self.submit(*number).await,
            Event::Withdraw(number) => {
                let done = withdraw::withdraw(self.stage.desk(), self.stage.owner, self.cases[*number].id).await;
                self.allow("withdraw", done.map(drop));
            }
            Event::Decide(number) => self.decide(*number),
            Event::Act(number) => self.act(*number).await,
            Event::Work(nodes, work) => drop(self.work(nodes, *work).await),
            Event::Arm(node, point, skip, then) => self.node(*node).arm(*point, *skip, *then),
            Event::Release(node) => {
                let did = self.node(*node).release().await;
                self.did(&did);
            }
            Event::Hear(node) => {
                // Where nothing is renewed there is nothing to hear.
                let heard = tokio::time::timeout(HEARING, self.node(*node).hear()).await;
                self.did(&heard.unwrap_or(Did::Nothing));
            }
            Event::Kill(node) => {
                self.node(*node).kill().await;
                self.quiet().await;
            }
            Event::Mortal(point, skip) => self.mortal(*point, *skip).await,
            Event::Fail(fault) => self.stage.app.simulator().fail((**fault).clone()).unwrap(),
            Event::FailMessage(trouble) => {
                let path = "/cgi-bin/message/subscribe/send".to_owned();
                let fault = stand_in::Fault { path, trouble: trouble.clone(), times: 1 };
                self.stage.app.outside.wechat.state().add_fault(fault).unwrap();
            }
            Event::Answer(machine, reply) => self.stage.hooks.answer(*machine, reply.clone()),
            Event::TurnOn(machine) => self.stage.turn_on(*machine).await,
            Event::Wire(node, wire, trouble) => {
                let wires = &self.node(*node).wires;
                let wire = match wire {
                    Wire::Database => wires.database.as_ref(),
                    Wire::Province => Some(&wires.province),
                    Wire::Objects => wires.objects.as_ref(),
                };
                if let Some(wire) = wire {
                    wire.trouble(*trouble);
                }
            }
            Event::Mend(node) => self.node(*node).mend(),
            Event::Busy(millis) => self.occupy(*millis).await,
            Event::Jump(seconds) => self.stage.forward(*seconds),
            Event::Skew(node, seconds) => self.node(*node).skew(*seconds),
        }
    }

    pub fn node(&mut self, number: usize) -> &mut Node {
        &mut self.stage.nodes[number]
    }

    /// What people try is sometimes not possible any more; nothing else may go wrong.
    fn allow(&mut self, what: &str, done: Result<(), Error>) -> bool {
        match done {
            Ok(()) => true,
            Err(Error::NotNow { .. }) => false,
            Err(error) => {
                self.fault(format!("{what}: {error}"));
                false
            }
        }
    }

    pub async fn submit(&mut self, number: usize) {
        let done = submit::submit(self.stage.desk(), self.stage.owner, self.cases[number].id, None).await;
        self.allow("submit", done.map(drop));
    }

    /// The province's next step, when it has the case and is not waiting for the owner.
    pub fn decide(&mut self, number: usize) {
        let Live { id, plan: Plan::Province(statuses), steps, .. } = &mut self.cases[number] else { return };
        let orgbusno = id.0.simple().to_string();
        let Some(there) = self.stage.app.simulator().case(&orgbusno) else { return };
        let (Some(status), "02" | "05" | "12") = (statuses.get(*steps), there.state.as_str()) else { return };
        let items = match status {
            Status::Correction => vec![ItemText { material: None, words: "写全地址".to_owned() }],
            _ => Vec::new(),
        };
        assert!(self.stage.app.simulator().advance(&orgbusno, &Step { items, ..Step::now(*status) }));
        *steps += 1;
    }

    pub async fn act(&mut self, number: usize) {
        let Live { id, plan: Plan::County(acts), steps, .. } = &self.cases[number] else { return };
        let (Some(act), id) = (acts.get(*steps).copied(), *id) else { return };
        let done = match act {
            Act::Rate => {
                let best = casework::told::Satisfaction::VerySatisfied;
                rate::rate(self.stage.desk(), self.stage.owner, id, best, None).await.map(drop)
            }
            act => county::act(self.stage, id, act).await,
        };
        // What the law's clock did first is not done again.
        let overtaken =
            matches!(done, Err(Error::NotNow { state: case::State::Accepted | case::State::Reviewing, .. }))
                && matches!(act, Act::Accept | Act::Correct);
        // A draft is none of the staff's business.
        let done = if matches!(done, Err(Error::NotFound("case"))) { return } else { done };
        if self.allow(&format!("{act:?}"), done) || overtaken {
            self.cases[number].steps += 1;
        }
    }

    async fn mortal(&mut self, point: Point, skip: u32) {
        let (settings, now) = (self.stage.app.settings(), self.stage.desk().world.now());
        if mortal::run(MORTAL, settings, (point, skip), now).await {
            self.shown.met.push(point);
        }
        self.quiet().await;
    }

    /// Answers whether all of it was done.
    pub async fn work(&mut self, numbers: &[usize], work: Work) -> bool {
        let nodes = self.stage.nodes.iter_mut().enumerate();
        let chosen = nodes.filter(|(number, _)| numbers.contains(number)).map(|(_, node)| node.work(work));
        let mut all = true;
        for did in join_all(chosen).await {
            all &= matches!(did, Did::Ended(Ok(_)));
            self.did(&did);
        }
        self.quiet().await;
        all
    }

    fn did(&mut self, did: &Did) {
        match did {
            Did::Died(point) | Did::Waits(point) => self.shown.met.push(*point),
            // A database that is cut off fails; the next one to try finds the work where it was.
            Did::Ended(_) | Did::Nothing => {}
        }
    }

    /// No call is on its way to the province any more.
    pub async fn quiet(&self) {
        let ended = async {
            while self.stage.app.simulator().calls_in_progress() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(2), ended).await);
    }

    async fn occupy(&mut self, millis: u64) {
        let database = self.stage.app.database().await;
        database.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        self.busy.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            database.execute_unprepared("ROLLBACK").await.unwrap();
            database.close().await.unwrap();
        }));
    }

    /// Sees where the cases stand: none goes back.
    pub async fn look(&mut self) {
        let ids: Vec<_> = self.cases.iter().map(|case| case.id).collect();
        let rows = case::Entity::find().filter(case::Column::Id.is_in(ids)).all(&self.stage.desk().db).await.unwrap();
        let mut lines = Vec::new();
        for row in rows {
            let live = self.cases.iter_mut().find(|live| live.id == row.id).unwrap();
            let known = std::mem::replace(&mut live.line, row.last_event);
            lines.extend((known + 1..=row.last_event).map(|line| (row.id, line)));
            let (state, version) = std::mem::replace(&mut live.seen, (row.state, row.data_version));
            if row.data_version < version || !check::may_follow(state, row.state, row.data_version > version) {
                let fault = format!("{}: {state:?} became {:?} at {}", row.id, row.state, self.stage.at);
                self.shown.faults.push(fault);
            }
        }
        self.stage.told(&lines).await;
    }
}
