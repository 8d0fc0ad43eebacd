//! How cases move on.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::random::Random;

/// What happens to cases after they arrive, and which calls fail. TOML or JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What happens to a case, one after the other. Empty: nothing, until somebody moves it by hand.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Cases for which something else happens; the first that matches counts.
    #[serde(default)]
    pub cases: Vec<CaseScript>,
    /// Faults to queue when the script is taken up.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Failing at random, begun when the script is taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<Random>,
    /// Whether the arrival itself is pushed as a report (02 收件). It can always be fetched.
    #[serde(default)]
    pub announce_arrival: bool,
}

/// Accepts a case a second after it arrives and approves it two seconds later.
impl Default for Script {
    fn default() -> Self {
        let steps = vec![Step::after(1_000, Status::Accepted), Step::after(2_000, Status::Approved)];
        Self { steps, ..Self::nothing() }
    }
}

/// What happens to some cases. A criterion that is not named matches every case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseScript {
    /// The case itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orgbusno: Option<String>,
    /// The item's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The applicant's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicant: Option<String>,
    /// What happens.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Faults of its own, queued when it is handed in for the first time: for calls about it, from that one on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// One thing that happens to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How long after the one before, in milliseconds. After a correction: after the corrected version arrived.
    #[serde(default)]
    pub after_ms: u64,
    /// What becomes of the case.
    pub status: Status,
    /// What is said to the applicant; a plain sentence when nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Of a correction: what must be put right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemText>,
    /// Of an approval: the licence; one is made up when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceText>,
    /// Of `raw`: the state's code as it is to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 收件.
    Received,
    /// 受理.
    Accepted,
    /// 补齐补正: the script waits for the corrected version.
    Correction,
    /// 不予受理.
    NotAccepted,
    /// 在办.
    Reviewing,
    /// 准予许可.
    Approved,
    /// 不予许可.
    Denied,
    /// Whatever `code` says, known to anybody or not.
    Raw,
}

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemText {
    /// The material's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// What to do.
    pub words: String,
}

/// A licence as the script gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceText {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Its last day, `2028-11-21`, or any words.
    pub valid_until: String,
}

/// A script that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// It cannot be read.
    #[error("the simulator's script cannot be read: {0}")]
    Unreadable(String),
    /// It can be read but not followed.
    #[error("the simulator's script cannot be followed: {0}")]
    Senseless(&'static str),
}

/// The most steps of a case, special cases of a script and faults that wait.
pub(super) const MAX_ENTRIES: usize = 1000;
/// The longest wait before a step: a day.
const MAX_AFTER_MS: u64 = 86_400_000;
/// The longest text, in bytes.
pub(super) const MAX_TEXT: usize = 8_000;

impl Script {
    /// Nothing happens unless somebody does it by hand.
    pub fn nothing() -> Self {
        Self { steps: Vec::new(), cases: Vec::new(), faults: Vec::new(), random: None, announce_arrival: false }
    }

    /// The same steps for every case.
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::nothing() }
    }

    /// Reads a script: JSON when it begins with `{`, TOML otherwise.
    ///
    /// # Errors
    /// [`ScriptError`].
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let script: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ScriptError::Unreadable(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| ScriptError::Unreadable(error.message().to_owned()))?
        };
        script.check()?;
        Ok(script)
    }

    /// Whether it can be followed.
    ///
    /// # Errors
    /// [`ScriptError::Senseless`].
    pub fn check(&self) -> Result<(), ScriptError> {
        if self.steps.len().max(self.cases.len()).max(self.faults.len()) > MAX_ENTRIES {
            return Err(ScriptError::Senseless("more than 1,000 entries"));
        }
        if self.cases.iter().any(|case| case.steps.len().max(case.faults.len()) > MAX_ENTRIES) {
            return Err(ScriptError::Senseless("more than 1,000 steps or faults of a case"));
        }
        self.steps.iter().chain(self.cases.iter().flat_map(|case| &case.steps)).try_for_each(Step::check)?;
        self.random.iter().try_for_each(Random::check)?;
        self.faults.iter().chain(self.cases.iter().flat_map(|case| &case.faults)).try_for_each(Fault::check)
    }

    pub(super) fn steps_for(&self, orgbusno: &str, item: &str, applicant: &str) -> &[Step] {
        self.case_for(orgbusno, item, applicant).map_or(&self.steps, |case| &case.steps)
    }

    /// The faults of a case's own.
    pub(super) fn faults_for(&self, orgbusno: &str, item: &str, applicant: &str) -> Vec<Fault> {
        self.case_for(orgbusno, item, applicant).map(|case| case.faults.clone()).unwrap_or_default()
    }

    fn case_for(&self, orgbusno: &str, item: &str, applicant: &str) -> Option<&CaseScript> {
        let same = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        self.cases
            .iter()
            .find(|case| same(&case.orgbusno, orgbusno) && same(&case.item, item) && same(&case.applicant, applicant))
    }
}

impl Step {
    /// `status`, `after_ms` after what came before.
    pub fn after(after_ms: u64, status: Status) -> Self {
        Self { after_ms, status, words: None, items: Vec::new(), licence: None, code: None }
    }

    /// `status`, at once.
    pub fn now(status: Status) -> Self {
        Self::after(0, status)
    }

    /// The same with these words.
    #[must_use]
    pub fn saying(self, words: impl Into<String>) -> Self {
        Self { words: Some(words.into()), ..self }
    }

    /// A state with a code of its own.
    pub fn raw(code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..Self::now(Status::Raw) }
    }

    pub(super) fn check(&self) -> Result<(), ScriptError> {
        let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > MAX_TEXT);
        if self.after_ms > MAX_AFTER_MS {
            return Err(ScriptError::Senseless("a step waits longer than a day"));
        }
        if (self.status == Status::Raw) != self.code.is_some() {
            return Err(ScriptError::Senseless("`code` belongs to status `raw`, and `raw` needs it"));
        }
        if long(&self.words) || long(&self.code) || self.items.len() > MAX_ENTRIES {
            return Err(ScriptError::Senseless("a text or list is too long"));
        }
        Ok(())
    }
}
