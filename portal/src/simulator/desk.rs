//! What all calls share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use casework::world::World;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use super::connection::Switches;
use super::fault::{Action, CallKind, Fault, FaultQueue};
use super::held::Held;
use super::memory::Memory;
use super::random::{Form, Lots, Random};
use super::script::{Script, ScriptError, Step};
use super::{Limits, Rule, SimulatorConfig, StartError, courier, report};
use crate::http::Http;
use crate::signature::{Key, MemoryNonces, TrustedKey};

/// How many bodies are read, and files looked at, at the same time.
const BODIES_AT_ONCE: usize = 16;

/// How many calls are answered, or hang, at the same time; more wait.
const CALLS_AT_ONCE: usize = 10_000;

/// The province's desk.
pub(super) struct Desk {
    pub(super) world: World,
    pub(super) http: Http,
    pub(super) key: Key,
    pub(super) trusted: Vec<TrustedKey>,
    pub(super) rules: Vec<Rule>,
    pub(super) callback: Option<String>,
    pub(super) limits: Limits,
    pub(super) nonces: MemoryNonces,
    pub(super) switches: Switches,
    pub(super) bodies: Semaphore,
    /// Tells hanging calls to go on.
    pub(super) release: Notify,
    pub(super) stopping: CancellationToken,
    /// One permit a call; what is missing is in progress.
    calls: Semaphore,
    script: Mutex<Script>,
    faults: Mutex<FaultQueue>,
    lots: Mutex<Option<Lots>>,
    memory: Mutex<Memory>,
    held: Mutex<Vec<Held>>,
    changed: watch::Sender<u64>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("key", &self.key).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    pub(super) fn new(config: SimulatorConfig, world: World, http: Http) -> Result<Self, StartError> {
        let mut names = HashSet::new();
        if let Some(twice) = config.rules.iter().find(|rule| !names.insert(rule.name.as_str())) {
            return Err(StartError::Rule(twice.name.clone()));
        }
        let desk = Self {
            world,
            http,
            key: config.key,
            trusted: config.trusted,
            callback: config.callback.map(|url| url.trim_end_matches('/').to_owned()),
            limits: config.limits,
            nonces: MemoryNonces::new(config.limits.nonces),
            switches: Switches::default(),
            bodies: Semaphore::new(BODIES_AT_ONCE),
            release: Notify::new(),
            stopping: CancellationToken::new(),
            calls: Semaphore::new(CALLS_AT_ONCE),
            script: Mutex::new(Script::nothing()),
            faults: Mutex::default(),
            lots: Mutex::default(),
            memory: Mutex::new(Memory::new(config.limits)),
            held: Mutex::default(),
            changed: watch::Sender::new(0),
            rules: config.rules,
        };
        desk.set_script(config.script)?;
        Ok(desk)
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.memory)
    }

    /// What is on its way.
    pub(super) fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        lock(&self.held)
    }

    pub(super) fn script(&self) -> Script {
        lock(&self.script).clone()
    }

    pub(super) fn set_script(&self, mut script: Script) -> Result<(), ScriptError> {
        script.check()?;
        let faults = std::mem::take(&mut script.faults);
        if let Some(random) = script.random.take() {
            self.set_random(Some(random))?;
        }
        *lock(&self.script) = script;
        faults.into_iter().try_for_each(|fault| self.queue_fault(fault))
    }

    /// The steps for a case that arrives now, and whether its arrival is pushed.
    pub(super) fn plan(&self, orgbusno: &str, item: &str, applicant: &str) -> (Vec<Step>, bool) {
        let script = lock(&self.script);
        (script.steps_for(orgbusno, item, applicant).to_vec(), script.announce_arrival)
    }

    pub(super) fn queue_fault(&self, fault: Fault) -> Result<(), ScriptError> {
        lock(&self.faults).queue(fault)
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        lock(&self.faults).waiting()
    }

    /// A case is handed in: the first time, the faults its script has for it begin to wait.
    pub(super) fn meet(&self, orgbusno: &str, item: &str, applicant: &str) {
        if !self.memory().meet(orgbusno) {
            return;
        }
        for fault in lock(&self.script).faults_for(orgbusno, item, applicant) {
            let subject = fault.subject.clone().or_else(|| Some(orgbusno.to_owned()));
            if let Err(error) = self.queue_fault(Fault { subject, ..fault }) {
                tracing::warn!(orgbusno, %error, "a fault of the script is left out");
            }
        }
    }

    /// The fault of a call: one that was queued for it, else what the lot says.
    pub(super) fn take_fault(&self, form: Form, call: CallKind, subjects: &[&str]) -> Option<Fault> {
        let queued = lock(&self.faults).take(call, subjects);
        queued.or_else(|| lock(&self.lots).as_mut()?.draw(form, call))
    }

    /// Whether, and how, the next try of a push is to be signed wrongly too.
    pub(super) fn take_spoilt(&self, orgbusno: &str) -> Option<Action> {
        lock(&self.faults).take_spoilt(orgbusno)
    }

    pub(super) fn set_random(&self, random: Option<Random>) -> Result<(), ScriptError> {
        if let Some(random) = &random {
            random.check()?;
        }
        *lock(&self.lots) = random.map(Lots::new);
        Ok(())
    }

    /// What is known of failing at random, while that goes on.
    pub(super) fn lots<T>(&self, look: impl FnOnce(&Lots) -> T) -> Option<T> {
        lock(&self.lots).as_ref().map(look)
    }

    /// A place among the calls in progress, given up when the call ends.
    pub(super) async fn begin_call(&self) -> Option<SemaphorePermit<'_>> {
        self.calls.acquire().await.ok()
    }

    pub(super) fn calls_in_progress(&self) -> usize {
        CALLS_AT_ONCE - self.calls.available_permits()
    }

    pub(super) fn heal(&self) {
        lock(&self.faults).clear();
        *lock(&self.lots) = None;
        self.release.notify_waiters();
    }

    pub(super) fn stop(&self) {
        self.stopping.cancel();
        self.release.notify_waiters();
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn tell_change(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Writes down what became of a case and has it pushed. [`None`] when there is no such case or no room.
    pub(super) fn advance(self: &Arc<Self>, orgbusno: &str, step: &Step) -> Option<()> {
        self.record(orgbusno, step, true)
    }

    pub(super) fn record(self: &Arc<Self>, orgbusno: &str, step: &Step, pushable: bool) -> Option<()> {
        let (id, now) = (self.world.id().ok()?, self.world.now());
        self.memory().add_report(orgbusno, pushable, |case, sn| report::body(case, sn, step, id, now))?;
        courier::wake(self, orgbusno);
        self.tell_change();
        Some(())
    }
}
