//! Deciding a case, and handing out what was decided.

use std::sync::Arc;

use casework::county::{self, Grant};
use casework::report::Licence;
use casework::told::{Fee, Payer};
use chrono::NaiveDate;
use entity::CaseId;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use super::view::{DeskCase, whole};
use super::window::CaseRefusal;
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct DecideApi;

fails! {
    /// Granting.
    pub signed_in_body ApproveCase: CASE_UNKNOWN, CASE_STATE, CASE_STEP_OPEN, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Refusing.
    pub signed_in_body DenyCase: CASE_UNKNOWN, CASE_STATE, CASE_STEP_OPEN, FORM_INVALID, SESSION_NOT_ALLOWED;
    /// Handing out.
    pub signed_in IssueCase: CASE_UNKNOWN, CASE_STATE, SESSION_NOT_ALLOWED;
}

/// What is granted.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CaseGrant {
    /// The document.
    pub licence: CaseLicence,
    /// What was paid; none when nothing was.
    pub fee: Option<CaseFee>,
    /// Whether the document goes by express.
    #[oai(default)]
    pub express: bool,
    /// What the applicant is told with it.
    pub words: Option<String>,
}

/// The document a grant yields.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CaseLicence {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Its last day; none when it has no end.
    pub valid_until: Option<NaiveDate>,
    /// Who issues it.
    pub publisher: String,
}

/// What was paid.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CaseFee {
    /// How much, in yuan: `120.00`.
    pub amount: String,
    /// The standard it follows.
    pub standard: String,
    /// What the standard rests on.
    pub basis: Option<String>,
    /// Who paid.
    pub payer: CasePayer,
}

/// Who paid. The province wants all of it.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct CasePayer {
    /// Name.
    pub name: String,
    /// Identity number.
    pub id_card: String,
    /// Mobile phone.
    pub mobile: String,
    /// Telephone.
    pub telephone: String,
}

impl From<CaseGrant> for Grant {
    fn from(grant: CaseGrant) -> Self {
        let CaseLicence { name, number, valid_until, publisher } = grant.licence;
        Self {
            licence: Licence { name, number, valid_until, publisher: Some(publisher) },
            fee: grant.fee.map(Into::into),
            express: grant.express,
            words: grant.words,
        }
    }
}

impl From<CaseFee> for Fee {
    fn from(fee: CaseFee) -> Self {
        let CasePayer { name, id_card, mobile, telephone } = fee.payer;
        let payer = Payer { name, id_card, mobile, telephone };
        Self { amount: fee.amount, standard: fee.standard, basis: fee.basis, payer }
    }
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Desk")]
impl DecideApi {
    /// 准予 · Grant a case
    ///
    /// With the document it yields, which is then to be handed out. For approvers.
    #[oai(path = "/cases/:id/approve", method = "post", operation_id = "approve_case")]
    async fn approve_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<CaseGrant>,
    ) -> Reply<Json<DeskCase>, ApproveCase> {
        let case = county::approve(&app.desk, &who.by(), CaseId(id.0), &body.0.into()).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 不予许可 · Refuse a case
    ///
    /// For a reason the law lists, with the remedy. For approvers.
    #[oai(path = "/cases/:id/deny", method = "post", operation_id = "deny_case")]
    async fn deny_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<CaseRefusal>,
    ) -> Reply<Json<DeskCase>, DenyCase> {
        let case = county::deny(&app.desk, &who.by(), CaseId(id.0), &body.0.into()).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }

    /// 送达 · Hand out what was decided
    ///
    /// The document, or the refusal in writing, is in the applicant's hands: the case is closed. For issuers.
    #[oai(path = "/cases/:id/issue", method = "post", operation_id = "issue_case")]
    async fn issue_case(&self, who: Officer, app: Data<&Arc<App>>, id: Path<Uuid>) -> Reply<Json<DeskCase>, IssueCase> {
        let case = county::issue(&app.desk, &who.by(), CaseId(id.0)).await?;
        app.wake.call();
        Ok(Json(whole(&app.desk, case.id).await?))
    }
}

impl Example for CaseGrant {
    fn example() -> Self {
        Self {
            licence: CaseLicence {
                name: "户外广告设施设置许可证".to_owned(),
                number: "高审许〔2026〕42号".to_owned(),
                valid_until: NaiveDate::from_ymd_opt(2029, 11, 21),
                publisher: "高唐县行政审批服务局".to_owned(),
            },
            fee: None,
            express: false,
            words: Some("请带身份证到综合窗口领取。".to_owned()),
        }
    }
}
