//! Cases for whoever keeps a copy: which changed, and one whole.

use std::sync::Arc;

use casework::feed::{self, Change};
use casework::machine::Scope;
use casework::{Desk, Result, county};
use chrono::{DateTime, Utc};
use entity::{CaseId, material, photo};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::app::view::{self, Case, CaseItem, State};
use crate::http::machine::Machine;
use crate::http::page;
use crate::http::problem::Reply;
use crate::http::sent::Sent;
use crate::http::staff::view::Period;

/// The operations.
#[derive(Debug)]
pub struct FeedApi;

fails! {
    /// Reading on.
    pub signed ListChanges: CURSOR_INVALID;
    /// Keeping the place.
    pub signed_body AcknowledgeChanges: CURSOR_INVALID;
    /// Reading one.
    pub signed GetWholeCase: CASE_UNKNOWN;
}

/// A case at its latest change.
#[derive(Debug, Object)]
#[oai(rename = "Change", example, skip_serializing_if_is_none)]
pub struct ChangeView {
    /// Which case.
    pub case_id: Uuid,
    /// Whether it is gone: drop your copy. Nothing else is told of it then.
    pub gone: bool,
    /// Its number.
    pub number: Option<String>,
    /// What is applied for.
    pub item: Option<CaseItem>,
    /// Where it stands; `withdrawn` when the applicant gave it up.
    pub state: Option<State>,
    /// Rises with each change.
    pub revision: Option<i64>,
    /// How often it was handed in: 1 at first, one more after each correction.
    pub version: Option<i32>,
    /// When it last changed; of one that is gone, before it went.
    pub changed_at: DateTime<Utc>,
}

/// A page of changes, oldest first.
#[derive(Debug, Object)]
pub struct Changes {
    /// The cases that changed, each once, as they are now.
    pub changes: Vec<ChangeView>,
    /// How far this page goes: ask on with it, now or later, and acknowledge it when you have kept the page.
    pub cursor: String,
    /// Whether there is more already.
    pub more: bool,
}

/// How far you have come.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Acknowledgement {
    /// The `cursor` of the last page you kept; none to begin again from the start.
    #[oai(validator(max_length = 64))]
    pub cursor: Option<String>,
}

/// How far you are behind.
#[derive(Debug, Object)]
#[oai(example)]
pub struct Behind {
    /// How many cases have changed since.
    pub behind: u64,
}

/// A file of a case.
#[derive(Debug, Object)]
pub struct CaseFile {
    /// The photo's id, to ask for a link with.
    pub photo: Uuid,
    /// The material it belongs to.
    pub material: String,
    /// Its place in the material, from 0.
    pub position: i32,
    /// The rule it was made to fit.
    pub rule: String,
    /// The rule's version.
    pub rule_version: i32,
    /// Hex SHA-256 of the normalised file.
    pub sha256: String,
    /// Its size.
    pub bytes: i64,
    /// `jpeg` or `png`.
    pub format: String,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
    /// Hex SHA-256 of the file as it was sent.
    pub original_sha256: String,
    /// The engine advised to take it again, and the owner kept it.
    pub kept_anyway: bool,
}

/// A case, whole: with everything personal in it.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct WholeCase {
    /// The case as its owner sees it.
    pub case: Case,
    /// How often it was handed in: 1 at first, one more after each correction.
    pub version: i32,
    /// Whether `case.form` and `files` are what was handed in as `version`. False from the moment a correction is asked for until the
    /// case is handed in anew, and for good where it then ends or goes on without that: the owner may have changed them, and
    /// what was handed in is not kept apart. Whoever needs it keeps what was read before.
    pub as_submitted: bool,
    /// The province's own number of it.
    pub province_id: Option<String>,
    /// Its files, by material and place.
    pub files: Vec<CaseFile>,
    /// Its periods; only of cases the county decides.
    pub periods: Vec<Period>,
}

impl ChangeView {
    fn of(desk: &Desk, change: &Change) -> Self {
        let case = change.case.as_ref();
        Self {
            case_id: change.id.0,
            gone: case.is_none(),
            number: case.and_then(|case| case.number.clone()),
            item: case.map(|case| view::item(desk, case)),
            state: case.map(|case| case.state.into()),
            revision: case.map(|case| case.revision),
            version: case.map(|case| case.data_version),
            changed_at: case.map_or(change.changed_at, |case| case.changed_at),
        }
    }
}

