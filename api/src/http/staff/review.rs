//! Examining a case: steps of the work and special procedures, begun and ended.

use std::sync::Arc;

use casework::county::{self, NewSpecial, StepEnd};
use casework::told::SpecialKind;
use chrono::NaiveDate;
use entity::CaseId;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use super::view::{DeskCase, whole};
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct ReviewApi;

fails! {
    /// Beginning a step.
    pub signed_in_body BeginStep: CASE_UNKNOWN, CASE_STATE, CASE_STEP_OPEN, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Ending it.
    pub signed_in_body EndStep: CASE_UNKNOWN, CASE_STATE, CASE_STEP_NONE, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Beginning a special procedure.
    pub signed_in_body BeginSpecial: CASE_UNKNOWN, CASE_STATE, CASE_STEP_OPEN, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Ending it.
    pub signed_in_body EndSpecial: CASE_UNKNOWN, CASE_STATE, CASE_STEP_NONE, FORM_INVALID, SESSION_NOT_ALLOWED;
}

/// A step to begin.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct StepBegun {
    /// What it is called: 审查, 现场勘验 …
    pub name: String,
}

/// How a step ended.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct StepEnded {
    /// Whether whoever did it is for it.
    pub agreed: bool,
    /// What they think. The province is told; the applicant is not.
    pub opinion: String,
}

/// A special procedure to begin.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct SpecialBegun {
    /// Which kind.
    pub kind: SpecialProcedure,
    /// Why. The applicant is told.
    pub reason: String,
    /// The day it will end. The applicant is told; what takes longer is counted.
    pub until: NaiveDate,
}

/// How a special procedure ended.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct SpecialEnded {
    /// What came of it.
    pub result: String,
}

/// Which special procedure. The period for the decision stands still for those of Art 45, which say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum SpecialProcedure {
    /// 听证, Art 45
    Hearing,
    /// 招标, Art 45
    Tender,
    /// 拍卖, Art 45
    Auction,
    /// 检验, Art 45
    Inspection,
    /// 检测, Art 45
    Testing,
    /// 检疫, Art 45
    Quarantine,
    /// 鉴定, Art 45
    Appraisal,
    /// 专家评审, Art 45
    ExpertReview,
    /// 公示
    PublicNotice,
    /// 核实
    Verification,
    /// 挂起
    Suspension,
}

impl From<SpecialProcedure> for SpecialKind {
    fn from(kind: SpecialProcedure) -> Self {
        match kind {
            SpecialProcedure::Hearing => Self::Hearing,
            SpecialProcedure::Tender => Self::Tender,
            SpecialProcedure::Auction => Self::Auction,
            SpecialProcedure::Inspection => Self::Inspection,
            SpecialProcedure::Testing => Self::Testing,
            SpecialProcedure::Quarantine => Self::Quarantine,
            SpecialProcedure::Appraisal => Self::Appraisal,
            SpecialProcedure::ExpertReview => Self::ExpertReview,
            SpecialProcedure::PublicNotice => Self::PublicNotice,
            SpecialProcedure::Verification => Self::Verification,
            SpecialProcedure::Suspension => Self::Suspension,
        }
    }
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Desk")]
impl ReviewApi {
    /// 开始环节 · Begin a step
    ///
    /// One at a time. For approvers.
    #[oai(path = "/cases/:id/step", method = "post", operation_id = "begin_step")]
    async fn begin_step(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<StepBegun>,
    ) -> Reply<Json<DeskCase>, BeginStep> {
        let case = county::begin_step(&app.desk, &who.by(), CaseId(id.0), &body.name).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 结束环节 · End the step under way
    ///
    /// For approvers.
    #[oai(path = "/cases/:id/step/end", method = "post", operation_id = "end_step")]
    async fn end_step(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<StepEnded>,
    ) -> Reply<Json<DeskCase>, EndStep> {
        let end = StepEnd { agreed: body.agreed, opinion: body.0.opinion };
        let case = county::end_step(&app.desk, &who.by(), CaseId(id.0), &end).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 开始特别程序 · Begin a special procedure
    ///
    /// The applicant is told why and until when. For approvers.
    #[oai(path = "/cases/:id/special", method = "post", operation_id = "begin_special")]
    async fn begin_special(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<SpecialBegun>,
    ) -> Reply<Json<DeskCase>, BeginSpecial> {
        let SpecialBegun { kind, reason, until } = body.0;
        let new = NewSpecial { kind: kind.into(), reason, until };
        let case = county::begin_special(&app.desk, &who.by(), CaseId(id.0), &new).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 结束特别程序 · End the special procedure under way
    ///
    /// For approvers.
    #[oai(path = "/cases/:id/special/end", method = "post", operation_id = "end_special")]
    async fn end_special(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<SpecialEnded>,
    ) -> Reply<Json<DeskCase>, EndSpecial> {
        let case = county::end_special(&app.desk, &who.by(), CaseId(id.0), &body.result).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }
}

impl Example for StepBegun {
    fn example() -> Self {
        Self { name: "现场勘验".to_owned() }
    }
}

impl Example for StepEnded {
    fn example() -> Self {
        Self { agreed: true, opinion: "位置、尺寸与申请一致。".to_owned() }
    }
}

impl Example for SpecialBegun {
    fn example() -> Self {
        Self {
            kind: SpecialProcedure::ExpertReview,
            reason: "结构安全要请专家评审。".to_owned(),
            until: NaiveDate::from_ymd_opt(2026, 12, 10).unwrap_or_default(),
        }
    }
}

impl Example for SpecialEnded {
    fn example() -> Self {
        Self { result: "专家一致同意。".to_owned() }
    }
}
