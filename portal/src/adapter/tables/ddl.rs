//! The exchange tables as statements that make them, for whoever builds the other end.

use std::fmt::Write as _;

use super::layout::{Column, From, Kind, Layout, Table};

/// Every table of a version of the exchange tables as this project reads and writes it, in PostgreSQL's words, with what goes into
/// each column; none for a version there is not. A table that is the same in `than` says so instead.
pub fn ddl(version: &str, than: Option<&str>) -> Option<String> {
    let (layout, other) = (Layout::named(version)?, than.and_then(Layout::named));
    let mut text = String::new();
    for (at, (call, table)) in layout.tables().enumerate() {
        let same = other.and_then(|other| other.tables().nth(at)).is_some_and(|there| there.1 == table);
        if same {
            let _ = writeln!(text, "-- {}: as in `{}`\n", table.name, than.unwrap_or_default());
        } else {
            let _ = writeln!(text, "-- {call}");
            create(&mut text, table, (at == 0).then_some(layout.sign.words.as_str()));
        }
    }
    Some(text.trim_end().to_owned())
}

fn create(text: &mut String, table: &Table, words: Option<&str>) {
    let key = |column: &Column<'_>| table.key.iter().position(|name| name == column.name).unwrap_or(usize::MAX);
    let mut columns: Vec<_> = table.columns().collect();
    // What tells a row from all others stands first; the rest in the order of their names.
    columns.sort_by_key(key);
    let _ = writeln!(text, "CREATE TABLE {} (", table.name);
    for column in &columns {
        let kind = match column.kind {
            Kind::Text if key(column) < usize::MAX || matches!(column.from, From::App) => "varchar(64)",
            Kind::Text => "text",
            Kind::Int => "integer",
            Kind::Time => "timestamp",
            Kind::Bytes => "bytea",
        };
        let _ = writeln!(text, "    {:<42} -- {}", format!("{} {kind},", column.name), holds(column.from));
    }
    if let Some(words) = words {
        let _ = writeln!(text, "    {:<42} -- the platform's: why it refuses", format!("{words} text,"));
    }
    let _ = writeln!(text, "    PRIMARY KEY ({})\n);\n", table.key.join(", "));
}

fn holds(from: From<'_>) -> String {
    match from {
        From::Field(field) => format!("`{field}`"),
        From::Constant(text) => format!("from us always {text}"),
        From::Now => "when the row is written".to_owned(),
        From::App => "who writes it: `GXB_PORTAL_APP` is us, anything else the platform".to_owned(),
        From::Unid => "a hash of case, version, material, place and content".to_owned(),
        From::Entity => "the file's bytes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_says_what_it_has_of_another() {
        let (newer, older) = (ddl("newer", None).unwrap(), ddl("older", Some("newer")).unwrap());
        assert!(newer.contains("ITEMCODE text,") && !newer.contains("ITEMNO"), "{newer}");
        assert!(older.contains("ITEMNO text,") && older.contains("-- PRE_FILE: as in `newer`"), "{older}");
        assert!(newer.contains("EXT4 text,") && newer.contains("PRIMARY KEY (ORGBUSNO, SN)"), "{newer}");
        assert_eq!(ddl("next", None), None);
    }
}
