//! What a case adds to each table and index, and what of the tables is read from end to end.

use std::collections::BTreeMap;

use sea_orm::DatabaseConnection;

use crate::sql;

/// Bytes of every table and index, and what was read, written and committed until now.
pub struct Seen {
    bytes: BTreeMap<String, f64>,
    rows: BTreeMap<String, f64>,
    scanned: BTreeMap<String, f64>,
    /// Transactions.
    pub commits: f64,
    /// Bytes of the log every change is written to first.
    pub log_bytes: f64,
}

impl Seen {
    /// What there is now.
    pub async fn now(db: &DatabaseConnection) -> Self {
        let bytes = "SELECT CASE WHEN c.relkind = 'r' THEN c.relname ELSE t.relname || ' · ' || c.relname END,
                            pg_table_size(c.oid)::float8
                     FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
                     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i')";
        let rows = "SELECT relname::text, reltuples::float8 FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
        let scanned = "SELECT relname::text, seq_tup_read::float8 FROM pg_stat_user_tables";
        let commits = "SELECT xact_commit::float8 FROM pg_stat_database WHERE datname = current_database()";
        Self {
            bytes: sql::numbers(db, bytes).await.into_iter().collect(),
            rows: sql::numbers(db, rows).await.into_iter().collect(),
            scanned: sql::numbers(db, scanned).await.into_iter().collect(),
            commits: sql::number(db, commits).await,
            log_bytes: sql::number(db, "SELECT (pg_current_wal_lsn() - '0/0')::float8").await,
        }
    }

    /// All bytes.
    pub fn total(&self) -> f64 {
        self.bytes.values().sum()
    }

    fn bytes_since(&self, before: &Self, name: &str) -> f64 {
        self.bytes[name] - before.bytes.get(name).copied().unwrap_or_default()
    }
}

/// Cases between one look and the next.
pub struct Between<'a> {
    pub before: &'a Seen,
    pub after: &'a Seen,
    pub cases: f64,
}

impl Between<'_> {
    /// Bytes of one case, all tables and indexes together.
    pub fn bytes_a_case(&self) -> f64 {
        (self.after.total() - self.before.total()) / self.cases
    }

    fn kilobytes(&self, name: &str) -> f64 {
        self.after.bytes_since(self.before, name) / self.cases
    }

    fn rows(&self, table: &str) -> Option<f64> {
        let (before, after) = (self.before.rows.get(table)?, self.after.rows.get(table)?);
        Some((after - before.max(0.0)) / self.cases)
    }
}

/// Prints what grew: by copies that rest, where there are any, and by cases that were played.
pub fn print(rest: Option<&Between<'_>>, played: &Between<'_>) {
    let of = rest.unwrap_or(played);
    println!("\n{:<52}{:>14}{:>14}{:>14}", "kB that 1,000 cases add", "rows a case", "at rest", "as played");
    let mut names: Vec<_> = of.after.bytes.keys().collect();
    names.sort_by(|a, b| of.kilobytes(b).total_cmp(&of.kilobytes(a)));
    for name in names {
        let (at_rest, as_played) = (rest.map(|rest| rest.kilobytes(name)), played.kilobytes(name));
        if at_rest.unwrap_or_default() < 1.0 && as_played < 1.0 {
            continue;
        }
        let rows = of.rows(name).map(|rows| format!("{rows:.1}")).unwrap_or_default();
        let at_rest = at_rest.map_or_else(|| "–".to_owned(), |kilobytes| format!("{kilobytes:.0}"));
        println!("{name:<52}{rows:>14}{at_rest:>14}{as_played:>14.0}");
    }
    let all = rest.map_or_else(|| "–".to_owned(), |rest| format!("{:.0}", rest.bytes_a_case()));
    println!("{:<52}{:>14}{all:>14}{:>14.0}", "all", "", played.bytes_a_case());
}

/// Prints which tables were read from end to end while cases were played, and how much.
pub fn print_scans(played: &Between<'_>) {
    println!("\n{:<52}{:>14}", "rows read by going through a whole table", "a case");
    for (table, after) in &played.after.scanned {
        let rows = (after - played.before.scanned.get(table).copied().unwrap_or_default()) / played.cases;
        if rows >= 1.0 {
            println!("{table:<52}{rows:>14.0}");
        }
    }
}
