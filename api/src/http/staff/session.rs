//! Signing in as staff.

use std::sync::Arc;

use casework::staff;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::auth::{Audience, Bearer, LIFETIME_SECONDS};
use crate::fails;
use crate::http::problem::{Problem, Reply};
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct StaffSessionApi;

fails! {
    /// Signing in.
    pub open_body SignInStaff: SESSION_ENDED;
}

/// A member of staff's key.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct StaffKey {
    /// The key `gaoxingban admin add-staff` printed.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub key: String,
}

/// A session of staff.
#[derive(Debug, Object)]
#[oai(example)]
pub struct StaffSession {
    /// Send it as `Authorization: Bearer …` with every request.
    pub access_token: String,
    /// Seconds it works; then sign in again.
    pub expires_in: i64,
    /// Who signed in.
    pub staff: StaffMember,
}

/// A member of staff.
#[derive(Debug, Object)]
pub struct StaffMember {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// `clerk`, `approver`, `issuer`, `supervisor` or `operator`.
    pub role: String,
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Session")]
impl StaffSessionApi {
    /// 工作人员登录 · Sign in with a key
    #[oai(path = "/session", method = "post", operation_id = "sign_in_staff")]
    async fn sign_in_staff(
        &self,
        app: Data<&Arc<App>>,
        body: Sent<StaffKey>,
    ) -> Reply<Json<StaffSession>, SignInStaff> {
        let row = staff::by_key(&app.desk, &body.key).await?;
        let role = sea_orm::ActiveEnum::to_value(&row.role);
        let bearer =
            Bearer { subject: row.id.0, audience: Audience::Staff, session: row.id.0, role: Some(role.clone()) };
        let access_token = app.tokens.issue(bearer).map_err(Problem::internal)?;
        let staff = StaffMember { id: row.id.0, name: row.name, role };
        Ok(Json(StaffSession { access_token, expires_in: LIFETIME_SECONDS, staff }))
    }
}

impl Example for StaffKey {
    fn example() -> Self {
        Self { key: "gxb_…43 characters".to_owned() }
    }
}

impl Example for StaffSession {
    fn example() -> Self {
        let staff = StaffMember { id: Uuid::from_u128(9), name: "李主任".to_owned(), role: "supervisor".to_owned() };
        Self { access_token: "eyJhbGciOiJFZERTQSIsImtpZCI6…".to_owned(), expires_in: LIFETIME_SECONDS, staff }
    }
}
