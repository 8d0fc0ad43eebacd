//! What the case must know about photo rules, without knowing the photo engine.

use serde::{Deserialize, Serialize};

use super::Text;

/// What is stored about a normalised photo: enough to tell whether it still meets a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoFacts {
    /// `jpeg`, `png` or `pdf`.
    pub format: String,
    /// Size of the normalised file.
    pub bytes: u64,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// The rule's version it was made for.
    pub rule_version: u32,
}

/// One way in which a photo does not meet its rule any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// Stable, dotted: `photo.too_small`.
    pub code: &'static str,
    /// What to do.
    pub detail: Text,
}

/// The rules in force. Implemented over the photo engine by whoever has one.
pub trait Rules: Send + Sync {
    /// Everything that keeps the photo from meeting the rule; empty when it fits.
    fn misfit(&self, rule: &str, photo: &PhotoFacts) -> Vec<Misfit>;

    /// The version of a rule in force; `None` when there is no such rule.
    fn version(&self, rule: &str) -> Option<u32>;
}
