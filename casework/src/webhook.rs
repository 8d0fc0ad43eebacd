//! Endpoints of machines that want to be called when a case changes: the promise to call is written with the change.

mod key;
mod replay;

use chrono::TimeDelta;
use entity::endpoint::{self, Model};
use entity::outbox::{self, Destination};
use entity::{EndpointId, case, endpoint_key, machine};
use sea_orm::sea_query::{ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

pub use key::{Key, drop_key, keys, put_key};
pub use replay::{From, replay};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox as owed;
use crate::promise::Promise;

/// Most endpoints of one machine.
const MAX_ENDPOINTS: u64 = 20;
/// Most endpoints of all machines together: each has a lane of its own.
const MAX_ALL: u64 = 200;
/// Why an endpoint's promises end when it goes.
const GONE: &str = "webhook.removed";

/// Owes the line of the timeline the case has just got to every endpoint that is called. Drafts are nobody's business.
///
/// # Errors
/// When the database fails.
pub(crate) async fn owe(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model) -> Result<()> {
    if case.number.is_none() {
        return Ok(());
    }
    for endpoint in turned_on(tx).await? {
        let promise = Promise::WebhookV1 { endpoint, case: case.id, sn: case.last_event };
        owed::owe(desk, tx, promise, case.id, case.last_event).await?;
    }
    Ok(())
}

/// Makes an endpoint, or changes its address, and turns it on or off. Whatever failed before counts no more.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn put(desk: &Desk, machine: &str, name: &str, url: &str, on: bool) -> Result<Model> {
    let of_machine = endpoint::Entity::find().filter(endpoint::Column::Machine.eq(machine)).count(&desk.db).await?;
    let known = find(desk, machine, name).await;
    let all = endpoint::Entity::find().count(&desk.db).await?;
    if known.is_err() && (of_machine >= MAX_ENDPOINTS || all >= MAX_ALL) {
        return Err(Error::TooMany("endpoints"));
    }
    let now = desk.world.now();
    let row = endpoint::ActiveModel {
        id: Set(EndpointId(desk.world.id()?)),
        machine: Set(machine.to_owned()),
        name: Set(name.to_owned()),
        url: Set(url.to_owned()),
        created_at: Set(now),
        disabled_at: Set((!on).then_some(now)),
        disabled_for: Set((!on).then(|| "machine".to_owned())),
        failing_since: Set(None),
    };
    let changed = [
        endpoint::Column::Url,
        endpoint::Column::DisabledAt,
        endpoint::Column::DisabledFor,
        endpoint::Column::FailingSince,
    ];
    endpoint::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([endpoint::Column::Machine, endpoint::Column::Name]).update_columns(changed).to_owned(),
        )
        .exec_without_returning(&desk.db)
        .await?;
    find(desk, machine, name).await
}

/// An endpoint of a machine.
///
/// # Errors
/// [`Error::NotFound`]: also when it is another machine's.
pub async fn find(desk: &Desk, machine: &str, name: &str) -> Result<Model> {
    endpoint::Entity::find()
        .filter(endpoint::Column::Machine.eq(machine))
        .filter(endpoint::Column::Name.eq(name))
        .one(&desk.db)
        .await?
        .ok_or(Error::NotFound("webhook"))
}

/// Every endpoint of a machine.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, machine: &str) -> Result<Vec<Model>> {
    Ok(endpoint::Entity::find()
        .filter(endpoint::Column::Machine.eq(machine))
        .order_by_asc(endpoint::Column::Name)
        .limit(MAX_ENDPOINTS)
        .all(&desk.db)
        .await?)
}

/// Every endpoint that is called.
///
/// # Errors
/// When the database fails.
pub async fn called(desk: &Desk) -> Result<Vec<EndpointId>> {
    turned_on(&desk.db).await
}

async fn turned_on(db: &impl ConnectionTrait) -> Result<Vec<EndpointId>> {
    // A machine that is barred hears nothing more.
    let barred = Query::select()
        .column(machine::Column::Name)
        .from(machine::Entity)
        .and_where(machine::Column::DisabledAt.is_not_null())
        .take();
    Ok(endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::Id)
        .filter(endpoint::Column::DisabledAt.is_null())
        .filter(endpoint::Column::Machine.not_in_subquery(barred))
        .limit(MAX_ALL)
        .into_tuple()
        .all(db)
        .await?)
}

/// Forgets an endpoint with its keys. What it was owed ends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(desk: &Desk, machine: &str, name: &str) -> Result<()> {
    let row = find(desk, machine, name).await?;
    let tx = desk.begin().await?;
    endpoint_key::Entity::delete_many().filter(endpoint_key::Column::EndpointId.eq(row.id)).exec(&tx).await?;
    endpoint::Entity::delete_by_id(row.id).exec(&tx).await?;
    outbox::Entity::update_many()
        .set(owed::cancelled(desk, GONE))
        .filter(outbox::Column::Destination.eq(Destination::Webhook(row.id)))
        .filter(owed::owed())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Something came through.
///
/// # Errors
/// When the database fails.
pub async fn came_through(desk: &Desk, row: &Model) -> Result<()> {
    if row.failing_since.is_none() {
        return Ok(());
    }
    let change = endpoint::ActiveModel { failing_since: Set(None), ..Default::default() };
    endpoint::Entity::update_many().set(change).filter(endpoint::Column::Id.eq(row.id)).exec(&desk.db).await?;
    Ok(())
}

/// Nothing came through. Answers whether that has been so for longer than `patience`, and the endpoint was turned off now.
///
/// # Errors
/// When the database fails.
pub async fn failed(desk: &Desk, row: &Model, patience: TimeDelta) -> Result<bool> {
    let now = desk.world.now();
    match row.failing_since {
        None => {
            let change = endpoint::ActiveModel { failing_since: Set(Some(now)), ..Default::default() };
            let fresh = endpoint::Column::Id.eq(row.id).and(endpoint::Column::FailingSince.is_null());
            endpoint::Entity::update_many().set(change).filter(fresh).exec(&desk.db).await?;
            Ok(false)
        }
        Some(since) if now - since >= patience => turn_off(desk, row.id, "failing").await,
        Some(_) => Ok(false),
    }
}

/// Turns an endpoint off. Answers whether it was on.
///
/// # Errors
/// When the database fails.
pub async fn turn_off(desk: &Desk, id: EndpointId, why: &str) -> Result<bool> {
    let change = endpoint::ActiveModel {
        disabled_at: Set(Some(desk.world.now())),
        disabled_for: Set(Some(why.to_owned())),
        ..Default::default()
    };
    let on = endpoint::Column::Id.eq(id).and(endpoint::Column::DisabledAt.is_null());
    Ok(endpoint::Entity::update_many().set(change).filter(on).exec(&desk.db).await?.rows_affected == 1)
}
