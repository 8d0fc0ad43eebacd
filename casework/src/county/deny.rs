//! Saying no (不予许可): for a listed reason and with the remedy (Art 38).

use entity::CaseId;
use entity::case;
use sea_orm::ActiveValue::Set;

use super::{By, Refusal, clocks, may, nothing_under_way, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::notice::{self, Kind};
use crate::state::Act;
use crate::told::{self, Done, DoneResult, Told};

/// Refuses the case. The written decision is still to be handed out.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) with every fault of the refusal;
/// [`Error::StepUnderWay`](crate::Error::StepUnderWay); as for [`accept`](fn@super::accept).
pub async fn deny(desk: &Desk, by: &By, id: CaseId, refusal: &Refusal) -> Result<case::Model> {
    may(by, Act::Deny)?;
    row::retrying(|| try_deny(desk, by, id, refusal)).await
}

async fn try_deny(desk: &Desk, by: &By, id: CaseId, refusal: &Refusal) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Deny).await?;
    refusal.check(Act::Deny)?;
    nothing_under_way(desk, id).await?;
    let event = Event::by_staff(desk, "denied", by).noting(Some(refusal.whole()));
    let done = Done::without_licence(DoneResult::Denied, event.at, refusal.why(), by.name.clone());
    let change = case::ActiveModel { decided_at: Set(Some(event.at)), ..Default::default() };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    clocks::decided(desk, &tx, &new).await?;
    told::owe(desk, &tx, &new, &Told::Done(done)).await?;
    notice::give(desk, &tx, &new, Kind::Denied, Some(&refusal.whole())).await?;
    tx.commit().await?;
    Ok(new)
}
