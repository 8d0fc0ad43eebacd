//! Endpoints of machines that want to be called when a case changes: the promise to call is written with the change.

mod key;
mod replay;
mod trouble;

use chrono::TimeDelta;
use entity::endpoint::{self, Model};
use entity::outbox::{self, Destination};
use entity::{EndpointId, case, endpoint_key, machine, pause};
use sea_orm::sea_query::{ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

pub use key::{Key, MAX_KEYS, drop_key, keys, keys_in_use, put_key};
pub use replay::{From, replay};
pub use trouble::{Trouble, troubles};

use crate::desk::Desk;
use crate::destination::forget_outage;
use crate::error::{Error, Result};
use crate::machine::Scope;
use crate::outbox as owed;
use crate::promise::Promise;

/// Most endpoints of one machine.
pub const MAX_ENDPOINTS: u64 = 20;
/// Most endpoints of all machines together: each has a lane of its own.
pub const MAX_ALL: u64 = 200;
/// Why an endpoint's promises end when it goes.
const GONE: &str = "webhook.removed";
/// Why they end when its machine may not be called any more.
const NOT_ALLOWED: &str = "webhook.not_allowed";

/// What an endpoint can be called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A step of a case.
    Case,
    /// What is stuck, at set times.
    Digest,
}

impl Event {
    const ALL: [Self; 2] = [Self::Case, Self::Digest];

    fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Digest => "digest",
        }
    }

    /// The scopes a machine needs to hear of it.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Case => &[Scope::WebhooksWrite],
            Self::Digest => &[Scope::WebhooksWrite, Scope::DeliveriesRead],
        }
    }

    /// The events an endpoint is called for.
    pub fn of(row: &Model) -> Vec<Self> {
        Self::ALL.into_iter().filter(|event| row.events.split(' ').any(|name| name == event.name())).collect()
    }
}

/// An endpoint as it is to be.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Where to call.
    pub url: &'a str,
    /// Whether it is called.
    pub on: bool,
    /// What for.
    pub events: Vec<Event>,
}

/// What is owed to every endpoint that is called, for the line of the timeline each of these cases has just got. Drafts are
/// nobody's business.
///
/// # Errors
/// When the database fails.
pub(crate) async fn promises(
    desk: &Desk,
    tx: &DatabaseTransaction,
    cases: &[case::Model],
) -> Result<Vec<outbox::ActiveModel>> {
    let mut promises = Vec::new();
    if cases.iter().all(|case| case.number.is_none()) {
        return Ok(promises);
    }
    let endpoints = subscribed(tx, Some(Event::Case)).await?;
    for case in cases.iter().filter(|case| case.number.is_some()) {
        for endpoint in &endpoints {
            let promise = Promise::WebhookV1 { endpoint: *endpoint, case: case.id, sn: case.last_event };
            promises.push(owed::promised(desk, promise, Some(case.id), case.last_event)?);
        }
    }
    Ok(promises)
}

/// Makes an endpoint, or changes its address, and turns it on or off. Whatever failed before counts no more.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn put(desk: &Desk, machine: &str, name: &str, wanted: Wanted<'_>) -> Result<Model> {
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
        url: Set(wanted.url.to_owned()),
        events: Set(wanted.events.iter().map(|event| event.name()).collect::<Vec<_>>().join(" ")),
        created_at: Set(now),
        disabled_at: Set((!wanted.on).then_some(now)),
        disabled_for: Set((!wanted.on).then(|| "machine".to_owned())),
        failing_since: Set(None),
    };
    let changed = [
        endpoint::Column::Url,
        endpoint::Column::Events,
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
    let row = find(desk, machine, name).await?;
    forget_outage(&desk.db, Destination::Webhook(row.id)).await?;
    Ok(row)
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
    subscribed(&desk.db, None).await
}

/// Every endpoint that wants to hear what is stuck.
pub(crate) async fn told_digests(db: &impl ConnectionTrait) -> Result<Vec<EndpointId>> {
    subscribed(db, Some(Event::Digest)).await
}

/// Every endpoint that is turned on and, where an event is named, called for it. A machine that is barred, or lost a scope it
/// needs, hears nothing more.
async fn subscribed(db: &impl ConnectionTrait, event: Option<Event>) -> Result<Vec<EndpointId>> {
    // No scope's name is part of another's, and no event's.
    let scopes = event.map_or(Event::Case.scopes(), Event::scopes);
    let mut may = Query::select().column(machine::Column::Name).from(machine::Entity).take();
    may.and_where(machine::Column::DisabledAt.is_null());
    for scope in scopes {
        may.and_where(machine::Column::Scopes.contains(scope.name()));
    }
    let wants = event.map(|event| endpoint::Column::Events.contains(event.name()));
    Ok(endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::Id)
        .filter(endpoint::Column::DisabledAt.is_null())
        .filter(endpoint::Column::Machine.in_subquery(may))
        .filter(Condition::all().add_option(wants))
        .limit(MAX_ALL)
        .into_tuple()
        .all(db)
        .await?)
}

/// Forgets an endpoint with its keys, and that it was paused or down. What it was owed ends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(desk: &Desk, machine: &str, name: &str) -> Result<()> {
    let row = find(desk, machine, name).await?;
    let tx = desk.begin().await?;
    endpoint_key::Entity::delete_many().filter(endpoint_key::Column::EndpointId.eq(row.id)).exec(&tx).await?;
    endpoint::Entity::delete_by_id(row.id).exec(&tx).await?;
    pause::Entity::delete_by_id(Destination::Webhook(row.id)).exec(&tx).await?;
    forget_outage(&tx, Destination::Webhook(row.id)).await?;
    outbox::Entity::update_many()
        .set(owed::cancelled(desk, GONE))
        .filter(outbox::Column::Destination.eq(Destination::Webhook(row.id)))
        .filter(owed::owed())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends what the endpoints of a machine are still owed that may be called no more. What is being sent is finished.
pub(crate) async fn silence(desk: &Desk, tx: &DatabaseTransaction, machine: &str) -> Result<()> {
    let own: Vec<EndpointId> = endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::Id)
        .filter(endpoint::Column::Machine.eq(machine))
        .into_tuple()
        .all(tx)
        .await?;
    let theirs = outbox::Column::Destination.is_in(own.into_iter().map(Destination::Webhook));
    owed::cancel_unsent(desk, tx, theirs, NOT_ALLOWED).await
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
    let off = endpoint::Entity::update_many().set(change).filter(on).exec(&desk.db).await?.rows_affected == 1;
    // Nobody looks any more whether it is back.
    forget_outage(&desk.db, Destination::Webhook(id)).await?;
    Ok(off)
}
