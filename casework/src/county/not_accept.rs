//! Not taking a case up (不予受理): for a listed reason, with the remedy, and by somebody who may say no.

use entity::CaseId;
use entity::case;
use sea_orm::ActiveValue::Set;

use super::{By, Refusal, clocks, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::notice::{self, Kind};
use crate::state::Act;
use crate::told::{self, Done, DoneResult, Told};

/// Does not take the case up: its end.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) with every fault of the refusal; as for [`accept`](fn@super::accept).
pub async fn not_accept(desk: &Desk, by: &By, id: CaseId, refusal: &Refusal) -> Result<case::Model> {
    may(by, Act::NotAccept)?;
    row::retrying(|| try_not_accept(desk, by, id, refusal)).await
}

async fn try_not_accept(desk: &Desk, by: &By, id: CaseId, refusal: &Refusal) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::NotAccept).await?;
    refusal.check(Act::NotAccept)?;
    let event = Event::by_staff(desk, "not_accepted", by).noting(Some(refusal.whole()));
    let done = Done::without_licence(DoneResult::NotAccepted, event.at, refusal.why(), by.name.clone());
    let change = case::ActiveModel { decided_at: Set(Some(event.at)), ..Default::default() };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    clocks::stop_all(desk, &tx, id).await?;
    told::owe(desk, &tx, &new, &Told::Done(done)).await?;
    notice::give(desk, &tx, &new, Kind::NotAccepted, Some(&refusal.whole())).await?;
    tx.commit().await?;
    Ok(new)
}
