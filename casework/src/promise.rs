//! What can be owed, to whom. Versioned, since a promise may be kept by a newer program than the one that made it; ids
//! only, so that nothing personal waits in the outbox.

use entity::outbox::Destination;
use entity::{CaseId, DigestId, EndpointId, NoticeId};
use serde::{Deserialize, Serialize};

/// Something owed to somebody outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "promise", rename_all = "snake_case")]
pub enum Promise {
    /// Hand the case in at the province.
    ApplyV1 {
        /// Which case.
        case: CaseId,
        /// Which version of it: 1 at first, one more after each correction.
        data_version: i32,
    },
    /// Tell the province that the applicant gave the case up.
    WithdrawV1 {
        /// Which case.
        case: CaseId,
    },
    /// Tell the province that the county took the case up.
    AcceptV1 {
        /// Which case.
        case: CaseId,
        /// Which step of it: what it says stands in `case_step`. The same for those below.
        sn: i32,
    },
    /// Tell the province of a step of the county's work.
    StepV1 {
        /// Which case.
        case: CaseId,
        /// Which step of it.
        sn: i32,
    },
    /// Tell the province of a special procedure, or of a correction that was asked for.
    SpecialV1 {
        /// Which case.
        case: CaseId,
        /// Which step of it.
        sn: i32,
    },
    /// Tell the province how the county decided.
    DoneV1 {
        /// Which case.
        case: CaseId,
        /// Which step of it.
        sn: i32,
    },
    /// Tell the province how the applicant judged it.
    RatingV1 {
        /// Which case.
        case: CaseId,
        /// Which step of it.
        sn: i32,
    },
    /// Send a notice to the person's WeChat.
    NoticeV1 {
        /// Which notice.
        notice: NoticeId,
    },
    /// Tell an endpoint of a step of a case.
    WebhookV1 {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Which case.
        case: CaseId,
        /// Which line of its timeline.
        sn: i32,
    },
    /// Tell an endpoint what is stuck.
    DigestV1 {
        /// Which endpoint.
        endpoint: EndpointId,
        /// What it is told.
        digest: DigestId,
    },
}

impl Promise {
    /// To whom it is owed.
    pub fn destination(self) -> Destination {
        match self {
            Self::ApplyV1 { .. }
            | Self::WithdrawV1 { .. }
            | Self::AcceptV1 { .. }
            | Self::StepV1 { .. }
            | Self::SpecialV1 { .. }
            | Self::DoneV1 { .. }
            | Self::RatingV1 { .. } => Destination::Province,
            Self::NoticeV1 { .. } => Destination::Wechat,
            Self::WebhookV1 { endpoint, .. } | Self::DigestV1 { endpoint, .. } => Destination::Webhook(endpoint),
        }
    }

    /// What must be kept in order: a case's promises to the province, and to each endpoint; each notice and each digest is on
    /// its own.
    pub fn stream(self) -> String {
        match self {
            Self::ApplyV1 { case, .. }
            | Self::WithdrawV1 { case }
            | Self::AcceptV1 { case, .. }
            | Self::StepV1 { case, .. }
            | Self::SpecialV1 { case, .. }
            | Self::DoneV1 { case, .. }
            | Self::RatingV1 { case, .. }
            | Self::WebhookV1 { case, .. } => case.0.simple().to_string(),
            Self::NoticeV1 { notice } => notice.0.simple().to_string(),
            Self::DigestV1 { digest, .. } => digest.0.simple().to_string(),
        }
    }
}
