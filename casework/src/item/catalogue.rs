//! All items, by code and version.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Item;
use crate::form::Form;

mod lint;

/// One version of an item with its form ready to validate.
#[derive(Debug)]
pub struct Entry {
    /// The item as written.
    pub item: Item,
    /// Its form, compiled.
    pub form: Form,
}

/// Why a catalogue cannot be used: every mistake, each with the item it is in.
#[derive(Debug, PartialEq, Eq)]
pub struct BadCatalogue {
    /// One sentence each.
    pub mistakes: Vec<String>,
}

impl fmt::Display for BadCatalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mistake(s) in the catalogue:", self.mistakes.len())?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  - {mistake}"))
    }
}

impl std::error::Error for BadCatalogue {}

/// All items. Cheap to clone; never changes.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    items: Arc<BTreeMap<String, BTreeMap<u32, Entry>>>,
}

impl Catalogue {
    /// Checks and compiles items. `knows_rule` tells whether a photo rule of that name exists.
    ///
    /// # Errors
    /// [`BadCatalogue`] with every mistake of every item.
    pub fn new(items: Vec<Item>, knows_rule: impl Fn(&str) -> bool) -> Result<Self, BadCatalogue> {
        let mut mistakes = Vec::new();
        let mut shelf: BTreeMap<String, BTreeMap<u32, Entry>> = BTreeMap::new();
        for item in items {
            let name = format!("item {} version {}", item.code, item.version);
            let found = lint::mistakes(&item, &knows_rule);
            mistakes.extend(found.into_iter().map(|mistake| format!("{name}: {mistake}")));
            let form = match Form::compile(&item.form) {
                Ok(form) => form,
                Err(bad) => {
                    let found = lint::pointer_mistakes(&item, |pointer| bad.kind_at(pointer));
                    mistakes.extend(found.into_iter().map(|mistake| format!("{name}: {mistake}")));
                    mistakes.extend(bad.mistakes.into_iter().map(|mistake| format!("{name}: form: {mistake}")));
                    continue;
                }
            };
            let found = lint::pointer_mistakes(&item, |pointer| form.kind_at(pointer));
            let found = found.into_iter().chain(lint::example_mistakes(&item, &form));
            mistakes.extend(found.map(|mistake| format!("{name}: {mistake}")));
            let version = item.version;
            let versions = shelf.entry(item.code.clone()).or_default();
            if versions.insert(version, Entry { item, form }).is_some() {
                mistakes.push(format!("{name}: is there twice"));
            }
        }
        if mistakes.is_empty() { Ok(Self { items: Arc::new(shelf) }) } else { Err(BadCatalogue { mistakes }) }
    }

    /// The version of an item that new cases start with.
    pub fn current(&self, code: &str) -> Option<&Entry> {
        self.items.get(code)?.values().next_back()
    }

    /// The version a case was started with.
    pub fn get(&self, code: &str, version: u32) -> Option<&Entry> {
        self.items.get(code)?.get(&version)
    }

    /// The current version of every item, by code.
    pub fn list(&self) -> impl Iterator<Item = &Entry> {
        self.items.values().filter_map(|versions| versions.values().next_back())
    }

    /// Every version of every item, by code and version.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.items.values().flat_map(BTreeMap::values)
    }
}
