//! Sending again what happened since a time.

use chrono::{DateTime, Utc};
use entity::intervention::Act;
use entity::outbox::{self, State};
use entity::{EndpointId, EventId, OutboxId, case, case_event};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::desk::Desk;
use crate::error::Result;
use crate::outbox::change_by_hand;
use crate::promise::Promise;

/// From where on to send again.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// What was written at this moment or later.
    Time(DateTime<Utc>),
    /// What was written behind this line.
    Behind(EventId),
}

impl From {
    /// Ids are made in the order of time, to the millisecond, and each is there once: unlike the time something happened at,
    /// which the province tells in whole seconds.
    fn condition(self) -> Condition {
        let all = Condition::all();
        match self {
            Self::Behind(line) => all.add(case_event::Column::Id.gt(line)),
            Self::Time(since) => {
                let millis = u64::try_from(since.timestamp_millis()).unwrap_or(0);
                let first = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
                all.add(case_event::Column::Id.gte(EventId(first)))
            }
        }
    }
}

/// Owes the endpoint everything again that was written from there on and is not on its way, at most `limit` lines of
/// timelines, the oldest first. Answers how many, and behind which line the next call goes on, if there is more.
///
/// # Errors
/// When the database fails: then nothing was.
pub async fn replay(
    desk: &Desk,
    endpoint: EndpointId,
    from: From,
    limit: u64,
    by: &str,
) -> Result<(u64, Option<EventId>)> {
    let handed_in = Query::select()
        .column(case::Column::Id)
        .from(case::Entity)
        .and_where(case::Column::Number.is_not_null())
        .take();
    let mut lines = case_event::Entity::find()
        .filter(from.condition())
        .filter(case_event::Column::Visible.eq(true))
        .filter(case_event::Column::Act.ne("created"))
        .filter(case_event::Column::CaseId.in_subquery(handed_in))
        .order_by_asc(case_event::Column::Id)
        .limit(limit + 1)
        .all(&desk.db)
        .await?;
    let count = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = lines.len() > count;
    lines.truncate(count);
    let tx = desk.begin().await?;
    for line in &lines {
        let promise = Promise::WebhookV1 { endpoint, case: line.case_id, sn: line.sequence };
        owe_again(desk, &tx, promise, line, by).await?;
    }
    tx.commit().await?;
    let next = lines.last().filter(|_| more).map(|line| line.id);
    Ok((u64::try_from(lines.len()).unwrap_or(u64::MAX), next))
}

/// Writes the promise anew, or drives the one that is over, with a line that says who did.
async fn owe_again(
    desk: &Desk,
    tx: &DatabaseTransaction,
    promise: Promise,
    line: &case_event::Model,
    by: &str,
) -> Result<()> {
    let same = Condition::all()
        .add(outbox::Column::Destination.eq(promise.destination()))
        .add(outbox::Column::Stream.eq(promise.stream()))
        .add(outbox::Column::Sequence.eq(line.sequence));
    let known: Option<OutboxId> =
        outbox::Entity::find().select_only().column(outbox::Column::Id).filter(same).into_tuple().one(tx).await?;
    let Some(known) = known else {
        return crate::outbox::owe(desk, tx, promise, line.case_id, line.sequence).await;
    };
    let over = [State::Done, State::Cancelled, State::Parked];
    let change = outbox::ActiveModel {
        state: Set(State::Queued),
        tries: Set(0),
        next_try_at: Set(desk.world.now()),
        reason: Set(None),
        settled_at: Set(None),
        ..Default::default()
    };
    change_by_hand(desk, tx, &[known], &over, change, (Act::Redriven, by, None)).await.map(drop)
}
