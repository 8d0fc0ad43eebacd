//! What the platforms have in common: the names and codes of the exchange tables (`PRE_APASINFO`, `PRE_FILE`,
//! `EA_JC_STEP_*`). Each adapter carries these sheets its own way: as bodies of calls, as rows, as files.

mod case;
pub(crate) mod codes;
mod register;
mod report;
mod required;
mod step;

pub(crate) use case::Case;
pub(crate) use register::{Register, last, stands};
pub(crate) use report::{id, parse_report, received};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{CodeTable, Reply, Telling};

/// The call of a step and its sheet; what is missing, where the platform would have to refuse it.
pub(crate) fn sheet(telling: &Telling, table: &CodeTable) -> Result<(&'static str, Map<String, Value>), Reply<()>> {
    let call = step::call(&telling.told);
    let sheet = step::body(telling, table);
    let faults = required::faults(call, &sheet);
    if faults.is_empty() { Ok((call, sheet)) } else { Err(Reply::unsaid(&faults)) }
}

/// The sheet of a case the applicant gave up, where the platform's version has a code for that.
pub(crate) fn given_up(at: DateTime<Utc>, table: &CodeTable) -> Result<Map<String, Value>, Reply<()>> {
    let code = table.given_up().ok_or_else(|| Reply::unsaid(&["/doneresult step.missing".to_owned()]))?;
    Ok(case::given_up(at, code))
}
