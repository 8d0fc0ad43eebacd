//! Asking once for everything that is to be put right (一次性告知补正).

use chrono::TimeDelta;
use entity::CaseId;
use entity::case;
use sea_orm::ActiveValue::Set;

use super::say::{Faults, MAX_TEXT};
use super::{By, clocks, item, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::notice::{self, Kind};
use crate::report::CorrectionItem;
use crate::state::Act;
use crate::told::{self, Special, SpecialKind, Told};
use crate::vault::Purpose;

/// Most things one correction asks for.
const MAX_ITEMS: usize = 50;

/// Asks for the one correction. `items` is everything that is to be put right, since it may not be asked for twice.
///
/// # Errors
/// [`Error::Invalid`] with every fault; [`Error::CorrectedOnce`]; as for [`accept`](fn@super::accept).
pub async fn correct(desk: &Desk, by: &By, id: CaseId, items: &[CorrectionItem]) -> Result<case::Model> {
    may(by, Act::Correct)?;
    row::retrying(|| try_correct(desk, by, id, items)).await
}

async fn try_correct(desk: &Desk, by: &By, id: CaseId, items: &[CorrectionItem]) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Correct).await?;
    if old.data_version > 1 {
        return Err(Error::CorrectedOnce);
    }
    check(desk, &old, items)?;
    let words = words(desk, &old, items)?;
    let until = desk.today() + TimeDelta::days(i64::from(item(desk, &old)?.clocks.lapse_days));
    let change =
        case::ActiveModel { correction: Set(desk.seal(Purpose::Correction, Some(&words))?), ..Default::default() };
    let event = Event::by_staff(desk, "correction", by).noting(Some(words.clone()));
    let special = Special {
        kind: SpecialKind::Correction,
        reason: words.clone(),
        begun_at: event.at,
        until,
        ended_at: None,
        result: None,
        items: items.to_vec(),
        by: by.name.clone(),
    };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, change, event).await?;
    clocks::correcting(desk, &tx, &new, until).await?;
    told::owe(desk, &tx, &new, &Told::Special(special)).await?;
    let words = format!("{words}\n请在 {} 前重新提交。", until.format("%Y年%-m月%-d日"));
    notice::give(desk, &tx, &new, Kind::Correction, Some(&words)).await?;
    tx.commit().await?;
    Ok(new)
}

fn check(desk: &Desk, case: &case::Model, items: &[CorrectionItem]) -> Result<()> {
    let mut faults = Faults::default();
    if items.is_empty() || items.len() > MAX_ITEMS {
        let zh = format!("请写明要补正的内容，1 到 {MAX_ITEMS} 条。");
        faults.add("/items", "form.count", zh, format!("Say what is to be put right: 1 to {MAX_ITEMS} entries."));
    }
    for (at, one) in items.iter().enumerate() {
        faults.need(&format!("/items/{at}/words"), &one.words, MAX_TEXT, ("要补正的内容", "thing to put right"));
        let known =
            one.material.as_deref().is_none_or(|code| item(desk, case).is_ok_and(|i| i.material(code).is_some()));
        if !known {
            let (zh, en) = ("这个事项没有这份材料。", "The item has no such material.");
            faults.add(&format!("/items/{at}/material"), "material.unknown", zh, en);
        }
    }
    faults.none()
}

/// One line for each thing, with the material's name before it.
fn words(desk: &Desk, case: &case::Model, items: &[CorrectionItem]) -> Result<String> {
    let item = item(desk, case)?;
    let line = |one: &CorrectionItem| {
        let material = one.material.as_deref().and_then(|code| item.material(code));
        material.map_or_else(|| one.words.clone(), |spec| format!("{}：{}", spec.name, one.words))
    };
    Ok(items.iter().map(line).collect::<Vec<_>>().join("\n"))
}
