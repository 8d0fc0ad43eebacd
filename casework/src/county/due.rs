//! What happens when a period runs out: a case nobody spoke about in time is taken up by the law (Art 32(4)), one whose
//! correction never came ends. Periods counted with an older calendar are counted anew first.

use chrono::NaiveDate;
use entity::CaseId;
use entity::case;
use entity::case_clock::{self, Name};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::accept::{Accepted, taken_up};
use super::{clocks, find};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::notice::{self, Kind};
use crate::state::{Act, at_county};
use crate::told::{self, Done, DoneResult, Told};

/// Most cases looked at in one go of each kind; what is left is found the next time.
const AT_ONCE: u64 = 200;
/// Who takes up what nobody spoke about, for the province's `by`.
const BY_LAW: &str = "逾期未告知，依法视为受理";
/// Who ends a case when a period runs out.
const BY_CLOCK: &str = "系统";
/// Why a case ends whose correction never came.
const NEVER_CAME: &str = "申请人未在规定期限内补正材料";

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Cases whose periods were counted anew.
    pub recounted: usize,
    /// Cases that count as taken up.
    pub deemed: usize,
    /// Cases that ended because the correction never came.
    pub lapsed: usize,
}

/// One round over everything that ran out before today. The time is the desk's. A case that cannot be worked at, such as one
/// whose item is gone from the catalogue, is logged and keeps nobody else waiting.
///
/// # Errors
/// When it cannot be found out what ran out.
pub async fn run(desk: &Desk) -> Result<Ran> {
    let mut ran = Ran::default();
    for id in outdated(desk).await? {
        ran.recounted += usize::from(done(id, recount(desk, id).await));
    }
    for id in over(desk, Name::Correction).await? {
        ran.deemed += usize::from(done(id, settle(desk, id).await));
    }
    for id in over(desk, Name::Lapse).await? {
        ran.lapsed += usize::from(done(id, row::retrying(|| lapse(desk, id)).await));
    }
    Ok(ran)
}

fn done(id: CaseId, result: Result<bool>) -> bool {
    result.unwrap_or_else(|error| {
        tracing::error!(case = %id, error = &error as &dyn std::error::Error, "a period that ran out has no effect");
        false
    })
}

/// Takes the case up when the period to speak ran out. Answers whether it did.
///
/// # Errors
/// When the database fails.
pub(super) async fn settle(desk: &Desk, id: CaseId) -> Result<bool> {
    row::retrying(|| deem(desk, id)).await
}

/// Cases with a running period of this name that is over. A provisional day may still move and deems nothing.
async fn over(desk: &Desk, name: Name) -> Result<Vec<CaseId>> {
    Ok(case_clock::Entity::find()
        .select_only()
        .column(case_clock::Column::CaseId)
        .filter(case_clock::Column::Name.eq(name))
        .filter(case_clock::Column::StoppedAt.is_null())
        .filter(case_clock::Column::DueOn.lt(desk.today()))
        .filter(case_clock::Column::Provisional.eq(false))
        .order_by_asc(case_clock::Column::DueOn)
        .limit(AT_ONCE)
        .into_tuple()
        .all(&desk.db)
        .await?)
}

/// Cases with a running period that was counted with another calendar.
async fn outdated(desk: &Desk) -> Result<Vec<CaseId>> {
    Ok(case_clock::Entity::find()
        .select_only()
        .column(case_clock::Column::CaseId)
        .distinct()
        .filter(case_clock::Column::StoppedAt.is_null())
        .filter(case_clock::Column::Calendar.ne(desk.calendar.version()))
        .limit(AT_ONCE)
        .into_tuple()
        .all(&desk.db)
        .await?)
}

async fn recount(desk: &Desk, id: CaseId) -> Result<bool> {
    row::retrying(|| async {
        let old = find(desk, id).await?;
        let tx = desk.begin().await?;
        // Only the revision rises: a special procedure that ends at the same moment counts for itself.
        let unchanged = <case::ActiveModel as Default>::default();
        let new = row::write(desk, &tx, &old, unchanged).await?;
        clocks::recount(desk, &tx, &new).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await
}

async fn deem(desk: &Desk, id: CaseId) -> Result<bool> {
    let old = find(desk, id).await?;
    let (Some(state), true) = (at_county(old.state, Act::Accept), is_over(desk, id, Name::Correction).await?) else {
        return Ok(false);
    };
    let at = old.submitted_at.ok_or(Error::BadRow("cases.submitted_at"))?;
    let event = Event::by_system(desk, "deemed_accepted").noting(Some(BY_LAW.to_owned()));
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    taken_up(desk, &tx, &new, Accepted { at, deemed: true, by: BY_LAW.to_owned() }).await?;
    tx.commit().await?;
    Ok(true)
}

async fn lapse(desk: &Desk, id: CaseId) -> Result<bool> {
    let old = find(desk, id).await?;
    let (Some(state), true) = (at_county(old.state, Act::Lapse), is_over(desk, id, Name::Lapse).await?) else {
        return Ok(false);
    };
    let event = Event::by_system(desk, "lapsed").noting(Some(NEVER_CAME.to_owned()));
    let done = Done::without_licence(DoneResult::Lapsed, event.at, NEVER_CAME.to_owned(), BY_CLOCK.to_owned());
    let change = case::ActiveModel { decided_at: Set(Some(event.at)), ..Default::default() };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    clocks::stop_all(desk, &tx, id).await?;
    told::owe(desk, &tx, &new, &Told::Done(done)).await?;
    notice::give(desk, &tx, &new, Kind::Lapsed, None).await?;
    tx.commit().await?;
    Ok(true)
}

async fn is_over(desk: &Desk, id: CaseId, name: Name) -> Result<bool> {
    let today: NaiveDate = desk.today();
    let clock = case_clock::Entity::find_by_id((id, name)).one(&desk.db).await?;
    Ok(clock.is_some_and(|clock| clock.stopped_at.is_none() && !clock.provisional && clock.due_on < today))
}
