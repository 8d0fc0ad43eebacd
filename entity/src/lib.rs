#![doc = include_str!("../README.md")]
#![expect(
    missing_docs,
    reason = "sea-orm's derives add public items that cannot carry docs; the fields written here have theirs"
)]

mod id;
mod sealed;

pub use id::{
    AccountId, AttemptId, CaseId, DigestId, EndpointId, EventId, InterventionId, MachineId, NoticeId, OutboxId,
    PhotoId, ReconciliationId, ReportId, SessionId, StaffId, UploadId,
};
pub use sealed::Sealed;

// Who
pub mod account;
pub mod machine;
pub mod machine_key;
pub mod session;
pub mod staff;
pub mod subscription;
// What they apply for
pub mod case;
pub mod case_change;
pub mod case_clock;
pub mod case_event;
pub mod case_step;
pub mod material;
pub mod photo;
pub mod renewal;
pub mod rule;
pub mod serial;
pub mod upload;
pub mod upload_part;
// What is owed, and what came back
pub mod attempt;
pub mod digest;
pub mod endpoint;
pub mod endpoint_key;
pub mod intervention;
pub mod notice;
pub mod outage;
pub mod outbox;
pub mod pause;
pub mod reconciliation;
pub mod report;
// What has been seen before
pub mod cursor;
pub mod idempotency;
pub mod nonce;
