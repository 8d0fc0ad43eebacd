//! Taking a case up (受理).

use entity::CaseId;
use entity::case;

use super::{By, clocks, item, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::notice::{self, Kind};
use crate::state::Act;
use crate::told::{self, Acceptance, Told};

/// Takes the case up: the period for the decision begins, and the applicant and the province are told.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound), [`Error::NotAllowed`](crate::Error::NotAllowed),
/// [`Error::NotNow`](crate::Error::NotNow).
pub async fn accept(desk: &Desk, by: &By, id: CaseId) -> Result<case::Model> {
    may(by, Act::Accept)?;
    row::retrying(|| try_accept(desk, by, id)).await
}

async fn try_accept(desk: &Desk, by: &By, id: CaseId) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Accept).await?;
    let event = Event::by_staff(desk, "accepted", by);
    let accepted = Accepted { at: event.at, deemed: false, by: by.name.clone() };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    taken_up(desk, &tx, &new, accepted).await?;
    tx.commit().await?;
    Ok(new)
}

/// How a case came to be taken up.
pub(super) struct Accepted {
    pub(super) at: chrono::DateTime<chrono::Utc>,
    pub(super) deemed: bool,
    pub(super) by: String,
}

/// What follows when a case is taken up, by somebody or by the law.
pub(super) async fn taken_up(
    desk: &Desk,
    tx: &sea_orm::DatabaseTransaction,
    case: &case::Model,
    accepted: Accepted,
) -> Result<()> {
    let promised_on = clocks::accepted(desk, tx, case, law::calendar::china_date(accepted.at)).await?;
    let periods = &item(desk, case)?.clocks;
    let told = Told::Accept(Acceptance {
        at: accepted.at,
        deemed: accepted.deemed,
        decision_days: periods.decision_days,
        promise_days: periods.promise_days,
        promised_on,
        document: case.number.clone(),
        by: accepted.by,
    });
    told::owe(desk, tx, case, &told).await?;
    let words = format!("最迟 {} 前办结。", promised_on.format("%Y年%-m月%-d日"));
    notice::give(desk, tx, case, Kind::Accepted, Some(&words)).await
}
