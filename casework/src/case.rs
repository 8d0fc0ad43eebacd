//! Reading and changing the row of a case. Every finder carries the owner: what is somebody else's is not found.

use std::slice::from_ref;

use chrono::{DateTime, Utc};
use entity::case::{self, State};
use entity::case_event::{self, Actor};
use entity::{AccountId, CaseId, EventId, Sealed, material, photo};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;
use uuid::Uuid;

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::feed;
use crate::item::Entry;
use crate::outbox;
use crate::report::Licence;
use crate::vault::Purpose;
use crate::webhook;

/// How often an act starts again when another one changed the case first.
const RETRIES: usize = 5;

/// A case of `owner`.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is somebody else's.
pub async fn find(db: &impl ConnectionTrait, owner: AccountId, id: CaseId) -> Result<case::Model> {
    case::Entity::find_by_id(id).filter(case::Column::OwnerId.eq(owner)).one(db).await?.ok_or(Error::NotFound("case"))
}

/// A page of the owner's cases, newest first, older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, owner: AccountId, before: Option<CaseId>, limit: u64) -> Result<Vec<case::Model>> {
    let mut query = case::Entity::find().filter(case::Column::OwnerId.eq(owner));
    if let Some(before) = before {
        query = query.filter(case::Column::Id.lt(before));
    }
    Ok(query.order_by_desc(case::Column::Id).limit(limit).all(&desk.db).await?)
}

/// Which photo stands where: by material, in the applicant's order.
///
/// # Errors
/// When the database fails.
pub async fn places(db: &impl ConnectionTrait, id: CaseId) -> Result<Vec<material::Model>> {
    Ok(material::Entity::find()
        .filter(material::Column::CaseId.eq(id))
        .order_by_asc(material::Column::Code)
        .order_by_asc(material::Column::Position)
        .all(db)
        .await?)
}

/// The same with the photos themselves.
///
/// # Errors
/// When the database fails.
pub async fn photos(db: &impl ConnectionTrait, id: CaseId) -> Result<Vec<(material::Model, photo::Model)>> {
    let placed = material::Entity::belongs_to(photo::Entity).from(material::Column::PhotoId).to(photo::Column::Id);
    let rows = material::Entity::find()
        .select_also(photo::Entity)
        .join(JoinType::InnerJoin, placed.into())
        .filter(material::Column::CaseId.eq(id))
        .order_by_asc(material::Column::Code)
        .order_by_asc(material::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(place, photo)| Some((place, photo?))).collect())
}

/// The saved answers.
///
/// # Errors
/// When they cannot be opened.
pub fn answers(desk: &Desk, case: &case::Model) -> Result<Value> {
    let text = desk.vault.open(Purpose::Form, &case.form)?;
    serde_json::from_str(&text).map_err(|_| Error::BadRow("cases.form"))
}

/// What must be put right, where something must.
///
/// # Errors
/// When it cannot be opened.
pub fn correction(desk: &Desk, case: &case::Model) -> Result<Option<String>> {
    desk.open(Purpose::Correction, case.correction.as_ref())
}

/// The document the case yielded: `name`, `number`, `valid_until`, `publisher`.
///
/// # Errors
/// When it cannot be opened.
pub fn licence(desk: &Desk, case: &case::Model) -> Result<Option<Value>> {
    let text = desk.open(Purpose::Licence, case.licence.as_ref())?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| Error::BadRow("cases.licence"))
}

/// The same, sealed.
///
/// # Errors
/// When it cannot be sealed.
pub(crate) fn seal_licence(desk: &Desk, licence: Option<&Licence>) -> Result<Option<Sealed>> {
    let text = licence.map(serde_json::to_string).transpose().map_err(|_| Error::BadRow("cases.licence"))?;
    desk.seal(Purpose::Licence, text.as_deref())
}

/// The words of a line of the timeline.
///
/// # Errors
/// When they cannot be opened.
pub fn note(desk: &Desk, event: &case_event::Model) -> Result<Option<String>> {
    desk.open(Purpose::Note, event.note.as_ref())
}

/// The item in the version the case was started with.
///
/// # Errors
/// [`Error::NoItem`] when the catalogue has lost it.
pub fn item<'a>(desk: &'a Desk, case: &case::Model) -> Result<&'a Entry> {
    u32::try_from(case.item_version)
        .ok()
        .and_then(|version| desk.catalogue.get(&case.item_code, version))
        .ok_or_else(|| Error::NoItem { code: case.item_code.clone(), version: case.item_version })
}

