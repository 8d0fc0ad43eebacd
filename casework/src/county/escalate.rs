//! Handing a case to somebody who may decide more.

use entity::CaseId;
use entity::case;

use super::say::{Faults, MAX_TEXT};
use super::{By, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::state::Act;

/// The line of the timeline this act writes.
pub(super) const ESCALATED: &str = "escalated";

/// Marks the case for an approver, with what it is about. Neither the applicant nor the province is told: nothing has
/// become of the case.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) without words; as for [`accept`](fn@super::accept).
pub async fn escalate(desk: &Desk, by: &By, id: CaseId, words: &str) -> Result<case::Model> {
    may(by, Act::Escalate)?;
    row::retrying(|| try_escalate(desk, by, id, words)).await
}

async fn try_escalate(desk: &Desk, by: &By, id: CaseId, words: &str) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Escalate).await?;
    let mut faults = Faults::default();
    faults.need("/words", words, MAX_TEXT, ("请示的内容", "question"));
    faults.none()?;
    let event = Event { inner: true, ..Event::by_staff(desk, ESCALATED, by) }.noting(Some(words.to_owned()));
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    tx.commit().await?;
    Ok(new)
}
