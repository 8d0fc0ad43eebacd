//! A schedule: what people and the province do, what fails, and when; readable.

use std::fmt;

use casework::witness::Moment::{Renewed, Renewing};
use portal::simulator::{Action, CallKind, Fault, Status};
use portal::wechat::stand_in::Trouble as Silence;
use tests::gate::Then;
use tests::node::Work;
use tests::points::{Call, Point};
use tests::proxy::Trouble;
use tests::receiver::Reply;

/// What is played.
#[derive(Clone)]
pub struct Schedule {
    pub seed: u64,
    /// How many relays work on the database.
    pub relays: usize,
    /// How long a lease holds, in milliseconds.
    pub lease: u64,
    pub cases: Vec<Plan>,
    /// Whether machines are called back.
    pub called: bool,
    pub events: Vec<Event>,
}

/// What becomes of a case, unless its owner gives it up.
#[derive(Clone, Debug)]
pub enum Plan {
    /// The province decides, in these steps.
    Province(Vec<Status>),
    /// The county decides, in these steps.
    County(Vec<Act>),
}

/// What the county's staff and the owner do, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Accept,
    Correct,
    BeginStep,
    EndStep,
    Approve,
    Issue,
    Rate,
}

/// Which wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Database,
    Province,
    Objects,
}

/// One thing that happens. Numbers name cases and relays.
#[derive(Clone, Debug)]
pub enum Event {
    /// The owner hands the case in, for the first time or corrected.
    Submit(usize),
    Withdraw(usize),
    /// The province goes a step further.
    Decide(usize),
    /// The county goes a step further.
    Act(usize),
    Work(Vec<usize>, Work),
    Arm(usize, Point, u32, Then),
    Release(usize),
    /// Waits until the relay says something.
    Hear(usize),
    Kill(usize),
    /// A process of its own begins to work, and the operating system kills it at this point.
    Mortal(Point, u32),
    Fail(Box<Fault>),
    FailMessage(Silence),
    /// A machine answers its next call like this.
    Answer(usize, Reply),
    /// A machine that was turned off has itself turned on again.
    TurnOn(usize),
    Wire(usize, Wire, Trouble),
    Mend(usize),
    /// Somebody else holds the database's write lock for so many milliseconds.
    Busy(u64),
    Jump(i64),
    Skew(usize, i64),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {} relay(s), leases of {} ms", self.seed, self.relays, self.lease)?;
        writeln!(f, "  machines are called: {}", self.called)?;
        for (number, case) in self.cases.iter().enumerate() {
            writeln!(f, "  case {number}: {case:?}")?;
        }
        for (number, event) in self.events.iter().enumerate() {
            match event {
                Event::Fail(fault) => writeln!(f, "  {number:>3} Fail({})", serde_json::to_string(fault).unwrap())?,
                event => writeln!(f, "  {number:>3} {event:?}")?,
            }
        }
        Ok(())
    }
}

impl Schedule {
    /// Everything that can happen happens, and a relay meets its end at `point`.
    pub fn dying_at(point: Point) -> Self {
        use Act::{Accept, Approve, BeginStep, EndStep, Issue, Rate};
        let cases = vec![
            Plan::Province(vec![Status::Accepted, Status::Approved]),
            Plan::County(vec![Accept, BeginStep, EndStep, Approve, Issue, Rate]),
            Plan::Province(vec![Status::Denied]),
        ];
        let deliver = || Event::Work(vec![0], Work::Deliver);
        let mut events = vec![Event::Submit(0), Event::Submit(1), Event::Submit(2)];
        if is_of_renewal(point) {
            events.push(Event::Arm(0, Point::Before(Call::Case), 0, Then::Wait));
        }
        events.extend([Event::Arm(0, point, 0, Then::Die), deliver(), Event::Hear(0), Event::Jump(70), deliver()]);
        events.extend([
            Event::Withdraw(2),
            Event::Act(1),
            Event::Decide(0),
            deliver(),
            Event::Work(vec![0], Work::Fetch),
        ]);
        events.extend([Event::Jump(70), deliver(), Event::Work(vec![0], Work::Fetch)]);
        let lease = if is_of_renewal(point) { 90 } else { 60_000 };
        Self { seed: 0, relays: 1, lease, cases, called: false, events }
    }

    /// The same with a process of its own, which the operating system kills.
    pub fn killed_at(point: Point) -> Self {
        use Act::{Accept, Approve, BeginStep, EndStep, Issue};
        let cases = vec![
            Plan::Province(vec![Status::Accepted, Status::Approved]),
            Plan::County(vec![Accept, BeginStep, EndStep, Approve, Issue]),
            Plan::Province(vec![Status::Denied]),
            Plan::Province(vec![Status::Correction, Status::Accepted, Status::Denied]),
        ];
        let mut events =
            vec![Event::Submit(0), Event::Submit(1), Event::Submit(2), Event::Work(vec![0], Work::Deliver)];
        events.extend([Event::Submit(3), Event::Withdraw(2), Event::Act(1), Event::Decide(0)]);
        if is_of_renewal(point) {
            let slow = Fault { ms: Some(400), ..Fault::on(CallKind::Case, Action::Slow) };
            events.push(Event::Fail(Box::new(slow)));
        }
        events.push(Event::Mortal(point, 0));
        Self { seed: 0, relays: 1, lease: 60_000, cases, called: false, events }
    }

    /// Whether two may be at one call at a time: somebody waits past the end of a lease, or dies with a call on its way, or one
    /// is held up there.
    pub fn overlaps(&self) -> bool {
        self.events.iter().any(|event| match event {
            Event::Arm(..) | Event::Kill(_) | Event::Mortal(..) | Event::Skew(..) => true,
            Event::Fail(fault) => matches!(fault.action, Action::Hang | Action::HoldUp),
            _ => false,
        })
    }
}

/// Whether a point is reached only while an attempt takes its time.
pub fn is_of_renewal(point: Point) -> bool {
    matches!(point, Point::At(Renewing | Renewed))
}
