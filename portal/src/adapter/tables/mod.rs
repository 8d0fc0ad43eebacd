//! Exchange tables (前置库): for a platform that lends us a database between its network and ours. An application is a row of
//! `PRE_APASINFO` with its files in `PRE_FILE`, a step is a row of an `EA_JC_STEP_*` table; the platform takes what it finds and
//! writes its answers into the same step tables. Which columns there are is data: `data/tables.toml`.
//!
//! An application is handed over when the platform has set its `SIGNSTATE`, a step when its row is there. Files come first and the
//! row of the application last, so that nobody reads half of one.

mod answers;
mod application;
mod database;
mod ddl;
mod layout;

use async_trait::async_trait;
use bytes::Bytes;
use casework::world::World;
use chrono::{DateTime, FixedOffset, Utc};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};
use serde_json::{Map, Value};

pub use self::ddl::ddl;
use super::{
    Application, CodeTable, FilePlace, MaterialFile, Province, Receipt, Reply, Report, ReportFaults, ReportPage,
    Settings, Standing, Telling, Verdict, exchange,
};

use application::unid;
use database::{Cell, Content, Database};
use layout::{Column, From, Kind, Layout, Table};

/// A platform reached by its exchange tables.
#[derive(Clone, Debug)]
pub struct ExchangeTables {
    database: Database,
    app: String,
    table: &'static CodeTable,
    layout: &'static Layout,
    world: World,
}

/// There are no tables for a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no layout of the exchange tables is named {0}")]
pub struct NoLayout(String);

/// The most connections held: the database is somebody else's.
const CONNECTIONS: u32 = 4;

/// Connects when it is first needed, so that a database that is away keeps nobody from starting.
///
/// # Errors
/// When the address cannot be right.
pub async fn connect(url: &str, timeout: std::time::Duration) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(CONNECTIONS).connect_lazy(true).sqlx_logging(false);
    options.connect_timeout(timeout).acquire_timeout(timeout);
    sea_orm::Database::connect(options).await
}

/// What goes into the columns beside the sheet.
#[derive(Default)]
struct Own<'a> {
    unid: &'a str,
    entity: Bytes,
}

impl ExchangeTables {
    /// Exchanges rows through this database.
    ///
    /// # Errors
    /// [`NoLayout`] for a version without tables.
    pub fn new(database: DatabaseConnection, settings: &Settings, world: World) -> Result<Self, NoLayout> {
        let name = &settings.codes.name;
        let layout = Layout::named(name).ok_or_else(|| NoLayout(name.clone()))?;
        let app = settings.key.app().to_owned();
        Ok(Self { database: Database(database), app, table: settings.codes, layout, world })
    }

    fn cells<'t>(&self, table: &'t Table, sheet: &Map<String, Value>, own: &Own<'_>) -> Vec<(&'t str, Cell)> {
        let filled = |column: Column<'t>| {
            let text = |text: &str| Content::Text(Some(text.to_owned()));
            let content = match column.from {
                From::Field(field) => Content::Text(written(sheet.get(field), column.kind)),
                From::Constant(constant) => text(constant),
                From::Now => text(&beijing(self.world.now())),
                From::App => text(&self.app),
                From::Unid => text(own.unid),
                From::Entity => Content::Bytes(own.entity.to_vec()),
            };
            (column.name, Cell { kind: column.kind, content })
        };
        table.columns().map(filled).collect()
    }

    /// Writes a row, or says how it stands to the one that is there.
    async fn write(&self, table: &Table, sheet: &Map<String, Value>, own: &Own<'_>) -> Reply<()> {
        let cells = self.cells(table, sheet, own);
        let written = self.database.insert(&table.name, &cells).await;
        let same = match written {
            Ok(true) => return Reply::done(Verdict::Accepted, ()),
            Ok(false) => self.is_there(table, &cells).await,
            Err(error) => Err(error),
        };
        match same {
            Ok(true) => Reply::done(Verdict::AlreadyThere, ()),
            Ok(false) => Reply::rejected("province.conflict", &format!("{} has another row of this key", table.name)),
            Err(error) => trouble(&error),
        }
    }

    /// Whether the row of this key says the same, but for when it was written and what the platform made of it.
    async fn is_there(&self, table: &Table, cells: &[(&str, Cell)]) -> Result<bool, DbErr> {
        let told = |name: &&str| {
            let column = table.column(name);
            column.is_some_and(|column| matches!(column.from, From::Field(_) | From::App | From::Unid))
        };
        let compared: Vec<_> = cells.iter().filter(|(name, _)| told(name)).collect();
        let names = compared.iter().map(|(name, cell)| self.database.as_text(name, cell.kind));
        let names = names.collect::<Vec<_>>().join(", ");
        let sql = self.database.sql(&format!("SELECT {names} FROM {} WHERE ", table.name));
        let sql = keyed(sql, table, cells);
        let rows = self.database.rows(sql, compared.len()).await?;
        let wanted = compared.iter().map(|(_, cell)| match &cell.content {
            Content::Text(text) => text.clone().filter(|text| !text.is_empty()),
            Content::Bytes(_) => None,
        });
        let wanted: Vec<_> = wanted.collect();
        let plain = |row: &Vec<Option<String>>| {
            row.iter().map(|text| text.clone().filter(|text| !text.is_empty())).collect::<Vec<_>>() == wanted
        };
        Ok(rows.iter().any(plain))
    }

    async fn step(&self, call: &str, sheet: &Map<String, Value>) -> Reply<()> {
        let Some(table) = self.layout.steps.get(call) else {
            return Reply::rejected("province.incomplete", &format!("there is no table for {call}"));
        };
        self.write(table, sheet, &Own::default()).await
    }
}

