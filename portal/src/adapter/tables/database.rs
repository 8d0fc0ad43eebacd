//! The platform's database: one statement at a time, each complete in itself, so that a repeat is refused by the key and nothing
//! is ever half done. Names come from `data/tables.toml`, values are always bound.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqlErr, Statement, Value};

use super::layout::Kind;

/// One value and what its column holds.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) content: Content,
}

/// A value as it is bound.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Text, number or time, as text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self { kind: Kind::Text, content: Content::Text(Some(text.to_owned())) }
    }

    pub(super) fn of(kind: Kind, text: &str) -> Self {
        Self { kind, content: Content::Text(Some(text.to_owned())) }
    }
}

/// Text with places for values, growing.
pub(super) struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Goes on with this text.
    pub(super) fn then(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a value.
    pub(super) fn bind(mut self, cell: &Cell) -> Self {
        let value = match &cell.content {
            Content::Text(text) => Value::from(text.clone()),
            Content::Bytes(bytes) => Value::from(bytes.clone()),
        };
        self.values.push(value);
        let place = match self.backend {
            DbBackend::Postgres => format!("${}", self.values.len()),
            _ => "?".to_owned(),
        };
        let place = match (self.backend, cell.kind) {
            (DbBackend::Postgres, Kind::Time) => format!("CAST({place} AS timestamp)"),
            (DbBackend::Postgres | DbBackend::Sqlite, Kind::Int) => format!("CAST({place} AS integer)"),
            _ => place,
        };
        self.then(&place)
    }
}

/// The connection.
#[derive(Clone, Debug)]
pub(super) struct Database(pub(super) DatabaseConnection);

impl Database {
    pub(super) fn sql(&self, text: &str) -> Sql {
        Sql { backend: self.0.get_database_backend(), text: text.to_owned(), values: Vec::new() }
    }

    /// How a column is read as text.
    pub(super) fn as_text(&self, name: &str, kind: Kind) -> String {
        match (self.0.get_database_backend(), kind) {
            (DbBackend::Postgres, Kind::Time) => format!("to_char({name}, 'YYYY-MM-DD HH24:MI:SS')"),
            (DbBackend::MySql, Kind::Time) => format!("DATE_FORMAT({name}, '%Y-%m-%d %H:%i:%s')"),
            (DbBackend::MySql, _) => format!("CAST({name} AS char)"),
            _ => format!("CAST({name} AS text)"),
        }
    }

    /// Writes a row; whether it is new: the key refuses a second one.
    pub(super) async fn insert(&self, table: &str, cells: &[(&str, Cell)]) -> Result<bool, DbErr> {
        let names: Vec<_> = cells.iter().map(|(name, _)| *name).collect();
        let mut sql = self.sql(&format!("INSERT INTO {table} ({}) VALUES (", names.join(", ")));
        for (index, (_, cell)) in cells.iter().enumerate() {
            sql = if index == 0 { sql.bind(cell) } else { sql.then(", ").bind(cell) };
        }
        match self.run(sql.then(")")).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Carries a statement out; how many rows it changed.
    pub(super) async fn run(&self, sql: Sql) -> Result<u64, DbErr> {
        let statement = Statement::from_sql_and_values(sql.backend, sql.text, sql.values);
        Ok(self.0.execute_raw(statement).await?.rows_affected())
    }

    /// Rows of `count` texts each.
    pub(super) async fn rows(&self, sql: Sql, count: usize) -> Result<Vec<Vec<Option<String>>>, DbErr> {
        let statement = Statement::from_sql_and_values(sql.backend, sql.text, sql.values);
        let rows = self.0.query_all_raw(statement).await?;
        rows.iter().map(|row| (0..count).map(|index| row.try_get_by_index(index)).collect()).collect()
    }
}

/// Whether the same statement may succeed later without anybody doing anything.
pub(super) fn is_temporary(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
    };
    // What the database itself says: gone, overloaded, shutting down, in each other's way (SQLSTATE), or SQLite's 5, busy.
    let passing = |code: &str| ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "5";
    inner.as_database_error().is_none_or(|said| said.code().is_some_and(|code| passing(&code)))
}
