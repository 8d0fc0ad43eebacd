//! The people who sign in from a phone: found by a keyed hash, reached by what is sealed.

use chrono::TimeDelta;
use entity::{AccountId, account, subscription};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::desk::Desk;
use crate::error::{Error, Result, one_row};
use crate::vault::Purpose;

/// Most accepted messages counted for one template: more than anybody taps.
const MAX_REMAINING: i32 = 100;

/// `seen_at` is not written more often than this: signing in must not cost a write each time.
const SEEN_EVERY: TimeDelta = TimeDelta::hours(1);

/// The account of a WeChat openid; made on the first sign-in.
///
/// # Errors
/// When the database fails.
pub async fn sign_in(desk: &Desk, openid: &str) -> Result<account::Model> {
    let openid_hash = desk.vault.digest(Purpose::Openid, openid);
    if let Some(found) = by_hash(desk, &openid_hash).await? {
        return seen(desk, found).await;
    }
    let now = desk.world.now();
    let row = account::ActiveModel {
        id: Set(AccountId(desk.world.id()?)),
        openid_hash: Set(openid_hash.clone()),
        openid: Set(desk.vault.seal(&desk.world, Purpose::Openid, openid)?),
        phone: Set(None),
        phone_hash: Set(None),
        created_at: Set(now),
        seen_at: Set(now),
    };
    // Two phones of one person may sign in for the first time at once: whoever comes second finds the first one's row.
    let _: TryInsertResult<u64> = account::Entity::insert(row)
        .on_conflict(OnConflict::column(account::Column::OpenidHash).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    by_hash(desk, &openid_hash).await?.ok_or(Error::BadRow("account"))
}

async fn by_hash(desk: &Desk, openid_hash: &str) -> Result<Option<account::Model>> {
    Ok(account::Entity::find().filter(account::Column::OpenidHash.eq(openid_hash)).one(&desk.db).await?)
}

async fn seen(desk: &Desk, found: account::Model) -> Result<account::Model> {
    let now = desk.world.now();
    if now - found.seen_at < SEEN_EVERY {
        return Ok(found);
    }
    account::Entity::update_many()
        .set(account::ActiveModel { seen_at: Set(now), ..Default::default() })
        .filter(account::Column::Id.eq(found.id))
        .exec(&desk.db)
        .await?;
    Ok(account::Model { seen_at: now, ..found })
}

/// An account by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(desk: &Desk, id: AccountId) -> Result<account::Model> {
    account::Entity::find_by_id(id).one(&desk.db).await?.ok_or(Error::NotFound("account"))
}

/// The openid messages are sent to.
///
/// # Errors
/// When it cannot be opened.
pub fn openid(desk: &Desk, account: &account::Model) -> Result<String> {
    Ok(desk.vault.open(Purpose::Openid, &account.openid)?)
}

/// The phone number, where the person gave it.
///
/// # Errors
/// When it cannot be opened.
pub fn phone(desk: &Desk, account: &account::Model) -> Result<Option<String>> {
    account.phone.as_ref().map(|phone| desk.vault.open(Purpose::Phone, phone)).transpose().map_err(Error::from)
}

/// The number as it may be shown: `138****3210`.
pub fn masked_phone(phone: &str) -> String {
    law::mask::mask_phone(phone)
}

/// Keeps the phone number WeChat confirmed.
///
/// # Errors
/// [`Error::NotFound`] when the account is gone.
pub async fn set_phone(desk: &Desk, id: AccountId, phone: &str) -> Result<()> {
    let changed = account::Entity::update_many()
        .set(account::ActiveModel {
            phone: Set(Some(desk.vault.seal(&desk.world, Purpose::Phone, phone)?)),
            phone_hash: Set(Some(desk.vault.digest(Purpose::Phone, phone))),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id))
        .exec(&desk.db)
        .await?;
    one_row(changed.rows_affected, Error::NotFound("account"))
}

/// Counts one accept of a WeChat template: one accept, one message. Answers how many are left.
///
/// # Errors
/// When the database fails.
pub async fn add_subscription(desk: &Desk, id: AccountId, template: &str) -> Result<i32> {
    let now = desk.world.now();
    let row = subscription::ActiveModel {
        account_id: Set(id),
        template: Set(template.to_owned()),
        remaining: Set(1),
        changed_at: Set(now),
    };
    let remaining = Expr::col((subscription::Entity, subscription::Column::Remaining));
    subscription::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([subscription::Column::AccountId, subscription::Column::Template])
                .value(subscription::Column::Remaining, remaining.add(1))
                .value(subscription::Column::ChangedAt, now)
                .action_and_where(subscription::Column::Remaining.lt(MAX_REMAINING))
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    subscriptions(desk, id, template).await
}

/// How many messages of a template the person still takes.
///
/// # Errors
/// When the database fails.
pub async fn subscriptions(desk: &Desk, id: AccountId, template: &str) -> Result<i32> {
    let found = subscription::Entity::find_by_id((id, template.to_owned())).one(&desk.db).await?;
    Ok(found.map_or(0, |row| row.remaining))
}

/// One message was sent; or, when WeChat says that none is left, none is.
///
/// # Errors
/// When the database fails.
pub async fn use_subscription(desk: &Desk, id: AccountId, template: &str, none_left: bool) -> Result<()> {
    let remaining = Expr::col(subscription::Column::Remaining);
    let left = if none_left { Expr::val(0) } else { remaining.sub(1) };
    subscription::Entity::update_many()
        .col_expr(subscription::Column::Remaining, left)
        .col_expr(subscription::Column::ChangedAt, Expr::val(desk.world.now()))
        .filter(subscription::Column::AccountId.eq(id))
        .filter(subscription::Column::Template.eq(template))
        .filter(subscription::Column::Remaining.gt(0))
        .exec(&desk.db)
        .await?;
    Ok(())
}
