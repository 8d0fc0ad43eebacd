//! What tests of the relay share: a clock that stands still, a relay drained by hand, a province that waits to be told.

use casework::world::Driven;
use chrono::{DateTime, TimeDelta, Utc};
use entity::staff::Role;
use entity::{CaseId, outbox};
use portal::relay::Relay;
use portal::simulator::{Fault, Script, SimCase, Simulator, Status, Step};
use serde_json::Value;
use tests::{BOUND, Caller, Setup, TestApp};

/// The waits a server has by default.
pub const SCHEDULE: &str = "5s,30s,2m,10m,30m,2h,6h,12h";

/// A server whose relay and clock are moved by hand.
pub struct Scene {
    pub app: TestApp,
    pub clock: Driven,
    pub relay: Relay,
}

impl Scene {
    pub async fn start(setup: Setup) -> Self {
        Self::start_at(setup, Driven::now()).await
    }

    /// The same with a clock that shows this moment.
    pub async fn start_at(setup: Setup, clock: Driven) -> Self {
        let setup = setup.without_relay().clock(&clock).script(Script::nothing());
        let app = setup.set("GXB_RELAY_SCHEDULE", SCHEDULE).start().await;
        let relay = app.relay();
        Self { app, clock, relay }
    }

    pub fn province(&self) -> &Simulator {
        self.app.simulator()
    }

    pub fn fail(&self, fault: Fault) {
        self.province().fail(fault).unwrap();
    }

    /// A command as an operator types it beside the server, with its settings. Answers its exit code and what it printed.
    pub async fn typed(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_served"))
            .args(arguments)
            .env_clear()
            .envs(self.app.settings().iter().map(|(name, value)| (name, value)))
            .env("GXB_LOG_LEVEL", "error")
            .output()
            .await
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }

    pub fn forward(&self, by: TimeDelta) {
        self.clock.forward(by);
    }

    /// Signs in anew: tokens end while the clock is moved.
    pub async fn owner(&self) -> Caller {
        self.app.owner("zhang").await
    }

    /// A case that was handed in and waits for the relay.
    pub async fn submitted(&self) -> String {
        let owner = self.owner().await;
        let case = owner.ready().await;
        owner.submit(&case).await;
        case
    }

    /// Keeps what is due; how many attempts that took.
    pub async fn drain(&self) -> usize {
        self.relay.drain().await.unwrap()
    }

    pub async fn case(&self, case: &str) -> Value {
        self.owner().await.case(case).await
    }

    /// What the applicant sees of a case: its state, and how handing it on goes.
    pub async fn seen(&self, case: &str) -> (String, String) {
        let case = self.case(case).await;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&case["state"]), word(&case["relay"]["state"]))
    }

    /// When the applicant reads that the next try will be.
    pub async fn next_try(&self, case: &str) -> Option<DateTime<Utc>> {
        self.case(case).await["relay"]["next_try_at"].as_str().map(|at| at.parse().unwrap())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.app.world.now()
    }

    /// The newest promise to the province for a case.
    pub async fn promise(&self, case: &str) -> outbox::Model {
        let id = CaseId(case.parse().unwrap());
        casework::outbox::of_case(&self.app.app().desk, id).await.unwrap().unwrap()
    }

    /// The attempts at that promise as staff read them: step, outcome, code and status, each `-` where there is none.
    pub async fn attempts(&self, case: &str) -> Vec<String> {
        let id = self.promise(case).await.id;
        let staff = self.app.staff(Role::Operator).await;
        let history = staff.get(&format!("/staff/v1/deliveries/{id}")).await.expect(200).json();
        let word = |value: &Value| match value {
            Value::Null => "-".to_owned(),
            Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        let line = |attempt: &Value| ["step", "outcome", "code", "status"].map(|name| word(&attempt[name])).join(" ");
        history["attempts"].as_array().unwrap().iter().map(line).collect()
    }

    /// The one case at the province.
    pub fn there(&self, case: &str) -> SimCase {
        let cases = self.province().cases();
        assert_eq!(cases.len(), 1, "exactly one case at the province");
        assert_eq!(cases[0].orgbusno, orgbusno(case));
        cases[0].clone()
    }

    /// The province decides a step further, and its report has arrived when this returns.
    pub async fn report(&self, case: &str, step: &Step) {
        self.forward(TimeDelta::minutes(1));
        assert!(self.province().advance(&orgbusno(case), step));
        self.pushed(case).await;
    }

    /// Waits until every report was pushed.
    pub async fn pushed(&self, case: &str) {
        let id = orgbusno(case);
        let all = |case: SimCase| case.history.iter().all(|report| !report.pushable || report.delivered).then_some(());
        let told = |province: &Simulator| province.case(&id).and_then(all);
        self.province().wait_for(BOUND, told).await.expect("every report arrives");
    }

    /// However it came there: the case is handed over, at the province once, and its life goes on to the approval.
    pub async fn ends_approved(&self, case: &str) {
        assert_eq!(self.seen(case).await, ("submitted".to_owned(), "done".to_owned()));
        assert_eq!(self.there(case).dataver, 1);
        self.report(case, &Step::now(Status::Accepted)).await;
        self.report(case, &Step::now(Status::Approved)).await;
        self.drain().await;
        let owner = self.owner().await;
        let seen = owner.case(case).await;
        assert_eq!((&seen["state"], &seen["relay"]["state"]), (&"approved".into(), &"done".into()), "{seen:#}");
        assert!(seen["licence"]["number"].is_string(), "{seen:#}");
        let mut acts = owner.acts(case).await;
        // Being late and the mere arrival are told on the way, or not at all.
        acts.retain(|act| act != "late" && act != "received");
        assert_eq!(acts, ["created", "submitted", "accepted", "approved"]);
        let mut notices = owner.notices().await;
        notices.retain(|kind| kind != "late");
        assert_eq!(notices, ["accepted", "approved"]);
        assert_eq!(self.there(case).state, "10");
    }
}

/// What the province knows a case by.
pub fn orgbusno(case: &str) -> String {
    case.replace('-', "")
}
