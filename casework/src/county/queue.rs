//! What lies on the desk: every case with a period that runs, and the day it is due.

use entity::case::{self, State};
use entity::{CaseId, case_clock, case_event};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::escalate::ESCALATED;
use crate::desk::Desk;
use crate::error::Result;

/// A case on the desk.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The case.
    pub case: case::Model,
    /// Its periods that run.
    pub clocks: Vec<case_clock::Model>,
    /// Whether it was handed to somebody who may decide more.
    pub escalated: bool,
}

/// A page of what lies on the desk, oldest first, after `after`; in one state, or in all.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, state: Option<State>, after: Option<CaseId>, limit: u64) -> Result<Vec<Entry>> {
    let running = Query::select()
        .column(case_clock::Column::CaseId)
        .from(case_clock::Entity)
        .and_where(case_clock::Column::StoppedAt.is_null())
        .take();
    let mut query = case::Entity::find().filter(case::Column::Id.in_subquery(running));
    if let Some(state) = state {
        query = query.filter(case::Column::State.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(case::Column::Id.gt(after));
    }
    let cases = query.order_by_asc(case::Column::Id).limit(limit).all(&desk.db).await?;
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let escalated = escalated(desk, &ids).await?;
    let clocks = case_clock::Entity::find()
        .filter(case_clock::Column::CaseId.is_in(ids))
        .filter(case_clock::Column::StoppedAt.is_null())
        .order_by_asc(case_clock::Column::DueOn)
        .all(&desk.db)
        .await?;
    let entry = |case: case::Model| Entry {
        clocks: clocks.iter().filter(|clock| clock.case_id == case.id).cloned().collect(),
        escalated: escalated.contains(&case.id),
        case,
    };
    Ok(cases.into_iter().map(entry).collect())
}

/// Those of the cases that were handed to somebody who may decide more.
///
/// # Errors
/// When the database fails.
pub async fn escalated(desk: &Desk, ids: &[CaseId]) -> Result<Vec<CaseId>> {
    Ok(case_event::Entity::find()
        .select_only()
        .column(case_event::Column::CaseId)
        .distinct()
        .filter(case_event::Column::CaseId.is_in(ids.iter().copied()))
        .filter(case_event::Column::Act.eq(ESCALATED))
        .into_tuple()
        .all(&desk.db)
        .await?)
}
