//! Handing out what was decided: the end of the case.

use entity::CaseId;
use entity::case::{self, State};

use super::{By, clocks, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::notice::{self, Kind};
use crate::state::{Act, at_county};

/// Notes that the document, or the refusal in writing, is in the applicant's hands, and closes the case.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound), [`Error::NotAllowed`](crate::Error::NotAllowed),
/// [`Error::NotNow`](crate::Error::NotNow).
pub async fn issue(desk: &Desk, by: &By, id: CaseId) -> Result<case::Model> {
    may(by, Act::Issue)?;
    row::retrying(|| try_issue(desk, by, id)).await
}

async fn try_issue(desk: &Desk, by: &By, id: CaseId) -> Result<case::Model> {
    // A refusal yields nothing to issue: its way goes on with the close.
    let denied = super::find(desk, id).await?.state == State::Denied;
    let (mut old, state) = ready(desk, id, if denied { Act::Close } else { Act::Issue }).await?;
    let tx = desk.begin().await?;
    let unchanged = case::ActiveModel::default;
    if let Some(closed) = at_county(state, Act::Close) {
        old = row::advance(desk, &tx, &old, state, unchanged(), Event::by_staff(desk, "issued", by)).await?;
        notice::give(desk, &tx, &old, Kind::Issued, None).await?;
        old = row::advance(desk, &tx, &old, closed, unchanged(), Event::by_staff(desk, "closed", by)).await?;
    } else {
        old = row::advance(desk, &tx, &old, state, unchanged(), Event::by_staff(desk, "closed", by)).await?;
    }
    clocks::stop_all(desk, &tx, id).await?;
    tx.commit().await?;
    Ok(old)
}
