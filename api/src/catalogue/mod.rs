//! What can be applied for and what photos must be like: data files, read once at start and checked before anything else.
//!
//! The files in `api/catalogue/` are built into the program. A folder named by the configuration is laid over them: a file of
//! the same name replaces the built-in one, any other is added. Older versions of an item stay beside the current one, for
//! the cases that were started with them.

mod load;
mod rules;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use casework::item::{BadCatalogue, Catalogue};
use sha2::{Digest as _, Sha256};

pub use self::rules::RuleBook;

/// Everything the files say.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// All items in all versions.
    pub catalogue: Catalogue,
    /// All photo rules.
    pub rules: Arc<RuleBook>,
    /// Changes whenever a file or the program does.
    pub stamp: String,
}

impl Loaded {
    /// Changes whenever a file, the program or a rule in force does; quoted, as the `ETag` header wants it.
    pub fn etag(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.stamp);
        for rule in self.rules.list() {
            hash.update(format!("\n{} {}", rule.name, rule.version));
        }
        let digest = hex::encode(hash.finalize());
        format!("\"{}\"", digest.get(..32).unwrap_or(&digest))
    }

    /// The settings nobody has confirmed yet, one line each: what an operator has to ask the bureau about.
    pub fn assumed(&self) -> Vec<String> {
        let items = self.catalogue.list().flat_map(|entry| {
            let item = &entry.item;
            item.assumed().into_iter().map(|what| format!("item {} version {}: {what}", item.code, item.version))
        });
        let rules = self.rules.list().into_iter().filter(|rule| rule.source.starts_with("assumed"));
        items.chain(rules.map(|rule| format!("rule {} version {}", rule.name, rule.version))).collect()
    }
}

/// Reads the built-in files and, when there is one, the folder laid over them.
///
/// # Errors
/// [`BadCatalogue`] with every mistake of every file: not readable, not TOML, unknown or missing fields, a form that is no
/// form, an example that is not valid, a rule that does not exist, a version that is there twice.
pub fn load(folder: Option<&Path>) -> Result<Loaded, BadCatalogue> {
    let mut mistakes = Vec::new();
    let files = load::files(folder, &mut mistakes);
    load::parse(&files, mistakes)
}
