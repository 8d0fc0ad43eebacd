//! Machines that are called back in a schedule, and what they must have heard when it is over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use casework::machine::Scope;
use casework::webhook::{self, Event, Wanted};
use entity::outbox::{self, Destination, State as Owed};
use entity::{CaseId, EndpointId, attempt, case_event, endpoint};
use sea_orm::{ActiveEnum as _, EntityTrait as _};
use serde_json::json;
use tests::TestApp;
use tests::receiver::{Received, Receiver, Reply};

use super::stage::Stage;

/// How many machines want to be called back.
pub const MACHINES: usize = 2;
/// Whose they are.
const SYSTEM: &str = "hall";
const NAMES: [&str; MACHINES] = ["first", "second"];

/// One line of one case's timeline.
type Line = (CaseId, i32);

struct Hook {
    receiver: Receiver,
    name: &'static str,
    id: EndpointId,
    secret: String,
    /// Whether it was turned on when somebody looked last.
    on: bool,
    /// What was written while it was.
    must_hear: BTreeSet<Line>,
}

/// Machines that are called back.
pub struct Hooks(Vec<Hook>);

impl Hooks {
    /// Machines nobody calls yet.
    pub async fn open(app: &TestApp) -> Self {
        let machine = app.integrator(SYSTEM, &[Scope::WebhooksWrite]).await;
        let mut hooks = Vec::new();
        for name in NAMES {
            let (receiver, path) = (Receiver::start().await, format!("/integration/v1/webhooks/{name}"));
            let made = machine.send("PUT", &path, &json!({ "url": receiver.url() })).await.expect(200).json();
            let secret = made["keys"][0]["key"].as_str().unwrap().to_owned();
            let id = webhook::find(&app.app().desk, SYSTEM, name).await.unwrap().id;
            hooks.push(Hook { receiver, name, id, secret, on: false, must_hear: BTreeSet::new() });
        }
        Self(hooks)
    }

    /// The next call of a machine is answered like this.
    pub fn answer(&self, machine: usize, reply: Reply) {
        self.0[machine].receiver.reply([reply]);
    }

    /// From now on every call is answered well.
    pub fn heal(&self) {
        self.0.iter().for_each(|hook| hook.receiver.heal());
    }

    /// What is not as it must be about the calls of one case, with the lines of its timeline and what is owed of it.
    pub fn faults(&self, lines: &[case_event::Model], owed: &[(outbox::Model, Vec<attempt::Model>)]) -> Vec<String> {
        self.0.iter().flat_map(|hook| hook.faults(lines, owed)).collect()
    }
}

impl Stage {
    /// A schedule begins in which machines are called, or are not.
    pub async fn called(&mut self, called: bool) {
        for number in 0..MACHINES {
            self.turn(number, called).await;
            let hook = &mut self.hooks.0[number];
            hook.receiver.begin_anew();
            (hook.on, hook.must_hear) = (called, BTreeSet::new());
        }
    }

    /// A machine has itself turned on.
    pub async fn turn_on(&mut self, machine: usize) {
        self.turn(machine, true).await;
    }

    /// Every machine that was turned off has itself turned on again.
    pub async fn turn_all_on(&mut self) {
        for row in endpoint::Entity::find().all(&self.desk().db).await.unwrap() {
            // One that was never on is not called in this schedule.
            if row.disabled_for.as_deref().is_some_and(|why| why != "machine") {
                let number = self.hooks.0.iter().position(|hook| hook.id == row.id).unwrap();
                self.turn(number, true).await;
            }
        }
    }

    async fn turn(&self, machine: usize, on: bool) {
        self.calm().await;
        let hook = &self.hooks.0[machine];
        let wanted = Wanted { url: &hook.receiver.url(), on, events: vec![Event::Case] };
        webhook::put(self.desk(), SYSTEM, hook.name, wanted).await.unwrap();
    }

