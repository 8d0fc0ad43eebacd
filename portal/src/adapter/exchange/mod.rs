//! What the platforms have in common: the names and codes of the exchange tables (`PRE_APASINFO`, `PRE_FILE`,
//! `EA_JC_STEP_*`). Each adapter carries these sheets its own way: as bodies of calls, as rows, as files.

mod case;
pub(crate) mod codes;
mod register;
mod report;
mod required;
mod step;

pub(crate) use case::{Case, given_up};
pub(crate) use register::{Register, last, stands};
pub(crate) use report::{parse_report, received};
pub(crate) use required::faults;
pub(crate) use step::{body, call};
