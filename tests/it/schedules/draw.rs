//! A schedule out of a seed.

use casework::witness::Moment::{Recorded, Settling};
use portal::simulator::{Action, CallKind, Fault, Moment as When, Status};
use portal::wechat::stand_in::Trouble as Silence;
use tests::Database;
use tests::gate::Then;
use tests::node::Work;
use tests::points::{Call, Point};
use tests::proxy::Trouble;
use tests::receiver::Reply;

use super::dice::Dice;
use super::hooks::MACHINES;
use super::plan::{Act, Event, Plan, Schedule, Wire, is_of_renewal};

/// One schedule in so many has a process of its own killed.
const MORTAL: u64 = 20;
/// Where somebody may wait who holds a promise and no lock.
const OPEN: [Point; 7] = [
    Point::Before(Call::File),
    Point::Before(Call::Case),
    Point::After(Call::Case),
    Point::After(Call::Ask),
    Point::Before(Call::Tell),
    Point::Delivered,
    Point::At(Settling),
];
const JUMPS: [i64; 12] = [1, 7, 40, 70, 200, 700, 4_000, 18_000, -5, -90, -1_000, -7_200];

/// Where somebody may wait who took over.
const TAKEN_OVER: [Point; 4] =
    [Point::Delivered, Point::At(Settling), Point::Before(Call::Case), Point::After(Call::Ask)];

impl Schedule {
    /// The schedule of this seed.
    pub fn of(seed: u64, database: Database) -> Self {
        let mut dice = Dice::new(seed);
        let relays = dice.pick(&[1, 2, 2, 4]);
        let lease = dice.pick(&[60_000, 60_000, 90]);
        let cases: Vec<_> = (0..=dice.below(3)).map(|_| plan(&mut dice)).collect();
        let (given_up, called) = (dice.chance(40), dice.chance(40));
        let mut draw = Draw { dice, relays, cases: cases.len(), given_up, called, lease, database };
        // The others are handed in later, at the latest when everything comes to its end.
        let mut events: Vec<_> = (0..cases.len()).filter(|_| draw.dice.chance(60)).map(Event::Submit).collect();
        for _ in 0..6 + draw.dice.below(12) {
            draw.event(&mut events);
        }
        if seed.is_multiple_of(MORTAL) {
            events.push(Event::Mortal(draw.dice.pick(&Point::all()), draw.dice.pick(&[0, 0, 1, 2])));
        }
        Self { seed, relays, lease, cases, called, events }
    }
}

fn plan(dice: &mut Dice) -> Plan {
    use Act::{Accept, Approve, BeginStep, Correct, EndStep, Issue, Rate};
    use Status::{Accepted, Approved, Correction, Denied, NotAccepted, Reviewing};
    match dice.below(8) {
        0 => Plan::Province(vec![Accepted, Approved]),
        1 => Plan::Province(vec![Accepted, Reviewing, Denied]),
        2 => Plan::Province(vec![NotAccepted]),
        3 => Plan::Province(vec![Approved]),
        4 | 5 => Plan::Province(vec![Correction, Accepted, Approved]),
        6 => Plan::County(vec![Accept, BeginStep, EndStep, Approve, Issue, Rate]),
        _ => Plan::County(vec![Correct, Accept, BeginStep, EndStep, Approve, Issue]),
    }
}

struct Draw {
    dice: Dice,
    relays: usize,
    cases: usize,
    given_up: bool,
    called: bool,
    lease: u64,
    database: Database,
}

