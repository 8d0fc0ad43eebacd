//! Handing a case in.

use entity::case;
use entity::{AccountId, CaseId};
use sea_orm::ActiveValue::Set;

use crate::case::{self as row, Event};
use crate::check;
use crate::county;
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox;
use crate::promise::Promise;
use crate::repeat::{self, Once};
use crate::state::{self, Act};
use crate::whole;

/// Hands the case in: gives it a number, writes the event, and owes it to the province, all in one transaction.
///
/// # Errors
/// [`Error::Incomplete`] with everything still missing; [`Error::NotNow`] when it was handed in already.
pub async fn submit(desk: &Desk, owner: AccountId, id: CaseId, once: Option<&Once<'_>>) -> Result<case::Model> {
    row::retrying(|| try_submit(desk, owner, id, once)).await
}

async fn try_submit(desk: &Desk, owner: AccountId, id: CaseId, once: Option<&Once<'_>>) -> Result<case::Model> {
    let (old, photos) = whole::with_photos(desk, owner, id).await?;
    let state =
        state::after(old.state, Act::Submit).ok_or(Error::NotNow { act: Act::Submit.verb(), state: old.state })?;
    let missing = check::missing(desk, &old, &photos).await?;
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    let number = match &old.number {
        Some(number) => number.clone(),
        None => desk.numbers.next(&desk.db, desk.today()).await?,
    };
    let data_version = old.data_version + 1;
    // One moment for row and event: whatever the province says later stands after it in the timeline.
    let now = desk.world.now();
    let change = case::ActiveModel {
        number: Set(Some(number)),
        data_version: Set(data_version),
        submitted_at: Set(Some(now)),
        correction: Set(None),
        ..Default::default()
    };
    let tx = desk.begin().await?;
    // What was checked is what is handed in: the revision has not moved.
    let event = Event { at: now, ..Event::by_owner(desk, "submitted", owner) };
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    outbox::owe(desk, &tx, Promise::ApplyV1 { case: id, data_version }, id, new.last_event).await?;
    let new = county::handed_in(desk, &tx, old.state, new).await?;
    repeat::keep_for(desk, &tx, once, &new).await?;
    tx.commit().await?;
    Ok(new)
}
