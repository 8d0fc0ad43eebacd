//! A case as staff see it.

use casework::county::queue::{self, Entry};
use casework::told::{Special, Step};
use casework::{Desk, Result, county, told};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{CaseId, case_clock, case_event};
use poem_openapi::{Enum, Object};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use crate::http::app::view::{self, Case, CaseItem, Event, State};

/// One period of a case.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Period {
    /// `correction` (to take up, not take up or ask once for corrections), `lapse` (for the applicant to correct), `decision`
    /// (by law), `promise` (as promised), `delivery` (to hand out what was decided).
    pub name: String,
    /// The day of the event it is counted from, in China.
    pub from: NaiveDate,
    /// The last day in time.
    pub due: NaiveDate,
    /// Whether a holiday calendar still to come may move `due`.
    pub provisional: bool,
    /// When what had to be done was done; none while it runs.
    pub stopped_at: Option<DateTime<Utc>>,
}

impl From<case_clock::Model> for Period {
    fn from(clock: case_clock::Model) -> Self {
        Self {
            name: sea_orm::ActiveEnum::to_value(&clock.name),
            from: clock.from_on,
            due: clock.due_on,
            provisional: clock.provisional,
            stopped_at: clock.stopped_at,
        }
    }
}

/// A case on the desk, in a list.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeskEntry {
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub number: Option<String>,
    /// What is applied for.
    pub item: CaseItem,
    /// The name of the shop or site.
    pub shop: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Whether it was handed to somebody who may decide more.
    pub escalated: bool,
    /// The periods that run, the most urgent first.
    pub periods: Vec<Period>,
    /// When it was last submitted.
    pub submitted_at: Option<DateTime<Utc>>,
}

impl DeskEntry {
    pub(super) fn of(desk: &Desk, entry: Entry) -> Result<Self> {
        let summary = view::summary(desk, &entry.case)?;
        Ok(Self {
            id: summary.id,
            number: summary.number,
            item: summary.item,
            shop: summary.shop,
            state: summary.state,
            escalated: entry.escalated,
            periods: entry.clocks.into_iter().map(Into::into).collect(),
            submitted_at: entry.case.submitted_at,
        })
    }
}

/// Something that was begun and has not ended.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct UnderWay {
    /// What it is called.
    pub name: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// Of a special procedure: the day the applicant was told it would end.
    pub until: Option<NaiveDate>,
}

impl From<Step> for UnderWay {
    fn from(step: Step) -> Self {
        Self { name: step.name, begun_at: step.begun_at, until: None }
    }
}

impl From<Special> for UnderWay {
    fn from(special: Special) -> Self {
        Self { name: special.kind.name().to_owned(), begun_at: special.begun_at, until: Some(special.until) }
    }
}

/// A case on the desk, whole.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeskCase {
    /// The case as its owner sees it.
    pub case: Case,
    /// Whether it was handed to somebody who may decide more.
    pub escalated: bool,
    /// Its periods, running and stopped.
    pub periods: Vec<Period>,
    /// The step that was begun and has not ended.
    pub step: Option<UnderWay>,
    /// The special procedure that was begun and has not ended.
    pub special: Option<UnderWay>,
    /// The lines of its timeline that the owner is not shown, oldest first.
    pub inner_events: Vec<Event>,
}

/// Everything about a case on the desk.
///
/// # Errors
/// When there is none, or a row cannot be read.
pub(super) async fn whole(desk: &Desk, id: CaseId) -> Result<DeskCase> {
    let case = county::find(desk, id).await?;
    let inner = case_event::Entity::find()
        .filter(case_event::Column::CaseId.eq(id))
        .filter(case_event::Column::Visible.eq(false))
        .order_by_asc(case_event::Column::Sequence)
        .all(&desk.db)
        .await?;
    Ok(DeskCase {
        case: view::whole(desk, case.owner_id, id).await?,
        escalated: !queue::escalated(desk, &[id]).await?.is_empty(),
        periods: county::clocks::all(desk, id).await?.into_iter().map(Into::into).collect(),
        step: told::step_under_way(desk, &desk.db, id).await?.map(Into::into),
        special: told::special_under_way(desk, &desk.db, id).await?.map(Into::into),
        inner_events: inner.into_iter().map(|event| Event::of(desk, event)).collect::<Result<_>>()?,
    })
}

/// A reason the law gives for saying no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Reason {
    /// 依法不需要取得行政许可: no permit is needed (Art 32 (1)). For not accepting.
    NoPermitNeeded,
    /// 不属于本机关职权范围: another authority has to decide (Art 32 (2)). For not accepting.
    OtherAuthority,
    /// 没有按要求提交全部补正材料: the correction left things out (Art 32 (5)). For not accepting.
    StillIncomplete,
    /// 隐瞒有关情况或者提供虚假材料: facts hidden or false (Art 78). For both.
    FalseMaterials,
    /// 不符合法定条件、标准: against the conditions the law sets (Art 38). For denying.
    ConditionsNotMet,
}

impl From<Reason> for county::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::NoPermitNeeded => Self::NoPermitNeeded,
            Reason::OtherAuthority => Self::OtherAuthority,
            Reason::StillIncomplete => Self::StillIncomplete,
            Reason::FalseMaterials => Self::FalseMaterials,
            Reason::ConditionsNotMet => Self::ConditionsNotMet,
        }
    }
}