impl Draw {
    fn event(&mut self, events: &mut Vec<Event>) {
        if self.called && self.dice.chance(30) {
            let machine = self.dice.below(MACHINES);
            let event =
                if self.dice.chance(85) { Event::Answer(machine, self.reply()) } else { Event::TurnOn(machine) };
            events.push(event);
        }
        let (case, node) = (self.dice.below(self.cases), self.dice.below(self.relays));
        match self.dice.below(100) {
            0..=7 => events.push(Event::Submit(case)),
            8..=12 if self.given_up => events.push(Event::Withdraw(case)),
            13..=15 if self.given_up => self.too_late(case, node, events),
            8..=27 => events.push(Event::Decide(case)),
            28..=35 => events.push(Event::Act(case)),
            36..=42 if self.relays > 1 => self.overtake(case, node, events),
            36..=52 => self.arm(node, events),
            53..=66 => events.push(Event::Fail(Box::new(self.fault()))),
            67..=70 => events.push(Event::FailMessage(self.silence())),
            71..=82 => events.push(self.wire(node)),
            83..=89 => events.push(Event::Jump(self.dice.pick(&JUMPS))),
            90..=92 => events.push(Event::Skew(node, self.dice.pick(&[-400, -100, -30, 30, 100, 400]))),
            93..=95 if self.database == Database::Sqlite => events.push(Event::Busy(10 + self.dice.below(30) as u64)),
            93..=95 => events.push(Event::Mend(node)),
            _ => events.push(Event::Kill(node)),
        }
        if self.dice.chance(70) {
            events.push(self.work());
        }
    }

    fn work(&mut self) -> Event {
        let work =
            self.dice.pick(&[Work::Deliver, Work::Deliver, Work::Deliver, Work::Fetch, Work::Deliver, Work::TellLate]);
        let all = work == Work::Deliver && self.dice.chance(40);
        let nodes = if all { (0..self.relays).collect() } else { vec![self.dice.below(self.relays)] };
        Event::Work(nodes, work)
    }

    /// A relay dies at a point, or waits there, perhaps until another one has taken over.
    fn arm(&mut self, node: usize, events: &mut Vec<Event>) {
        let point = self.dice.pick(&Point::all());
        if is_of_renewal(point) && self.lease < 1_000 {
            let call = self.dice.pick(&[Call::File, Call::Case, Call::Ask, Call::Tell, Call::Message]);
            events
                .extend([Event::Arm(node, Point::Before(call), 0, Then::Wait), Event::Arm(node, point, 0, Then::Die)]);
            return events.extend([Event::Work(vec![node], Work::Deliver), Event::Hear(node)]);
        }
        let work = if matches!(point, Point::Before(Call::List) | Point::After(Call::List)) {
            Work::Fetch
        } else {
            Work::Deliver
        };
        let skip = self.dice.pick(&[0, 0, 0, 1, 2]);
        // Whoever waits in the middle of a transaction lets everybody else wait: that is no fault to look for.
        let in_transaction = point == Point::At(Recorded);
        if in_transaction || self.dice.chance(60) {
            events.extend([Event::Arm(node, point, skip, Then::Die), Event::Work(vec![node], work)]);
            return;
        }
        events.extend([Event::Arm(node, point, skip, Then::Wait), Event::Work(vec![node], work)]);
        if self.dice.chance(70) {
            let other = self.dice.below(self.relays);
            events.push(Event::Jump(self.dice.pick(&[70, 130, 400])));
            events.push(Event::Work(vec![other], work));
        }
        if self.dice.chance(70) {
            events.push(if self.dice.chance(70) { Event::Release(node) } else { Event::Kill(node) });
        }
    }

    /// A relay waits past the end of its lease; the one that took over is in the middle of it when the first goes on.
    fn overtake(&mut self, case: usize, node: usize, events: &mut Vec<Event>) {
        let other = (node + 1 + self.dice.below(self.relays - 1)) % self.relays;
        let (first, second) = (self.dice.pick(&OPEN), self.dice.pick(&TAKEN_OVER));
        let deliver = |node| Event::Work(vec![node], Work::Deliver);
        events.extend([Event::Submit(case), Event::Arm(node, first, 0, Then::Wait), deliver(node)]);
        events.extend([
            Event::Jump(self.dice.pick(&[70, 400])),
            Event::Arm(other, second, 0, Then::Wait),
            deliver(other),
        ]);
        events.extend([Event::Release(node), Event::Release(other)]);
    }

