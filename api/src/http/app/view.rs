//! A case as its owner sees it.

use std::collections::BTreeMap;

use casework::whole::{self, Whole};
use casework::{Desk, Result, case as row};
use chrono::{DateTime, Utc};
use entity::{AccountId, CaseId, case, case_event, material};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use crate::http::delivery::DeliveryState;
use crate::http::free::Free;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum State {
    /// 草稿
    Draft,
    /// 已提交
    Submitted,
    /// 待补正: change what `correction` says and submit again
    Correcting,
    /// 未补正终止
    Lapsed,
    /// 不予受理
    NotAccepted,
    /// 已受理
    Accepted,
    /// 审查中
    Reviewing,
    /// 已通过
    Approved,
    /// 未通过
    Denied,
    /// 已发证
    Issued,
    /// 已办结
    Closed,
    /// 已撤回
    Withdrawn,
}

impl From<State> for case::State {
    fn from(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Submitted => Self::Submitted,
            State::Correcting => Self::Correcting,
            State::Lapsed => Self::Lapsed,
            State::NotAccepted => Self::NotAccepted,
            State::Accepted => Self::Accepted,
            State::Reviewing => Self::Reviewing,
            State::Approved => Self::Approved,
            State::Denied => Self::Denied,
            State::Issued => Self::Issued,
            State::Closed => Self::Closed,
            State::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<case::State> for State {
    fn from(state: case::State) -> Self {
        match state {
            case::State::Draft => Self::Draft,
            case::State::Submitted => Self::Submitted,
            case::State::Correcting => Self::Correcting,
            case::State::Lapsed => Self::Lapsed,
            case::State::NotAccepted => Self::NotAccepted,
            case::State::Accepted => Self::Accepted,
            case::State::Reviewing => Self::Reviewing,
            case::State::Approved => Self::Approved,
            case::State::Denied => Self::Denied,
            case::State::Issued => Self::Issued,
            case::State::Closed => Self::Closed,
            case::State::Withdrawn => Self::Withdrawn,
        }
    }
}

/// How handing it on to the province goes.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Relay {
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next.
    pub next_try_at: Option<DateTime<Utc>>,
}

impl From<&entity::outbox::Model> for Relay {
    fn from(promise: &entity::outbox::Model) -> Self {
        let state = DeliveryState::from(promise.state);
        Self { state, next_try_at: state.waits().then_some(promise.next_try_at) }
    }
}

/// One line of the timeline.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Event {
    /// Its number within the case, in the order in which it was written. The list is in the order in which things happened,
    /// which may be another, for the province's words come late; and steps nobody outside sees have numbers as well.
    pub sequence: i32,
    /// `created`, `submitted`, `received`, `accepted`, `deemed_accepted` (nobody spoke in time), `correction`, `reviewing`,
    /// `special` and `special_ended` (特别程序), `approved`, `denied`, `not_accepted`, `lapsed`, `issued`, `closed`, `rated`,
    /// `late`, `withdrawn`, `unknown`. To staff also `escalated`, `step_ended`, `corrected`.
    pub act: String,
    /// The state afterwards.
    pub state: State,
    /// `applicant`, `staff`, `province` or `system`.
    pub actor: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Words that belong to it: a reason, or what to put right.
    pub note: Option<String>,
}

impl Event {
    pub(crate) fn of(desk: &Desk, event: case_event::Model) -> Result<Self> {
        let (actor, note) = (sea_orm::ActiveEnum::to_value(&event.actor), row::note(desk, &event)?);
        Ok(Self { sequence: event.sequence, act: event.act, state: event.state.into(), actor, at: event.at, note })
    }
}

/// The photos in one material's place.
#[derive(Debug, Object)]
pub struct CaseMaterial {
    /// The material's code.
    pub code: String,
    /// The photos, in the applicant's order.
    pub photos: Vec<Uuid>,
}

/// Which item, in which version.
#[derive(Debug, Object)]
pub struct CaseItem {
    /// Its code.
    pub code: String,
    /// The version the case was started with, and keeps.
    pub version: u32,
    /// Its official name.
    pub name: String,
}

/// A case in a list.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseSummary {
    /// Its id.
    pub id: Uuid,
    /// Its number, once it was submitted.
    pub number: Option<String>,
    /// What is applied for.
    pub item: CaseItem,
    /// The name of the shop or site, as far as answered.
    pub shop: Option<String>,
    /// Where it stands.
    pub state: State,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