/// Goes on with what tells a row from all others.
fn keyed(mut sql: database::Sql, table: &Table, cells: &[(&str, Cell)]) -> database::Sql {
    for (index, name) in table.key.iter().enumerate() {
        sql = sql.then(if index == 0 { "" } else { " AND " }).then(name).then(" = ");
        if let Some((_, cell)) = cells.iter().find(|(of, _)| of == name) {
            sql = sql.bind(cell);
        }
    }
    sql
}

fn unanswered<T>() -> Reply<T> {
    let verdict = Verdict::Retry { after: None, code: "province.not_acknowledged" };
    Reply::failed(verdict, "the row is there and its SIGNSTATE is not set yet")
}

/// What a failure of the database means: every statement is safe to repeat.
fn trouble<T>(error: &DbErr) -> Reply<T> {
    let why = error.to_string();
    if database::is_temporary(error) {
        return Reply::failed(Verdict::Retry { after: None, code: "province.unreachable" }, &why);
    }
    Reply::rejected("province.refused", &why)
}

/// A field as it goes into a column.
fn written(value: Option<&Value>, kind: Kind) -> Option<String> {
    let text = match value? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match kind {
        Kind::Time => Some(DateTime::parse_from_rfc3339(&text).map_or(text, |at| beijing(at.to_utc()))),
        _ => Some(text),
    }
}

/// Beijing time, as these tables have it.
fn beijing(at: DateTime<Utc>) -> String {
    let there = FixedOffset::east_opt(8 * 3600).map_or_else(|| at.fixed_offset(), |beijing| at.with_timezone(&beijing));
    there.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[async_trait]
impl Province for ExchangeTables {
    fn kind(&self) -> super::Kind {
        super::Kind::Tables
    }

    async fn put_file(&self, place: &FilePlace, file: &MaterialFile, bytes: Bytes) -> Reply<()> {
        let unid = unid(&place.orgbusno, place.dataver, &place.material, place.position, file);
        let sheet = [
            ("orgbusno", Value::from(place.orgbusno.as_str())),
            ("dataver", place.dataver.into()),
            ("attrid", place.material.as_str().into()),
            ("attrname", place.material_name.as_str().into()),
            ("sortid", place.position.into()),
            ("filename", file.file_name.as_str().into()),
            ("rule", file.rule.as_str().into()),
        ];
        let sheet = sheet.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        self.write(&self.layout.file, &sheet, &Own { unid: &unid, entity: bytes }).await
    }

    async fn post_case(&self, application: &Application) -> Reply<Receipt> {
        let Ok(Value::Object(mut sheet)) = serde_json::to_value(exchange::Case::from(application)) else {
            return Reply::rejected("province.unexpected", "the application cannot be written");
        };
        let materials = application.materials.iter().map(|material| format!("{}:{}", material.code, material.name));
        sheet.insert("acceptlist".to_owned(), materials.collect::<Vec<_>>().join(",").into());
        self.apply(application, &sheet).await.unwrap_or_else(|error| trouble(&error))
    }

    async fn withdraw_case(&self, orgbusno: &str, province_id: &str, at: DateTime<Utc>) -> Reply<()> {
        let mut sheet = match exchange::given_up(at, self.table) {
            Ok(sheet) => sheet,
            Err(unsaid) => return unsaid,
        };
        sheet.insert("orgbusno".to_owned(), orgbusno.into());
        sheet.insert("projid".to_owned(), province_id.into());
        self.step("done", &sheet).await
    }

    async fn tell(&self, telling: &Telling) -> Reply<()> {
        match exchange::sheet(telling, self.table) {
            Ok((call, sheet)) => self.step(call, &sheet).await,
            Err(unsaid) => unsaid,
        }
    }

    async fn get_case(&self, orgbusno: &str) -> Reply<Standing> {
        let standing = self.standing(orgbusno).await;
        standing.map_or_else(|error| trouble(&error), |standing| standing.map_or_else(unanswered, Reply::accepted))
    }

    async fn list_cases(&self, cursor: Option<&str>) -> Reply<ReportPage> {
        let page = self.page(cursor.unwrap_or_default()).await;
        page.map_or_else(|error| trouble(&error), Reply::accepted)
    }

    fn read_report(&self, body: &[u8]) -> Result<Report, ReportFaults> {
        exchange::parse_report(body, self.table)
    }
}
