//! Who is asking: the permission is the argument's type, and it comes first in every handler, so that a body is not
//! read before its sender is known.

use std::sync::Arc;

use casework::county::By;
use casework::staff;
use entity::staff::Role;
use entity::{AccountId, SessionId, StaffId};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

use super::middleware::Visit;
use super::problem::{Explain as _, Problem, codes};
use crate::app::App;
use crate::auth::{Audience, Claims, TokenError};

/// Somebody who signed in from a phone. Also a document's `bearer` scheme: the access token of `sign_in_wechat`.
#[derive(Debug, SecurityScheme)]
#[oai(rename = "bearer", ty = "bearer", bearer_format = "JWT", checker = "applicant")]
pub struct Applicant(Who);

/// What an access token says of its bearer.
#[derive(Debug)]
pub struct Who {
    account: AccountId,
    session: SessionId,
}

impl Applicant {
    /// Their account.
    pub fn account(&self) -> AccountId {
        self.0.account
    }

    /// The family of refresh tokens they signed in with.
    pub fn session(&self) -> SessionId {
        self.0.session
    }
}

async fn applicant(request: &Request, bearer: Bearer) -> poem::Result<Who> {
    let claims = claims(request, &bearer, Audience::App)?;
    Ok(Who { account: AccountId(claims.sub), session: SessionId(claims.sid) })
}

/// A member of the bureau's staff who still is one. The access token of `sign_in_staff`.
#[derive(Debug, SecurityScheme)]
#[oai(rename = "bearer", ty = "bearer", bearer_format = "JWT", checker = "officer")]
pub struct Officer(Staff);

/// A member of staff.
#[derive(Debug)]
pub struct Staff {
    id: StaffId,
    name: String,
    role: Role,
}

impl Officer {
    /// Who acts, for the acts of the county's desk: they know who may do what.
    pub fn by(&self) -> By {
        By { id: self.0.id, name: self.0.name.clone(), role: self.0.role }
    }

    /// Passes operators.
    ///
    /// # Errors
    /// `session.not_allowed` for everybody else.
    pub fn may_operate(&self) -> Result<StaffId, Problem> {
        if self.0.role == Role::Operator { Ok(self.0.id) } else { Err(Problem::new(&codes::SESSION_NOT_ALLOWED)) }
    }

    /// Passes whoever watches over deliveries: supervisors and operators.
    ///
    /// # Errors
    /// `session.not_allowed` for everybody else.
    pub fn may_watch(&self) -> Result<StaffId, Problem> {
        match self.0.role {
            Role::Supervisor | Role::Operator => Ok(self.0.id),
            Role::Clerk | Role::Approver | Role::Issuer => Err(Problem::new(&codes::SESSION_NOT_ALLOWED)),
        }
    }
}

async fn officer(request: &Request, bearer: Bearer) -> poem::Result<Staff> {
    let claims = claims(request, &bearer, Audience::Staff)?;
    let desk = &app(request)?.desk;
    // Somebody who was barred a minute ago is out now: there are few members of staff, and what they may do weighs more.
    let row = staff::active(desk, StaffId(claims.sub)).await.map_err(|error| match error {
        casework::Error::SessionEnded => Problem::new(&codes::SESSION_INVALID),
        error => error.explain(),
    })?;
    Ok(Staff { id: row.id, name: row.name, role: row.role })
}

fn claims(request: &Request, bearer: &Bearer, audience: Audience) -> poem::Result<Claims> {
    let claims = app(request)?.tokens.check(&bearer.token, audience).map_err(TokenError::explain)?;
    if let Some(visit) = request.data::<Arc<Visit>>() {
        visit.asked_by(claims.sub);
    }
    Ok(claims)
}

fn app(request: &Request) -> poem::Result<&Arc<App>> {
    request.data::<Arc<App>>().ok_or_else(|| Problem::internal("the request carries no app").into())
}
