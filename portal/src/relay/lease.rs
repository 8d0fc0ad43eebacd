//! Taking a promise for a while, so that nobody else works at it; giving it back with what became of it.
//!
//! Taking raises the row's fence, and every later write names the fence it holds. A worker that comes late, after its
//! lease ended and another took over, holds an old fence and can write nothing. The same on both databases.

use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{self, Destination, State};
use entity::{AttemptId, attempt, pause};
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait as _, LockBehavior, LockType, Order, Query, SelectStatement,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::Value;

use casework::vault::Purpose;
use casework::witness::Moment;
use casework::{Desk, Error, Result};

/// What may be taken when its time has come. A leased one's time is the end of its lease.
const OPEN: [State; 3] = [State::Queued, State::Leased, State::Unknown];

/// What later promises of the same stream wait for.
const STANDS_BEFORE: [State; 4] = [State::Queued, State::Leased, State::Unknown, State::Parked];

/// A promise this worker holds.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The row as it was taken, fence and tries included.
    pub row: outbox::Model,
}

/// What is written when a worker is through with a promise.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The state it gets.
    pub state: State,
    /// From when on it may be taken again, where it may.
    pub next_try_at: DateTime<Utc>,
    /// Why it is not done.
    pub reason: Option<String>,
}

/// What the attempt's row says.
#[derive(Clone, Debug)]
pub struct Tried {
    /// When the attempt began.
    pub started_at: DateTime<Utc>,
    /// How far it came.
    pub step: &'static str,
    /// `done`, `retry`, `unknown`, `parked`, `cancelled`.
    pub outcome: &'static str,
    /// HTTP status of the last reply.
    pub status: Option<u16>,
    /// The other side's words, trimmed.
    pub reply: Option<String>,
}

/// Takes up to `limit` promises to `destination` that are due, first due first; none while it is paused. `holder` names
/// who takes them.
///
/// One statement finds and takes, so that its cost does not grow with what waits. On PostgreSQL, what another relay takes
/// at this moment is passed over; SQLite has one writer at a time, and there those words are left out.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    desk: &Desk,
    holder: &str,
    destination: Destination,
    limit: usize,
    lease: TimeDelta,
) -> Result<Vec<Lease>> {
    let now = desk.world.now();
    let due = due(destination, now, u64::try_from(limit).unwrap_or(u64::MAX));
    let taken = outbox::Entity::update_many()
        .set(outbox::ActiveModel {
            state: Set(State::Leased),
            leased_by: Set(Some(holder.to_owned())),
            next_try_at: Set(now + lease),
            ..Default::default()
        })
        .col_expr(outbox::Column::Tries, Expr::col(outbox::Column::Tries).add(1))
        .col_expr(outbox::Column::Fence, Expr::col(outbox::Column::Fence).add(1))
        .filter(outbox::Column::Id.in_subquery(once(due)))
        .exec_with_returning(&desk.db)
        .await?;
    for row in &taken {
        desk.world.passes(Moment::Claimed, Some(row)).await;
    }
    Ok(taken.into_iter().map(|row| Lease { row }).collect())
}

/// The same ids, looked for once. Where PostgreSQL takes the table for tiny, it would look anew for each row that it may
/// change, lock others each time, and take more than the limit.
fn once(due: SelectStatement) -> SelectStatement {
    let found = Alias::new("found");
    let looked_for = CommonTableExpression::new().table_name(found.clone()).query(due).materialized(true).to_owned();
    Query::select().column(outbox::Column::Id).from(found).with_cte(looked_for).take()
}

