//! What the county's staff do in a schedule.

use casework::Error;
use casework::county::{self, Grant, StepEnd};
use casework::report::{CorrectionItem, Licence};
use chrono::NaiveDate;
use entity::CaseId;

use super::plan::Act;
use super::stage::Stage;

/// One act of the staff.
pub async fn act(stage: &Stage, id: CaseId, act: Act) -> Result<(), Error> {
    let (desk, by) = (stage.desk(), &stage.approver);
    let done = match act {
        Act::Accept => county::accept(desk, by, id).await,
        Act::Correct => {
            let item = CorrectionItem { material: None, words: "写全地址".to_owned() };
            county::correct(desk, by, id, &[item]).await
        }
        Act::BeginStep => county::begin_step(desk, by, id, "审查").await,
        Act::EndStep => county::end_step(desk, by, id, &StepEnd { agreed: true, opinion: "同意".to_owned() }).await,
        Act::Approve => county::approve(desk, by, id, &grant()).await,
        Act::Issue => county::issue(desk, &stage.issuer, id).await,
        Act::Rate => return Ok(()),
    };
    done.map(drop)
}

fn grant() -> Grant {
    let licence = Licence {
        name: "招牌设置证明".to_owned(),
        number: "高审〔2026〕1号".to_owned(),
        valid_until: NaiveDate::from_ymd_opt(2029, 3, 1),
        publisher: Some(tests::county::BUREAU.to_owned()),
    };
    Grant { licence, fee: None, express: false, words: None }
}
