//! What the bureau's own staff do to a case that is theirs to decide (`decided_by = "county"`): one file an act.
//!
//! Each act is one transaction: the state, the line of the timeline, the periods that start and stop, what the province is
//! told and what the applicant is told. Nothing is skipped and nothing goes back: [`crate::state::at_county`].

mod accept;
mod approve;
pub mod clocks;
mod correct;
mod deny;
pub mod due;
mod escalate;
mod handed_in;
mod issue;
mod may;
mod not_accept;
pub mod queue;
mod reason;
mod say;
mod special;
mod step;

use entity::case::{self, State};
use entity::case_event::Actor;
use entity::{CaseId, StaffId};
use sea_orm::EntityTrait as _;

pub use accept::accept;
pub use approve::{Grant, approve};
pub use correct::correct;
pub use deny::deny;
pub use escalate::escalate;
pub(crate) use handed_in::handed_in;
pub use issue::issue;
pub use may::{may, may_look};
pub use not_accept::not_accept;
pub use reason::{Reason, Refusal};
pub use special::{NewSpecial, begin_special, end_special};
pub use step::{StepEnd, begin_step, end_step};

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::item::{DecidedBy, Item};
use crate::state::{Act, at_county};
use crate::told;

/// A member of staff at work.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub id: StaffId,
    /// Their name: the province is told who did a step.
    pub name: String,
    /// What they are trusted with.
    pub role: entity::staff::Role,
}

/// A case that is the county's to decide and was handed in.
///
/// # Errors
/// [`Error::NotFound`] for every other case: it is none of the staff's business.
pub async fn find(desk: &Desk, id: CaseId) -> Result<case::Model> {
    let case = case::Entity::find_by_id(id).one(&desk.db).await?.ok_or(Error::NotFound("case"))?;
    if case.state == State::Draft || item(desk, &case)?.decided_by != DecidedBy::County {
        return Err(Error::NotFound("case"));
    }
    Ok(case)
}

fn item<'a>(desk: &'a Desk, case: &case::Model) -> Result<&'a Item> {
    Ok(&row::item(desk, case)?.item)
}

/// The case and the state after `act`, when its clocks and its state allow it. A period that ran out has its effect first,
/// whether or not the clock has come by: who is late to speak finds the case taken up.
async fn ready(desk: &Desk, id: CaseId, act: Act) -> Result<(case::Model, State)> {
    find(desk, id).await?;
    due::settle(desk, id).await?;
    let case = find(desk, id).await?;
    let state = at_county(case.state, act).ok_or(Error::NotNow { act: act.verb(), state: case.state })?;
    Ok((case, state))
}

/// What is begun has to end before a decision.
async fn nothing_under_way(desk: &Desk, id: CaseId) -> Result<()> {
    let step = told::step_under_way(desk, &desk.db, id).await?.is_some();
    if step || told::special_under_way(desk, &desk.db, id).await?.is_some() { Err(Error::StepUnderWay) } else { Ok(()) }
}

impl Event {
    /// Something a member of staff did, now.
    fn by_staff(desk: &Desk, act: &'static str, by: &By) -> Self {
        Self { actor: Actor::Staff, actor_id: Some(by.id.0), ..Self::by_system(desk, act) }
    }
}
