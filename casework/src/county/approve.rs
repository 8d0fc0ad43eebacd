//! Granting a case, with the document it yields.

use entity::CaseId;
use entity::case;
use sea_orm::ActiveValue::Set;

use super::say::{Faults, MAX_NAME, MAX_TEXT};
use super::{By, clocks, may, nothing_under_way, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::notice::{self, Kind};
use crate::report::Licence;
use crate::state::Act;
use crate::told::{self, Done, DoneResult, Fee, Told};

/// What is granted.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// The document.
    pub licence: Licence,
    /// What was paid, where anything was.
    pub fee: Option<Fee>,
    /// Whether the document goes by express.
    pub express: bool,
    /// What the applicant is told with it.
    pub words: Option<String>,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grant(hidden)")
    }
}

/// Grants the case. The document is still to be handed out.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) with every fault of the grant;
/// [`Error::StepUnderWay`](crate::Error::StepUnderWay); as for [`accept`](fn@super::accept).
pub async fn approve(desk: &Desk, by: &By, id: CaseId, grant: &Grant) -> Result<case::Model> {
    may(by, Act::Approve)?;
    row::retrying(|| try_approve(desk, by, id, grant)).await
}

async fn try_approve(desk: &Desk, by: &By, id: CaseId, grant: &Grant) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Approve).await?;
    check(grant)?;
    nothing_under_way(desk, id).await?;
    let event = Event::by_staff(desk, "approved", by).noting(grant.words.clone());
    let done = Done {
        result: DoneResult::Granted,
        at: event.at,
        reason: None,
        licence: Some(grant.licence.clone()),
        fee: grant.fee.clone(),
        express: grant.express,
        by: by.name.clone(),
    };
    let change = case::ActiveModel {
        decided_at: Set(Some(event.at)),
        licence: Set(row::seal_licence(desk, Some(&grant.licence))?),
        ..Default::default()
    };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    clocks::decided(desk, &tx, &new).await?;
    told::owe(desk, &tx, &new, &Told::Done(done)).await?;
    notice::give(desk, &tx, &new, Kind::Approved, grant.words.as_deref()).await?;
    tx.commit().await?;
    Ok(new)
}

fn check(grant: &Grant) -> Result<()> {
    let mut faults = Faults::default();
    let licence = &grant.licence;
    faults.need("/licence/name", &licence.name, MAX_NAME, ("证照名称", "name of the document"));
    faults.need("/licence/number", &licence.number, MAX_NAME, ("证照编号", "number of the document"));
    let publisher = licence.publisher.as_deref().unwrap_or_default();
    faults.need("/licence/publisher", publisher, MAX_NAME, ("发证单位", "authority that issues it"));
    faults.bound("/words", grant.words.as_deref(), MAX_TEXT, ("说明", "words"));
    if let Some(fee) = &grant.fee {
        if !is_amount(&fee.amount) {
            let (zh, en) = ("请填写金额，比如 120.00。", "Say how much, in yuan: 120.00.");
            faults.add("/fee/amount", "form.pattern", zh, en);
        }
        faults.need("/fee/standard", &fee.standard, MAX_TEXT, ("收费标准", "standard of the fee"));
        faults.bound("/fee/basis", fee.basis.as_deref(), MAX_TEXT, ("收费依据", "basis of the fee"));
        let payer = &fee.payer;
        faults.need("/fee/payer/name", &payer.name, MAX_NAME, ("缴费人姓名", "payer's name"));
        faults.need("/fee/payer/id_card", &payer.id_card, MAX_NAME, ("缴费人身份证号", "payer's identity number"));
        faults.need("/fee/payer/mobile", &payer.mobile, MAX_NAME, ("缴费人手机", "payer's mobile phone"));
        faults.need("/fee/payer/telephone", &payer.telephone, MAX_NAME, ("缴费人电话", "payer's telephone"));
    }
    faults.none()
}

/// Yuan with at most two places: `0.50`, `120`.
fn is_amount(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (yuan, fen) = text.split_once('.').map_or((text, None), |(yuan, fen)| (yuan, Some(fen)));
    let fen = fen.is_none_or(|fen| (1..=2).contains(&fen.len()) && digits(fen));
    (1..=9).contains(&yuan.len()) && digits(yuan) && fen
}

#[cfg(test)]
mod tests {
    use super::is_amount;

    #[test]
    fn an_amount_is_yuan_and_fen() {
        for good in ["0", "0.5", "120.00", "999999999.99"] {
            assert!(is_amount(good), "{good}");
        }
        for bad in ["", ".5", "1.", "1.234", "-1", "1e3", "1234567890", "１２", "12元"] {
            assert!(!is_amount(bad), "{bad}");
        }
    }
}
