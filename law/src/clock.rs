//! The clocks of the Administrative Licensing Law (行政许可法, 2019): when the authority must have done what.
//!
//! Periods count in working days (Art. 82). The promises of an item's guide may be shorter than the law, never
//! longer ([`Terms::check`]). What the law leaves open, whether the day something arrives counts itself, is [`FirstDay`].

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Due, Fault};

/// Art. 32(4): everything to be corrected is told once, within this many working days.
pub const CORRECTION_DAYS: u16 = 5;
/// Art. 42: working days until the decision.
pub const DECISION_DAYS: u16 = 20;
/// Art. 42: how far the head of the authority may extend them.
pub const EXTENSION_DAYS: u16 = 10;
/// Art. 42: the same for unified, joint or central handling (统一办理、联合办理、集中办理).
pub const JOINT_DECISION_DAYS: u16 = 45;
/// Art. 42: the extension of joint handling.
pub const JOINT_EXTENSION_DAYS: u16 = 15;
/// Art. 44: working days until the document is delivered.
pub const DELIVERY_DAYS: u16 = 10;

/// Which day is day one of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The first working day after the event. The more usual reading, and the later due date.
    #[default]
    Next,
    /// The day of the event itself, when it is a working day.
    Same,
}

/// How the authorities concerned work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// One authority.
    #[default]
    Single,
    /// Several, as one: unified, joint or central.
    Joint,
}

/// The periods of one item, in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which day counts as the first.
    #[serde(default)]
    pub first_day: FirstDay,
    /// One authority or several.
    #[serde(default)]
    pub handling: Handling,
    /// To tell what must be corrected.
    pub correction_days: u16,
    /// To decide, from acceptance.
    pub decision_days: u16,
    /// To deliver, from the decision.
    pub delivery_days: u16,
}

/// A promise longer than the law allows, or no days at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{term} is {days}, and must be from {least} to {most}")]
pub struct TermFault {
    /// Field of [`Terms`].
    pub term: &'static str,
    /// What it says.
    pub days: u16,
    /// The least it may say: 0 means "on the spot".
    pub least: u16,
    /// The most the law allows.
    pub most: u16,
}

impl Terms {
    /// The law's own periods.
    pub fn statutory(handling: Handling, first_day: FirstDay) -> Self {
        let decision_days = match handling {
            Handling::Single => DECISION_DAYS,
            Handling::Joint => JOINT_DECISION_DAYS,
        };
        Self { first_day, handling, correction_days: CORRECTION_DAYS, decision_days, delivery_days: DELIVERY_DAYS }
    }

    /// Are these periods within the law?
    ///
    /// # Errors
    /// Every [`TermFault`], at once.
    pub fn check(&self) -> Result<(), Vec<TermFault>> {
        let law = Self::statutory(self.handling, self.first_day);
        let faults: Vec<TermFault> = [
            // Nobody can be told on the spot what to correct in a case that came in by night.
            ("correction_days", self.correction_days, 1, law.correction_days),
            ("decision_days", self.decision_days, 0, law.decision_days),
            ("delivery_days", self.delivery_days, 0, law.delivery_days),
        ]
        .into_iter()
        .filter(|(_, days, least, most)| !(least..=most).contains(&days))
        .map(|(term, days, least, most)| TermFault { term, days, least, most })
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// The steps of Art. 45, whose time is not counted. There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialStep {
    /// 听证
    Hearing,
    /// 招标
    Tender,
    /// 拍卖
    Auction,
    /// 检验
    Inspection,
    /// 检测
    Testing,
    /// 检疫
    Quarantine,
    /// 鉴定
    Appraisal,
    /// 专家评审
    ExpertReview,
}

/// Time a special step takes. The law wants the time needed told in writing, so the end is known from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Why the clock stands.
    pub step: SpecialStep,
    /// First day not counted.
    pub from: NaiveDate,
    /// Last day not counted.
    pub to: NaiveDate,
}

/// How a received application stands with regard to its acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// The correction notice can still be given.
    Open(Due),
    /// The notice was given in time: the case waits for the applicant.
    Correcting,
    /// Nobody spoke in time: accepted as of the day of receipt (Art. 32(4)); a later notice changes nothing.
    Deemed {
        /// The day of receipt, from which the decision is counted.
        accepted_on: NaiveDate,
    },
}

/// When the one correction notice must have been given: counted from receipt, not from acceptance (Art. 32(4)).
///
/// # Errors
/// [`Fault::Endless`] for a period beyond the calendar.
pub fn correction_due(calendar: &Calendar, terms: &Terms, received: NaiveDate) -> Result<Due, Fault> {
    period(calendar, terms.first_day, received, terms.correction_days, &[])
}

/// How a case stands on `today`, received on `received` and, if so, told on `told` what to correct. The clock runs
/// until the end of its last day; a provisional due date deems nothing, since the notice to come may move it.
///
/// # Errors
/// [`Fault::Endless`] for a period beyond the calendar.
pub fn acceptance(
    calendar: &Calendar,
    terms: &Terms,
    received: NaiveDate,
    told: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Acceptance, Fault> {
    let due = correction_due(calendar, terms, received)?;
    Ok(match told {
        Some(told) if told <= due.date || due.provisional => Acceptance::Correcting,
        _ if today <= due.date || due.provisional => Acceptance::Open(due),
        _ => Acceptance::Deemed { accepted_on: received },
    })
}

/// When the decision must have been taken: counted from acceptance, without the special steps, and with the extension
/// of Art. 42 once the head of the authority has approved it.
///
/// # Errors
/// [`Fault::Endless`] for a period beyond the calendar, such as one with a pause of years.
pub fn decision_due(
    calendar: &Calendar,
    terms: &Terms,
    accepted: NaiveDate,
    pauses: &[Pause],
    extended: bool,
) -> Result<Due, Fault> {
    let extension = match (extended, terms.handling) {
        (false, _) => 0,
        (true, Handling::Single) => EXTENSION_DAYS,
        (true, Handling::Joint) => JOINT_EXTENSION_DAYS,
    };
    period(calendar, terms.first_day, accepted, terms.decision_days.saturating_add(extension), pauses)
}

/// When the document must have been delivered: counted from the decision (Art. 44).
///
/// # Errors
/// [`Fault::Endless`] for a period beyond the calendar.
pub fn delivery_due(calendar: &Calendar, terms: &Terms, decided: NaiveDate) -> Result<Due, Fault> {
    period(calendar, terms.first_day, decided, terms.delivery_days, &[])
}

fn period(
    calendar: &Calendar,
    first_day: FirstDay,
    event: NaiveDate,
    days: u16,
    pauses: &[Pause],
) -> Result<Due, Fault> {
    let first = match first_day {
        _ if days == 0 => event,
        FirstDay::Same => event,
        FirstDay::Next => event.succ_opt().ok_or(Fault::Endless(event))?,
    };
    calendar.count(first, days, |date| pauses.iter().any(|pause| (pause.from..=pause.to).contains(&date)))
}
