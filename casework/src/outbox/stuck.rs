//! What is stuck, counted.

use chrono::{DateTime, Utc};
use entity::outbox::{self, Destination, State};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::desk::Desk;
use crate::error::Result;

/// Written out, not bound: only so does the planner see that the partial index of what is stuck serves.
const STUCK: &str = r#""outbox"."state" IN ('parked', 'unknown')"#;
/// The same for the index of what may be taken.
const MAY_BE_TAKEN: &str = r#""outbox"."state" IN ('queued', 'leased', 'unknown')"#;

/// How many promises to a destination are stuck for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// To whom they are owed.
    pub destination: Destination,
    /// `parked` or `unknown`.
    pub state: State,
    /// Why: a stable code.
    pub reason: Option<String>,
    /// How many.
    pub count: u64,
    /// Since when the oldest of them has been owed.
    pub oldest_at: DateTime<Utc>,
}

/// What is stuck, by destination, state and reason, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn reasons(desk: &Desk) -> Result<Vec<Reason>> {
    type Row = (Destination, State, Option<String>, i64, DateTime<Utc>);
    let rows: Vec<Row> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Destination)
        .column(outbox::Column::State)
        .column(outbox::Column::Reason)
        .column_as(outbox::Column::Id.count(), "stuck")
        .column_as(outbox::Column::CreatedAt.min(), "oldest_at")
        .filter(Expr::cust(STUCK))
        .group_by(outbox::Column::Destination)
        .group_by(outbox::Column::State)
        .group_by(outbox::Column::Reason)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let reason = |(destination, state, reason, count, oldest_at): Row| Reason {
        destination,
        state,
        reason,
        count: u64::try_from(count).unwrap_or(0),
        oldest_at,
    };
    let mut reasons: Vec<_> = rows.into_iter().map(reason).collect();
    reasons.sort_by(|a, b| (a.destination, a.oldest_at, &a.reason).cmp(&(b.destination, b.oldest_at, &b.reason)));
    Ok(reasons)
}

/// The promise that has been open for longest, whoever it is owed to.
///
/// # Errors
/// When the database fails.
pub async fn oldest(desk: &Desk) -> Result<Option<outbox::Model>> {
    let mut oldest: Option<outbox::Model> = None;
    for open in [STUCK, MAY_BE_TAKEN] {
        let first = outbox::Entity::find()
            .filter(Expr::cust(open))
            .order_by_asc(outbox::Column::CreatedAt)
            .limit(1)
            .one(&desk.db)
            .await?;
        oldest = oldest.into_iter().chain(first).min_by_key(|row| row.created_at);
    }
    Ok(oldest)
}