/// Writes `change` unless somebody changed the case since `old` was read.
///
/// # Errors
/// [`Error::Busy`] when somebody did: read again and decide again.
pub(crate) async fn write(
    desk: &Desk,
    tx: &DatabaseTransaction,
    old: &case::Model,
    mut change: case::ActiveModel,
) -> Result<case::Model> {
    change.revision = Set(old.revision + 1);
    change.changed_at = Set(desk.world.now());
    let changed = case::Entity::update_many()
        .set(change)
        .filter(case::Column::Id.eq(old.id))
        .filter(case::Column::Revision.eq(old.revision))
        .exec_with_returning(tx)
        .await?;
    let new = changed.into_iter().next().ok_or(Error::Busy)?;
    feed::changed(desk, tx, from_ref(&new)).await?;
    Ok(new)
}

/// One line of the timeline, about to be written.
pub(crate) struct Event {
    pub(crate) act: &'static str,
    pub(crate) actor: Actor,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) note: Option<String>,
    /// Whether it is the bureau's own business, which the applicant is not shown.
    pub(crate) inner: bool,
}

impl Event {
    /// Something the owner did, now.
    pub(crate) fn by_owner(desk: &Desk, act: &'static str, owner: AccountId) -> Self {
        Self { actor: Actor::Applicant, actor_id: Some(owner.0), ..Self::by_system(desk, act) }
    }

    /// Something that happened by itself, now.
    pub(crate) fn by_system(desk: &Desk, act: &'static str) -> Self {
        Self { act, actor: Actor::System, actor_id: None, at: desk.world.now(), note: None, inner: false }
    }

    /// The same with these words.
    pub(crate) fn noting(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }
}

/// Moves the case to `state`, writes `change` and its line in the timeline. The new row's `last_event` numbers the line.
///
/// # Errors
/// [`Error::Busy`] as for [`write()`].
pub(crate) async fn advance(
    desk: &Desk,
    tx: &DatabaseTransaction,
    old: &case::Model,
    state: State,
    mut change: case::ActiveModel,
    event: Event,
) -> Result<case::Model> {
    change.state = Set(state);
    if state != State::Correcting {
        // Nothing is left to put right, however the case went on.
        change.correction = Set(None);
    }
    change.last_event = Set(old.last_event + 1);
    let new = write(desk, tx, old, change).await?;
    record(desk, tx, &new, &event).await?;
    Ok(new)
}

/// Writes a line of the timeline; its number is the case's `last_event`.
pub(crate) async fn record(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model, event: &Event) -> Result<()> {
    case_event::Entity::insert(line(desk, case, event)?).exec_without_returning(tx).await?;
    if event.inner { Ok(()) } else { outbox::write(tx, webhook::promises(desk, tx, from_ref(case)).await?).await }
}

/// The row of a line.
pub(crate) fn line(desk: &Desk, case: &case::Model, event: &Event) -> Result<case_event::ActiveModel> {
    Ok(case_event::ActiveModel {
        id: Set(EventId(desk.world.id()?)),
        case_id: Set(case.id),
        sequence: Set(case.last_event),
        act: Set(event.act.to_owned()),
        state: Set(case.state),
        actor: Set(event.actor),
        actor_id: Set(event.actor_id),
        at: Set(event.at),
        visible: Set(!event.inner),
        note: Set(desk.seal(Purpose::Note, event.note.as_deref())?),
    })
}

/// Runs an act again as long as it only met another one: a bounded number of times.
///
/// # Errors
/// What the act says.
pub(crate) async fn retrying<T, F>(mut act: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for _ in 1..RETRIES {
        match act().await {
            Err(Error::Busy) => {}
            answer => return answer,
        }
    }
    act().await
}

/// Keeps the number the province gave a case it took.
///
/// # Errors
/// When the database fails.
pub async fn handed_over(desk: &Desk, id: CaseId, province_id: &str) -> Result<()> {
    let tx = desk.begin().await?;
    let taken = case::Entity::update_many()
        .set(case::ActiveModel { province_id: Set(Some(province_id.to_owned())), ..Default::default() })
        .filter(case::Column::Id.eq(id))
        .filter(case::Column::ProvinceId.is_null())
        .exec_with_returning(&tx)
        .await?;
    feed::changed(desk, &tx, &taken).await?;
    tx.commit().await?;
    Ok(())
}
