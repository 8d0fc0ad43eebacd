//! Every code of the platform, in one place. What is not here is unknown, and stays as it came.

use crate::adapter::{ApplicantKind, Licence, ReportedStatus};

/// What a report's state and result, with what came along, say of the case.
///
/// States are those of `AFFCORE_STATUS`: 02 收件 · 05 受理 · 06 补齐补正 · 07 不予受理 · 10 办结 · 12 在办. 11 挂起 and 13 退件 have no
/// counterpart of ours and pass as unknown. A result is `EA_JC_STEP_DONE.doneresult` in its newer reading:
/// 0 准予许可 · 1 不予许可 · 6 不予受理; in the older reading 1 was 退回, so a platform of that version needs a table of its own.
pub(super) fn status(state: &str, done_result: Option<&str>, told: Told) -> ReportedStatus {
    match (state, done_result) {
        ("02", _) => ReportedStatus::Received,
        ("05", _) => ReportedStatus::Accepted,
        ("06", _) => ReportedStatus::Correction { items: told.items },
        ("07", _) | ("10", Some("6")) => ReportedStatus::NotAccepted { reason: told.reason },
        ("12", _) => ReportedStatus::Reviewing,
        ("10", Some("0")) => ReportedStatus::Approved { licence: told.licence },
        ("10", Some("1")) => ReportedStatus::Denied { reason: told.reason },
        (state, Some(result)) => ReportedStatus::Unknown(format!("{state}/{result}")),
        (state, None) => ReportedStatus::Unknown(state.to_owned()),
    }
}

/// What came along with a state.
pub(super) struct Told {
    pub(super) items: Vec<crate::adapter::CorrectionItem>,
    pub(super) reason: String,
    pub(super) licence: Option<Licence>,
}

/// `applyertype`, by GB/T 39046-2020 table A.4.
pub(super) fn applicant_type(kind: ApplicantKind) -> &'static str {
    match kind {
        ApplicantKind::Person => "1",
        ApplicantKind::Enterprise => "2",
        ApplicantKind::Institution => "3",
        ApplicantKind::Association => "4",
        ApplicantKind::Authority => "5",
        ApplicantKind::Other => "6",
    }
}

/// `apply_cardtype`: 111 is the resident's ID card in GA/T 2000.156; 001 for the unified social credit code is assumed.
pub(super) fn card_type(kind: ApplicantKind) -> &'static str {
    match kind {
        ApplicantKind::Person => "111",
        _ => "001",
    }
}

/// `submit`: handed in over the network.
pub(super) const SUBMIT_ONLINE: &str = "1";

/// `istake`: the material was taken.
pub(super) const TAKEN: &str = "1";

/// `doneresult`: 退件, the applicant gave it up.
pub(super) const GIVEN_UP: &str = "5";

/// `sn` of the step that says so: a case is given up once.
pub(super) const GIVEN_UP_SN: &str = "withdraw";
