//! Photos of cases not handed in yet, when their rule has changed: which are due, and the new one in the old one's place.

use entity::case;
use entity::{CaseId, PhotoId, material, photo, renewal};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};

use crate::case as row;
use crate::desk::Desk;
use crate::error::Result;
use crate::item::Text;
use crate::state::{self, Act};

/// Most cases one photo is looked for in: more than anybody has drafts.
const MAX_CASES: u64 = 1_000;

/// Why a photo may not be made again, as the engine and the store say it.
pub(crate) const CODES: [&str; 12] = [
    "photo.empty",
    "photo.not_an_image",
    "photo.unsupported",
    "photo.damaged",
    "photo.too_large",
    "photo.too_many_pixels",
    "photo.too_small",
    "photo.blurred",
    "photo.too_dark",
    "photo.too_bright",
    "photo.timeout",
    "photo.lost",
];

/// Photos in drafts and cases sent back that were made for an older version of `rule` than `version` and not tried for this
/// one yet; at most `limit`, by id, behind `after`.
///
/// # Errors
/// When the database fails.
pub async fn due(
    desk: &Desk,
    rule: &str,
    version: i32,
    after: Option<PhotoId>,
    limit: u64,
) -> Result<Vec<photo::Model>> {
    Ok(query(rule, version, after, limit).all(&desk.db).await?)
}

/// What [`due`] asks the database, for whoever looks at the plan. It begins at the few cases that are open, which have an index
/// of their own, however many are over.
pub fn query(rule: &str, version: i32, after: Option<PhotoId>, limit: u64) -> Select<photo::Entity> {
    let mut open = Query::select();
    // Written out, not bound: only so does the planner see that the partial index serves.
    open.column(case::Column::Id)
        .from(case::Entity)
        .and_where(Expr::cust(r#""cases"."state" IN ('draft', 'correcting')"#));
    let mut placed = Query::select();
    placed
        .column(material::Column::PhotoId)
        .from(material::Entity)
        .and_where(material::Column::CaseId.in_subquery(open));
    let mut tried = Query::select();
    tried.column(renewal::Column::PhotoId).from(renewal::Entity).and_where(renewal::Column::RuleVersion.eq(version));
    let mut query = photo::Entity::find()
        .filter(photo::Column::RuleName.eq(rule))
        .filter(photo::Column::RuleVersion.lt(version))
        .filter(photo::Column::Id.in_subquery(placed))
        .filter(photo::Column::Id.not_in_subquery(tried));
    if let Some(after) = after {
        query = query.filter(photo::Column::Id.gt(after));
    }
    query.order_by_asc(photo::Column::Id).limit(limit)
}

/// Puts `new` where `old` stands, in every draft and case sent back: each in one transaction, with its revision. Answers
/// whether it stays somewhere, because both stand there.
///
/// # Errors
/// When the database fails.
pub async fn replace(desk: &Desk, old: PhotoId, new: PhotoId) -> Result<bool> {
    let cases: Vec<CaseId> = material::Entity::find()
        .select_only()
        .column(material::Column::CaseId)
        .distinct()
        .filter(material::Column::PhotoId.eq(old))
        .limit(MAX_CASES)
        .into_tuple()
        .all(&desk.db)
        .await?;
    let mut stays = false;
    for id in cases {
        stays |= row::retrying(|| replace_in(desk, id, old, new)).await?;
    }
    Ok(stays)
}

async fn replace_in(desk: &Desk, id: CaseId, old: PhotoId, new: PhotoId) -> Result<bool> {
    let Some(case) = case::Entity::find_by_id(id).one(&desk.db).await? else { return Ok(false) };
    if state::after(case.state, Act::Change).is_none() {
        return Ok(false);
    }
    let tx = desk.begin().await?;
    // First the revision: whoever changes the case meanwhile makes this fail, and it is looked at again.
    row::write(desk, &tx, &case, <case::ActiveModel as Default>::default()).await?;
    let here = || material::Entity::find().filter(material::Column::CaseId.eq(id));
    let twice = here().filter(material::Column::PhotoId.eq(new)).count(&tx).await? > 0;
    let moved = material::Entity::update_many()
        .set(material::ActiveModel { photo_id: Set(new), ..Default::default() })
        .filter(material::Column::CaseId.eq(id))
        .filter(material::Column::PhotoId.eq(old))
        .exec(&tx)
        .await?;
    // Taken out meanwhile, or both are there: nothing has changed, and so the revision stays.
    if twice || moved.rows_affected == 0 {
        tx.rollback().await?;
        return Ok(twice && moved.rows_affected > 0);
    }
    tx.commit().await?;
    Ok(false)
}

/// Notes that a photo cannot be made again for this version of its rule, so that it is not tried again and its owner hears
/// why.
///
/// # Errors
/// When the database fails.
pub async fn give_up(desk: &Desk, photo: PhotoId, version: i32, code: &str, advice: Text) -> Result<()> {
    let row = renewal::ActiveModel {
        photo_id: Set(photo),
        rule_version: Set(version),
        code: Set(code.to_owned()),
        advice_zh: Set(advice.zh),
        advice_en: Set(advice.en),
        tried_at: Set(desk.world.now()),
    };
    renewal::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([renewal::Column::PhotoId, renewal::Column::RuleVersion]).do_nothing().to_owned(),
        )
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    Ok(())
}

/// What was tried in vain for these photos.
pub(crate) async fn tried(desk: &Desk, photos: Vec<PhotoId>) -> Result<Vec<renewal::Model>> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    Ok(renewal::Entity::find().filter(renewal::Column::PhotoId.is_in(photos)).all(&desk.db).await?)
}
