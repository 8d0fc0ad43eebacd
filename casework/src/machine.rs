//! Machines that call us: made by the operator, each with the scopes it needs and keys of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::machine::{self, Model};
use entity::{MachineId, machine_key};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::desk::Desk;
use crate::digest::KeyUse;
use crate::error::{Error, Result, one_row};
use crate::vault::Purpose;
use crate::webhook;

/// Something a machine may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Report what became of cases.
    ReportsWrite,
    /// See what is owed and what became of it; personal data masked.
    DeliveriesRead,
    /// Drive deliveries again, cancel them, pause and resume destinations.
    DeliveriesWrite,
    /// Read cases whole, with everything personal in them, and their files.
    CasesRead,
    /// Read the photo rules in force, and what changed about them.
    RulesRead,
    /// State the portal's photo rules.
    RulesWrite,
    /// Be called when cases change.
    WebhooksWrite,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ReportsWrite,
        Self::DeliveriesRead,
        Self::DeliveriesWrite,
        Self::CasesRead,
        Self::RulesRead,
        Self::RulesWrite,
        Self::WebhooksWrite,
    ];

    /// What it is called, in the documents and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReportsWrite => "reports.write",
            Self::DeliveriesRead => "deliveries.read",
            Self::DeliveriesWrite => "deliveries.write",
            Self::CasesRead => "cases.read",
            Self::RulesRead => "rules.read",
            Self::RulesWrite => "rules.write",
            Self::WebhooksWrite => "webhooks.write",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What a machine may sign with.
#[derive(Clone)]
pub struct Key {
    /// What the operator calls it.
    pub name: String,
    /// `algorithm:key`.
    pub key: String,
    /// When it stops being believed.
    pub until: Option<DateTime<Utc>>,
}

/// Without the key, which may be a secret.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("until", &self.until).finish_non_exhaustive()
    }
}

/// A machine with its keys.
#[derive(Clone, Debug)]
pub struct Account {
    /// The row.
    pub machine: Model,
    /// Its keys, those that are over among them.
    pub keys: Vec<Key>,
}

impl Account {
    /// What it may do. A scope that an older program does not know is none.
    pub fn scopes(&self) -> Vec<Scope> {
        read(&self.machine.scopes)
    }
}