/// The ids of what is due, first due first, with nothing unsettled before it in its stream.
fn due(destination: Destination, now: DateTime<Utc>, limit: u64) -> SelectStatement {
    let (due, before) = (Alias::new("due"), Alias::new("before"));
    let own = |name: outbox::Column| Expr::col((due.clone(), name));
    let earlier = |name: outbox::Column| Expr::col((before.clone(), name));
    let waits = Query::select()
        .expr(Expr::val(1))
        .from_as(outbox::Entity, before.clone())
        .and_where(earlier(outbox::Column::Destination).eq(own(outbox::Column::Destination)))
        .and_where(earlier(outbox::Column::Stream).eq(own(outbox::Column::Stream)))
        .and_where(earlier(outbox::Column::Sequence).lt(own(outbox::Column::Sequence)))
        .and_where(earlier(outbox::Column::State).is_in(STANDS_BEFORE.map(word)))
        .take();
    let paused = Query::select()
        .expr(Expr::val(1))
        .from(pause::Entity)
        .and_where(Expr::col((pause::Entity, pause::Column::Destination)).eq(destination.to_string()))
        .take();
    Query::select()
        .column((due.clone(), outbox::Column::Id))
        .from_as(outbox::Entity, due.clone())
        // Written out, not bound: only so does the planner see that the partial index serves.
        .and_where(Expr::cust(r#""due"."state" IN ('queued', 'leased', 'unknown')"#))
        .and_where(own(outbox::Column::Destination).eq(destination.to_string()))
        .and_where(own(outbox::Column::NextTryAt).lte(now))
        .and_where(Expr::exists(waits).not())
        .and_where(Expr::exists(paused).not())
        .order_by((due.clone(), outbox::Column::NextTryAt), Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take()
}

/// Lets what waits for another try for one of `reasons` go at once. Answers how many that are.
///
/// # Errors
/// When the database fails.
pub(super) async fn bring_forward(desk: &Desk, destination: Destination, reasons: &[&str]) -> Result<u64> {
    let now = desk.world.now();
    let moved = outbox::Entity::update_many()
        .set(outbox::ActiveModel { next_try_at: Set(now), ..Default::default() })
        .filter(outbox::Column::Destination.eq(destination))
        .filter(outbox::Column::State.is_in([State::Queued, State::Unknown]))
        .filter(outbox::Column::NextTryAt.gt(now))
        .filter(outbox::Column::Reason.is_in(reasons.iter().copied()))
        .exec(&desk.db)
        .await?;
    Ok(moved.rows_affected)
}

/// A state as the database writes it. By value: the iterators that call it have nothing to lend.
fn word(state: State) -> String {
    sea_orm::ActiveEnum::to_value(&state)
}

impl Lease {
    /// Holds on to it until `until`.
    ///
    /// # Errors
    /// [`Error::Busy`] when another worker has it now: stop, and write nothing.
    pub async fn renew(&self, desk: &Desk, until: DateTime<Utc>) -> Result<()> {
        self.passes(desk, Moment::Renewing).await;
        self.write(&desk.db, outbox::ActiveModel { next_try_at: Set(until), ..Default::default() }).await?;
        self.passes(desk, Moment::Renewed).await;
        Ok(())
    }

    /// Remembers steps that are done, so that the next attempt does not do them again.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Lease::renew`].
    pub async fn checkpoint(&self, desk: &Desk, steps: &Value) -> Result<()> {
        let change = outbox::ActiveModel { checkpoint: Set(Some(steps.clone())), ..Default::default() };
        self.passes(desk, Moment::Remembering).await;
        self.write(&desk.db, change).await?;
        self.passes(desk, Moment::Remembered).await;
        Ok(())
    }

    /// Writes what became of it, and the attempt.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Lease::renew`].
    pub async fn settle(&self, desk: &Desk, settlement: Settlement, tried: Tried) -> Result<()> {
        let now = desk.world.now();
        let over = !OPEN.contains(&settlement.state);
        self.passes(desk, Moment::Settling).await;
        let tx = desk.begin().await?;
        let change = outbox::ActiveModel {
            state: Set(settlement.state),
            next_try_at: Set(settlement.next_try_at),
            reason: Set(settlement.reason.clone()),
            leased_by: Set(None),
            settled_at: Set(over.then_some(now)),
            ..Default::default()
        };
        self.write(&tx, change).await?;
        let attempt = attempt::ActiveModel {
            id: Set(AttemptId(desk.world.id()?)),
            outbox_id: Set(self.row.id),
            // Every lease is one attempt. A number that is missing was one whose process died.
            number: Set(i32::try_from(self.row.fence).unwrap_or(i32::MAX)),
            started_at: Set(tried.started_at),
            millis: Set(Ord::max((now - tried.started_at).num_milliseconds(), 0)),
            step: Set(tried.step.to_owned()),
            outcome: Set(tried.outcome.to_owned()),
            code: Set(settlement.reason),
            status: Set(tried.status.map(i32::from)),
            reply: Set(desk.seal(Purpose::Reply, tried.reply.as_deref())?),
        };
        attempt::Entity::insert(attempt).exec_without_returning(&tx).await?;
        self.passes(desk, Moment::Recorded).await;
        tx.commit().await?;
        self.passes(desk, Moment::Settled).await;
        Ok(())
    }

    async fn passes(&self, desk: &Desk, moment: Moment) {
        desk.world.passes(moment, Some(&self.row)).await;
    }

    async fn write(&self, db: &impl sea_orm::ConnectionTrait, change: outbox::ActiveModel) -> Result<()> {
        let written = outbox::Entity::update_many()
            .set(change)
            .filter(outbox::Column::Id.eq(self.row.id))
            .filter(outbox::Column::Fence.eq(self.row.fence))
            .filter(outbox::Column::State.eq(State::Leased))
            .exec(db)
            .await?;
        if written.rows_affected == 1 { Ok(()) } else { Err(Error::Busy) }
    }
}
