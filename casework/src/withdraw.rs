//! Giving a case up.

use entity::case;
use entity::{AccountId, CaseId};
use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;

use crate::case::{self as row, Event};
use crate::county;
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox;
use crate::promise::Promise;
use crate::state::{self, Act};

/// Gives the case up. What was not sent yet is not sent; a province that may have it is told. A case that is given up
/// already stays so: asking twice is no fault.
///
/// # Errors
/// [`Error::NotNow`] when it is decided.
pub async fn withdraw(desk: &Desk, owner: AccountId, id: CaseId) -> Result<case::Model> {
    row::retrying(|| try_withdraw(desk, owner, id)).await
}

async fn try_withdraw(desk: &Desk, owner: AccountId, id: CaseId) -> Result<case::Model> {
    let old = row::find(&desk.db, owner, id).await?;
    if old.state == case::State::Withdrawn {
        return Ok(old);
    }
    let state =
        state::after(old.state, Act::Withdraw).ok_or(Error::NotNow { act: Act::Withdraw.verb(), state: old.state })?;
    let change = case::ActiveModel { decided_at: Set(Some(desk.world.now())), ..Default::default() };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, Event::by_owner(desk, "withdrawn", owner)).await?;
    county::clocks::stop_all(desk, &tx, id).await?;
    let promise = Promise::WithdrawV1 { case: id };
    if outbox::cancel_waiting(desk, &tx, &promise.stream(), "case.withdrawn").await? {
        outbox::owe(desk, &tx, promise, id, new.last_event).await?;
    }
    tx.commit().await?;
    Ok(new)
}

/// The province spoke of a case. One that was given up, and was not there when we asked, has arrived since then: it is told
/// after all.
pub(crate) async fn heard_of(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model) -> Result<()> {
    if case.state == case::State::Withdrawn {
        outbox::drive_untold(desk, tx, case.id, "report").await?;
    }
    Ok(())
}