/// Scopes as the row holds them: each once.
fn written(scopes: &[Scope]) -> String {
    let each: BTreeSet<_> = scopes.iter().collect();
    each.into_iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

/// The scopes a row holds.
pub fn read(scopes: &str) -> Vec<Scope> {
    scopes.split(' ').filter_map(Scope::named).collect()
}

/// Adds a machine with its first key.
///
/// # Errors
/// When the name is taken, or the database fails.
pub async fn create(desk: &Desk, name: &str, scopes: &[Scope], key: Key) -> Result<Model> {
    let tx = desk.begin().await?;
    let row = machine::ActiveModel {
        id: Set(MachineId(desk.world.id()?)),
        name: Set(name.to_owned()),
        scopes: Set(written(scopes)),
        created_at: Set(desk.world.now()),
        disabled_at: Set(None),
    }
    .insert(&tx)
    .await?;
    keep(desk, &tx, row.id, key).await?;
    tx.commit().await?;
    Ok(row)
}

/// Lets a machine sign with one more key.
///
/// # Errors
/// [`Error::NotFound`] when there is no such machine; when it has a key of that name.
pub async fn add_key(desk: &Desk, machine: &str, key: Key) -> Result<()> {
    let row = by_name(desk, machine).await?.ok_or(Error::NotFound("machine"))?;
    keep(desk, &desk.db, row.id, key).await
}

/// Stops believing a key from now on.
///
/// # Errors
/// [`Error::NotFound`] when there is no such machine or key.
pub async fn drop_key(desk: &Desk, machine: &str, key: &str) -> Result<()> {
    let row = by_name(desk, machine).await?.ok_or(Error::NotFound("machine"))?;
    let dropped = machine_key::Entity::delete_by_id((row.id, key.to_owned())).exec(&desk.db).await?;
    one_row(dropped.rows_affected, Error::NotFound("machine_key"))
}

/// Bars a machine from now on. What its webhooks are still owed ends.
///
/// # Errors
/// [`Error::NotFound`] when there is no such machine.
pub async fn disable(desk: &Desk, name: &str) -> Result<()> {
    let tx = desk.begin().await?;
    let changed = machine::Entity::update_many()
        .set(machine::ActiveModel { disabled_at: Set(Some(desk.world.now())), ..Default::default() })
        .filter(machine::Column::Name.eq(name))
        .exec(&tx)
        .await?;
    one_row(changed.rows_affected, Error::NotFound("machine"))?;
    webhook::silence(desk, &tx, name).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a machine these scopes instead of those it had, from its next call on. What its webhooks are still owed ends where
/// it may not be called any more. The log says who changed what.
///
/// # Errors
/// [`Error::NotFound`] when there is no such machine; [`Error::Busy`] when somebody else changed it at the same moment.
pub async fn set_scopes(desk: &Desk, name: &str, scopes: &[Scope], by: &str) -> Result<Model> {
    let row = by_name(desk, name).await?.ok_or(Error::NotFound("machine"))?;
    let tx = desk.begin().await?;
    let changed = machine::Entity::update_many()
        .set(machine::ActiveModel { scopes: Set(written(scopes)), ..Default::default() })
        .filter(machine::Column::Id.eq(row.id))
        .filter(machine::Column::Scopes.eq(&row.scopes))
        .exec(&tx)
        .await?;
    one_row(changed.rows_affected, Error::Busy)?;
    if !scopes.contains(&Scope::WebhooksWrite) {
        webhook::silence(desk, &tx, name).await?;
    }
    tx.commit().await?;
    let now = Model { scopes: written(scopes), ..row.clone() };
    tracing::warn!(machine = name, by, had = row.scopes, has = now.scopes, "a machine's scopes were changed");
    Ok(now)
}

/// Every machine, by name, at most `limit`, after the one of the name `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, after: Option<&str>, limit: u64) -> Result<Vec<Model>> {
    let mut query = machine::Entity::find().order_by_asc(machine::Column::Name).limit(limit);
    if let Some(after) = after {
        query = query.filter(machine::Column::Name.gt(after));
    }
    Ok(query.all(&desk.db).await?)
}

/// The keys of every machine that is not barred; without what they hold.
///
/// # Errors
/// When the database fails.
pub async fn keys_in_use(desk: &Desk) -> Result<Vec<KeyUse>> {
    let machines: Vec<(MachineId, String)> = machine::Entity::find()
        .select_only()
        .columns([machine::Column::Id, machine::Column::Name])
        .filter(machine::Column::DisabledAt.is_null())
        .order_by_asc(machine::Column::Name)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let keys: Vec<(MachineId, String, Option<DateTime<Utc>>)> = machine_key::Entity::find()
        .select_only()
        .columns([machine_key::Column::MachineId, machine_key::Column::Name, machine_key::Column::Until])
        .order_by_asc(machine_key::Column::Name)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let of = |(id, owner): &(MachineId, String)| {
        let own = keys.iter().filter(move |key| key.0 == *id);
        own.map(|key| KeyUse { owner: owner.clone(), name: key.1.clone(), until: key.2 }).collect::<Vec<_>>()
    };
    Ok(machines.iter().flat_map(of).collect())
}

/// The machine that calls itself so, unless it is barred.
///
/// # Errors
/// When the database fails, or a key cannot be opened.
pub async fn find(desk: &Desk, name: &str) -> Result<Option<Account>> {
    let Some(machine) = by_name(desk, name).await?.filter(|row| row.disabled_at.is_none()) else { return Ok(None) };
    let rows = machine_key::Entity::find().filter(machine_key::Column::MachineId.eq(machine.id)).all(&desk.db).await?;
    let open = |row: machine_key::Model| {
        let key = desk.vault.open(Purpose::MachineKey, &row.key)?;
        Ok(Key { name: row.name, key, until: row.until })
    };
    Ok(Some(Account { machine, keys: rows.into_iter().map(open).collect::<Result<_>>()? }))
}

async fn by_name(desk: &Desk, name: &str) -> Result<Option<Model>> {
    Ok(machine::Entity::find().filter(machine::Column::Name.eq(name)).one(&desk.db).await?)
}

async fn keep(desk: &Desk, db: &impl sea_orm::ConnectionTrait, machine: MachineId, key: Key) -> Result<()> {
    let row = machine_key::ActiveModel {
        machine_id: Set(machine),
        name: Set(key.name),
        key: Set(desk.vault.seal(&desk.world, Purpose::MachineKey, &key.key)?),
        until: Set(key.until),
        created_at: Set(desk.world.now()),
    };
    row.insert(db).await?;
    Ok(())
}
