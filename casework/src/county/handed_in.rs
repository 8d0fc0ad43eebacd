//! What a submission means to the county's desk.

use entity::case::{self, State};
use sea_orm::DatabaseTransaction;

use super::{clocks, item};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::item::DecidedBy;
use crate::told::{self, Special, Told};

/// Starts the period in which the county has to speak and, when `before` says that a correction had been asked for, ends
/// that. Answers the case as it is then; a case the province decides stays as it is.
pub(crate) async fn handed_in(
    desk: &Desk,
    tx: &DatabaseTransaction,
    before: State,
    case: case::Model,
) -> Result<case::Model> {
    if item(desk, &case)?.decided_by != DecidedBy::County {
        return Ok(case);
    }
    clocks::received(desk, tx, &case).await?;
    let asked = if before == State::Correcting { told::special_under_way(desk, tx, case.id).await? } else { None };
    let Some(asked) = asked else { return Ok(case) };
    let event = Event { inner: true, ..Event::by_system(desk, "corrected") };
    let ended = Special { ended_at: Some(event.at), result: Some("已补正".to_owned()), ..asked };
    let new = row::advance(desk, tx, &case, case.state, case::ActiveModel::default(), event).await?;
    told::owe(desk, tx, &new, &Told::Special(ended)).await?;
    Ok(new)
}
