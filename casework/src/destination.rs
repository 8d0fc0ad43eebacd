//! Destinations: how much waits for each, which are down, and which a person paused.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{self, Destination, State};
use entity::{outage, pause};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox::owed;

/// How long a relay that found a destination down is believed. While it works, it looks again every few seconds; an
/// attempt that hangs takes minutes.
const BELIEVED: TimeDelta = TimeDelta::minutes(10);

/// How a destination stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub destination: Destination,
    /// How many wait for their time.
    pub waiting: u64,
    /// How many are being sent right now.
    pub leased: u64,
    /// How many may have arrived, so that somebody will be asked first.
    pub unknown: u64,
    /// How many wait for a person.
    pub parked: u64,
    /// Since when the oldest of all those has been owed.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Since when it does not answer, where a relay leaves it alone for that.
    pub down_since: Option<DateTime<Utc>>,
    /// Who paused it, where somebody did.
    pub pause: Option<pause::Model>,
}

/// How every destination stands: those everybody has, and those of endpoints something is owed to or that are paused.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk) -> Result<Vec<Standing>> {
    let counts: Vec<(Destination, State, i64, Option<DateTime<Utc>>)> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Destination)
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "owed")
        .column_as(outbox::Column::CreatedAt.min(), "oldest_at")
        .filter(owed())
        .group_by(outbox::Column::Destination)
        .group_by(outbox::Column::State)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let down = outage::Entity::find()
        .filter(outage::Column::SeenAt.gt(desk.world.now() - BELIEVED))
        .order_by_asc(outage::Column::Since)
        .all(&desk.db)
        .await?;
    let pauses = pause::Entity::find().all(&desk.db).await?;
    let named = counts.iter().map(|count| count.0).chain(pauses.iter().map(|pause| pause.destination));
    let all: BTreeSet<_> = [Destination::Province, Destination::Wechat].into_iter().chain(named).collect();
    let standing = |destination| {
        let own = || counts.iter().filter(move |count| count.0 == destination);
        let count =
            |state| own().find(|count| count.1 == state).and_then(|count| u64::try_from(count.2).ok()).unwrap_or(0);
        Standing {
            destination,
            waiting: count(State::Queued),
            leased: count(State::Leased),
            unknown: count(State::Unknown),
            parked: count(State::Parked),
            oldest_at: own().filter_map(|count| count.3).min(),
            down_since: down.iter().find(|row| row.destination == destination).map(|row| row.since),
            pause: pauses.iter().find(|row| row.destination == destination).cloned(),
        }
    };
    Ok(all.into_iter().map(standing).collect())
}

/// How one stands. One that nothing is owed to stands idle.
///
/// # Errors
/// When the database fails.
pub async fn standing(desk: &Desk, destination: Destination) -> Result<Standing> {
    let found = list(desk).await?.into_iter().find(|standing| standing.destination == destination);
    Ok(found.unwrap_or(Standing {
        destination,
        waiting: 0,
        leased: 0,
        unknown: 0,
        parked: 0,
        oldest_at: None,
        down_since: None,
        pause: None,
    }))
}

/// Stops delivering to a destination until somebody resumes it. What is being sent is finished. One that is paused stays
/// so, as the first who paused it said.
///
/// # Errors
/// When the database fails.
pub async fn pause(desk: &Desk, destination: Destination, words: &str, by: &str) -> Result<Standing> {
    let row = pause::ActiveModel {
        destination: Set(destination),
        paused_by: Set(by.to_owned()),
        reason: Set(words.to_owned()),
        paused_at: Set(desk.world.now()),
    };
    pause::Entity::insert(row)
        .on_conflict(OnConflict::column(pause::Column::Destination).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    standing(desk, destination).await
}

/// Delivers to a destination again. One that is not paused stays so.
///
/// # Errors
/// When the database fails.
pub async fn resume(desk: &Desk, destination: Destination) -> Result<Standing> {
    pause::Entity::delete_by_id(destination).exec(&desk.db).await?;
    standing(desk, destination).await
}

/// The destination of this name.
///
/// # Errors
/// [`Error::NotFound`].
pub fn named(name: &str) -> Result<Destination> {
    name.parse().map_err(|_| Error::NotFound("destination"))
}

/// Notes that a relay finds a destination down.
///
/// # Errors
/// When the database fails.
pub async fn down(desk: &Desk, destination: Destination, relay: &str) -> Result<()> {
    let now = desk.world.now();
    let row = outage::ActiveModel {
        destination: Set(destination),
        relay: Set(relay.to_owned()),
        since: Set(now),
        seen_at: Set(now),
    };
    outage::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([outage::Column::Destination, outage::Column::Relay])
                .update_column(outage::Column::SeenAt)
                .to_owned(),
        )
        .exec_without_returning(&desk.db)
        .await?;
    Ok(())
}

/// Notes that it answers again, whichever relay found it down: one that still cannot reach it says so at its next look. Answers
/// whether any had.
///
/// # Errors
/// When the database fails.
pub async fn up(desk: &Desk, destination: Destination) -> Result<bool> {
    forget_outage(&desk.db, destination).await
}

/// Forgets that it was found down.
pub(crate) async fn forget_outage(db: &impl ConnectionTrait, destination: Destination) -> Result<bool> {
    let those = outage::Column::Destination.eq(destination);
    Ok(outage::Entity::delete_many().filter(those).exec(db).await?.rows_affected > 0)
}

/// Forgets what relays said that are gone. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    let old = outage::Column::SeenAt.lt(desk.world.now() - BELIEVED);
    Ok(outage::Entity::delete_many().filter(old).exec(&desk.db).await?.rows_affected)
}
