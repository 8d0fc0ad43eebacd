//! Starting a case, saving answers, putting photos in their places.

use std::collections::BTreeSet;

use entity::case::{self, State};
use entity::{AccountId, CaseId, PhotoId, material, photo};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use serde_json::Value;

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::form::{Fault, bounds};
use crate::item::Text;
use crate::repeat::{self, Once};
use crate::state::{self, Act};
use crate::vault::Purpose;

/// Most drafts one account may have open.
pub const MAX_DRAFTS: u64 = 50;

/// Starts a draft of the current version of an item, with any answers there are already.
///
/// # Errors
/// [`Error::NotFound`] for an unknown item; [`Error::Invalid`] for answers over the bounds; [`Error::TooMany`].
pub async fn create(
    desk: &Desk,
    owner: AccountId,
    item: &str,
    answers: Option<&Value>,
    once: Option<&Once>,
) -> Result<case::Model> {
    let entry = desk.catalogue.current(item).ok_or(Error::NotFound("item"))?;
    let empty = Value::Object(serde_json::Map::new());
    let form = seal_answers(desk, answers.unwrap_or(&empty))?;
    let drafts = case::Entity::find()
        .filter(case::Column::OwnerId.eq(owner))
        .filter(case::Column::State.eq(State::Draft))
        .count(&desk.db)
        .await?;
    if drafts >= MAX_DRAFTS {
        return Err(Error::TooMany("drafts"));
    }
    let now = desk.world.now();
    let tx = desk.begin().await?;
    let case = case::ActiveModel {
        id: Set(CaseId(desk.world.id()?)),
        owner_id: Set(owner),
        item_code: Set(entry.item.code.clone()),
        item_version: Set(i32::try_from(entry.item.version).unwrap_or(i32::MAX)),
        state: Set(State::Draft),
        revision: Set(1),
        form: Set(form),
        last_event: Set(1),
        data_version: Set(0),
        told_late: Set(false),
        created_at: Set(now),
        changed_at: Set(now),
        ..Default::default()
    }
    .insert(&tx)
    .await?;
    row::record(desk, &tx, &case, &Event::by_owner(desk, "created", owner)).await?;
    repeat::keep(desk, &tx, once.map(|once| once.kept(desk, &case)).transpose()?.into_iter().collect()).await?;
    tx.commit().await?;
    Ok(case)
}

/// Saves the answers of a draft or of a case sent back. They may be incomplete; `check` says what is missing.
/// `revision` is the one the caller worked on, where it says so.
///
/// # Errors
/// [`Error::Stale`] when the draft has changed since; [`Error::NotNow`]; [`Error::Invalid`] for answers over the bounds.
pub async fn change_form(
    desk: &Desk,
    owner: AccountId,
    id: CaseId,
    revision: Option<i64>,
    answers: &Value,
) -> Result<case::Model> {
    let form = seal_answers(desk, answers)?;
    row::retrying(|| async {
        let old = changeable(desk, owner, id, revision).await?;
        let tx = desk.begin().await?;
        let change = case::ActiveModel { form: Set(form.clone()), ..Default::default() };
        let new = row::write(desk, &tx, &old, change).await?;
        tx.commit().await?;
        Ok(new)
    })
    .await
}

/// Fills a material with photos, in this order, instead of those it had.
///
/// # Errors
/// [`Error::Stale`], [`Error::NotNow`]; [`Error::Invalid`] for a material the item does not have, photos that are not the
/// owner's, were taken for another material, stand there twice, or are too many.
pub async fn set_material(
    desk: &Desk,
    owner: AccountId,
    id: CaseId,
    code: &str,
    photos: &[PhotoId],
    revision: Option<i64>,
) -> Result<case::Model> {
    row::retrying(|| async {
        let old = changeable(desk, owner, id, revision).await?;
        let faults = photo_faults(desk, owner, &old, code, photos).await?;
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let tx = desk.begin().await?;
        // Only the revision rises: the photos stand in rows of their own.
        let unchanged = <case::ActiveModel as Default>::default();
        let new = row::write(desk, &tx, &old, unchanged).await?;
        material::Entity::delete_many()
            .filter(material::Column::CaseId.eq(id))
            .filter(material::Column::Code.eq(code))
            .exec(&tx)
            .await?;
        let places = (0..).zip(photos).map(|(position, photo)| material::ActiveModel {
            case_id: Set(id),
            code: Set(code.to_owned()),
            position: Set(position),
            photo_id: Set(*photo),
        });
        if !photos.is_empty() {
            material::Entity::insert_many(places).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(new)
    })
    .await
}

async fn changeable(desk: &Desk, owner: AccountId, id: CaseId, revision: Option<i64>) -> Result<case::Model> {
    let case = row::find(&desk.db, owner, id).await?;
    if state::after(case.state, Act::Change).is_none() {
        return Err(Error::NotNow { act: Act::Change.verb(), state: case.state });
    }
    match revision {
        Some(seen) if seen != case.revision => Err(Error::Stale { current: case.revision }),
        _ => Ok(case),
    }
}

fn seal_answers(desk: &Desk, answers: &Value) -> Result<entity::Sealed> {
    let faults = bounds::faults(answers);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    Ok(desk.vault.seal(&desk.world, Purpose::Form, &answers.to_string())?)
}

async fn photo_faults(
    desk: &Desk,
    owner: AccountId,
    case: &case::Model,
    code: &str,
    wanted: &[PhotoId],
) -> Result<Vec<Fault>> {
    let Some(spec) = row::item(desk, case)?.item.material(code) else {
        return Err(Error::NotFound("material"));
    };
    if wanted.len() > spec.max_photos as usize {
        let (zh, en) = (
            format!("“{}”最多放 {} 张照片，请去掉多余的。", spec.name, spec.max_photos),
            format!("{} takes at most {} photos: remove some.", spec.name_en, spec.max_photos),
        );
        return Ok(vec![Fault { pointer: "/photos".to_owned(), code: "material.too_many", detail: Text::new(zh, en) }]);
    }
    let theirs = photo::Entity::find()
        .filter(photo::Column::Id.is_in(wanted.iter().copied()))
        .filter(photo::Column::OwnerId.eq(owner))
        .all(&desk.db)
        .await?;
    let mut seen = BTreeSet::new();
    let fault = |(at, id): (usize, &PhotoId)| {
        let (code, detail) = match theirs.iter().find(|photo| photo.id == *id) {
            None => {
                ("photo.not_found", Text::new("没有这张照片，请重新上传。", "There is no such photo: upload it again."))
            }
            Some(photo) if photo.item_code != case.item_code || photo.material_code != code => (
                "photo.other_material",
                Text::new(
                    "这张照片是为别的材料拍的，请在这里重新上传。",
                    "This photo was taken for another material: upload it here.",
                ),
            ),
            Some(_) if !seen.insert(*id) => (
                "photo.twice",
                Text::new("同一张照片放了两次，请去掉一张。", "The same photo is there twice: remove one."),
            ),
            Some(_) => return None,
        };
        Some(Fault { pointer: format!("/photos/{at}"), code, detail })
    };
    Ok(wanted.iter().enumerate().filter_map(fault).collect())
}
