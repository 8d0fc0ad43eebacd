//! The portal's photo rules, taken in while the program runs: each change is a version of its own, and photos of drafts are
//! made again for it like for any other new version.
//!
//! The version with the highest number counts, whether it came this way or stands in a file of the catalogue. What a rule
//! means for the engine (its kind, the background under transparency) is never the portal's to say and stays as it is.

use std::sync::Arc;

use casework::rules::{self, Version};
use casework::{Desk, Error, Result};
use photo::{Format, Rule, RuleFault};
use portal::adapter::{FileRule, Reply, Verdict};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::catalogue::RuleBook;
use crate::receive::rule_version;

/// The most bytes of a file where the portal names no limit: what a phone may send.
const UNLIMITED_BYTES: u64 = 20 << 20;
/// How often a version is numbered anew when another process was quicker.
const RETRIES: usize = 5;
/// Fields that say where a rule comes from and nothing of what it wants.
const ABOUT: [&str; 3] = ["version", "source", "taken_on"];

/// What came of one rule that was stated.
#[derive(Debug)]
pub struct Taken {
    /// The rule.
    pub name: String,
    /// What came of it.
    pub result: Outcome,
}

/// What came of a rule.
#[derive(Debug)]
pub enum Outcome {
    /// It is what it was.
    Unchanged(u32),
    /// It is a new version.
    Changed {
        /// Its number.
        version: u32,
        /// What is different: `field`, `from`, `to`.
        changes: Value,
    },
    /// No material asks for such a rule.
    Unknown,
    /// No picture could keep it: the version in force stays.
    Refused(Vec<RuleFault>),
}

/// Takes in the rules that `by` states. Each is on its own: one that cannot be taken holds up no other.
///
/// # Errors
/// When the database fails; what was taken before is kept.
pub async fn take(app: &App, stated: &[FileRule], by: &str) -> Result<Vec<Taken>> {
    let mut all = Vec::new();
    for rule in stated {
        all.push(Taken { name: rule.name.clone(), result: take_one(app, rule, by).await? });
    }
    Ok(all)
}

/// Asks the portal for its rules and takes them in, or answers what it said instead.
///
/// # Errors
/// When our own database fails.
pub async fn fetch(app: &App) -> Result<std::result::Result<Vec<Taken>, Verdict>> {
    let Reply { verdict, value, .. } = app.province.rules().await;
    let Some(stated) = value else {
        tracing::warn!(?verdict, "the portal's photo rules cannot be read");
        return Ok(Err(verdict));
    };
    take(app, &stated, "portal").await.map(Ok)
}

/// Puts the versions other processes took in, and those of earlier days, in force here. Answers how many were new.
///
/// # Errors
/// When the database fails.
pub async fn refresh(desk: &Desk, book: &RuleBook) -> Result<usize> {
    let mut adopted = 0;
    for row in rules::all(desk).await? {
        let Ok(rule) = serde_json::from_value::<Rule>(row.data) else {
            // Kept by a newer program than this one.
            tracing::error!(rule = row.name, version = row.version, "a kept rule cannot be read");
            continue;
        };
        adopted += usize::from(book.adopt(rule));
    }
    Ok(adopted)
}

async fn take_one(app: &App, stated: &FileRule, by: &str) -> Result<Outcome> {
    let book = &app.catalogue.rules;
    for _ in 0..RETRIES {
        let Some(current) = book.get(&stated.name) else { return Ok(Outcome::Unknown) };
        let new = match merged(&current, stated, &app.desk) {
            Ok(new) => new,
            Err(faults) => return Ok(Outcome::Refused(faults)),
        };
        let changes = differences(&current, &new)?;
        if changes.is_empty() {
            return Ok(Outcome::Unchanged(current.version));
        }
        let (version, changes) = (new.version, Value::Array(changes));
        let data = serde_json::to_value(&new).map_err(|_| Error::BadRow("rule.data"))?;
        let kept = Version { name: new.name.clone(), version: rule_version(&new), data, changes: changes.clone() };
        if rules::keep(&app.desk, kept, by).await? {
            tracing::warn!(rule = new.name, version, %changes, by, "a photo rule has changed");
            book.adopt(new);
            return Ok(Outcome::Changed { version, changes });
        }
        refresh(&app.desk, book).await?;
    }
    Err(Error::Busy)
}

