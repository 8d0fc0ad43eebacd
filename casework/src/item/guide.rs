//! 办事指南: what an applicant reads before applying.

use serde::{Deserialize, Serialize};

/// One heading with its text. Paragraphs are separated by line breaks; no markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// The text, in words a shop owner uses.
    pub text: String,
    /// The same in English.
    pub text_en: String,
}

/// A guide, section by section, in the order a reader asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Who applies, and who need not.
    pub who: Section,
    /// What must be so, and what is forbidden.
    pub conditions: Section,
    /// What happens, step by step.
    pub steps: Section,
    /// About the materials as a whole; each has its own hint beside it.
    pub materials: Section,
    /// Where to apply.
    #[serde(rename = "where")]
    pub place: Section,
    /// How long it takes.
    pub duration: Section,
    /// What it costs.
    pub fee: Section,
    /// What to do once it is through.
    pub after: Section,
    /// The articles it rests on.
    pub law: Section,
}

impl Guide {
    /// Every section with its name, in reading order.
    pub fn sections(&self) -> [(&'static str, &Section); 9] {
        [
            ("who", &self.who),
            ("conditions", &self.conditions),
            ("steps", &self.steps),
            ("materials", &self.materials),
            ("where", &self.place),
            ("duration", &self.duration),
            ("fee", &self.fee),
            ("after", &self.after),
            ("law", &self.law),
        ]
    }
}
