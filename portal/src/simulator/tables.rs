//! The province behind exchange tables: its database, and a clerk who takes the rows that wait, looks at them as at any call, and
//! writes what becomes of its cases. Its own reading of the tables in `docs/PORTAL.md`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use poem::Response;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, QueryResult, SqlErr, Statement};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::clerk::keep_going;
use super::courier::BEHIND;
use super::desk::Desk;
use super::fault::{Action, CallKind};
use super::gate::failure;
use super::random::Form;
use super::server::{keep_file, take_case, take_step};

mod schema;
mod sheet;

use schema::STEPS;
use sheet::{application, words};

/// Carries rows between a database and the simulator.
pub struct TablesClerk {
    desk: Arc<Desk>,
    database: DatabaseConnection,
    memory: Mutex<Memory>,
}

/// What was done already.
#[derive(Default)]
struct Memory {
    /// Rows of steps that were looked at.
    steps: HashSet<String>,
    /// How many reports of each case were written.
    reported: HashMap<String, usize>,
}

impl std::fmt::Debug for TablesClerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TablesClerk").finish_non_exhaustive()
    }
}

impl TablesClerk {
    pub(super) fn new(desk: Arc<Desk>, database: DatabaseConnection) -> Self {
        Self { desk, database, memory: Mutex::default() }
    }

    /// Makes the tables that are not there.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn prepare(&self) -> Result<(), DbErr> {
        for statement in schema::statements(self.database.get_database_backend()) {
            self.database.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// One round: every application that waits, every step that was told, then every report that was not written yet.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn round(&self) -> Result<(), DbErr> {
        let mut memory = self.memory.lock().await;
        self.applications().await?;
        self.steps(&mut memory.steps).await?;
        self.report(&mut memory.reported).await
    }

    /// Makes rounds until the simulator stops.
    pub fn keep_going(self, every: Duration) -> JoinHandle<()> {
        let (stopping, clerk) = (self.desk.stopping.clone(), Arc::new(self));
        keep_going(stopping, every, "the exchange tables", move || {
            let clerk = Arc::clone(&clerk);
            async move { clerk.round().await }
        })
    }

    async fn applications(&self) -> Result<(), DbErr> {
        let waiting = "SELECT * FROM PRE_APASINFO WHERE SIGNSTATE = '0' ORDER BY MAKETIME";
        for row in self.query(waiting, &[]).await? {
            let projid: String = row.try_get("", "projid")?;
            let dataver: i32 = row.try_get("", "dataver")?;
            let Some(response) = self.take(&row, &projid, dataver).await? else { continue };
            let status = response.status();
            if status.is_server_error() {
                continue;
            }
            let taken = status.is_success() || status.as_u16() == 409;
            let said: Value = response.into_body().into_json().await.unwrap_or_default();
            let (state, words) = if taken { ("1", String::new()) } else { ("2", words(&said)) };
            let key = [state, &words, &projid, &dataver.to_string()].map(Into::into);
            let update = "UPDATE PRE_APASINFO SET SIGNSTATE = {}, EXT4 = {} WHERE PROJID = {} AND DATAVER = {int}";
            self.execute(update, &key).await?;
        }
        Ok(())
    }

    /// What the province says to an application; nothing when it stays silent.
    async fn take(&self, row: &QueryResult, projid: &str, dataver: i32) -> Result<Option<Response>, DbErr> {
        let text = |name: &str| row.try_get::<Option<String>>("", name).map(Option::unwrap_or_default);
        self.desk.meet(projid, &text("itemcode")?, &text("applyname")?);
        let fault = self.desk.take_fault(Form::Rows, CallKind::Case, &[projid]);
        match fault.as_ref().map(|fault| fault.action) {
            Some(Action::Refuse) => {
                let words = fault.and_then(|fault| fault.words);
                let words = words.unwrap_or_else(|| "按演练要求不予接收；refused on command".to_owned());
                Ok(Some(failure(http::StatusCode::UNPROCESSABLE_ENTITY, "sim.refused", &words)))
            }
            Some(Action::CloseAfter) => {
                drop(self.carry_out(row, projid, dataver).await?);
                Ok(None)
            }
            Some(_) => Ok(None),
            None => self.carry_out(row, projid, dataver).await.map(Some),
        }
    }

