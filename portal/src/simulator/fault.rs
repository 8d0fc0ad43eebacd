//! Failing on command.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::script::{MAX_ENTRIES, MAX_TEXT, ScriptError};

/// One way to fail, for the next calls it fits. Of several that fit, the one queued first is used up first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls it is for.
    pub call: CallKind,
    /// What happens to them.
    pub action: Action,
    /// How many calls it is for.
    #[serde(default = "once")]
    pub times: u32,
    /// How many calls it lets by first.
    #[serde(default)]
    pub skip: u32,
    /// Only calls about this: an `orgbusno`, a `projid` or a file's SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Of `status`: the HTTP status, 400 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Of `status`: the `Retry-After` header as it is to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// Of `refuse` and `status`: the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Of `slow` and `hold_up`: how long; of `hang`: how long at most, ten minutes when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Of `slow` and `hang`: whether the call is carried out before or after the wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<Moment>,
}

fn once() -> u32 {
    1
}

/// Which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// All that come in.
    Any,
    /// `GET /rules`.
    Rules,
    /// `PUT /files/{sha256}`.
    File,
    /// `POST /cases`.
    Case,
    /// `POST /cases/{projid}/…`.
    Step,
    /// `GET /cases/{orgbusno}`.
    Get,
    /// `GET /cases`.
    List,
    /// `GET /register`.
    Register,
    /// A report on its way to the callback.
    Report,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 422 with `words`; nothing is kept.
    Refuse,
    /// `status` with `retry_after`; nothing is kept.
    Status,
    /// Answered after `ms`.
    Slow,
    /// Not answered before it is released or `ms` have passed.
    Hang,
    /// The connection is closed; nothing is kept.
    CloseBefore,
    /// The call is carried out, then the connection is closed without an answer.
    CloseAfter,
    /// Of a case: the connection is closed, and the application arrives `ms` later by the simulator's clock, as one does that
    /// was held up on its way.
    HoldUp,
    /// Of a report: sent twice.
    Duplicate,
    /// Of a report: held back until the case's next one was sent; sent at once when it was the last.
    OutOfOrder,
    /// Of a report, and of the answer to a case or step where answers are signed (the file drop): this one has a wrong
    /// signature. The next try is right again.
    WrongSignature,
    /// Of a report: this push was signed by a clock that is an hour behind. The next try is right again.
    StaleClock,
    /// Of a report: never pushed; it can still be fetched. Of a file: taken, and then forgotten.
    Lose,
}

impl Action {
    /// All of them.
    pub(super) const ALL: [Self; 12] = [
        Self::Refuse,
        Self::Status,
        Self::Slow,
        Self::Hang,
        Self::CloseBefore,
        Self::CloseAfter,
        Self::HoldUp,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::WrongSignature,
        Self::StaleClock,
        Self::Lose,
    ];

    /// Whether it can be ordered for such a call.
    fn is_for(self, call: CallKind) -> bool {
        use CallKind::{Case, File, Report, Step};
        match self {
            Self::Duplicate | Self::OutOfOrder | Self::StaleClock => call == Report,
            Self::WrongSignature => matches!(call, Report | Case | Step),
            Self::Lose => matches!(call, Report | File),
            Self::HoldUp => call == Case,
            _ => call != Report,
        }
    }
}

/// Before or after a call is carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before: it is carried out late, though the caller may have left meanwhile.
    #[default]
    Before,
    /// After: it is carried out at once, and the caller learns of it late or never.
    After,
}

/// The longest a call takes.
const MAX_MS: u64 = 600_000;
/// The longest an application is on its way.
const MAX_ON_ITS_WAY_MS: u64 = 86_400_000;

impl Fault {
    /// The next such call.
    pub fn on(call: CallKind, action: Action) -> Self {
        Self {
            call,
            action,
            times: 1,
            skip: 0,
            subject: None,
            status: (action == Action::Status).then_some(503),
            retry_after: None,
            words: None,
            ms: None,
            moment: None,
        }
    }

    /// For that many calls.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Whether it can be done.
    pub(super) fn check(&self) -> Result<(), ScriptError> {
        use Action::{Hang, HoldUp, Refuse, Slow, Status};
        let senseless = |why| Err(ScriptError::Senseless(why));
        if !self.action.is_for(self.call) {
            return senseless(
                "duplicate, out_of_order and stale_clock are for reports, wrong_signature for reports, cases and steps, \
                 lose for reports and files, hold_up for cases, all else for calls",
            );
        }
        if (self.action == Status) != self.status.is_some_and(|status| (400..600).contains(&status)) {
            return senseless("action `status` needs a `status` from 400 to 599, and no other action has one");
        }
        if self.retry_after.is_some() && self.action != Status {
            return senseless("`retry_after` is for action `status`");
        }
        if self.words.is_some() && !matches!(self.action, Refuse | Status) {
            return senseless("`words` are for actions `refuse` and `status`");
        }
        let waits = matches!(self.action, Slow | Hang);
        if (self.ms.is_some() && !waits && self.action != HoldUp) || (self.moment.is_some() && !waits) {
            return senseless("`ms` is for actions `slow`, `hang` and `hold_up`, `moment` for `slow` and `hang`");
        }
        let most = if self.action == HoldUp { MAX_ON_ITS_WAY_MS } else { MAX_MS };
        if (matches!(self.action, Slow | HoldUp) && self.ms.is_none()) || self.ms.is_some_and(|ms| ms > most) {
            return senseless("`slow` needs `ms`, at most 600000, and `hold_up`, at most 86400000");
        }
        let texts = [&self.subject, &self.retry_after, &self.words];
        if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
            return senseless("a text is too long");
        }
        Ok(())
    }

    fn fits(&self, call: CallKind, subjects: &[&str]) -> bool {
        let called = self.call == call || (self.call == CallKind::Any && call != CallKind::Report);
        called && self.subject.as_deref().is_none_or(|subject| subjects.contains(&subject))
    }

    pub(super) fn wait(&self) -> Duration {
        Duration::from_millis(self.ms.unwrap_or(MAX_MS))
    }
}

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(super) struct FaultQueue(VecDeque<Fault>);

impl FaultQueue {
    pub(super) fn queue(&mut self, fault: Fault) -> Result<(), ScriptError> {
        fault.check()?;
        if self.0.len() >= MAX_ENTRIES {
            return Err(ScriptError::Senseless("1,000 faults wait already"));
        }
        if fault.times > 0 {
            self.0.push_back(fault);
        }
        Ok(())
    }

    /// The fault for this call, used up by one.
    pub(super) fn take(&mut self, call: CallKind, subjects: &[&str]) -> Option<Fault> {
        self.take_if(|fault| fault.fits(call, subjects))
    }

    /// Whether, and how, the next try at a push is to be signed wrongly; used up by one.
    pub(super) fn take_spoilt(&mut self, subject: &str) -> Option<Action> {
        let spoils = |fault: &Fault| matches!(fault.action, Action::WrongSignature | Action::StaleClock);
        self.take_if(|fault| spoils(fault) && fault.fits(CallKind::Report, &[subject])).map(|fault| fault.action)
    }

    fn take_if(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        for index in 0..self.0.len() {
            let fault = self.0.get_mut(index)?;
            if !fits(fault) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            let taken = fault.clone();
            if taken.times == 0 {
                self.0.remove(index);
            }
            return Some(taken);
        }
        None
    }

    pub(super) fn waiting(&self) -> Vec<Fault> {
        self.0.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests;
