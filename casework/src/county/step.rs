//! The steps of the work: each is told when it begins and when it ends.

use entity::CaseId;
use entity::case;

use super::say::{Faults, MAX_NAME, MAX_TEXT};
use super::{By, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::state::Act;
use crate::told::{self, Step, Told};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEnd {
    /// Whether whoever did it is for it.
    pub agreed: bool,
    /// What they think.
    pub opinion: String,
}

/// Begins a step of the work, such as 审查 or 现场勘验.
///
/// # Errors
/// [`Error::Invalid`] without a name; [`Error::StepUnderWay`] while another one goes on; as for [`accept`](fn@super::accept).
pub async fn begin_step(desk: &Desk, by: &By, id: CaseId, name: &str) -> Result<case::Model> {
    may(by, Act::Review)?;
    row::retrying(|| try_begin(desk, by, id, name)).await
}

async fn try_begin(desk: &Desk, by: &By, id: CaseId, name: &str) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Review).await?;
    let mut faults = Faults::default();
    faults.need("/name", name, MAX_NAME, ("环节名称", "name of the step"));
    faults.none()?;
    if told::step_under_way(desk, &desk.db, id).await?.is_some() {
        return Err(Error::StepUnderWay);
    }
    let event = Event::by_staff(desk, "reviewing", by).noting(Some(name.trim().to_owned()));
    let step = Step {
        name: name.trim().to_owned(),
        begun_at: event.at,
        ended_at: None,
        agreed: None,
        opinion: None,
        by: by.name.clone(),
    };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    told::owe(desk, &tx, &new, &Told::Step(step)).await?;
    tx.commit().await?;
    Ok(new)
}

/// Ends the step under way. What whoever did it thinks is the bureau's own business; the applicant hears the decision.
///
/// # Errors
/// [`Error::Invalid`] without an opinion; [`Error::NoStep`]; as for [`accept`](fn@super::accept).
pub async fn end_step(desk: &Desk, by: &By, id: CaseId, end: &StepEnd) -> Result<case::Model> {
    may(by, Act::Review)?;
    row::retrying(|| try_end(desk, by, id, end)).await
}

async fn try_end(desk: &Desk, by: &By, id: CaseId, end: &StepEnd) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Review).await?;
    let mut faults = Faults::default();
    faults.need("/opinion", &end.opinion, MAX_TEXT, ("办理意见", "opinion"));
    faults.none()?;
    let begun = told::step_under_way(desk, &desk.db, id).await?.ok_or(Error::NoStep)?;
    let event = Event { inner: true, ..Event::by_staff(desk, "step_ended", by) }.noting(Some(end.opinion.clone()));
    let step = Step {
        ended_at: Some(event.at),
        agreed: Some(end.agreed),
        opinion: Some(end.opinion.trim().to_owned()),
        by: by.name.clone(),
        ..begun
    };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    told::owe(desk, &tx, &new, &Told::Step(step)).await?;
    tx.commit().await?;
    Ok(new)
}
