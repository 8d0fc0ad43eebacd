//! Code tables as data: a file for each adapter in `data/codes/`, and in it a table for each version of the platform. What a table does not know has no code,
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

/// The adapters there are. Each has code tables of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Gateway v1: signed calls over HTTP.
    Gateway,
    /// File drop: signed bundles in a folder or a bucket.
    Drop,
    /// Exchange tables: rows in a database of the platform's.
    Tables,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gateway, Self::Drop, Self::Tables];

    /// What a deployment names it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Drop => "drop",
            Self::Tables => "tables",
        }
    }

    /// The adapter of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn tables(self) -> &'static [CodeTable] {
        match self {
            Self::Gateway => &GATEWAY.version,
            Self::Drop => &DROP.version,
            Self::Tables => &TABLES.version,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    version: Vec<CodeTable>,
}

// Tests read the files; one that could not be read would know no code at all, and everything would wait for a person.
static GATEWAY: LazyLock<Tables> = LazyLock::new(|| read(include_str!("../../data/codes/gateway.toml")));
static DROP: LazyLock<Tables> = LazyLock::new(|| read(include_str!("../../data/codes/drop.toml")));
static TABLES: LazyLock<Tables> = LazyLock::new(|| read(include_str!("../../data/codes/tables.toml")));
static NO_CODES: LazyLock<CodeTable> = LazyLock::new(CodeTable::default);

fn read(text: &str) -> Tables {
    toml::from_str(text).unwrap_or_default()
}

impl CodeTable {
    /// An adapter's table of this name.
    pub fn named(kind: Kind, name: &str) -> Option<&'static Self> {
        kind.tables().iter().find(|table| table.name == name)
    }

    /// The first table of an adapter's file: what is spoken unless a deployment says otherwise.
    pub fn usual(kind: Kind) -> &'static Self {
        kind.tables().first().unwrap_or(&NO_CODES)
    }

    /// The names an adapter's file has.
    pub fn names(kind: Kind) -> Vec<&'static str> {
        kind.tables().iter().map(|table| table.name.as_str()).collect()
    }

    /// Everything that is in it: by field, each code and our word for it, in the order of the codes.
    pub(super) fn all(&self) -> [(&'static str, Vec<(&str, &str)>); 4] {
        let states = self.states.iter().map(|(code, word)| (code.as_str(), word.as_str())).collect();
        [
            ("states", states),
            ("done_result", by_code(&self.done_result)),
            ("step_result", by_code(&self.step_result)),
            ("special", by_code(&self.special)),
        ]
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

fn by_code(table: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    let mut codes: Vec<_> = table.iter().map(|(word, code)| (code.as_str(), word.as_str())).collect();
    codes.sort_unstable();
    codes
}

fn code<'a>(table: &'a BTreeMap<String, String>, word: &str) -> Option<&'a str> {
    table.get(word).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_can_be_read_and_named() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
            assert_eq!(CodeTable::names(kind), ["newer", "older"], "{kind:?}");
            assert_eq!(CodeTable::usual(kind).name, "newer");
            for name in CodeTable::names(kind) {
                let table = CodeTable::named(kind, name).unwrap();
                assert!(!table.source.is_empty());
                for special in SpecialKind::ALL {
                    assert!(table.special(special).is_some(), "{kind:?} {name} {special:?}");
                }
            }
            assert_eq!(CodeTable::named(kind, "next"), None);
        }
        assert_eq!(Kind::named("post"), None);
    }

    #[test]
    fn one_code_means_different_things_in_different_versions() {
        let named = |name| CodeTable::named(Kind::Gateway, name).unwrap();
        let (newer, older) = (named("newer"), named("older"));
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
