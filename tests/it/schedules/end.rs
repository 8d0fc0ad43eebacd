//! How a schedule ends: nothing fails any more, and everybody goes on until everything is over.

use casework::outbox::{self, Filter};
use entity::case;
use entity::outbox::State as Owed;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use tests::node::{Did, Work};

use super::check;
use super::plan::Plan;
use super::play::{Live, Playing};

/// Most rounds until everything is over when nothing fails any more.
const ROUNDS: usize = 30;
/// Longer than the longest wait between two tries.
const ROUND_SECONDS: i64 = 15 * 3600;

impl Playing<'_> {
    /// Nothing fails any more, and everybody goes on until everything is over.
    pub async fn end(&mut self, relays: usize) {
        self.stage.app.simulator().heal();
        self.stage.app.outside.wechat.state().clear_faults();
        self.stage.hooks.heal();
        for lock in std::mem::take(&mut self.busy) {
            lock.await.unwrap();
        }
        for number in 0..relays {
            self.node(number).mend();
            while matches!(self.node(number).release().await, Did::Waits(_)) {}
        }
        // What was armed and never met is forgotten with the process.
        for number in 0..relays {
            self.node(number).kill().await;
        }
        let everybody: Vec<_> = (0..relays).collect();
        for round in 0..ROUNDS {
            self.stage.at = format!("round {round} of the end");
            self.stage.forward(ROUND_SECONDS);
            // At first all of them at once; later one is enough.
            let busy = if round == 0 { everybody.clone() } else { vec![round % relays] };
            if round < 2 {
                self.work(&busy, Work::TellLate).await;
            }
            self.stage.turn_all_on().await;
            self.look().await;
            self.people().await;
            self.look().await;
            outbox::redrive_many(self.stage.desk(), &Filter::of([Owed::Parked]), 100, "staff:test").await.unwrap();
            self.work(&busy, Work::Deliver).await;
            let fetched = self.work(&[round % relays], Work::Fetch).await;
            self.look().await;
            // What failed may have been the end of a connection that broke long before.
            if fetched && self.over().await {
                return;
            }
        }
        self.fault(format!("it does not come to its end: {:#?}", self.open().await));
    }

    /// Everybody does what the plan says comes next.
    async fn people(&mut self) {
        for number in 0..self.cases.len() {
            if matches!(self.cases[number].seen.0, case::State::Draft | case::State::Correcting) {
                self.submit(number).await;
            }
            self.decide(number);
            self.act(number).await;
        }
    }

    async fn over(&self) -> bool {
        let through = |case: &Live| match &case.plan {
            Plan::Province(steps) => case.steps == steps.len(),
            Plan::County(steps) => case.steps == steps.len(),
        };
        let done =
            |case: &Live| case.seen.0 == case::State::Withdrawn || (through(case) && check::is_over(case.seen.0));
        self.cases.iter().all(done) && self.open().await.is_empty()
    }

    /// What is still owed.
    async fn open(&self) -> Vec<String> {
        use entity::outbox::{Column, Entity};
        let ids: Vec<_> = self.cases.iter().map(|case| case.id).collect();
        let open = Entity::find().filter(Column::CaseId.is_in(ids)).filter(Column::SettledAt.is_null());
        let open = open.filter(Column::State.is_not_in([Owed::Done, Owed::Cancelled]));
        let rows = open.all(&self.stage.desk().db).await.unwrap();
        rows.iter().map(|row| format!("{} {:?} {:?} {}", row.payload, row.state, row.reason, row.next_try_at)).collect()
    }
}
