//! Which tables and columns there are, as data: `data/tables.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// One version of the exchange tables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    /// What a deployment names it by.
    pub(super) name: String,
    /// Where it comes from, and what of it is assumed.
    #[serde(rename = "source")]
    _source: String,
    /// Where an application goes.
    pub(super) application: Table,
    /// What the platform makes of it.
    pub(super) sign: Sign,
    /// Where its files go.
    pub(super) file: Table,
    /// Where each kind of step goes, and comes back from.
    pub(super) steps: BTreeMap<String, Table>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Its name.
    #[serde(rename = "table")]
    pub(super) name: String,
    /// The columns that tell a row from all others.
    pub(super) key: Vec<String>,
    columns: BTreeMap<String, String>,
}

/// The exchange flag.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    pub(super) waiting: String,
    pub(super) taken: String,
    pub(super) refused: String,
    /// The column with a refusal's words.
    pub(super) words: String,
}

/// One column: its name, what goes into it, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    pub(super) from: From<'a>,
    pub(super) kind: Kind,
}

/// What goes into a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From<'a> {
    /// A field of the sheet.
    Field(&'a str),
    /// Always this.
    Constant(&'a str),
    /// When the row is written.
    Now,
    /// Who writes it.
    App,
    /// The file's own key.
    Unid,
    /// The file's bytes.
    Entity,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// Beijing time.
    Time,
    /// Bytes.
    Bytes,
}

#[derive(Deserialize)]
struct Layouts {
    version: Vec<Layout>,
}

/// A test reads the file; without it nothing opens.
static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    let read: Result<Layouts, _> = toml::from_str(include_str!("../../../data/tables.toml"));
    read.map(|layouts| layouts.version).unwrap_or_default()
});

impl Layout {
    /// The layout of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        LAYOUTS.iter().find(|layout| layout.name == name)
    }

    /// All its tables, each with what it is for.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &Table)> {
        let own = [("an application", &self.application), ("its files", &self.file)];
        own.into_iter().chain(self.steps.iter().map(|(call, table)| (call.as_str(), table)))
    }
}

impl Table {
    /// Its columns, in the order of their names.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        self.columns.iter().map(|(name, written)| column(name, written))
    }

    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<Column<'_>> {
        self.columns().find(|column| column.name == name)
    }
}

fn column<'a>(name: &'a str, written: &'a str) -> Column<'a> {
    let (from, kind) = written.split_once(' ').unwrap_or((written, "text"));
    let from = match from {
        "@now" => From::Now,
        "@app" => From::App,
        "@unid" => From::Unid,
        "@entity" => From::Entity,
        _ => from.strip_prefix('=').map_or(From::Field(from), From::Constant),
    };
    let kind = match kind {
        "int" => Kind::Int,
        "time" => Kind::Time,
        "bytes" => Kind::Bytes,
        _ => Kind::Text,
    };
    Column { name, from, kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{self, CodeTable};

    #[test]
    fn every_version_has_its_layout_and_every_layout_can_be_used() {
        for name in CodeTable::names(adapter::Kind::Tables) {
            let layout = Layout::named(name).unwrap_or_else(|| panic!("{name}"));
            let kinds: Vec<_> = layout.steps.keys().map(String::as_str).collect();
            assert_eq!(kinds, ["accept", "done", "ratings", "specials", "steps"]);
            for table in layout.steps.values().chain([&layout.application, &layout.file]) {
                // Names go into statements as they are.
                let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                assert!(plain(&table.name) && table.columns().all(|column| plain(column.name)), "{}", table.name);
                assert!(table.key.iter().all(|name| table.column(name).is_some()), "{}", table.name);
                for written in table.columns.values() {
                    let kind = written.split_once(' ').map_or("text", |(_, kind)| kind);
                    assert!(["text", "int", "time", "bytes"].contains(&kind), "{}: {written}", table.name);
                }
                for name in ["MAKETIME", "SYSMARK"] {
                    assert!(table.column(name).is_some(), "{}: {name}", table.name);
                }
            }
            assert!(layout.application.column("SIGNSTATE").is_some());
        }
    }

    #[test]
    fn columns_are_read_as_written() {
        for (written, from, kind) in [
            ("orgbusno", From::Field("orgbusno"), Kind::Text),
            ("dataver int", From::Field("dataver"), Kind::Int),
            ("=1", From::Constant("1"), Kind::Text),
            ("@now time", From::Now, Kind::Time),
            ("@entity bytes", From::Entity, Kind::Bytes),
        ] {
            assert_eq!(column("X", written), Column { name: "X", from, kind });
        }
    }
}
