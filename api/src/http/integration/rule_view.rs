//! Photo rules in the words of the interface: in force, stated, and what came of stating them.

use chrono::{DateTime, Utc};
use photo::{Colour, Format, Rule};
use poem_openapi::types::{Any, Example};
use poem_openapi::{Enum, Object};
use portal::adapter::FileRule;
use serde_json::Value;

use crate::http::free::Free;
use crate::http::problem::{Language, Words};
use crate::rule_sync::{Outcome, Taken};

/// A photo rule in force.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RuleInForce {
    /// Its name.
    pub name: String,
    /// Its version: counts up with each change.
    pub version: u32,
    /// Where it comes from: `portal`, `assumed`, or what the catalogue says.
    pub source: String,
    /// The day it was taken from there.
    pub taken_on: Option<String>,
    /// The whole rule, in the shape of the catalogue's files.
    pub rule: Free,
    /// What of it the portal can state, as `state_rules` takes it: stated as it is, it changes nothing.
    pub stated: StatedRule,
}

/// Every photo rule.
#[derive(Debug, Object)]
pub struct RulesInForce {
    /// The rules, by name.
    pub rules: Vec<RuleInForce>,
}

/// One field of a rule that changed.
#[derive(Debug, Object)]
pub struct RuleChange {
    /// The field.
    pub field: String,
    /// What it said before: a number, a text, two sides of a picture, or null for nothing.
    pub from: Any<Value>,
    /// What it says now.
    pub to: Any<Value>,
}

impl RuleChange {
    /// The changes as they were kept.
    pub(super) fn all(kept: &Value) -> Vec<Self> {
        let of = |change: &Value, name: &str| change.get(name).cloned().unwrap_or_default();
        let change = |one: &Value| Self {
            field: of(one, "field").as_str().unwrap_or_default().to_owned(),
            from: Any(of(one, "from")),
            to: Any(of(one, "to")),
        };
        kept.as_array().into_iter().flatten().map(change).collect()
    }
}

/// A version of a rule that came while the program was running.
#[derive(Debug, Object)]
pub struct RuleVersion {
    /// Its number.
    pub version: u32,
    /// What is different from the version before.
    pub changes: Vec<RuleChange>,
    /// Who stated it: `portal`, or `machine:` and a name.
    pub by: String,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// The whole rule.
    pub rule: Free,
}

/// The versions of a rule, newest first. What stood in the catalogue's files only is not among them.
#[derive(Debug, Object)]
pub struct RuleVersions {
    /// The versions.
    pub versions: Vec<RuleVersion>,
}

/// What the portal wants of one kind of file. What is not said is not limited; density and colour then stay as they are.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct StatedRule {
    /// Its name: one a material of the catalogue asks for.
    #[oai(validator(min_length = 1, max_length = 64))]
    pub name: String,
    /// `jpeg`, `png` or `pdf`.
    #[oai(validator(max_length = 16))]
    pub format: String,
    /// The most bytes.
    pub max_bytes: Option<u64>,
    /// The fewest bytes.
    pub min_bytes: Option<u64>,
    /// The shorter side's least pixels.
    pub min_short_px: Option<u32>,
    /// The longer side's least pixels.
    pub min_long_px: Option<u32>,
    /// The longer side's most pixels.
    pub max_long_px: Option<u32>,
    /// Exactly this width and height.
    #[oai(validator(min_items = 2, max_items = 2))]
    pub exact_px: Option<Vec<u32>>,
    /// The density the file must state, in dots per inch.
    pub dpi: Option<u16>,
    /// `srgb` or `grey`.
    #[oai(validator(max_length = 16))]
    pub colour: Option<String>,
    /// The most pages of one file: a PDF's alone.
    pub max_pages: Option<u32>,
}

/// The portal's rules, or some of them.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct StatedRules {
    /// The rules. Those that are not named stay as they are.
    #[oai(validator(max_items = 200))]
    pub rules: Vec<StatedRule>,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum RuleResult {
    /// It is what it was.
    Unchanged,
    /// It is a new version: photos of drafts are made again for it.
    Changed,
    /// No material of the catalogue asks for such a rule.
    Unknown,
    /// No picture could keep it: the version in force stays. `faults` says why.
    Refused,
}

