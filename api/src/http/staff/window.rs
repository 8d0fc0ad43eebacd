//! What the window does with a case that came in: take it up, ask once for corrections, hand it on, or not take it up.

use std::sync::Arc;

use casework::county::{self, Refusal};
use casework::report::CorrectionItem;
use entity::CaseId;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use super::view::{DeskCase, Reason, whole};
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct WindowApi;

fails! {
    /// Taking up.
    pub signed_in AcceptCase: CASE_UNKNOWN, CASE_STATE, SESSION_NOT_ALLOWED;
    /// Asking for the correction.
    pub signed_in_body CorrectCase: CASE_UNKNOWN, CASE_STATE, CASE_CORRECTED, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Handing on.
    pub signed_in_body EscalateCase: CASE_UNKNOWN, CASE_STATE, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Not taking up.
    pub signed_in_body NotAcceptCase: CASE_UNKNOWN, CASE_STATE, FORM_INVALID, SESSION_NOT_ALLOWED;
}

/// Everything that is to be put right, since it may be asked for once.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Correction {
    /// One entry each: 1 to 50.
    #[oai(validator(max_items = 50))]
    pub items: Vec<CorrectionEntry>,
}

/// One thing to put right.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CorrectionEntry {
    /// The material it is about; none when it is about the form.
    pub material: Option<String>,
    /// What to do, in plain words.
    pub words: String,
}

/// Why a case is handed on.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Escalation {
    /// What is to be decided.
    pub words: String,
}

/// A refusal: the listed reason, what it means here, and what can be done against it.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CaseRefusal {
    /// The listed reason.
    pub reason: Reason,
    /// What it means in this case.
    pub words: String,
    /// How to have it reviewed: 行政复议, 行政诉讼, where and by when.
    pub remedy: String,
}

impl From<CaseRefusal> for Refusal {
    fn from(refusal: CaseRefusal) -> Self {
        Self { reason: refusal.reason.into(), words: refusal.words, remedy: refusal.remedy }
    }
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Desk")]
impl WindowApi {
    /// 受理 · Take a case up
    ///
    /// The period for the decision begins. For clerks and approvers. A case nobody spoke about in time is taken up already.
    #[oai(path = "/cases/:id/accept", method = "post", operation_id = "accept_case")]
    async fn accept_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<DeskCase>, AcceptCase> {
        let case = county::accept(&app.desk, &who.by(), CaseId(id.0)).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 一次性告知补正 · Ask for the one correction
    ///
    /// Everything at once: it may not be asked for twice. For clerks and approvers.
    #[oai(path = "/cases/:id/correct", method = "post", operation_id = "correct_case")]
    async fn correct_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<Correction>,
    ) -> Reply<Json<DeskCase>, CorrectCase> {
        let item = |entry: CorrectionEntry| CorrectionItem { material: entry.material, words: entry.words };
        let items: Vec<_> = body.0.items.into_iter().map(item).collect();
        let case = county::correct(&app.desk, &who.by(), CaseId(id.0), &items).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 请示 · Hand a case to somebody who may decide more
    ///
    /// Neither the applicant nor the province is told. For clerks and approvers.
    #[oai(path = "/cases/:id/escalate", method = "post", operation_id = "escalate_case")]
    async fn escalate_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<Escalation>,
    ) -> Reply<Json<DeskCase>, EscalateCase> {
        let case = county::escalate(&app.desk, &who.by(), CaseId(id.0), &body.words).await?;
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 不予受理 · Do not take a case up
    ///
    /// For a reason the law lists, with the remedy. For approvers.
    #[oai(path = "/cases/:id/not-accept", method = "post", operation_id = "not_accept_case")]
    async fn not_accept_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<CaseRefusal>,
    ) -> Reply<Json<DeskCase>, NotAcceptCase> {
        let case = county::not_accept(&app.desk, &who.by(), CaseId(id.0), &body.0.into()).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }
}

impl Example for Correction {
    fn example() -> Self {
        let words = "照片太暗，请白天重拍，把左右相邻的门面也拍进来。".to_owned();
        Self { items: vec![CorrectionEntry { material: Some("site-photo".to_owned()), words }] }
    }
}

impl Example for Escalation {
    fn example() -> Self {
        Self { words: "位置在文物保护单位的控制地带旁边，能不能受理，请定。".to_owned() }
    }
}

impl Example for CaseRefusal {
    fn example() -> Self {
        Self {
            reason: Reason::OtherAuthority,
            words: "该处属于国道用地，由公路管理机构许可。".to_owned(),
            remedy: "对本决定不服的，可以自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼。".to_owned(),
        }
    }
}
