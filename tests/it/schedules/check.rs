//! What must hold when a schedule is over, from both sides: in the database, at the province, at WeChat, for the owner.

use std::collections::BTreeSet;

use casework::promise::Promise;
use entity::case::{self, State};
use entity::outbox::{self, Destination, State as Owed};
use entity::{attempt, case_event, notice, report};
use portal::simulator::SimCase;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;
use tests::Caller;

use super::plan::{Plan, Schedule};
use super::play::Live;
use super::stage::{OWNER, Stage};

/// Everything one case left behind.
struct Trace<'a> {
    stage: &'a Stage,
    live: &'a Live,
    row: case::Model,
    owed: Vec<(outbox::Model, Vec<attempt::Model>)>,
    there: Option<SimCase>,
    faults: Vec<String>,
}

/// Everything that is not as it must be.
pub async fn all(stage: &Stage, schedule: &Schedule, cases: &[Live]) -> Vec<String> {
    let (mut faults, owner) = (Vec::new(), stage.phone.sign_in(&format!("dev-{OWNER}")).await);
    for (number, live) in cases.iter().enumerate() {
        let mut trace = Trace::of(stage, live).await;
        let lines = trace.timeline().await;
        trace.promises();
        trace.notices().await;
        trace.both_sides(schedule.overlaps());
        trace.reports().await;
        trace.seen_by(&owner).await;
        trace.faults.extend(stage.hooks.faults(&lines, &trace.owed));
        faults.extend(trace.faults.into_iter().map(|fault| format!("case {number} ({:?}): {fault}", trace.row.state)));
    }
    faults
}

/// Whether nothing more happens to a case of a schedule.
pub fn is_over(state: State) -> bool {
    use State::{Approved, Closed, Denied, NotAccepted, Withdrawn};
    matches!(state, Approved | Closed | Denied | NotAccepted | Withdrawn)
}

/// Whether a case may be seen in one state after it was seen in the other.
pub fn may_follow(before: State, after: State, resubmitted: bool) -> bool {
    let rank = |state| match state {
        State::Draft => 0,
        State::Submitted => 1,
        State::Correcting => 2,
        State::Accepted => 3,
        State::Reviewing => 4,
        State::NotAccepted | State::Denied | State::Approved | State::Withdrawn | State::Lapsed => 5,
        State::Issued => 6,
        State::Closed => 7,
    };
    let decided = matches!(after, State::NotAccepted | State::Denied | State::Approved);
    before == after
        || rank(before) < rank(after)
        || (before == State::Correcting && after == State::Submitted && resubmitted)
        || (before == State::Withdrawn && decided)
}

impl<'a> Trace<'a> {
    async fn of(stage: &'a Stage, live: &'a Live) -> Self {
        let db = &stage.desk().db;
        let row = case::Entity::find_by_id(live.id).one(db).await.unwrap().unwrap();
        let rows = outbox::Entity::find().filter(outbox::Column::CaseId.eq(live.id));
        let rows = rows.order_by_asc(outbox::Column::Sequence).all(db).await.unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let tried = attempt::Entity::find().filter(attempt::Column::OutboxId.is_in(ids)).all(db).await.unwrap();
        let of = |row: &outbox::Model| tried.iter().filter(|attempt| attempt.outbox_id == row.id).cloned().collect();
        let owed = rows.iter().map(|row| (row.clone(), of(row))).collect();
        let there = stage.app.simulator().case(&live.id.0.simple().to_string());
        Self { stage, live, row, owed, there, faults: Vec::new() }
    }

    fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }

    fn withdrawn(&self) -> bool {
        self.row.state == State::Withdrawn
    }

    /// Nothing goes back, and no line is missing.
    async fn timeline(&mut self) -> Vec<case_event::Model> {
        let lines = case_event::Entity::find().filter(case_event::Column::CaseId.eq(self.row.id));
        let lines = lines.order_by_asc(case_event::Column::Sequence).all(&self.stage.desk().db).await.unwrap();
        let numbers: Vec<_> = lines.iter().map(|line| line.sequence).collect();
        self.must(numbers == (1..=self.row.last_event).collect::<Vec<_>>(), || format!("lines {numbers:?}"));
        for (before, after) in lines.iter().zip(lines.iter().skip(1)) {
            let follows = may_follow(before.state, after.state, after.act == "submitted");
            self.must(follows, || format!("{:?} became {:?} by {}", before.state, after.state, after.act));
        }
        let last = lines.last().map(|line| line.state);
        self.must(last == Some(self.row.state), || format!("the timeline ends {last:?}"));
        lines
    }

    /// Nothing is owed any more, and each promise was kept once at most.
    fn promises(&mut self) {
        for (row, tried) in std::mem::take(&mut self.owed) {
            let what = row.payload.to_string();
            let over = matches!(row.state, Owed::Done | Owed::Cancelled) && row.settled_at.is_some();
            self.must(over, || format!("{what} is {:?} ({:?})", row.state, row.reason));
            let numbers: BTreeSet<_> = tried.iter().map(|attempt| attempt.number).collect();
            self.must(numbers.len() == tried.len(), || format!("{what}: two attempts with one lease"));
            let newest = numbers.last().copied().unwrap_or_default();
            self.must(i64::from(newest) <= row.fence, || format!("{what}: attempt {newest} of lease {}", row.fence));
            // A case that was not there when we asked, and arrived later, is told of after all.
            let mut done: Vec<_> = tried.iter().filter(|attempt| attempt.outcome == "done").collect();
            if row.reason.as_deref() != Some(casework::outbox::ABSENT) {
                done.retain(|attempt| attempt.code.as_deref() != Some(casework::outbox::ABSENT));
            }
            let once = done.len() == usize::from(row.state == Owed::Done);
            self.must(once, || format!("{what} is {:?} and was kept {} times", row.state, done.len()));
            let last = done.first().is_none_or(|attempt| attempt.number == newest);
            self.must(last, || format!("{what} was tried after it was kept"));
            let handed_in = matches!(promise(&row), Promise::ApplyV1 { .. }) && !self.withdrawn();
            // Given up, not there when we asked, and decided when it arrived after all.
            let too_late = row.reason.as_deref() == Some("case.withdrawn");
            let kept = row.state == Owed::Done || too_late;
            self.must(!handed_in || kept, || format!("{what} is {:?}", row.state));
            self.owed.push((row, tried));
        }
    }

    /// Each notice is given once, and sent once at most.
    async fn notices(&mut self) {
        let rows = notice::Entity::find().filter(notice::Column::CaseId.eq(self.row.id));
        let rows = rows.all(&self.stage.desk().db).await.unwrap();
        let kinds: BTreeSet<_> = rows.iter().map(|row| row.kind.clone()).collect();
        self.must(kinds.len() == rows.len(), || format!("a notice twice: {rows:?}"));
        let of_end = match self.row.state {
            State::Approved | State::Closed => Some("approved"),
            State::Denied => Some("denied"),
            State::NotAccepted => Some("not_accepted"),
            _ => None,
        };
        self.must(of_end.is_none_or(|kind| kinds.contains(kind)), || format!("{of_end:?} is not among {kinds:?}"));
        let late = (self.row.told_late, kinds.contains("late"));
        self.must(late.0 == late.1, || format!("late and told: {late:?}"));
        let page = format!("id={}", self.row.id);
        let wechat = self.stage.app.outside.wechat.state();
        let mut sent = wechat.messages(Some(&wechat.openid(OWNER)));
        sent.retain(|message| message.page.as_deref().is_some_and(|at| at.ends_with(&page)));
        for row in rows {
            let count = sent.iter().filter(|message| message.template == format!("tpl-{}", row.kind)).count();
            let owed = self.owed.iter().map(|(owed, _)| owed);
            let of = owed.clone().find(|owed| promise(owed) == Promise::NoticeV1 { notice: row.id });
            let known = of.is_some_and(|owed| owed.state == Owed::Done && owed.reason.is_none());
            let least = usize::from(known);
            self.must((least..=1).contains(&count), || format!("{} was sent {count} times, known: {known}", row.kind));
        }
    }

    /// The case is there once, and both sides say the same.
    fn both_sides(&mut self, overlaps: bool) {
        let Some(there) = self.there.clone() else {
            let withdrawn = self.withdrawn();
            return self.must(withdrawn, || "the province does not have it".to_owned());
        };
        let (state, result) = (there.state.as_str(), there.doneresult.as_deref());
        let same = match self.row.state {
            State::Withdrawn => state == "13",
            State::NotAccepted => state == "07",
            State::Denied => (state, result) == ("10", Some("1")),
            State::Approved | State::Closed => (state, result) == ("10", Some("0")),
            _ => false,
        };
        self.must(same, || format!("{state} {result:?} at the province"));
        let version = i32::try_from(there.dataver).unwrap();
        let newest = self.row.data_version;
        self.must(version == newest || (self.withdrawn() && version < newest), || {
            format!("version {newest} here and {version} there")
        });
        let id = self.row.province_id.clone();
        self.must(id.as_deref() == Some(&there.projid), || format!("{id:?} is {} there", there.projid));
        // Whoever does not know asks first: what is there is not handed in again.
        self.must(overlaps || there.posts <= there.dataver, || {
            format!("version {version} was handed in {} times", there.posts)
        });
        self.order(&there);
    }

    /// What the province heard of the case, it heard in order, and all of it.
    fn order(&mut self, there: &SimCase) {
        let versions: Vec<_> = there.history.iter().map(|report| report.body["dataver"].as_u64()).collect();
        self.must(versions.is_sorted(), || format!("versions {versions:?}"));
        let numbers: Vec<i32> = there.told.iter().filter_map(|(_, sn, _)| sn.parse().ok()).collect();
        self.must(numbers.is_sorted(), || format!("told out of order: {numbers:?}"));
        // A step whose answer was lost may be there, and is not told again once the case is given up.
        let may_be_there = |row: &outbox::Model, tried: &[attempt::Model]| {
            let there = told(row).is_some_and(|sn| numbers.contains(&sn));
            self.withdrawn() && row.state == Owed::Cancelled && !tried.is_empty() && there
        };
        let kept = self.owed.iter().filter(|(row, tried)| row.state == Owed::Done || may_be_there(row, tried));
        let kept: Vec<_> = kept.filter_map(|(row, _)| told(row)).collect();
        self.must(numbers == kept, || format!("told {numbers:?}, kept {kept:?}"));
        let all = matches!(self.live.plan, Plan::Province(_)) || self.withdrawn() || !kept.is_empty();
        self.must(all, || "the province was told nothing".to_owned());
    }

    /// Each answer came back, once.
    async fn reports(&mut self) {
        let Some(there) = &self.there else { return };
        let said = there.history.len() as u64;
        let heard = report::Entity::find().filter(report::Column::CaseId.eq(self.row.id));
        let heard = heard.count(&self.stage.desk().db).await.unwrap();
        self.must(said == heard, || format!("the province said {said} things, {heard} were heard"));
    }

    /// The owner sees what is true.
    async fn seen_by(&mut self, owner: &Caller) {
        let seen = owner.case(&self.row.id.to_string()).await;
        let state = sea_orm::ActiveEnum::to_value(&self.row.state);
        self.must(seen["state"] == state, || format!("the owner sees {}", seen["state"]));
        let relay = &seen["relay"]["state"];
        let over = *relay == Value::Null || relay == "done" || relay == "cancelled";
        self.must(over, || format!("the owner sees {}", seen["relay"]));
    }
}

fn promise(row: &outbox::Model) -> Promise {
    serde_json::from_value(row.payload.clone()).unwrap()
}

/// The number of the step a promise tells.
fn told(row: &outbox::Model) -> Option<i32> {
    match promise(row) {
        Promise::AcceptV1 { sn, .. }
        | Promise::StepV1 { sn, .. }
        | Promise::SpecialV1 { sn, .. }
        | Promise::DoneV1 { sn, .. }
        | Promise::RatingV1 { sn, .. } => (row.destination == Destination::Province).then_some(sn),
        _ => None,
    }
}