/// One thing wrong with a rule.
#[derive(Debug, Object)]
pub struct StatedFault {
    /// The field.
    pub field: String,
    /// What would do.
    pub text: String,
}

/// What came of one rule.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct TakenRule {
    /// Its name.
    pub name: String,
    /// What came of it.
    pub result: RuleResult,
    /// The version in force now.
    pub version: Option<u32>,
    /// What is different from the version before.
    pub changes: Option<Vec<RuleChange>>,
    /// Everything that is wrong with it.
    pub faults: Option<Vec<StatedFault>>,
}

/// What came of each rule.
#[derive(Debug, Object)]
pub struct TakenRules {
    /// In the order in which they were stated.
    pub rules: Vec<TakenRule>,
}

impl From<StatedRule> for FileRule {
    fn from(rule: StatedRule) -> Self {
        let exact_px = rule.exact_px.and_then(|sides| <[u32; 2]>::try_from(sides).ok());
        Self {
            name: rule.name,
            format: rule.format,
            max_bytes: rule.max_bytes,
            min_bytes: rule.min_bytes,
            min_short_px: rule.min_short_px,
            min_long_px: rule.min_long_px,
            max_long_px: rule.max_long_px,
            exact_px: exact_px.map(|[width, height]| (width, height)),
            dpi: rule.dpi,
            colour: rule.colour,
            max_pages: rule.max_pages,
        }
    }
}

impl From<&Rule> for StatedRule {
    fn from(rule: &Rule) -> Self {
        let (format, colour) = (
            match rule.format {
                Format::Jpeg => "jpeg",
                Format::Png => "png",
                Format::Pdf => "pdf",
            },
            match rule.colour {
                Colour::Srgb => "srgb",
                Colour::Grey => "grey",
            },
        );
        Self {
            name: rule.name.clone(),
            format: format.to_owned(),
            max_bytes: Some(rule.max_bytes),
            min_bytes: Some(rule.min_bytes),
            min_short_px: Some(rule.min_short_px),
            min_long_px: Some(rule.min_long_px),
            max_long_px: rule.max_long_px,
            exact_px: rule.exact_px.map(Vec::from),
            dpi: rule.dpi.and_then(|dpi| u16::try_from(dpi).ok()),
            colour: Some(colour.to_owned()),
            max_pages: rule.max_pages,
        }
    }
}

impl TakenRule {
    fn of(taken: Taken, language: Language) -> Self {
        let plain = |result| Self { name: taken.name.clone(), result, version: None, changes: None, faults: None };
        match taken.result {
            Outcome::Unknown => plain(RuleResult::Unknown),
            Outcome::Unchanged(version) => Self { version: Some(version), ..plain(RuleResult::Unchanged) },
            Outcome::Changed { version, changes } => {
                Self { version: Some(version), changes: Some(RuleChange::all(&changes)), ..plain(RuleResult::Changed) }
            }
            Outcome::Refused(faults) => {
                let fault = |fault: photo::RuleFault| StatedFault {
                    field: fault.field.to_owned(),
                    text: Words::from((fault.zh, fault.en)).say(language).to_owned(),
                };
                Self { faults: Some(faults.into_iter().map(fault).collect()), ..plain(RuleResult::Refused) }
            }
        }
    }
}

impl TakenRules {
    /// What came of each, with faults in this language.
    pub(super) fn of(taken: Vec<Taken>, language: Language) -> Self {
        Self { rules: taken.into_iter().map(|rule| TakenRule::of(rule, language)).collect() }
    }
}

impl Example for StatedRules {
    fn example() -> Self {
        let rule = StatedRule {
            name: "signboard-scene".to_owned(),
            format: "jpeg".to_owned(),
            max_bytes: Some(512_000),
            min_bytes: None,
            min_short_px: Some(480),
            min_long_px: Some(640),
            max_long_px: Some(2048),
            exact_px: None,
            dpi: Some(200),
            colour: Some("srgb".to_owned()),
            max_pages: None,
        };
        Self { rules: vec![rule] }
    }
}
