//! Forgetting calls of machines that are over. What happened stands in the timelines; that a machine was told of it need not
//! be kept for good, and sending again since a time reads the timelines.

use chrono::{DateTime, Utc};
use entity::{OutboxId, attempt, intervention, outbox};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::desk::Desk;
use crate::error::Result;

/// How many are forgotten in one transaction: few enough that nobody waits for it.
const BATCH: u64 = 500;
/// How many transactions one sweep makes at most; the next one goes on.
const MAX_BATCHES: u64 = 200;

/// Forgets the calls of machines that were over before `before`, with their attempts. One somebody had a hand in stays, for
/// what was done by hand is kept. Answers how many.
///
/// # Errors
/// When the database fails; what was forgotten before stays so.
pub async fn sweep(desk: &Desk, before: DateTime<Utc>) -> Result<u64> {
    let mut forgotten = 0;
    for _ in 0..MAX_BATCHES {
        let tx = desk.begin().await?;
        let ids = over(&tx, before).await?;
        let count = u64::try_from(ids.len()).unwrap_or(0);
        if count > 0 {
            attempt::Entity::delete_many().filter(attempt::Column::OutboxId.is_in(ids.clone())).exec(&tx).await?;
            outbox::Entity::delete_many().filter(outbox::Column::Id.is_in(ids)).exec(&tx).await?;
            tx.commit().await?;
            forgotten += count;
        }
        if count < BATCH {
            break;
        }
    }
    Ok(forgotten)
}

/// The oldest of them, held until the transaction ends: nobody drives one again meanwhile.
async fn over(tx: &DatabaseTransaction, before: DateTime<Utc>) -> Result<Vec<OutboxId>> {
    let by_hand = Query::select().column(intervention::Column::OutboxId).from(intervention::Entity).take();
    Ok(outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        // Written out, not bound: only so does the planner see that the partial index serves.
        .filter(Expr::cust(r#""outbox"."state" IN ('done', 'cancelled')"#))
        .filter(Expr::cust(r#"substr("outbox"."destination", 1, 8) = 'webhook:'"#))
        .filter(outbox::Column::SettledAt.lt(before))
        .filter(outbox::Column::Id.not_in_subquery(by_hand))
        .order_by_asc(outbox::Column::SettledAt)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(tx)
        .await?)
}
