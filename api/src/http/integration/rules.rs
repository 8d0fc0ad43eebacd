//! The portal's photo rules: which are in force, what changed when, and taking new ones in.

use std::sync::Arc;
use std::time::Duration;

use casework::machine::Scope;
use casework::rules;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use portal::adapter::{FileRule, NOT_OFFERED, Verdict};
use portal::reason;

use super::Tag;
use super::rule_view::{RuleChange, RuleInForce, RuleVersion, RuleVersions, RulesInForce, StatedRules, TakenRules};
use crate::app::App;
use crate::fails;
use crate::http::free::Free;
use crate::http::machine::Machine;
use crate::http::problem::{Language, Problem, Reply, codes};
use crate::http::sent::Sent;
use crate::rule_sync;

/// The longest wait of the portal's that is passed on.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

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
    pub signed FetchRules: PORTAL_UNAVAILABLE, PORTAL_REFUSED, PORTAL_NO_RULES;
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
            let whole = Free(serde_json::to_value(&*rule).map_err(Problem::internal)?);
            let (name, source, taken_on) = (rule.name.clone(), rule.source.clone(), rule.taken_on.clone());
            let stated = (&*rule).into();
            rules.push(RuleInForce { name, version: rule.version, source, taken_on, rule: whole, stated });
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
            changes: RuleChange::all(&row.changes),
            by: row.by,
            taken_at: row.taken_at,
            rule: Free(row.data),
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
        language: Language,
        body: Sent<StatedRules>,
    ) -> Reply<Json<TakenRules>, StateRules> {
        let by = who.may(Scope::RulesWrite)?;
        let stated: Vec<FileRule> = body.0.rules.into_iter().map(Into::into).collect();
        Ok(Json(TakenRules::of(rule_sync::take(&app, &stated, &by).await?, language)))
    }

    /// 获取省平台规格 · Fetch the portal's rules
    ///
    /// Asks the portal itself (`GET {base}/rules`), and takes in what it says as `state_rules` does. A portal that is reached by
    /// rows or files, or has no such call, cannot be asked. Scope `rules.write`.
    #[oai(path = "/rules/fetch", method = "post", operation_id = "fetch_rules")]
    async fn fetch_rules(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        language: Language,
    ) -> Reply<Json<TakenRules>, FetchRules> {
        who.may(Scope::RulesWrite)?;
        let taken = rule_sync::fetch(&app).await?.map_err(|verdict| unfetched(&verdict))?;
        Ok(Json(TakenRules::of(taken, language)))
    }
}

/// What the portal said instead of its rules: worth asking again after a while, or not before something is mended.
fn unfetched(verdict: &Verdict) -> Problem {
    let (code, words, problem) = match verdict {
        Verdict::Rejected { code, .. } if *code == NOT_OFFERED => return Problem::new(&codes::PORTAL_NO_RULES),
        Verdict::Rejected { code, words } => (*code, words.as_str(), Problem::new(&codes::PORTAL_REFUSED)),
        Verdict::Retry { code: code @ "province.unreadable", .. } => (*code, "", Problem::new(&codes::PORTAL_REFUSED)),
        Verdict::Retry { code, after } => {
            let problem = Problem::new(&codes::PORTAL_UNAVAILABLE);
            (*code, "", after.iter().fold(problem, |problem, wait| problem.retry_after((*wait).min(LONGEST_WAIT))))
        }
        verdict => (verdict.code().unwrap_or_default(), "", Problem::new(&codes::PORTAL_UNAVAILABLE)),
    };
    let (zh, en) = reason::named(code).map_or(("", ""), |of| (of.zh, of.en));
    let (zh, en) = (format!("{code}：{zh}。{words}"), format!("{code}: {en}. {words}"));
    problem.detail((zh.trim_end().to_owned(), en.trim_end().to_owned()))
}