/// A case, whole.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Case {
    /// Its id.
    pub id: Uuid,
    /// Its number, once it was submitted: readable over the phone.
    pub number: Option<String>,
    /// What is applied for.
    pub item: CaseItem,
    /// Where it stands.
    pub state: State,
    /// Rises with each change of the case itself; where there is an `ETag`, it begins with it.
    pub revision: i64,
    /// The saved answers.
    pub form: Free,
    /// The photos, by material.
    pub materials: Vec<CaseMaterial>,
    /// What must be put right, while the state is `correcting`.
    pub correction: Option<String>,
    /// The province's own word for the state, when it is one we do not know.
    pub province_state: Option<String>,
    /// The document it yielded: `name`, `number`, `valid_until`, `publisher`.
    pub licence: Option<Free>,
    /// How handing it on goes, once it was submitted.
    pub relay: Option<Relay>,
    /// The timeline, oldest first.
    pub events: Vec<Event>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was last submitted.
    pub submitted_at: Option<DateTime<Utc>>,
}

impl Case {
    /// The `ETag`: the revision, and of `relay`, which moves without it, all there is.
    pub(super) fn etag(&self) -> String {
        let Some(relay) = &self.relay else { return format!("\"{}\"", self.revision) };
        let state = relay.state.to_json().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
        let next = relay.next_try_at.map_or(0, |at| at.timestamp_micros());
        format!("\"{}-{state}-{next:x}\"", self.revision)
    }
}

/// Everything about the case of `owner`.
///
/// # Errors
/// When there is none, or a row cannot be read.
pub(crate) async fn whole(desk: &Desk, owner: AccountId, id: CaseId) -> Result<Case> {
    of(desk, whole::find(desk, owner, id).await?)
}

/// The same of what was read already.
pub(super) fn of(desk: &Desk, whole: Whole) -> Result<Case> {
    let Whole { case, promise, events, places } = whole;
    parts(desk, &case, events, &places, promise.as_ref())
}

/// A draft that was started just now.
///
/// # Errors
/// When a row cannot be read.
pub(super) fn fresh(desk: &Desk, case: &case::Model) -> Result<Case> {
    let mut view = parts(desk, case, Vec::new(), &[], None)?;
    let (actor, state) = ("applicant".to_owned(), State::Draft);
    let (sequence, act) = (case.last_event, "created".to_owned());
    view.events.push(Event { sequence, act, state, actor, at: case.created_at, note: None });
    Ok(view)
}

fn parts(
    desk: &Desk,
    case: &case::Model,
    events: Vec<case_event::Model>,
    places: &[material::Model],
    promise: Option<&entity::outbox::Model>,
) -> Result<Case> {
    let mut materials: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for place in places {
        materials.entry(&place.code).or_default().push(place.photo_id.0);
    }
    let materials = materials.into_iter().map(|(code, photos)| CaseMaterial { code: code.to_owned(), photos });
    Ok(Case {
        id: case.id.0,
        number: case.number.clone(),
        item: item(desk, case),
        state: case.state.into(),
        revision: case.revision,
        form: Free(row::answers(desk, case)?),
        materials: materials.collect(),
        correction: row::correction(desk, case)?,
        province_state: case.province_state.clone(),
        licence: row::licence(desk, case)?.map(Free),
        relay: promise.map(Into::into),
        events: events.into_iter().map(|event| Event::of(desk, event)).collect::<Result<_>>()?,
        created_at: case.created_at,
        changed_at: case.changed_at,
        submitted_at: case.submitted_at,
    })
}

/// A case in a list.
///
/// # Errors
/// When a row cannot be read.
pub(crate) fn summary(desk: &Desk, case: &case::Model) -> Result<CaseSummary> {
    let shop = match row::item(desk, case) {
        Ok(entry) => entry.item.applicant.read(&row::answers(desk, case)?).shop,
        Err(_) => None,
    };
    Ok(CaseSummary {
        id: case.id.0,
        number: case.number.clone(),
        item: item(desk, case),
        shop,
        state: case.state.into(),
        created_at: case.created_at,
        changed_at: case.changed_at,
    })
}

/// A list must not fail because one old case's item is gone: it shows the code instead of the name.
pub(crate) fn item(desk: &Desk, case: &case::Model) -> CaseItem {
    let name = row::item(desk, case).map_or_else(|_| case.item_code.clone(), |entry| entry.item.name.clone());
    CaseItem { code: case.item_code.clone(), version: u32::try_from(case.item_version).unwrap_or(0), name }
}
