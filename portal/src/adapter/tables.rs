//! Code tables as data: one for each version of the platform, in `data/codes.toml`. What a table does not know has no code,
//! and a code it does not know means nothing: nothing is guessed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::told::{DoneResult, SpecialKind};

/// The codes one version of the platform speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeTable {
    /// What a deployment names it by.
    pub name: String,
    /// Where the codes come from.
    pub source: String,
    states: BTreeMap<String, String>,
    done_result: BTreeMap<String, String>,
    step_result: BTreeMap<String, String>,
    special: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    version: Vec<CodeTable>,
}

/// A test reads the file; one that could not be read would know no code at all, and everything would wait for a person.
static TABLES: LazyLock<Tables> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/codes.toml")).unwrap_or_default());
static NO_CODES: LazyLock<CodeTable> = LazyLock::new(CodeTable::default);

impl CodeTable {
    /// The table of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.version.iter().find(|table| table.name == name)
    }

    /// The first table of the file: what is spoken unless a deployment says otherwise.
    pub fn usual() -> &'static Self {
        TABLES.version.first().unwrap_or(&NO_CODES)
    }

    /// The names there are.
    pub fn names() -> Vec<&'static str> {
        TABLES.version.iter().map(|table| table.name.as_str()).collect()
    }

    /// Our word for a report's state.
    pub fn state(&self, code: &str) -> Option<&str> {
        self.states.get(code).map(String::as_str)
    }

    /// The code of an end.
    pub fn done(&self, result: DoneResult) -> Option<&str> {
        code(
            &self.done_result,
            match result {
                DoneResult::Granted => "granted",
                DoneResult::Denied => "denied",
                DoneResult::NotAccepted => "not_accepted",
                DoneResult::Lapsed => "lapsed",
            },
        )
    }

    /// The end a code stands for, of those the platform itself decides.
    pub fn done_meaning(&self, code: &str) -> Option<DoneResult> {
        [DoneResult::Granted, DoneResult::Denied, DoneResult::NotAccepted]
            .into_iter()
            .find(|result| self.done(*result) == Some(code))
    }

    /// The code of an end the applicant wanted.
    pub fn given_up(&self) -> Option<&str> {
        code(&self.done_result, "given_up")
    }

    /// The code of a step's outcome.
    pub fn agreed(&self, agreed: bool) -> Option<&str> {
        code(&self.step_result, if agreed { "agreed" } else { "not_agreed" })
    }

    /// The code of a special procedure.
    pub fn special(&self, kind: SpecialKind) -> Option<&str> {
        code(
            &self.special,
            match kind {
                SpecialKind::Correction => "correction",
                SpecialKind::Hearing => "hearing",
                SpecialKind::Tender => "tender",
                SpecialKind::Auction => "auction",
                SpecialKind::Inspection => "inspection",
                SpecialKind::Testing => "testing",
                SpecialKind::Quarantine => "quarantine",
                SpecialKind::Appraisal => "appraisal",
                SpecialKind::ExpertReview => "expert_review",
                SpecialKind::PublicNotice => "public_notice",
                SpecialKind::Verification => "verification",
                SpecialKind::Suspension => "suspension",
            },
        )
    }
}

fn code<'a>(table: &'a BTreeMap<String, String>, word: &str) -> Option<&'a str> {
    table.get(word).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_can_be_read_and_named() {
        assert_eq!(CodeTable::names(), ["newer", "older"]);
        assert_eq!(CodeTable::usual().name, "newer");
        for name in CodeTable::names() {
            let table = CodeTable::named(name).unwrap();
            assert!(!table.source.is_empty());
            for kind in SpecialKind::ALL {
                assert!(table.special(kind).is_some(), "{name} {kind:?}");
            }
        }
        assert_eq!(CodeTable::named("next"), None);
    }

    #[test]
    fn one_code_means_different_things_in_different_versions() {
        let (newer, older) = (CodeTable::named("newer").unwrap(), CodeTable::named("older").unwrap());
        assert_eq!((newer.done(DoneResult::Denied), older.done(DoneResult::Denied)), (Some("1"), None));
        assert_eq!((newer.done_meaning("1"), older.done_meaning("1")), (Some(DoneResult::Denied), None));
        assert_eq!((newer.done_meaning("6"), older.done_meaning("6")), (Some(DoneResult::NotAccepted), None));
        assert_eq!(
            (newer.done_meaning("0"), older.done_meaning("0")),
            (Some(DoneResult::Granted), Some(DoneResult::Granted))
        );
        assert_eq!((newer.given_up(), older.given_up()), (Some("5"), None));
    }
}
