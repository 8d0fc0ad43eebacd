//! What can be wrong with an item beyond its shape. Each mistake is a sentence for whoever writes the file.

use std::collections::BTreeSet;

use crate::form::Form;
use crate::item::{Item, ItemClocks, MaterialSpec};

/// Most materials of one item.
const MAX_MATERIALS: usize = 30;
/// Most photos of one material.
const MAX_PHOTOS: u32 = 20;
/// Longest code.
const MAX_CODE: usize = 48;
/// What a source names when a period comes from the law [`law::clock`] knows.
const LICENSING_LAW: &str = "行政许可法";

/// The mistakes that show without the form.
pub(super) fn mistakes(item: &Item, knows_rule: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    if !is_code(&item.code) {
        found.push("code: use lower-case words joined by hyphens, at most 48 characters".to_owned());
    }
    if item.version == 0 {
        found.push("version: counts from 1".to_owned());
    }
    for (name, text) in texts(item) {
        if text.trim().is_empty() {
            found.push(format!("{name}: is empty"));
        }
    }
    found.extend(clock_mistakes(&item.clocks));
    if item.province.codes.is_empty() {
        found.push("province.codes: there are none".to_owned());
    }
    if item.materials.len() > MAX_MATERIALS {
        found.push(format!("materials: more than {MAX_MATERIALS}"));
    }
    let mut seen = BTreeSet::new();
    for material in &item.materials {
        if !seen.insert(material.code.as_str()) {
            found.push(format!("material {}: is there twice", material.code));
        }
        found.extend(material_mistakes(material, knows_rule).map(|m| format!("material {}: {m}", material.code)));
    }
    found
}

/// Pointers to fields the form does not have.
pub(super) fn pointer_mistakes<'a>(item: &Item, kind_at: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, pointer) in item.applicant.all() {
        if kind_at(pointer) != Some("string") {
            found.push(format!("applicant.{name}: the form has no text at {pointer}"));
        }
    }
    for material in &item.materials {
        let Some(when) = &material.required_when else { continue };
        if kind_at(&when.pointer).is_none() {
            found.push(format!("material {}: required_when: the form has nothing at {}", material.code, when.pointer));
        }
    }
    found
}

/// What keeps the example from being a complete, valid answer on the day the item was written.
pub(super) fn example_mistakes(item: &Item, form: &Form) -> Vec<String> {
    let Some(example) = form.example() else { return vec!["form: examples[0] is missing".to_owned()] };
    let faults = form.faults(example, item.taken_on);
    let told = faults.iter().map(|fault| {
        format!("form: examples[0] is not valid at {}: {} ({})", fault.pointer, fault.detail.en, fault.code)
    });
    told.collect()
}

fn texts(item: &Item) -> Vec<(String, &str)> {
    let own = [
        ("source", item.source.as_str()),
        ("name", &item.name),
        ("name_en", &item.name_en),
        ("summary", &item.summary),
        ("summary_en", &item.summary_en),
        ("province.source", &item.province.source),
    ];
    let own = own.into_iter().map(|(name, text)| (name.to_owned(), text));
    let guide = item.guide.sections().into_iter().flat_map(|(name, section)| {
        [
            (format!("guide.{name}.title"), section.title.as_str()),
            (format!("guide.{name}.title_en"), &section.title_en),
            (format!("guide.{name}.text"), &section.text),
            (format!("guide.{name}.text_en"), &section.text_en),
        ]
    });
    let materials = item.materials.iter().flat_map(|material| {
        [
            (format!("material {}: name", material.code), material.name.as_str()),
            (format!("material {}: name_en", material.code), &material.name_en),
            (format!("material {}: hint", material.code), &material.hint),
            (format!("material {}: hint_en", material.code), &material.hint_en),
        ]
    });
    own.chain(guide).chain(materials).collect()
}

fn clock_mistakes(clocks: &ItemClocks) -> Vec<String> {
    let mut periods = vec![
        ("correction_days", clocks.correction_days),
        ("lapse_days", clocks.lapse_days),
        ("decision_days", clocks.decision_days),
        ("promise_days", clocks.promise_days),
        ("delivery_days", clocks.delivery_days),
    ];
    periods.extend(clocks.declare_within_days.map(|days| ("declare_within_days", days)));
    let mut found = Vec::new();
    for (name, days) in &periods {
        if *days == 0 || *days > 366 {
            found.push(format!("clocks.{name}: must be from 1 to 366 days"));
        }
        if clocks.sources.get(*name).is_none_or(|source| source.trim().is_empty()) {
            found.push(format!("clocks.sources.{name}: say where the period comes from, or `assumed`"));
        }
    }
    let strangers = clocks.sources.keys().filter(|name| periods.iter().all(|(known, _)| known != name));
    found.extend(strangers.map(|name| format!("clocks.sources.{name}: there is no such period")));
    found.extend(beyond_the_law(clocks));
    if clocks.promise_days > clocks.decision_days {
        found.push("clocks.promise_days: is longer than the law's decision_days".to_owned());
    }
    found
}

/// Periods longer than the law they are said to come from. One that comes from another law may be longer (Art 42).
fn beyond_the_law(clocks: &ItemClocks) -> impl Iterator<Item = String> {
    let faults = clocks.terms().check().err().unwrap_or_default().into_iter();
    let named = |term: &str| clocks.sources.get(term).is_some_and(|source| source.contains(LICENSING_LAW));
    faults.filter(move |fault| named(fault.term)).map(|fault| format!("clocks.{fault} by {LICENSING_LAW}"))
}

fn material_mistakes(material: &MaterialSpec, knows_rule: &impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let code = (!is_code(&material.code))
        .then(|| "code: use lower-case words joined by hyphens, at most 48 characters".to_owned());
    let photos =
        (material.min_photos == 0 || material.min_photos > material.max_photos || material.max_photos > MAX_PHOTOS)
            .then(|| format!("photos: need 1 ≤ min_photos ≤ max_photos ≤ {MAX_PHOTOS}"));
    let rule = (!knows_rule(&material.rule)).then(|| format!("rule: there is no rule `{}`", material.rule));
    let when = (!material.required && material.required_when.is_some())
        .then(|| "required_when: narrows `required = true` and means nothing without it".to_owned());
    [code, photos, rule, when].into_iter().flatten()
}

fn is_code(code: &str) -> bool {
    let words = code
        .split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    words && code.len() <= MAX_CODE
}
