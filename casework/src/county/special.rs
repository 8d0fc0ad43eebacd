//! Special procedures (特别程序): how long one takes is told in writing, and only those of Art 45 are not counted.

use chrono::{NaiveDate, TimeDelta};
use entity::CaseId;
use entity::case;

use super::say::{Faults, MAX_TEXT};
use super::{By, clocks, may, ready};
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::notice::{self, Kind};
use crate::state::Act;
use crate::told::{self, Special, SpecialKind, Told};

/// Longest special procedure, in days.
const MAX_DAYS: i64 = 366;

/// A special procedure to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSpecial {
    /// Which kind.
    pub kind: SpecialKind,
    /// Why.
    pub reason: String,
    /// The day it will end.
    pub until: NaiveDate,
}

/// Begins a special procedure and tells the applicant why and until when.
///
/// # Errors
/// [`Error::Invalid`] with every fault; [`Error::StepUnderWay`] while another one goes on; as for [`accept`](fn@super::accept).
pub async fn begin_special(desk: &Desk, by: &By, id: CaseId, new: &NewSpecial) -> Result<case::Model> {
    may(by, Act::Review)?;
    row::retrying(|| try_begin(desk, by, id, new)).await
}

async fn try_begin(desk: &Desk, by: &By, id: CaseId, wanted: &NewSpecial) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Review).await?;
    check(desk, wanted)?;
    if told::special_under_way(desk, &desk.db, id).await?.is_some() {
        return Err(Error::StepUnderWay);
    }
    let words = words(wanted);
    let event = Event::by_staff(desk, "special", by).noting(Some(words.clone()));
    let special = Special {
        kind: wanted.kind,
        reason: wanted.reason.trim().to_owned(),
        begun_at: event.at,
        until: wanted.until,
        ended_at: None,
        result: None,
        items: Vec::new(),
        by: by.name.clone(),
    };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    told::owe(desk, &tx, &new, &Told::Special(special)).await?;
    clocks::recount(desk, &tx, &new).await?;
    notice::give(desk, &tx, &new, Kind::Special, Some(&words)).await?;
    tx.commit().await?;
    Ok(new)
}

fn check(desk: &Desk, wanted: &NewSpecial) -> Result<()> {
    let mut faults = Faults::default();
    if wanted.kind == SpecialKind::Correction {
        let (zh, en) = ("补正请用“一次性告知补正”。", "A correction is asked for with `correct_case`.");
        faults.add("/kind", "form.choice", zh, en);
    }
    faults.need("/reason", &wanted.reason, MAX_TEXT, ("理由", "reason"));
    let today = desk.today();
    if !(today..=today + TimeDelta::days(MAX_DAYS)).contains(&wanted.until) {
        let zh = format!("结束日期要在今天到 {MAX_DAYS} 天之内。");
        faults.add("/until", "form.range", zh, format!("The day it ends lies from today to {MAX_DAYS} days on."));
    }
    faults.none()
}

fn words(wanted: &NewSpecial) -> String {
    let until = wanted.until.format("%Y年%-m月%-d日");
    let counted = match wanted.kind.uncounted() {
        Some(_) => "这段时间不计入办理期限（行政许可法第四十五条）。",
        None => "办理期限不变。",
    };
    format!("{}：{}，预计 {until} 结束，{counted}", wanted.kind.name(), wanted.reason.trim())
}

/// Ends the special procedure under way.
///
/// # Errors
/// [`Error::Invalid`] without a result; [`Error::NoStep`]; as for [`accept`](fn@super::accept).
pub async fn end_special(desk: &Desk, by: &By, id: CaseId, result: &str) -> Result<case::Model> {
    may(by, Act::Review)?;
    row::retrying(|| try_end(desk, by, id, result)).await
}

async fn try_end(desk: &Desk, by: &By, id: CaseId, result: &str) -> Result<case::Model> {
    let (old, state) = ready(desk, id, Act::Review).await?;
    let mut faults = Faults::default();
    faults.need("/result", result, MAX_TEXT, ("结果", "result"));
    faults.none()?;
    let begun = told::special_under_way(desk, &desk.db, id).await?.ok_or(Error::NoStep)?;
    let event =
        Event::by_staff(desk, "special_ended", by).noting(Some(format!("{}：{}", begun.kind.name(), result.trim())));
    let special =
        Special { ended_at: Some(event.at), result: Some(result.trim().to_owned()), by: by.name.clone(), ..begun };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, state, case::ActiveModel::default(), event).await?;
    told::owe(desk, &tx, &new, &Told::Special(special)).await?;
    clocks::recount(desk, &tx, &new).await?;
    tx.commit().await?;
    Ok(new)
}
