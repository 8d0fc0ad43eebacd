//! Why an act was not done. Knows nothing of HTTP.

use entity::case::State;
use entity::staff::Role;
use sea_orm::DbErr;

use crate::form::Fault;
use crate::vault::VaultError;
use crate::world::NoRandomness;

/// Why an act was not done. Whatever it says, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is somebody else's: the caller cannot tell which.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The case does not allow it in its present state.
    #[error("a case that is {state:?} does not allow to {act}")]
    NotNow {
        /// What was to be done.
        act: &'static str,
        /// Where the case stands.
        state: State,
    },
    /// The caller worked on an older version of the draft.
    #[error("the draft has changed: it is at revision {current} now")]
    Stale {
        /// The revision it has now.
        current: i64,
    },
    /// The case cannot be submitted yet; everything that is missing.
    #[error("the case is not complete: {} fault(s)", .0.len())]
    Incomplete(Vec<Fault>),
    /// What was sent cannot be taken; every fault.
    #[error("{} fault(s) in what was sent", .0.len())]
    Invalid(Vec<Fault>),
    /// A limit that protects everybody else.
    #[error("limit reached: {0}")]
    TooMany(&'static str),
    /// This member of staff may not do that.
    #[error("a {0:?} may not do that")]
    NotAllowed(Role),
    /// A step that was begun must end first.
    #[error("a step is under way")]
    StepUnderWay,
    /// There is no step to end.
    #[error("no step is under way")]
    NoStep,
    /// The case was asked to be corrected before; that may be asked once.
    #[error("the one correction was asked for already")]
    CorrectedOnce,
    /// A report speaks of a version of the case that was never handed in.
    #[error("the newest version that was handed in is {newest}")]
    NoSuchVersion {
        /// The newest one that was.
        newest: i32,
    },
    /// It was rated before, otherwise.
    #[error("the case was rated already")]
    Rated,
    /// The only key of an endpoint cannot be dropped.
    #[error("it is the only key")]
    LastKey,
    /// Only a promise that is parked, or whose outcome is unknown, can be driven again.
    #[error("the promise is neither parked nor unknown")]
    NotParked,
    /// A promise that is over cannot be ended.
    #[error("the promise is over")]
    Settled,
    /// A promise that is being kept right now cannot be ended.
    #[error("the promise is being kept right now")]
    BeingKept,
    /// The idempotency key was used with another request.
    #[error("the idempotency key was used with another request")]
    KeyMismatch,
    /// Another request with this idempotency key was quicker: what it was answered is the answer.
    #[error("another request with this idempotency key was quicker")]
    KeyTaken,
    /// The refresh token is unknown, used, expired or ended.
    #[error("the session has ended")]
    SessionEnded,
    /// A refresh token was used a second time: its whole family has ended.
    #[error("a refresh token was used twice")]
    SessionReused,
    /// Two acts met on one case more often than is reasonable.
    #[error("too many acts on one case at the same time")]
    Busy,
    /// The case's item version is no longer in the catalogue.
    #[error("item {code} version {version} is not in the catalogue")]
    NoItem {
        /// The item.
        code: String,
        /// The version the case was started with.
        version: i32,
    },
    /// A row does not hold what it must.
    #[error("stored data cannot be read: {0}")]
    BadRow(&'static str),
    /// The database failed.
    #[error("database")]
    Database(#[from] DbErr),
    /// A period cannot be counted.
    #[error(transparent)]
    Calendar(#[from] crate::desk::CalendarFault),
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No id could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// What an act answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Passes when exactly one row was changed.
pub(crate) fn one_row(changed: u64, otherwise: Error) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(otherwise) }
}