    async fn carry_out(&self, row: &QueryResult, projid: &str, dataver: i32) -> Result<Response, DbErr> {
        let files = "SELECT * FROM PRE_FILE WHERE PROJID = {} AND DATAVER = {int} ORDER BY ATTRID, SORTID";
        let files = self.query(files, &[projid.into(), dataver.to_string().into()]).await?;
        let mut materials: Vec<Value> = Vec::new();
        for file in files {
            let text = |name: &str| file.try_get::<Option<String>>("", name).map(Option::unwrap_or_default);
            let (attrid, rule, bytes) = (text("attrid")?, text("memo")?, file.try_get::<Vec<u8>>("", "entity")?);
            let (bytes, sha256) = (Bytes::from(bytes.clone()), hex::encode(Sha256::digest(&bytes)));
            if self.loses(projid, &sha256) {
                self.execute("DELETE FROM PRE_FILE WHERE UNID = {}", &[text("unid")?.into()]).await?;
                let words = format!("文件丢失；the file is lost: {}", text("filename")?);
                return Ok(failure(http::StatusCode::UNPROCESSABLE_ENTITY, "file.absent", &words));
            }
            let kept = keep_file(&self.desk, &sha256, rule.clone(), bytes.clone()).await;
            if !kept.status().is_success() {
                return Ok(kept);
            }
            let kind = self.desk.memory().file(&sha256).map(|kept| kept.content_type);
            let entry = json!({
                "filename": text("filename")?, "sha256": sha256, "rule": rule, "size": bytes.len(), "contenttype": kind,
            });
            let place = materials.iter_mut().find(|material| material.get("attrid") == Some(&json!(attrid)));
            match place.and_then(|material| material.get_mut("files")).and_then(Value::as_array_mut) {
                Some(files) => files.push(entry),
                None => materials.push(json!({
                    "attrid": attrid, "attrname": text("attrname")?, "istake": "1", "files": [entry],
                })),
            }
        }
        let application = application(row, projid, dataver, &materials)?;
        Ok(take_case(&self.desk, application.to_string().as_bytes()))
    }

    /// Whether a file is to be lost before anybody looks at it.
    fn loses(&self, projid: &str, sha256: &str) -> bool {
        let fault = self.desk.take_fault(Form::Rows, CallKind::File, &[projid, sha256]);
        fault.is_some_and(|fault| fault.action == Action::Lose)
    }

    async fn steps(&self, seen: &mut HashSet<String>) -> Result<(), DbErr> {
        let mut waiting: Vec<(String, i64, &str, Map<String, Value>)> = Vec::new();
        for step in &STEPS {
            let mine = format!("SELECT * FROM {} WHERE SYSMARK = {{}}", step.table);
            for row in self.query(&mine, &[self.desk.key.app().into()]).await? {
                let sheet = step.read(&row)?;
                let text = |field: &str| sheet.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
                let (orgbusno, sn) = (text("orgbusno"), text("sn"));
                if !seen.contains(&format!("{} {orgbusno} {sn}", step.call)) {
                    waiting.push((orgbusno, sn.parse().unwrap_or(i64::MAX), step.call, sheet));
                }
            }
        }
        waiting.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        for (orgbusno, _, call, sheet) in waiting {
            if self
                .desk
                .take_fault(Form::Rows, CallKind::Step, &[&orgbusno])
                .is_some_and(|fault| fault.action != Action::CloseAfter)
            {
                continue;
            }
            let projid = self.desk.memory().case(&orgbusno).map(|case| case.projid.clone()).unwrap_or_default();
            let sn = sheet.get("sn").and_then(Value::as_str).unwrap_or_default().to_owned();
            let response = take_step(&self.desk, &projid, call, Value::Object(sheet).to_string().as_bytes());
            if !response.status().is_success() {
                tracing::warn!(call, %orgbusno, status = %response.status(), "the province cannot take a step");
            }
            seen.insert(format!("{call} {orgbusno} {sn}"));
        }
        Ok(())
    }

