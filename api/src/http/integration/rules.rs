//! The portal's photo rules: which are in force, what changed when, and taking new ones in.

use std::sync::Arc;

use casework::machine::Scope;
use casework::rules;
use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::{Any, Example};
use poem_openapi::{Enum, Object, OpenApi};
use portal::adapter::FileRule;
use serde_json::Value;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::machine::Machine;
use crate::http::problem::{Problem, Reply, codes};
use crate::http::sent::Sent;
use crate::rule_sync::{self, Outcome, Taken};

/// The operations.
#[derive(Debug)]
pub struct RulesApi;

fails! {
    /// Listing.
    pub signed ListRules: ;
    /// Reading what changed.
    pub signed ListRuleVersions: RULE_UNKNOWN;
    /// Stating them.
    pub signed_body StateRules: ;
    /// Fetching them.
    pub signed FetchRules: PORTAL_UNAVAILABLE;
}

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
    pub rule: Any<Value>,
}

/// Every photo rule.
#[derive(Debug, Object)]
pub struct RulesInForce {
    /// The rules, by name.
    pub rules: Vec<RuleInForce>,
}

/// A version of a rule that came while the program was running.
#[derive(Debug, Object)]
pub struct RuleVersion {
    /// Its number.
    pub version: u32,
    /// What is different from the version before: `field`, `from`, `to`.
    pub changes: Any<Value>,
    /// Who stated it: `portal`, or `machine:` and a name.
    pub by: String,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// The whole rule.
    pub rule: Any<Value>,
}

/// The versions of a rule, newest first. What stood in the catalogue's files only is not among them.
#[derive(Debug, Object)]
pub struct RuleVersions {
    /// The versions.
    pub versions: Vec<RuleVersion>,
}

/// What the portal wants of one kind of file. What is not said is not limited; density and colour then stay as they are.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
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
    /// What is wrong and what would do.
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
    /// What is different from the version before: `field`, `from`, `to`.
    pub changes: Option<Any<Value>>,
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

impl From<Taken> for TakenRule {
    fn from(taken: Taken) -> Self {
        let plain = |result| Self { name: taken.name.clone(), result, version: None, changes: None, faults: None };
        match taken.result {
            Outcome::Unknown => plain(RuleResult::Unknown),
            Outcome::Unchanged(version) => Self { version: Some(version), ..plain(RuleResult::Unchanged) },
            Outcome::Changed { version, changes } => {
                Self { version: Some(version), changes: Some(Any(changes)), ..plain(RuleResult::Changed) }
            }
            Outcome::Refused(faults) => {
                let fault = |fault: photo::RuleFault| StatedFault { field: fault.field.to_owned(), text: fault.text };
                Self { faults: Some(faults.into_iter().map(fault).collect()), ..plain(RuleResult::Refused) }
            }
        }
    }
}

impl From<Vec<Taken>> for TakenRules {
    fn from(taken: Vec<Taken>) -> Self {
        Self { rules: taken.into_iter().map(Into::into).collect() }
    }
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Rules")]
impl RulesApi {
    /// 上传规格 · List the photo rules in force
    ///
    /// Scope `rules.read`.
    #[oai(path = "/rules", method = "get", operation_id = "list_rules")]
    async fn list_rules(&self, who: Machine, app: Data<&Arc<App>>) -> Reply<Json<RulesInForce>, ListRules> {
        who.may(Scope::RulesRead)?;
        let mut rules = Vec::new();
        for rule in app.catalogue.rules.list() {
            let whole = Any(serde_json::to_value(&*rule).map_err(Problem::internal)?);
            let (name, source, taken_on) = (rule.name.clone(), rule.source.clone(), rule.taken_on.clone());
            rules.push(RuleInForce { name, version: rule.version, source, taken_on, rule: whole });
        }
        Ok(Json(RulesInForce { rules }))
    }

    /// 规格变更 · What changed about a rule, and when
    ///
    /// Scope `rules.read`.
    #[oai(path = "/rules/:name/versions", method = "get", operation_id = "list_rule_versions")]
    async fn list_rule_versions(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// The rule's name.
        name: Path<String>,
    ) -> Reply<Json<RuleVersions>, ListRuleVersions> {
        who.may(Scope::RulesRead)?;
        app.catalogue.rules.get(&name).ok_or(&codes::RULE_UNKNOWN)?;
        let version = |row: entity::rule::Model| RuleVersion {
            version: u32::try_from(row.version).unwrap_or(0),
            changes: Any(row.changes),
            by: row.by,
            taken_at: row.taken_at,
            rule: Any(row.data),
        };
        let versions = rules::versions(&app.desk, &name).await?;
        Ok(Json(RuleVersions { versions: versions.into_iter().map(version).collect() }))
    }

    /// 同步规格 · State the portal's rules
    ///
    /// For whoever knows them. A rule that differs from the one in force becomes its next version, at once in this process
    /// and within a minute in all; photos of drafts and of cases sent back are made again from their originals, and their
    /// owners hear of those that cannot be. What was handed in stays as it was. Stating the same again changes nothing.
    /// Scope `rules.write`.
    #[oai(path = "/rules", method = "put", operation_id = "state_rules")]
    async fn state_rules(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        body: Sent<StatedRules>,
    ) -> Reply<Json<TakenRules>, StateRules> {
        let by = who.may(Scope::RulesWrite)?;
        let stated: Vec<FileRule> = body.0.rules.into_iter().map(Into::into).collect();
        Ok(Json(rule_sync::take(&app, &stated, &by).await?.into()))
    }

    /// 获取省平台规格 · Fetch the portal's rules
    ///
    /// Asks the portal itself (`GET {base}/rules`), and takes in what it says as `state_rules` does. Scope `rules.write`.
    #[oai(path = "/rules/fetch", method = "post", operation_id = "fetch_rules")]
    async fn fetch_rules(&self, who: Machine, app: Data<&Arc<App>>) -> Reply<Json<TakenRules>, FetchRules> {
        who.may(Scope::RulesWrite)?;
        let taken = rule_sync::fetch(&app).await?.ok_or(&codes::PORTAL_UNAVAILABLE)?;
        Ok(Json(taken.into()))
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
