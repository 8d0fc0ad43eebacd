//! The codes that are the same in every version of the platform; the others are in its [`CodeTable`]. What is in neither is
//! unknown, and stays as it came.

use crate::adapter::told::{DoneResult, Satisfaction};
use crate::adapter::{ApplicantKind, CodeTable, Licence, ReportedStatus};

/// What a report's state and result, with what came along, say of the case.
///
/// 11 挂起 and 13 退件 have no counterpart of ours and pass as unknown, as does every code the table does not know.
pub(crate) fn status(table: &CodeTable, state: &str, done_result: Option<&str>, told: Told) -> ReportedStatus {
    let meaning = done_result.and_then(|code| table.done_meaning(code));
    match (table.state(state), meaning, done_result) {
        (Some("received"), ..) => ReportedStatus::Received,
        (Some("accepted"), ..) => ReportedStatus::Accepted,
        (Some("correction"), ..) => ReportedStatus::Correction { items: told.items },
        (Some("not_accepted"), ..) | (Some("done"), Some(DoneResult::NotAccepted), _) => {
            ReportedStatus::NotAccepted { reason: told.reason }
        }
        (Some("reviewing"), ..) => ReportedStatus::Reviewing,
        (Some("done"), Some(DoneResult::Granted), _) => ReportedStatus::Approved { licence: told.licence },
        (Some("done"), Some(DoneResult::Denied), _) => ReportedStatus::Denied { reason: told.reason },
        (_, _, Some(result)) => ReportedStatus::Unknown(format!("{state}/{result}")),
        (_, _, None) => ReportedStatus::Unknown(state.to_owned()),
    }
}

/// What came along with a state.
pub(crate) struct Told {
    pub(crate) items: Vec<crate::adapter::CorrectionItem>,
    pub(crate) reason: String,
    pub(crate) licence: Option<Licence>,
}

/// `applyertype`, by GB/T 39046-2020 table A.4.
pub(crate) fn applicant_type(kind: ApplicantKind) -> &'static str {
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
pub(crate) fn card_type(kind: ApplicantKind) -> &'static str {
    match kind {
        ApplicantKind::Person => "111",
        _ => "001",
    }
}

/// `submit`: handed in over the network.
pub(crate) const SUBMIT_ONLINE: &str = "1";

/// `istake`: the material was taken.
pub(crate) const TAKEN: &str = "1";

/// `sn` of the step that says so: a case is given up once.
pub(crate) const GIVEN_UP_SN: &str = "withdraw";

/// `acceptdeptcode1`, `acceptdeptcode2`: there is none.
pub(crate) const NONE: &str = "无";

/// `promisetimeunit`: working days.
pub(crate) const PROMISED_WORKING_DAYS: &str = "1";

/// `timeunit`: working days.
pub(crate) const WORKING_DAYS: &str = "G";

/// `nodetype`: between the first and the last.
pub(crate) const MIDDLE: &str = "2";

/// `nodestate`: 待办.
pub(crate) const UNDER_WAY: &str = "01";

/// `nodestate`: 已办.
pub(crate) const ENDED: &str = "02";

/// `specialtype` (GB/T 39046-2020, table A.7): not the extension of the period.
pub(crate) const OTHER_SPECIAL: &str = "2";

/// `certificatelimit` of a document that has no last day.
pub(crate) const NO_END: &str = "长期";

/// 1 是 · 0 否.
pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { "1" } else { "0" }
}

/// `satisfaction`, by GB/T 39046-2020 table A.8: the best is 1.
pub(crate) fn satisfaction(level: Satisfaction) -> &'static str {
    match level {
        Satisfaction::VerySatisfied => "1",
        Satisfaction::Satisfied => "2",
        Satisfaction::FairlySatisfied => "3",
        Satisfaction::Dissatisfied => "4",
        Satisfaction::VeryDissatisfied => "5",
    }
}

/// `starLevel` of the rating upload: the best is 5, the other way round than [`satisfaction`].
pub(crate) fn stars(level: Satisfaction) -> &'static str {
    match level {
        Satisfaction::VerySatisfied => "5",
        Satisfaction::Satisfied => "4",
        Satisfaction::FairlySatisfied => "3",
        Satisfaction::Dissatisfied => "2",
        Satisfaction::VeryDissatisfied => "1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_orders_of_satisfaction_are_opposite() {
        for (at, level) in Satisfaction::ALL.into_iter().enumerate() {
            assert_eq!(stars(level), (at + 1).to_string(), "{level:?}");
            assert_eq!(satisfaction(level), (5 - at).to_string(), "{level:?}");
            assert_eq!(level.is_bad(), at < 2, "{level:?}");
        }
    }
}