    /// No report is being taken in: whoever began before a machine was turned on may not know that it was.
    async fn calm(&self) {
        let over = async {
            while self.app.simulator().is_pushing() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(5), over).await);
    }

    /// These lines were written since somebody looked last: a machine that is on, and was then, must hear of them.
    pub async fn told(&mut self, lines: &[Line]) {
        let rows = endpoint::Entity::find().all(&self.desk().db).await.unwrap();
        for hook in &mut self.hooks.0 {
            let on = rows.iter().any(|row| row.id == hook.id && row.disabled_at.is_none());
            if std::mem::replace(&mut hook.on, on) && on {
                hook.must_hear.extend(lines);
            }
        }
    }
}

impl Hook {
    fn faults(&self, lines: &[case_event::Model], owed: &[(outbox::Model, Vec<attempt::Model>)]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, otherwise: &dyn Fn() -> String| {
            if !holds {
                faults.push(format!("the machine {}: {}", self.name, otherwise()));
            }
        };
        let calls = self.calls(lines);
        let owed: BTreeMap<_, _> = owed
            .iter()
            .filter(|(row, _)| row.destination == Destination::Webhook(self.id))
            .map(|(row, tried)| (row.sequence, (row, tried.len())))
            .collect();
        let handed_in = lines.iter().find(|line| line.act == "submitted").map_or(i32::MAX, |line| line.sequence);
        let (mut before, mut all) = (None, BTreeSet::new());
        for line in lines {
            let sn = line.sequence;
            let of: Vec<_> = calls.iter().enumerate().filter(|(_, call)| sequence(call) == sn).collect();
            let first = of.first().map(|(at, _)| *at);
            let through: Vec<_> = of.iter().filter(|(_, call)| call.came_through()).map(|(at, _)| *at).collect();
            if line.visible && sn >= handed_in && self.must_hear.contains(&(line.case_id, sn)) {
                must(!through.is_empty(), &|| format!("never heard of line {sn}"));
            }
            must(of.iter().all(|(_, call)| self.says(call, line)), &|| format!("line {sn} is told wrongly: {of:?}"));
            let ids: BTreeSet<_> = of.iter().map(|(_, call)| &call.headers["webhook-id"]).collect();
            let anew = ids.iter().all(|id| all.insert((*id).clone()));
            must(ids.len() <= 1 && anew, &|| format!("line {sn} has more than one id, or another's: {ids:?}"));
            let Some((row, tried)) = owed.get(&sn) else {
                must(of.is_empty(), &|| format!("line {sn} was told, and nobody owed it"));
                continue;
            };
            must(row.state == Owed::Done, &|| format!("line {sn} is {:?} ({:?})", row.state, row.reason));
            // Once kept it is over; again only where the relay died, or lost its lease, before it wrote down how it went.
            let (leases, tried) = (usize::try_from(row.fence).unwrap(), *tried);
            must(of.len() <= leases, &|| format!("line {sn}: {} calls with {leases} leases", of.len()));
            let unheard = leases - tried;
            must(through.len() <= 1 + unheard, &|| {
                format!(
                    "line {sn} came through {} times, {unheard} of {leases} attempts were not written down",
                    through.len()
                )
            });
            // One after the other: the next line is not told before this one came through.
            must(first.is_none() || before.is_none() || first > before, &|| format!("line {sn} was told too early"));
            before = before.max(through.first().copied());
        }
        faults
    }

    /// The calls about the case of these lines, oldest first.
    fn calls(&self, lines: &[case_event::Model]) -> Vec<Received> {
        let Some(id) = lines.first().map(|line| line.case_id) else { return Vec::new() };
        let mut calls = self.receiver.calls();
        calls.retain(|call| call.json()["data"]["case_id"] == id.to_string());
        calls
    }

    fn says(&self, call: &Received, line: &case_event::Model) -> bool {
        let said = call.json();
        let state = line.state.to_value();
        call.is_signed_with(&self.secret)
            && said["type"] == format!("case.{}", line.act)
            && said["data"]["state"] == state
    }
}

fn sequence(call: &Received) -> i32 {
    call.json()["data"]["sequence"].as_i64().and_then(|sequence| i32::try_from(sequence).ok()).unwrap()
}
