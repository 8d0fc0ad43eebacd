//! One id type a noun.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person who signed in from a phone.
    AccountId,
    /// One delivery attempt.
    AttemptId,
    /// One application.
    CaseId,
    /// What an operator was told of what is stuck.
    DigestId,
    /// An address a machine wants to be called at.
    EndpointId,
    /// One entry of a case's timeline.
    EventId,
    /// Something a person or a machine did to a promise by hand.
    InterventionId,
    /// A machine that calls us.
    MachineId,
    /// A message owed to a person.
    NoticeId,
    /// A promise waiting to be kept.
    OutboxId,
    /// One uploaded picture.
    PhotoId,
    /// One comparison of our cases with the province's.
    ReconciliationId,
    /// A status that came back.
    ReportId,
    /// One refresh token.
    SessionId,
    /// A member of the bureau's staff.
    StaffId,
    /// A large file on its way up in parts.
    UploadId,
}
