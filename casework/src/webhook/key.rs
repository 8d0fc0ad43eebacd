//! What calls to an endpoint are signed with: several at once while they are changed.

use chrono::{DateTime, Utc};
use entity::endpoint_key::{self, Kind};
use entity::{EndpointId, endpoint};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::desk::Desk;
use crate::digest::KeyUse;
use crate::error::{Error, Result, one_row};
use crate::vault::Purpose;

/// Most keys of one endpoint.
pub const MAX_KEYS: u64 = 4;

/// What calls are signed with.
#[derive(Clone)]
pub struct Key {
    /// What the machine calls it.
    pub name: String,
    /// How.
    pub kind: Kind,
    /// The shared secret or the private key.
    pub bytes: Vec<u8>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
}

/// Without the key.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The keys of an endpoint, those that are over among them.
///
/// # Errors
/// When one cannot be opened.
pub async fn keys(desk: &Desk, endpoint: EndpointId) -> Result<Vec<Key>> {
    let rows = endpoint_key::Entity::find()
        .filter(endpoint_key::Column::EndpointId.eq(endpoint))
        .order_by_asc(endpoint_key::Column::Name)
        .limit(MAX_KEYS)
        .all(&desk.db)
        .await?;
    let open = |row: endpoint_key::Model| {
        let text = desk.vault.open(Purpose::EndpointKey, &row.key)?;
        let bytes = hex::decode(text).map_err(|_| Error::BadRow("endpoint_key.key"))?;
        Ok(Key { name: row.name, kind: row.kind, bytes, until: row.until })
    };
    rows.into_iter().map(open).collect()
}

/// The keys of every endpoint that is turned on; without what they hold. The owner is `machine/endpoint`.
///
/// # Errors
/// When the database fails.
pub async fn keys_in_use(desk: &Desk) -> Result<Vec<KeyUse>> {
    let called: Vec<endpoint::Model> = endpoint::Entity::find()
        .filter(endpoint::Column::DisabledAt.is_null())
        .order_by_asc(endpoint::Column::Machine)
        .order_by_asc(endpoint::Column::Name)
        .all(&desk.db)
        .await?;
    let keys: Vec<(EndpointId, String, Option<DateTime<Utc>>)> = endpoint_key::Entity::find()
        .select_only()
        .columns([endpoint_key::Column::EndpointId, endpoint_key::Column::Name, endpoint_key::Column::Until])
        .order_by_asc(endpoint_key::Column::Name)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let of = |row: &endpoint::Model| {
        let owner = format!("{}/{}", row.machine, row.name);
        let own = keys.iter().filter(|key| key.0 == row.id);
        own.map(|key| KeyUse { owner: owner.clone(), name: key.1.clone(), until: key.2 }).collect::<Vec<_>>()
    };
    Ok(called.iter().flat_map(of).collect())
}

/// Makes a key of this name, or gives the one that is there another end. Its kind never changes.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn put_key(
    desk: &Desk,
    endpoint: EndpointId,
    name: &str,
    kind: Kind,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    let known = endpoint_key::Entity::find_by_id((endpoint, name.to_owned())).one(&desk.db).await?;
    let count =
        endpoint_key::Entity::find().filter(endpoint_key::Column::EndpointId.eq(endpoint)).count(&desk.db).await?;
    if known.is_none() && count >= MAX_KEYS {
        return Err(Error::TooMany("keys"));
    }
    let secret = hex::encode(desk.world.bytes::<32>()?);
    let row = endpoint_key::ActiveModel {
        endpoint_id: Set(endpoint),
        name: Set(name.to_owned()),
        kind: Set(kind),
        key: Set(desk.vault.seal(&desk.world, Purpose::EndpointKey, &secret)?),
        until: Set(until),
        created_at: Set(desk.world.now()),
    };
    endpoint_key::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([endpoint_key::Column::EndpointId, endpoint_key::Column::Name])
                .update_column(endpoint_key::Column::Until)
                .to_owned(),
        )
        .exec_without_returning(&desk.db)
        .await?;
    Ok(())
}

/// Signs with a key no more. The only one that is good stays: without any, nothing could be sent. One that is over may go.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::LastKey`].
pub async fn drop_key(desk: &Desk, endpoint: EndpointId, name: &str) -> Result<()> {
    let keys: Vec<(String, Option<DateTime<Utc>>)> = endpoint_key::Entity::find()
        .select_only()
        .columns([endpoint_key::Column::Name, endpoint_key::Column::Until])
        .filter(endpoint_key::Column::EndpointId.eq(endpoint))
        .into_tuple()
        .all(&desk.db)
        .await?;
    let now = desk.world.now();
    let good: Vec<_> = keys.iter().filter(|key| key.1.is_none_or(|until| until > now)).collect();
    if matches!(good[..], [only] if only.0 == name) {
        return Err(Error::LastKey);
    }
    let dropped = endpoint_key::Entity::delete_by_id((endpoint, name.to_owned())).exec(&desk.db).await?;
    one_row(dropped.rows_affected, Error::NotFound("webhook_key"))
}