impl From<(material::Model, photo::Model)> for CaseFile {
    fn from((place, photo): (material::Model, photo::Model)) -> Self {
        Self {
            photo: photo.id.0,
            material: place.code,
            position: place.position,
            rule: photo.rule_name,
            rule_version: photo.rule_version,
            sha256: photo.sha256,
            bytes: photo.bytes,
            format: photo.format,
            width: photo.width,
            height: photo.height,
            original_sha256: photo.original_sha256,
            kept_anyway: photo.kept_anyway,
        }
    }
}

/// Whether nobody could change anything since it was last handed in.
fn as_submitted(case: &Case) -> bool {
    let handed_in = case.events.iter().filter(|event| event.act == "submitted").map(|event| event.sequence).max();
    !case.events.iter().any(|event| Some(event.sequence) > handed_in && event.state == State::Correcting)
}

async fn whole(desk: &Desk, id: CaseId) -> Result<WholeCase> {
    let row = feed::find(desk, id).await?;
    let photos = casework::case::photos(&desk.db, id).await?;
    let case = view::whole(desk, row.owner_id, id).await?;
    Ok(WholeCase {
        as_submitted: as_submitted(&case),
        case,
        version: row.data_version,
        province_id: row.province_id,
        files: photos.into_iter().map(Into::into).collect(),
        periods: county::clocks::all(desk, id).await?.into_iter().map(Into::into).collect(),
    })
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Cases")]
impl FeedApi {
    /// 办件变更 · List changed cases
    ///
    /// Every case that was ever handed in, at its latest change, deletions included; drafts are not told. A case comes
    /// again whenever it changes again, so a page may hold what you know: compare `revision`. No change is ever skipped,
    /// however late the transaction behind it committed: a place is only given to what is committed, behind all places
    /// given before. An empty page means that nothing has changed; ask again later with the same cursor. Scope
    /// `cases.read`.
    #[oai(path = "/changes", method = "get", operation_id = "list_changes")]
    async fn list_changes(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// Where the page begins: the `cursor` of the one before. Unless told, where you last acknowledged; the start, if
        /// you never did.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Changes>, ListChanges> {
        who.may(Scope::CasesRead)?;
        let (desk, limit) = (&app.desk, page::limit(limit.0));
        let after = match cursor.as_deref() {
            Some(cursor) => page::place(cursor)?,
            None => feed::acknowledged(desk, who.name()).await?,
        };
        let mut changes = feed::read(desk, after, limit + 1).await?;
        let more = u64::try_from(changes.len()).is_ok_and(|count| count > limit);
        changes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let cursor = page::cursor_at(changes.last().map_or(after, |change| change.position));
        let changes = changes.iter().map(|change| ChangeView::of(desk, change)).collect();
        Ok(Json(Changes { changes, cursor, more }))
    }

    /// 确认进度 · Acknowledge changes
    ///
    /// Keeps how far you have come, one place a machine: `list_changes` without a cursor goes on from there. Scope
    /// `cases.read`.
    #[oai(path = "/changes/acknowledge", method = "post", operation_id = "acknowledge_changes")]
    async fn acknowledge_changes(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        body: Sent<Acknowledgement>,
    ) -> Reply<Json<Behind>, AcknowledgeChanges> {
        who.may(Scope::CasesRead)?;
        let place = body.cursor.as_deref().map_or(Ok(0), page::place)?;
        let behind = feed::acknowledge(&app.desk, who.name(), place).await?;
        Ok(Json(Behind { behind }))
    }

    /// 完整办件 · Read a case whole
    ///
    /// Answers, timeline, decision, and the list of its files. Scope `cases.read`.
    #[oai(path = "/cases/:id", method = "get", operation_id = "get_whole_case")]
    async fn get_whole_case(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<WholeCase>, GetWholeCase> {
        who.may(Scope::CasesRead)?;
        Ok(Json(whole(&app.desk, CaseId(id.0)).await?))
    }
}

impl Example for ChangeView {
    fn example() -> Self {
        Self {
            case_id: Uuid::from_u128(0x01a2_03eb_b153_7e20_a2b8_14cf_59ef_3d0c),
            gone: false,
            number: Some("371526-20261122-00001".to_owned()),
            item: Some(CaseItem {
                code: "signboard-declaration".to_owned(),
                version: 1,
                name: "招牌设置明示".to_owned(),
            }),
            state: Some(State::Accepted),
            revision: Some(9),
            version: Some(1),
            changed_at: DateTime::from_timestamp(1_795_340_400, 0).unwrap_or_default(),
        }
    }
}

impl Example for Acknowledgement {
    fn example() -> Self {
        Self { cursor: Some(page::cursor_at(42)) }
    }
}

impl Example for Behind {
    fn example() -> Self {
        Self { behind: 0 }
    }
}
