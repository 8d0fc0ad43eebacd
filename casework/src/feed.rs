//! The feed: which cases changed, in an order that never skips one, for whoever keeps a copy elsewhere.
//!
//! An act that changes a case takes the case's place in the feed away, in its own transaction. The next reader gives a new
//! one to everything committed that has none, under a lock, behind all places given so far. So a place is only given after
//! the commit, and whoever commits late gets a later place: a reader who has come as far as a place has seen everything
//! before it, and needs to look at what is behind it only. Acts wait for no reader and for no other act.
//!
//! A case is in the feed from the moment it is first handed in; drafts are their owner's business. Each case is there once,
//! at its latest change.

use chrono::{DateTime, Utc};
use entity::case::{self, Model};
use entity::{CaseId, case_change, cursor};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::cursor as places;
use crate::desk::Desk;
use crate::error::{Error, Result};

/// The name the last place given is kept under.
const HEAD: &str = "feed";
/// Most places given in one go.
const BATCH: u64 = 500;

/// One case at its latest change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place: what a cursor stands for.
    pub position: i64,
    /// Which case.
    pub id: CaseId,
    /// The case as it is now; none when it is gone.
    pub case: Option<Model>,
    /// When it changed.
    pub changed_at: DateTime<Utc>,
}

/// Takes the places of these cases away, where they have or may have one: they changed in this transaction.
///
/// # Errors
/// When the database fails.
pub(crate) async fn changed(desk: &Desk, tx: &DatabaseTransaction, cases: &[Model]) -> Result<()> {
    let at = desk.world.now();
    let row =
        |case: &Model| case_change::ActiveModel { case_id: Set(case.id), position: Set(None), changed_at: Set(at) };
    let rows: Vec<_> = cases.iter().filter(|case| case.number.is_some()).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    case_change::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(case_change::Column::CaseId)
                .update_columns([case_change::Column::Position, case_change::Column::ChangedAt])
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// At most `limit` changes behind `after`, in order.
///
/// # Errors
/// [`Error::NotFound`] when no such place was ever given.
pub async fn read(desk: &Desk, after: i64, limit: u64) -> Result<Vec<Change>> {
    give_places(desk).await?;
    known(desk, after).await?;
    let changes = case_change::Entity::find()
        .filter(case_change::Column::Position.gt(after))
        .order_by_asc(case_change::Column::Position)
        .limit(limit)
        .all(&desk.db)
        .await?;
    let ids = changes.iter().map(|change| change.case_id);
    let cases = case::Entity::find().filter(case::Column::Id.is_in(ids)).all(&desk.db).await?;
    let change = |change: case_change::Model| {
        Some(Change {
            position: change.position?,
            id: change.case_id,
            case: cases.iter().find(|case| case.id == change.case_id).cloned(),
            changed_at: change.changed_at,
        })
    };
    Ok(changes.into_iter().filter_map(change).collect())
}

/// Gives a place to everything committed that has none. What another reader or an act holds at this moment is left to the
/// next time.
async fn give_places(desk: &Desk) -> Result<()> {
    let waiting = || case_change::Entity::find().filter(case_change::Column::Position.is_null());
    if waiting().one(&desk.db).await?.is_none() {
        return Ok(());
    }
    let tx = desk.begin().await?;
    // The lock comes first: what is read behind it is read after whoever held it committed.
    let head = head(desk, &tx).await?;
    let rows = waiting()
        .order_by_asc(case_change::Column::ChangedAt)
        .order_by_asc(case_change::Column::CaseId)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&tx)
        .await?;
    let Some(last) = i64::try_from(rows.len()).ok().filter(|count| *count > 0).map(|count| head + count) else {
        return Ok(());
    };
    let places = rows.iter().zip(head + 1..).fold(CaseStatement::new(), |places, (row, place)| {
        places.case(Condition::all().add(case_change::Column::CaseId.eq(row.case_id)), Expr::val(place))
    });
    case_change::Entity::update_many()
        .col_expr(case_change::Column::Position, places.into())
        .filter(case_change::Column::CaseId.is_in(rows.iter().map(|row| row.case_id)))
        .exec(&tx)
        .await?;
    places::keep(desk, &tx, HEAD, &last.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// The last place given, locked until the transaction ends.
async fn head(desk: &Desk, tx: &DatabaseTransaction) -> Result<i64> {
    let row = cursor::ActiveModel {
        name: Set(HEAD.to_owned()),
        value: Set("0".to_owned()),
        changed_at: Set(desk.world.now()),
    };
    let row = cursor::Entity::insert(row)
        .on_conflict(OnConflict::column(cursor::Column::Name).update_column(cursor::Column::ChangedAt).to_owned())
        .exec_with_returning(tx)
        .await?;
    row.value.parse().map_err(|_| Error::BadRow("cursor.value"))
}

async fn kept(desk: &Desk, name: &str) -> Result<Option<i64>> {
    let place = places::find(desk, name).await?;
    place.map(|place| place.parse().map_err(|_| Error::BadRow("cursor.value"))).transpose()
}

/// Passes a place that was given: one that was not stands for another database, or an older one put back.
async fn known(desk: &Desk, place: i64) -> Result<()> {
    let given = kept(desk, HEAD).await?.unwrap_or(0);
    if (0..=given).contains(&place) { Ok(()) } else { Err(Error::NotFound("cursor")) }
}

/// How far a machine says it has come; the beginning when it never said.
///
/// # Errors
/// When the database fails.
pub async fn acknowledged(desk: &Desk, machine: &str) -> Result<i64> {
    Ok(kept(desk, &own(machine)).await?.unwrap_or(0))
}

/// Keeps how far a machine has come. Answers how many cases have changed since.
///
/// # Errors
/// [`Error::NotFound`] when no such place was ever given.
pub async fn acknowledge(desk: &Desk, machine: &str, place: i64) -> Result<u64> {
    known(desk, place).await?;
    places::keep(desk, &desk.db, &own(machine), &place.to_string()).await?;
    let behind = case_change::Column::Position.gt(place).or(case_change::Column::Position.is_null());
    Ok(case_change::Entity::find().filter(behind).count(&desk.db).await?)
}

fn own(machine: &str) -> String {
    format!("{HEAD}:{machine}")
}

/// A case that is or was in the feed.
///
/// # Errors
/// [`Error::NotFound`]: also for a draft that was never handed in.
pub async fn find(desk: &Desk, id: CaseId) -> Result<Model> {
    let case = case::Entity::find_by_id(id).filter(case::Column::Number.is_not_null()).one(&desk.db).await?;
    case.ok_or(Error::NotFound("case"))
}
