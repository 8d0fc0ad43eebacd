//! Who of the staff may do what. Pure.

use entity::staff::Role;

use super::By;
use crate::error::{Error, Result};
use crate::state::Act;

/// Passes when this member of staff may do `act`.
///
/// The window takes up, asks once for corrections, and hands on what is not for it to say; who approves may do all that,
/// examines, and alone says no; who issues hands out. A supervisor watches, and an operator sees no people.
///
/// # Errors
/// [`Error::NotAllowed`].
pub fn may(by: &By, act: Act) -> Result<()> {
    let allowed = match by.role {
        Role::Clerk => matches!(act, Act::Accept | Act::Correct | Act::Escalate),
        Role::Approver => matches!(
            act,
            Act::Accept | Act::Correct | Act::Escalate | Act::NotAccept | Act::Review | Act::Approve | Act::Deny
        ),
        Role::Issuer => matches!(act, Act::Issue | Act::Close),
        Role::Supervisor | Role::Operator => false,
    };
    if allowed { Ok(()) } else { Err(Error::NotAllowed(by.role)) }
}

/// Passes when this member of staff may look at cases.
///
/// # Errors
/// [`Error::NotAllowed`].
pub fn may_look(by: &By) -> Result<()> {
    match by.role {
        Role::Clerk | Role::Approver | Role::Issuer | Role::Supervisor => Ok(()),
        Role::Operator => Err(Error::NotAllowed(by.role)),
    }
}