    /// A case is given up while it is on its way, and arrives when the province said already that it does not have it.
    fn too_late(&mut self, case: usize, node: usize, events: &mut Vec<Event>) {
        let other = (node + 1) % self.relays;
        let deliver = |node| Event::Work(vec![node], Work::Deliver);
        // On the wire, or in a relay that is not woken before its lease is over.
        let waits = self.relays > 1 && self.dice.chance(50);
        events.push(if waits {
            Event::Arm(node, Point::Before(Call::Case), 0, Then::Wait)
        } else {
            Event::Fail(Box::new(self.held_up(0)))
        });
        events.extend([Event::Submit(case), deliver(node), Event::Withdraw(case)]);
        for seconds in [70, self.dice.pick(&[70, 1_000])] {
            events.extend([Event::Jump(seconds), deliver(other)]);
        }
        if waits {
            events.push(Event::Release(node));
        }
    }

    fn wire(&mut self, node: usize) -> Event {
        let wire = self.dice.pick(&[Wire::Database, Wire::Database, Wire::Province, Wire::Objects]);
        let lose = u32::try_from(self.dice.below(12)).unwrap();
        let trouble = match self.dice.below(100) {
            0..=19 => Trouble::Cut,
            20..=39 => Trouble::Reset,
            40..=49 => Trouble::Slow(1 + self.dice.below(3) as u64),
            _ => Trouble::LoseAnswer(if wire == Wire::Database { lose } else { lose % 3 }),
        };
        Event::Wire(node, wire, trouble)
    }

    fn fault(&mut self) -> Fault {
        use CallKind::{Any, Case, File, Get, List, Report, Step};
        let (times, skip) = (self.dice.pick(&[1, 1, 2, 9]), self.dice.pick(&[0, 0, 1, 2]));
        if self.dice.chance(25) {
            let action = self.dice.pick(&[Action::Duplicate, Action::OutOfOrder, Action::Lose, Action::WrongSignature]);
            return Fault { skip, ..Fault::on(Report, action) };
        }
        let call = self.dice.pick(&[Any, Case, Case, File, Get, Step, List]);
        let on = |action| Fault { skip, ..Fault::on(call, action).times(times) };
        let moment = Some(self.dice.pick(&[When::Before, When::After]));
        match self.dice.below(100) {
            0..=9 => Fault { words: Some("不清晰".to_owned()), ..on(Action::Refuse) },
            10..=29 => Fault { status: Some(self.dice.pick(&[408, 500, 502, 503])), ..on(Action::Status) },
            30..=36 => Fault { status: Some(429), retry_after: Some("90".to_owned()), ..on(Action::Status) },
            37..=59 => on(Action::CloseBefore),
            60..=86 => on(Action::CloseAfter),
            87..=92 => Fault { ms: Some(15), moment, ..on(Action::Slow) },
            93..=97 => self.held_up(skip),
            // Longer than anybody waits.
            _ => Fault { ms: Some(1_100), moment, ..on(Action::Hang).times(1) },
        }
    }

    /// An application arrives late, perhaps later than anybody can expect.
    fn held_up(&mut self, skip: u32) -> Fault {
        let seconds = self.dice.pick(&[20, 300, 800, 5_000, 20_000]);
        Fault { skip, ms: Some(1_000 * seconds), ..Fault::on(CallKind::Case, Action::HoldUp) }
    }

    fn reply(&mut self) -> Reply {
        match self.dice.below(100) {
            0..=19 => Reply::Status(self.dice.pick(&[500, 502, 404]), ""),
            20..=34 => Reply::Status(self.dice.pick(&[429, 503]), "retry-after: 90\r\n"),
            35..=49 => Reply::Status(302, "location: http://127.0.0.1:1/\r\n"),
            50..=64 => Reply::Status(410, ""),
            65..=79 => Reply::Close,
            80..=95 => Reply::Reset,
            // Longer than anybody waits.
            _ => Reply::Hang,
        }
    }

    fn silence(&mut self) -> Silence {
        self.dice.pick(&[Silence::Errcode(-1), Silence::Status(502), Silence::Garbage])
    }
}
