//! Saying how it went (好差评).

use std::sync::Arc;

use casework::rate;
use casework::told::Satisfaction;
use entity::CaseId;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use uuid::Uuid;

use super::cases::{Found, found};
use super::{Tag, view};
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct RatingsApi;

fails! {
    /// Rating.
    pub signed_in_body RateCase: CASE_UNKNOWN, CASE_STATE, CASE_RATED, FORM_INVALID;
}

/// How it went.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct CaseRating {
    /// How satisfied the applicant is.
    pub level: Level,
    /// In their own words; must be there for the two worst levels.
    pub words: Option<String>,
}

/// How satisfied an applicant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Level {
    /// 非常满意
    VerySatisfied,
    /// 满意
    Satisfied,
    /// 基本满意
    FairlySatisfied,
    /// 不满意
    Dissatisfied,
    /// 非常不满意
    VeryDissatisfied,
}

impl From<Level> for Satisfaction {
    fn from(level: Level) -> Self {
        match level {
            Level::VerySatisfied => Self::VerySatisfied,
            Level::Satisfied => Self::Satisfied,
            Level::FairlySatisfied => Self::FairlySatisfied,
            Level::Dissatisfied => Self::Dissatisfied,
            Level::VeryDissatisfied => Self::VeryDissatisfied,
        }
    }
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Cases")]
impl RatingsApi {
    /// 评价 · Rate a case
    ///
    /// Once, when everything is over: closed, not accepted or lapsed; decided, where the province decides. The province is
    /// told. The same rating again is no fault.
    #[oai(path = "/cases/:id/rating", method = "post", operation_id = "rate_case")]
    async fn rate_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<CaseRating>,
    ) -> Reply<Found, RateCase> {
        let (owner, level) = (who.account(), body.level.into());
        let case = rate::rate(&app.desk, owner, CaseId(id.0), level, body.words.as_deref()).await?;
        app.wake.call();
        Ok(found(view::whole(&app.desk, owner, case.id).await?))
    }
}

impl Example for CaseRating {
    fn example() -> Self {
        Self { level: Level::VerySatisfied, words: Some("在家就办好了。".to_owned()) }
    }
}
