//! Our side, read a page at a time.

use std::collections::{BTreeMap, HashMap};

use casework::item::Entry;
use casework::promise::Promise;
use casework::{Desk, Result, case as row};
use entity::outbox::{self, Destination};
use entity::{CaseId, PhotoId, case, material, photo};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Deserialize as _;

use super::compare::{Ours, as_sent};
use crate::deliver::Binder;

/// The cases that were handed in, after `after`.
pub(super) async fn page(desk: &Desk, after: Option<CaseId>, limit: u64) -> Result<Vec<CaseId>> {
    let mut query =
        case::Entity::find().select_only().column(case::Column::Id).filter(case::Column::SubmittedAt.is_not_null());
    if let Some(after) = after {
        query = query.filter(case::Column::Id.gt(after));
    }
    Ok(query.order_by_asc(case::Column::Id).limit(limit).into_tuple().all(&desk.db).await?)
}

/// Those of these cases that we have.
pub(super) async fn load(desk: &Desk, binder: &dyn Binder, ids: &[CaseId]) -> Result<HashMap<CaseId, Ours>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = || ids.iter().copied();
    let cases = case::Entity::find().filter(case::Column::Id.is_in(ids())).all(&desk.db).await?;
    let promises = outbox::Entity::find()
        .filter(outbox::Column::CaseId.is_in(ids()))
        .filter(outbox::Column::Destination.eq(Destination::Province))
        .all(&desk.db)
        .await?;
    let places = material::Entity::find().filter(material::Column::CaseId.is_in(ids())).all(&desk.db).await?;
    let wanted = places.iter().map(|place| place.photo_id);
    let sums: HashMap<PhotoId, String> = photo::Entity::find()
        .select_only()
        .columns([photo::Column::Id, photo::Column::Sha256])
        .filter(photo::Column::Id.is_in(wanted))
        .into_tuple::<(PhotoId, String)>()
        .all(&desk.db)
        .await?
        .into_iter()
        .collect();
    let one = |case: case::Model| {
        let mine: Vec<_> = promises.iter().filter(|row| row.case_id == Some(case.id)).collect();
        let places: Vec<_> = places.iter().filter(|place| place.case_id == case.id).collect();
        let entry = row::item(desk, &case).ok();
        let files = entry.filter(|_| as_sent(case.state)).and_then(|entry| files(entry, binder, &places, &sums));
        let ours = Ours {
            id: case.id,
            number: case.number,
            state: case.state,
            province_state: case.province_state,
            decided_by: entry.map(|entry| entry.item.decided_by),
            version: u32::try_from(case.data_version).unwrap_or(0),
            sent: mine.iter().filter_map(|row| sent(row)).max(),
            open: mine.iter().any(|row| !matches!(row.state, outbox::State::Done | outbox::State::Cancelled)),
            files,
        };
        (ours.id, ours)
    };
    Ok(cases.into_iter().map(one).collect())
}

/// The version a kept promise handed in.
fn sent(row: &outbox::Model) -> Option<u32> {
    match Promise::deserialize(&row.payload) {
        Ok(Promise::ApplyV1 { data_version, .. }) if row.state == outbox::State::Done => {
            u32::try_from(data_version).ok()
        }
        _ => None,
    }
}

/// What was sent, by material; nothing when the hash of one of them is not known.
fn files(
    entry: &Entry,
    binder: &dyn Binder,
    places: &[&material::Model],
    sums: &HashMap<PhotoId, String>,
) -> Option<BTreeMap<String, Option<std::collections::BTreeSet<String>>>> {
    let mut all = BTreeMap::new();
    for spec in &entry.item.materials {
        let mine: Vec<_> = places.iter().filter(|place| place.code == spec.code).collect();
        if mine.is_empty() {
            continue;
        }
        let each = || mine.iter().map(|place| sums.get(&place.photo_id).cloned()).collect::<Option<_>>();
        let files = if binder.binds(&spec.rule) { None } else { Some(each()?) };
        all.insert(spec.code.clone(), files);
    }
    Some(all)
}