    async fn report(&self, reported: &mut HashMap<String, usize>) -> Result<(), DbErr> {
        let cases = self.desk.memory().cases();
        for case in cases {
            let done = reported.entry(case.orgbusno.clone()).or_default();
            for (index, report) in case.history.iter().enumerate().skip(*done) {
                *done = index + 1;
                let fault =
                    self.desk.take_fault(Form::Rows, CallKind::Report, &[&case.orgbusno]).map(|fault| fault.action);
                let now = self.desk.world.now();
                let (times, made_at) = match fault {
                    Some(Action::Lose) => continue,
                    Some(Action::Duplicate) => (2, now),
                    // Made before the others, and committed after them.
                    Some(Action::OutOfOrder) => (1, now - TimeDelta::seconds(30)),
                    Some(Action::StaleClock) => (1, now - BEHIND),
                    _ => (1, now),
                };
                for _ in 0..times {
                    self.write(&report.body, &case.orgbusno, index, made_at).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes one report as the row it is.
    async fn write(&self, report: &Value, orgbusno: &str, index: usize, made_at: DateTime<Utc>) -> Result<(), DbErr> {
        let Some((call, mut fields)) = schema::row_of(report, index) else { return Ok(()) };
        let Some(step) = STEPS.iter().find(|step| step.call == call) else { return Ok(()) };
        let made_at = beijing(made_at);
        fields.extend([
            ("orgbusno", orgbusno.to_owned()),
            ("projid", orgbusno.to_owned()),
            ("occurtime", made_at.clone()),
            ("maketime", made_at),
            ("sysmark", "province".to_owned()),
        ]);
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let places: Vec<_> = names.iter().map(|name| schema::place(name)).collect();
        let insert = format!("INSERT INTO {} ({}) VALUES ({})", step.table, names.join(", "), places.join(", "));
        let values: Vec<sea_orm::Value> = fields.into_iter().map(|(_, value)| value.into()).collect();
        match self.execute(&insert, &values).await {
            // It is there already: nothing is written twice.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(()),
            other => other,
        }
    }

    async fn query(&self, sql: &str, values: &[sea_orm::Value]) -> Result<Vec<QueryResult>, DbErr> {
        self.database.query_all_raw(self.statement(sql, values)).await
    }

    async fn execute(&self, sql: &str, values: &[sea_orm::Value]) -> Result<(), DbErr> {
        self.database.execute_raw(self.statement(sql, values)).await.map(drop)
    }

    /// `{}` is a text, `{int}` a number, `{time}` a time; all are bound as text.
    fn statement(&self, sql: &str, values: &[sea_orm::Value]) -> Statement {
        let backend = self.database.get_database_backend();
        let (mut text, mut count) = (String::new(), 0);
        for part in sql.split_inclusive('}') {
            let Some((before, kind)) = part.split_once('{') else {
                text.push_str(part);
                continue;
            };
            count += 1;
            text.push_str(before);
            let place = if backend == DbBackend::Postgres { format!("${count}") } else { "?".to_owned() };
            text.push_str(&match (backend, kind) {
                (DbBackend::Postgres | DbBackend::Sqlite, "int}") => format!("CAST({place} AS integer)"),
                (DbBackend::Postgres, "time}") => format!("CAST({place} AS timestamp)"),
                _ => place,
            });
        }
        Statement::from_sql_and_values(backend, text, values.to_vec())
    }
}

fn beijing(at: DateTime<Utc>) -> String {
    let there = FixedOffset::east_opt(8 * 3600).map_or_else(|| at.fixed_offset(), |beijing| at.with_timezone(&beijing));
    there.format("%Y-%m-%d %H:%M:%S").to_string()
}
