//! Taking a promise for a while, so that nobody else works at it; giving it back with what became of it.
//!
//! A lease is a guarded update, the same on both databases: it names the fence it saw, and the fence rises. A worker that
//! comes late, after its lease ended and another took over, holds an old fence and can write nothing.

use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{self, Destination, State};
use entity::{AttemptId, attempt};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;

use casework::vault::Purpose;
use casework::{Desk, Error, Result};

/// What may be taken when its time has come. A leased one's time is the end of its lease.
const OPEN: [State; 3] = [State::Queued, State::Leased, State::Unknown];

/// What later promises of the same stream wait for.
const STANDS_BEFORE: [State; 4] = [State::Queued, State::Leased, State::Unknown, State::Parked];

/// Several relays see the same promises as due: each looks at this many times what it can take.
const LOOK_FURTHER: u64 = 4;

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

/// Takes up to `limit` promises that are due, first due first. `worker` names who takes them.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    desk: &Desk,
    worker: &str,
    destinations: &[Destination],
    limit: usize,
    lease: TimeDelta,
) -> Result<Vec<Lease>> {
    let now = desk.world.now();
    let wanted = u64::try_from(limit).unwrap_or(u64::MAX).saturating_mul(LOOK_FURTHER);
    let due = due(destinations, now).limit(wanted).all(&desk.db).await?;
    let mut leases = Vec::new();
    // Each worker begins elsewhere, so that they seldom reach for the same one.
    let offset = start(worker, due.len());
    let (late, early) = due.split_at_checked(offset).unwrap_or((&[], &due));
    for row in early.iter().chain(late) {
        if leases.len() >= limit {
            break;
        }
        leases.extend(take(desk, worker, row, now + lease).await?);
    }
    Ok(leases)
}

fn due(destinations: &[Destination], now: DateTime<Utc>) -> sea_orm::Select<outbox::Entity> {
    let before = Alias::new("before");
    let column = |name: outbox::Column| Expr::col((before.clone(), name));
    let own = |name: outbox::Column| Expr::col((outbox::Entity, name));
    let waits = Query::select()
        .expr(Expr::val(1))
        .from_as(outbox::Entity, before.clone())
        .and_where(column(outbox::Column::Destination).equals((outbox::Entity, outbox::Column::Destination)))
        .and_where(column(outbox::Column::Stream).equals((outbox::Entity, outbox::Column::Stream)))
        .and_where(column(outbox::Column::Sequence).lt(own(outbox::Column::Sequence)))
        .and_where(column(outbox::Column::State).is_in(STANDS_BEFORE.map(word)))
        .take();
    outbox::Entity::find()
        .filter(own(outbox::Column::State).is_in(OPEN.map(word)))
        .filter(outbox::Column::NextTryAt.lte(now))
        .filter(outbox::Column::Destination.is_in(destinations.iter().copied()))
        .filter(Expr::exists(waits).not())
        .order_by_asc(outbox::Column::NextTryAt)
}

fn word(state: State) -> String {
    sea_orm::ActiveEnum::to_value(&state)
}

/// Where in a list of `len` a worker begins.
fn start(worker: &str, len: usize) -> usize {
    worker.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % len.max(1)
}

async fn take(desk: &Desk, worker: &str, row: &outbox::Model, until: DateTime<Utc>) -> Result<Option<Lease>> {
    let taken = outbox::Entity::update_many()
        .set(outbox::ActiveModel {
            state: Set(State::Leased),
            leased_by: Set(Some(worker.to_owned())),
            next_try_at: Set(until),
            tries: Set(row.tries + 1),
            fence: Set(row.fence + 1),
            ..Default::default()
        })
        .filter(outbox::Column::Id.eq(row.id))
        .filter(outbox::Column::Fence.eq(row.fence))
        .filter(outbox::Column::State.eq(row.state))
        .exec_with_returning(&desk.db)
        .await?;
    Ok(taken.into_iter().next().map(|taken| Lease { row: taken }))
}

impl Lease {
    /// Holds on to it until `until`.
    ///
    /// # Errors
    /// [`Error::Busy`] when another worker has it now: stop, and write nothing.
    pub async fn renew(&self, desk: &Desk, until: DateTime<Utc>) -> Result<()> {
        self.write(&desk.db, outbox::ActiveModel { next_try_at: Set(until), ..Default::default() }).await
    }

    /// Remembers steps that are done, so that the next attempt does not do them again.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Lease::renew`].
    pub async fn checkpoint(&self, desk: &Desk, steps: &Value) -> Result<()> {
        let change = outbox::ActiveModel { checkpoint: Set(Some(steps.clone())), ..Default::default() };
        self.write(&desk.db, change).await
    }

    /// Writes what became of it, and the attempt.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Lease::renew`].
    pub async fn settle(&self, desk: &Desk, settlement: Settlement, tried: Tried) -> Result<()> {
        let now = desk.world.now();
        let over = !OPEN.contains(&settlement.state);
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
        let before = attempt::Entity::find().filter(attempt::Column::OutboxId.eq(self.row.id)).count(&tx).await?;
        attempt::ActiveModel {
            id: Set(AttemptId(desk.world.id()?)),
            outbox_id: Set(self.row.id),
            number: Set(i32::try_from(before + 1).unwrap_or(i32::MAX)),
            started_at: Set(tried.started_at),
            millis: Set(Ord::max((now - tried.started_at).num_milliseconds(), 0)),
            step: Set(tried.step.to_owned()),
            outcome: Set(tried.outcome.to_owned()),
            code: Set(settlement.reason),
            status: Set(tried.status.map(i32::from)),
            reply: Set(desk.seal(Purpose::Reply, tried.reply.as_deref())?),
        }
        .insert(&tx)
        .await?;
        tx.commit().await?;
        Ok(())
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
