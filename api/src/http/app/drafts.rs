//! Filling drafts and cases sent back: answers, photos, what is missing.

use std::sync::Arc;

use casework::{check, draft, whole};
use entity::{CaseId, PhotoId};
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;
use uuid::Uuid;

use super::cases::{Found, found};
use super::{Tag, view};
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::{Fault, Language, Place, Problem, Reply, codes};
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct DraftsApi;

fails! {
    /// Saving answers.
    pub signed_in_body ChangeCase: CASE_UNKNOWN, CASE_STATE, CASE_CHANGED, FORM_INVALID;
    /// Placing photos.
    pub signed_in_body SetMaterial: CASE_UNKNOWN, MATERIAL_UNKNOWN, CASE_STATE, CASE_CHANGED, FORM_INVALID;
    /// Asking what is missing.
    pub signed_in CheckCase: CASE_UNKNOWN;
}

/// Answers.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CaseForm {
    /// The answers, as the item's `form` describes them. They may be incomplete.
    pub form: Value,
}

/// Photos for one material.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CasePhotos {
    /// The photos' ids, in the order to show them; empty to take all away.
    #[oai(validator(max_items = 100))]
    pub photos: Vec<Uuid>,
}

/// What is still to do.
#[derive(Debug, Object)]
#[oai(example)]
pub struct CaseCheck {
    /// Whether it can be submitted now.
    pub ready: bool,
    /// Everything that is missing or wrong, all at once.
    pub missing: Vec<Missing>,
}

/// One thing that is missing or wrong.
#[derive(Debug, Object)]
pub struct Missing {
    /// Where: `/form/…`, `/materials/{code}`, `/materials/{code}/photos/{position}`.
    pub pointer: String,
    /// What kind: stable, dotted.
    pub code: String,
    /// What to do, in plain words.
    pub detail: String,
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Cases")]
impl DraftsApi {
    /// 保存表单 · Save answers
    ///
    /// For drafts and for cases sent back. Answers may be incomplete: `check_case` says what is missing. With `If-Match`
    /// nothing is overwritten that another phone saved meanwhile.
    #[oai(path = "/cases/:id/form", method = "put", operation_id = "change_case")]
    async fn change_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The `ETag` of the case as the app has it.
        #[oai(name = "If-Match")]
        known: Header<Option<String>>,
        body: Sent<CaseForm>,
    ) -> Reply<Found, ChangeCase> {
        let revision = revision(known.as_deref())?;
        let case = draft::change_form(&app.desk, who.account(), CaseId(id.0), revision, &body.form).await?;
        Ok(found(view::whole(&app.desk, who.account(), case.id).await?))
    }

    /// 放入照片 · Fill a material with photos
    ///
    /// The photos it shall have from now on. They were uploaded for this item and material with `upload_photo`.
    #[oai(path = "/cases/:id/materials/:material", method = "put", operation_id = "set_material")]
    async fn set_material(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The material's code.
        material: Path<String>,
        /// The `ETag` of the case as the app has it.
        #[oai(name = "If-Match")]
        known: Header<Option<String>>,
        body: Sent<CasePhotos>,
    ) -> Reply<Found, SetMaterial> {
        let revision = revision(known.as_deref())?;
        let photos: Vec<PhotoId> = body.0.photos.into_iter().map(PhotoId).collect();
        let (owner, id) = (who.account(), CaseId(id.0));
        let case = draft::set_material(&app.desk, owner, id, &material, &photos, revision).await?;
        Ok(found(view::whole(&app.desk, who.account(), case.id).await?))
    }

    /// 检查办件 · What is still missing
    ///
    /// Everything at once: answers, photos, and photos that no longer fit because a rule has changed.
    #[oai(path = "/cases/:id/check", method = "get", operation_id = "check_case")]
    async fn check_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        language: Language,
    ) -> Reply<Json<CaseCheck>, CheckCase> {
        let (case, photos) = whole::with_photos(&app.desk, who.account(), CaseId(id.0)).await?;
        let faults = check::missing(&app.desk, &case, &photos).await?;
        let missing: Vec<_> = faults.into_iter().map(|fault| missing(fault.into(), language)).collect();
        Ok(Json(CaseCheck { ready: missing.is_empty(), missing }))
    }
}

/// The revision `If-Match` names: what the `ETag` begins with. `*` and nothing name none.
fn revision(header: Option<&str>) -> Result<Option<i64>, Problem> {
    match header.map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let tag = tag.trim_start_matches("W/").trim_matches('"');
            let number = tag.split_once('-').map_or(tag, |(number, _)| number).parse();
            number.map(Some).map_err(|_| Problem::new(&codes::CASE_CHANGED))
        }
    }
}

fn missing(fault: Fault, language: Language) -> Missing {
    let (Place::Body(pointer) | Place::Parameter(pointer)) = fault.place;
    Missing { pointer, code: fault.code, detail: fault.detail.say(language).to_owned() }
}
