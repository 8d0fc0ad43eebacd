//! What the operator is told at set times: which keys end, and the promise to tell machines that want to hear of it.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use entity::outbox;
use entity::{DigestId, digest};
use law::calendar::{china_date, china_moment};
use sea_orm::prelude::Json;
use sea_orm::sea_query::{ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::desk::Desk;
use crate::error::Result;
use crate::promise::Promise;
use crate::{outbox as owed, webhook};

/// How long before its end a key is spoken of.
pub const SOON: TimeDelta = TimeDelta::days(14);
/// How long it is kept what was told.
const KEPT: TimeDelta = TimeDelta::days(180);
/// Why a digest is told to nobody any more.
const OLD_NEWS: &str = "digest.superseded";

/// A key somebody uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Whose it is.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// Until when it is good; none when it has no end.
    pub until: Option<DateTime<Utc>>,
}

/// A key that ends soon, or that is over and was the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEnd {
    /// Whose it is.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Whether no other key of the same owner is good for longer.
    pub last: bool,
}

/// Which of these keys the operator has to know of. One that is over while another is good is of no importance.
pub fn ends(keys: &[KeyUse], now: DateTime<Utc>) -> Vec<KeyEnd> {
    let told = |key: &KeyUse| {
        let until = key.until.filter(|until| *until <= now + SOON)?;
        let lasts = |other: &&KeyUse| other.owner == key.owner && other.until.is_none_or(|end| end > until);
        let last = !keys.iter().any(|other| lasts(&other));
        let end = KeyEnd { owner: key.owner.clone(), name: key.name.clone(), until, last };
        (last || until > now).then_some(end)
    };
    keys.iter().filter_map(told).collect()
}

/// The last of these times of a day in China that has come at `now`; none when there is no such time at all.
pub fn due(times: &[NaiveTime], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = china_date(now);
    let days = [Some(today), today.pred_opt()].into_iter().flatten();
    let moments = days.flat_map(|day| times.iter().map(move |time| china_moment(day, *time)));
    moments.filter(|moment| *moment <= now).max()
}

/// Whether it was told already what was due then.
///
/// # Errors
/// When the database fails.
pub async fn is_told(desk: &Desk, due: DateTime<Utc>) -> Result<bool> {
    let told = digest::Entity::find().filter(digest::Column::Due.eq(due)).one(&desk.db).await?;
    Ok(told.is_some())
}

/// Takes it on to tell what was due then, and owes `data` to every endpoint that wants to hear of it. What an endpoint did
/// not hear of earlier digests, it need not hear any more. Answers whether it was us: of several processes, one.
///
/// # Errors
/// When the database fails: then nobody took it on.
pub async fn tell(desk: &Desk, due: DateTime<Utc>, data: Json) -> Result<bool> {
    let tx = desk.begin().await?;
    let id = DigestId(desk.world.id()?);
    let row = digest::ActiveModel { id: Set(id), due: Set(due), data: Set(data), at: Set(desk.world.now()) };
    let taken = digest::Entity::insert(row)
        .on_conflict(OnConflict::column(digest::Column::Due).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&tx)
        .await?;
    if !matches!(taken, sea_orm::TryInsertResult::Inserted(1)) {
        return Ok(false);
    }
    for endpoint in webhook::told_digests(&tx).await? {
        let promise = Promise::DigestV1 { endpoint, digest: id };
        let earlier = outbox::Column::Destination.eq(promise.destination()).and(outbox::Column::CaseId.is_null());
        owed::cancel_unsent(desk, &tx, earlier, OLD_NEWS).await?;
        owed::owe_to(desk, &tx, promise, None, 0).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Forgets what was told half a year ago. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    let old = digest::Column::At.lt(desk.world.now() - KEPT);
    Ok(digest::Entity::delete_many().filter(old).exec(&desk.db).await?.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn is_due_at_its_times_in_china() {
        let times = [NaiveTime::from_hms_opt(8, 30, 0).unwrap(), NaiveTime::from_hms_opt(17, 0, 0).unwrap()];
        for (now, expected) in [
            ("2026-11-26T00:29:59Z", "2026-11-25T09:00:00Z"),
            ("2026-11-26T00:30:00Z", "2026-11-26T00:30:00Z"),
            ("2026-11-26T08:59:59Z", "2026-11-26T00:30:00Z"),
            ("2026-11-26T09:00:00Z", "2026-11-26T09:00:00Z"),
            // Midnight in China is no border.
            ("2026-11-26T16:00:00Z", "2026-11-26T09:00:00Z"),
        ] {
            assert_eq!(due(&times, at(now)), Some(at(expected)), "{now}");
        }
        assert_eq!(due(&[], at("2026-11-26T00:29:59Z")), None);
    }

    #[test]
    fn says_which_keys_matter() {
        let now = at("2026-11-26T00:00:00Z");
        let key = |owner: &str, name: &str, days: Option<i64>| KeyUse {
            owner: owner.to_owned(),
            name: name.to_owned(),
            until: days.map(|days| now + TimeDelta::days(days)),
        };
        let keys = [
            // Over, and another one is good: nothing to do.
            key("a", "old", Some(-1)),
            key("a", "new", None),
            // Ends while another is good for longer.
            key("b", "old", Some(3)),
            key("b", "new", Some(100)),
            // Ends, and nothing is left. An older one that is over says nothing more.
            key("c", "older", Some(-9)),
            key("c", "only", Some(14)),
            // Over, and nothing is left.
            key("d", "only", Some(-99)),
            // Far away.
            key("e", "only", Some(15)),
        ];
        let told: Vec<_> = ends(&keys, now).into_iter().map(|end| (end.owner + " " + &end.name, end.last)).collect();
        let expected = [("b old", false), ("c only", true), ("d only", true)];
        assert_eq!(told, expected.map(|(name, last)| (name.to_owned(), last)));
    }

    proptest! {
        #[test]
        fn due_never_lies_ahead_nor_more_than_a_day_back(minutes in proptest::collection::vec(0_u32..1440, 1..5), second in 0_i64..4_000_000_000) {
            let time = |minute: &u32| NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
            let times: Vec<_> = minutes.iter().map(time).collect();
            let now = DateTime::from_timestamp(second, 0).unwrap();
            let due = due(&times, now).unwrap();
            prop_assert!(due <= now && now - due < TimeDelta::days(1));
        }
    }
}
