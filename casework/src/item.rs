//! What can be applied for: the item, its guide, its materials, its clocks.
//!
//! An item is data, read once at start and never changed while the process runs. It has a version; a case keeps the
//! version it was started with, so several versions of one item live side by side in the [`Catalogue`].

mod applicant;
mod catalogue;
mod condition;
mod guide;
mod rules;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use law::clock::{FirstDay, Handling, Terms};
use serde::{Deserialize, Serialize};

pub use self::applicant::{Applicant, ApplicantPaths};
pub use self::catalogue::{BadCatalogue, Catalogue, Entry};
pub use self::condition::Condition;
pub use self::guide::{Guide, Section};
pub use self::rules::{Misfit, PhotoFacts, Rules};

/// One text in the two languages the project speaks. Chinese is what applicants see unless they ask otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Plain Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Text {
    /// A text from its two halves.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// Whether either half is missing.
    pub fn is_blank(&self) -> bool {
        self.zh.trim().is_empty() || self.en.trim().is_empty()
    }
}

/// What kind of government service an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 行政许可: nothing may be done before the authority says yes.
    Permit,
    /// 明示 / 备案: what was done is made known; nobody has to say yes.
    Declaration,
}

/// Who decides the cases of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The provincial portal: our case follows the reports that come back.
    Province,
    /// The county bureau's own staff: they decide here and every step is reported to the province.
    County,
}

/// One material an item asks for; filled by photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialSpec {
    /// Unique within the item: lower-case words joined by hyphens.
    pub code: String,
    /// Its name as the guide prints it.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// How to take the photo so that it will do.
    pub hint: String,
    /// The same in English.
    pub hint_en: String,
    /// Whether a case cannot be submitted without it. Narrowed by `required_when`.
    pub required: bool,
    /// The answers that make a required material necessary; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_when: Option<Condition>,
    /// Fewest photos, when the material is given at all. At least 1.
    pub min_photos: u32,
    /// Most photos.
    pub max_photos: u32,
    /// Name of the rule every photo must meet.
    pub rule: String,
}

impl MaterialSpec {
    /// Whether a case with these answers needs the material.
    pub fn is_required(&self, answers: &serde_json::Value) -> bool {
        self.required && self.required_when.as_ref().is_none_or(|when| when.holds(answers))
    }
}

/// The periods of an item. Those of the authority are working days (行政许可法 Art 82).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemClocks {
    /// Working days in which the authority must say, once, all that is to be corrected.
    pub correction_days: u32,
    /// Calendar days an applicant has to correct before the case lapses.
    pub lapse_days: u32,
    /// Working days to the decision at the latest, by law.
    pub decision_days: u32,
    /// Working days to the decision as promised to applicants; never more than `decision_days`.
    pub promise_days: u32,
    /// Working days from the decision to the document in the applicant's hands.
    pub delivery_days: u32,
    /// Which day is day one of a period in working days: the law does not say.
    #[serde(default)]
    pub first_day: FirstDay,
    /// Calendar days after completion in which a declaration is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u32>,
    /// For each period above, by its field name, where it comes from; `assumed` when nobody has confirmed it.
    pub sources: BTreeMap<String, String>,
}

impl ItemClocks {
    /// The periods that are counted in working days, in the law's words.
    pub fn terms(&self) -> Terms {
        let days = |days: u32| u16::try_from(days).unwrap_or(u16::MAX);
        Terms {
            first_day: self.first_day,
            handling: Handling::Single,
            correction_days: days(self.correction_days),
            decision_days: days(self.decision_days),
            delivery_days: days(self.delivery_days),
        }
    }
}

/// What the provincial adapter needs to know about an item. Opaque here: the adapter gives the words their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Where the codes come from; `assumed` until the province has confirmed them.
    pub source: String,
    /// Name of a code → its value.
    pub codes: BTreeMap<String, String>,
}

/// A government service one can apply for, in one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Lower-case words joined by hyphens; the same through all versions.
    pub code: String,
    /// From 1 upwards; the highest present is current.
    pub version: u32,
    /// The day this version was written or taken from its source. The form's example is valid on that day.
    pub taken_on: NaiveDate,
    /// Where the item as a whole comes from.
    pub source: String,
    /// Its official name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// One sentence for the list of items.
    pub summary: String,
    /// The same in English.
    pub summary_en: String,
    /// Permit or declaration.
    pub kind: Kind,
    /// Who decides.
    pub decided_by: DecidedBy,
    /// What an applicant reads before applying.
    pub guide: Guide,
    /// What is asked for beside the form, in the order to show it.
    pub materials: Vec<MaterialSpec>,
    /// Its periods.
    pub clocks: ItemClocks,
    /// Codes for the provincial adapter.
    pub province: Province,
    /// Which answers say who applies.
    pub applicant: ApplicantPaths,
    /// The form: JSON Schema 2020-12; `examples[0]` is a complete, valid answer.
    pub form: serde_json::Value,
}

impl Item {
    /// The material with this code.
    pub fn material(&self, code: &str) -> Option<&MaterialSpec> {
        self.materials.iter().find(|material| material.code == code)
    }

    /// The settings of this version nobody has confirmed yet: what an operator has to ask the bureau about.
    pub fn assumed(&self) -> Vec<&str> {
        let clocks = self.clocks.sources.iter().filter(|(_, source)| is_assumed(source)).map(|(name, _)| name.as_str());
        let own = is_assumed(&self.source).then_some("item");
        let province = is_assumed(&self.province.source).then_some("province");
        own.into_iter().chain(clocks).chain(province).collect()
    }
}

/// A source begins with this word while nobody has confirmed the setting.
fn is_assumed(source: &str) -> bool {
    source.starts_with("assumed")
}