/// The rule in force with the limits that were stated, as its next version; or everything that is wrong with it.
fn merged(current: &Arc<Rule>, stated: &FileRule, desk: &Desk) -> std::result::Result<Rule, Vec<RuleFault>> {
    let mut faults = Vec::new();
    let format: Option<Format> = serde_json::from_value(json!(stated.format)).ok();
    if format.is_none() {
        faults.push(RuleFault::new("format", ("jpeg、png 或 pdf", "jpeg, png or pdf")));
    }
    let colour = stated.colour.as_ref().map(|colour| serde_json::from_value(json!(colour)));
    if matches!(colour, Some(Err(_))) {
        faults.push(RuleFault::new("colour", ("srgb 或 grey", "srgb or grey")));
    }
    let (known, format) = (format.is_some(), format.unwrap_or(current.format));
    let colour = colour.and_then(std::result::Result::ok).unwrap_or(current.colour);
    let rule = Rule {
        version: current.version.saturating_add(1),
        source: "portal".to_owned(),
        taken_on: Some(desk.today().to_string()),
        format,
        max_bytes: stated.max_bytes.unwrap_or(UNLIMITED_BYTES),
        min_bytes: stated.min_bytes.unwrap_or(0),
        min_short_px: stated.min_short_px.unwrap_or(0),
        min_long_px: stated.min_long_px.unwrap_or(0),
        max_long_px: stated.max_long_px,
        exact_px: stated.exact_px.map(|(width, height)| [width, height]),
        dpi: stated.dpi.map(u32::from).or(current.dpi),
        colour,
        max_pages: stated.max_pages.or(current.max_pages.filter(|_| format == Format::Pdf)),
        ..Rule::clone(current)
    };
    // What there may be of pages depends on the format.
    let rest = rule.validate().err().unwrap_or_default();
    faults.extend(rest.into_iter().filter(|fault| known || fault.field != "max_pages"));
    let photos = most_photos(desk, &rule.name);
    if known && rule.max_pages.is_some_and(|pages| pages < photos) {
        let zh = format!("至少 {photos}：目录里有材料可传这么多张照片");
        let en = format!("at least {photos}: a material of the catalogue may have so many photos");
        faults.push(RuleFault::new("max_pages", (zh, en)));
    }
    if faults.is_empty() { Ok(rule) } else { Err(faults) }
}

/// The most photos a material that asks for this rule may have.
fn most_photos(desk: &Desk, rule: &str) -> u32 {
    let materials = desk.catalogue.all().flat_map(|entry| &entry.item.materials);
    materials.filter(|material| material.rule == rule).map(|material| material.max_photos).max().unwrap_or(0)
}

/// What is different between two versions, field by field.
fn differences(old: &Rule, new: &Rule) -> Result<Vec<Value>> {
    let (old, new) = (fields(old)?, fields(new)?);
    let mut names: Vec<_> = old.keys().chain(new.keys()).filter(|name| !ABOUT.contains(&name.as_str())).collect();
    names.sort();
    names.dedup();
    let of = |fields: &Map<String, Value>, name: &String| fields.get(name).cloned().unwrap_or(Value::Null);
    let change = |name: &String| json!({ "field": name, "from": of(&old, name), "to": of(&new, name) });
    Ok(names.into_iter().filter(|name| of(&old, name) != of(&new, name)).map(change).collect())
}

fn fields(rule: &Rule) -> Result<Map<String, Value>> {
    match serde_json::to_value(rule) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Error::BadRow("rule.data")),
    }
}
