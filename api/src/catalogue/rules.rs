//! The photo rules in force, and what a case and its delivery must know of them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use casework::item::{Misfit, PhotoFacts, Rules, Text};
use photo::{Facts, Format, Rule};
use portal::deliver::Binder;

/// All photo rules by name. A newer version of one may come while the program runs.
#[derive(Debug, Default)]
pub struct RuleBook {
    rules: RwLock<BTreeMap<String, Arc<Rule>>>,
}

impl RuleBook {
    /// A book of these rules, each under its name.
    pub fn new(rules: BTreeMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(rules.into_iter().map(|(name, rule)| (name, Arc::new(rule))).collect()) }
    }

    /// The rule of this name in the version in force.
    pub fn get(&self, name: &str) -> Option<Arc<Rule>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Every rule, by name.
    pub fn list(&self) -> Vec<Arc<Rule>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Puts a version in force, when it is newer than the one that is. Answers whether it was. A rule no material asks for
    /// is left out.
    pub fn adopt(&self, rule: Rule) -> bool {
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        match rules.get_mut(&rule.name) {
            Some(current) if current.version < rule.version => {
                *current = Arc::new(rule);
                true
            }
            _ => false,
        }
    }
}

impl Rules for RuleBook {
    fn misfit(&self, rule: &str, photo: &PhotoFacts) -> Vec<Misfit> {
        let Some(rule) = self.get(rule) else { return vec![no_rule()] };
        let Some(format) = format(&photo.format) else { return vec![misfit("format", &rule.format.to_string(), "?")] };
        let facts = Facts { format, bytes: photo.bytes, width: photo.width, height: photo.height };
        rule.misfits(&facts).into_iter().map(|found| misfit(found.limit, &found.allowed, &found.found)).collect()
    }

    fn version(&self, rule: &str) -> Option<u32> {
        self.get(rule).map(|rule| rule.version)
    }
}

impl Binder for RuleBook {
    fn binds(&self, rule: &str) -> bool {
        self.get(rule).is_some_and(|rule| rule.format == Format::Pdf)
    }

    fn bind(&self, pages: &[Bytes]) -> Option<Vec<u8>> {
        photo::pdf::assemble(pages)
    }
}

fn format(name: &str) -> Option<Format> {
    [Format::Jpeg, Format::Png, Format::Pdf].into_iter().find(|format| format.to_string() == name)
}

fn misfit(limit: &'static str, allowed: &str, found: &str) -> Misfit {
    let (code, zh, en) = match limit {
        "format" => ("photo.wrong_format", format!("要 {allowed} 格式"), format!("it must be {allowed}")),
        "max_bytes" => (
            "photo.too_large",
            format!("最大 {allowed} 字节，这张 {found}"),
            format!("at most {allowed} bytes, not {found}"),
        ),
        "min_bytes" => (
            "photo.too_few_bytes",
            format!("最小 {allowed} 字节，这张 {found}"),
            format!("at least {allowed} bytes, not {found}"),
        ),
        "min_short_px" => (
            "photo.too_small",
            format!("短边至少 {allowed} 像素，这张 {found}"),
            format!("short side at least {allowed} pixels, not {found}"),
        ),
        "min_long_px" => (
            "photo.too_small",
            format!("长边至少 {allowed} 像素，这张 {found}"),
            format!("long side at least {allowed} pixels, not {found}"),
        ),
        _ => ("photo.wrong_size", format!("要 {allowed} 像素，这张 {found}"), format!("{allowed} pixels, not {found}")),
    };
    let zh = format!("对这张照片的要求变了（{zh}），请重新上传原来的照片，或者重拍一张。");
    let en = format!("What this photo must be like has changed ({en}): upload the original again, or take a new one.");
    Misfit { code, detail: Text { zh, en } }
}

/// Cannot happen with a loaded catalogue: every rule an item names is there.
fn no_rule() -> Misfit {
    let zh = "这项材料的照片要求正在维护，请稍后再试。";
    Misfit { code: "photo.no_rule", detail: Text::new(zh, "The rule for this material is missing; try again later.") }
}
