//! What the platform wrote: rows of the step tables that are not ours, in the order in which they were made.
//!
//! A row may be made before another and be committed after it, so a page looks back a little and leaves out what was handed out
//! already. The cursor holds both: up to when, and what of the last while.

use chrono::{NaiveDateTime, TimeDelta};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::database::Cell;
use super::layout::{From, Kind, Table};
use super::{ExchangeTables, ReportPage, Standing, exchange};
use crate::adapter::Received;

/// The most reports of a page.
const PAGE_REPORTS: usize = 100;
/// How long after it was made a row may be committed and still be heard of.
const LATE: TimeDelta = TimeDelta::minutes(1);
const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// Where the next page begins.
#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    /// When the newest row that was handed out was made.
    since: String,
    /// The rows of the last while that were handed out.
    seen: Vec<String>,
}

/// One row of the platform's.
struct Answer {
    made_at: String,
    /// Table, case, number, and a hash: a row that changes is another answer.
    mark: String,
    received: Received,
}

impl Cursor {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn looks_back_to(&self) -> Option<String> {
        let since = NaiveDateTime::parse_from_str(&self.since, TIME).ok()?;
        Some((since - LATE).format(TIME).to_string())
    }

    /// After these, too.
    fn after(mut self, answers: &[(String, String)]) -> String {
        let Some((newest, _)) = answers.iter().max() else {
            return serde_json::to_string(&self).unwrap_or_default();
        };
        self.since = newest.clone().max(self.since);
        self.seen.extend(answers.iter().map(|(_, mark)| mark.clone()));
        if let Some(back) = self.looks_back_to() {
            // A mark begins with the time its row was made.
            self.seen.retain(|mark| mark.as_str() >= back.as_str());
        }
        serde_json::to_string(&self).unwrap_or_default()
    }
}

impl ExchangeTables {
    /// What the platform has of a case. Nothing while a row waits that it may still take.
    pub(super) async fn standing(&self, orgbusno: &str) -> Result<Option<Standing>, DbErr> {
        let (table, sign) = (&self.layout.application.name, &self.layout.sign);
        let text = |name: &str, kind| self.database.as_text(name, kind);
        let names = format!("{}, {}", text("DATAVER", Kind::Int), text("SIGNSTATE", Kind::Text));
        let sql = self.database.sql(&format!("SELECT {names} FROM {table} WHERE PROJID = "));
        let rows = self.database.rows(sql.bind(&Cell::text(orgbusno)), 2).await?;
        let mut newest = None;
        for row in rows {
            let mut row = row.into_iter().map(Option::unwrap_or_default);
            let (dataver, state) = (row.next().unwrap_or_default(), row.next().unwrap_or_default());
            if state.is_empty() || state == sign.waiting {
                return Ok(None);
            }
            if state == sign.taken {
                newest = newest.max(dataver.parse::<u32>().ok());
            }
        }
        let Some(dataver) = newest else { return Ok(Some(Standing::Absent)) };
        let mut answers = Vec::new();
        for (call, table) in &self.layout.steps {
            let also = Some(("PROJID", Cell::text(orgbusno)));
            answers.extend(self.answers(call, table, also.as_ref(), " = ", usize::MAX).await?);
        }
        answers.sort_by(|a, b| a.made_at.cmp(&b.made_at));
        let history: Vec<_> = answers.into_iter().map(|answer| answer.received).collect();
        let (province_id, state) = (orgbusno.to_owned(), exchange::last(&history));
        Ok(Some(Standing::Present { province_id, dataver, state, history }))
    }

    /// The answers after the cursor. What the cursor says was kept is marked as taken, where the table has a flag for that.
    pub(super) async fn page(&self, cursor: &str) -> Result<ReportPage, DbErr> {
        let cursor = Cursor::read(cursor);
        self.sign(&cursor.seen).await?;
        let most = PAGE_REPORTS + cursor.seen.len() + 1;
        let since = cursor.looks_back_to().map(|back| ("MAKETIME", Cell::of(Kind::Time, &back)));
        let mut answers = Vec::new();
        for (call, table) in &self.layout.steps {
            answers.extend(self.answers(call, table, since.as_ref(), " >= ", most).await?);
        }
        answers.retain(|answer| !cursor.seen.contains(&answer.mark));
        answers.sort_by(|a, b| a.made_at.cmp(&b.made_at));
        let more = answers.len() > PAGE_REPORTS;
        answers.truncate(PAGE_REPORTS);
        let marks: Vec<_> = answers.iter().map(|answer| (answer.made_at.clone(), answer.mark.clone())).collect();
        let reports = answers.into_iter().map(|answer| answer.received).collect();
        Ok(ReportPage { reports, cursor: cursor.after(&marks), more })
    }

    /// Rows of one table that are not ours, oldest first, with one more condition.
    async fn answers(
        &self,
        call: &str,
        table: &Table,
        also: Option<&(&str, Cell)>,
        compared: &str,
        most: usize,
    ) -> Result<Vec<Answer>, DbErr> {
        let read = |column: &super::Column<'_>| match column.from {
            From::Field(field) => Some((field.to_owned(), self.database.as_text(column.name, column.kind))),
            _ => None,
        };
        let (mut fields, mut names): (Vec<_>, Vec<_>) = table.columns().filter_map(|column| read(&column)).unzip();
        fields.push("maketime".to_owned());
        names.push(self.database.as_text("MAKETIME", Kind::Time));
        let sql = self.database.sql(&format!("SELECT {} FROM {} WHERE ", names.join(", "), table.name));
        let mut sql = sql.then("(SYSMARK IS NULL OR SYSMARK <> ").bind(&Cell::text(&self.app)).then(")");
        if let Some((name, cell)) = also {
            sql = sql.then(" AND ").then(name).then(compared).bind(cell);
        }
        sql = sql.then(" ORDER BY MAKETIME");
        if most < usize::MAX {
            sql = sql.then(&format!(" LIMIT {most}"));
        }
        let rows = self.database.rows(sql, names.len()).await?;
        Ok(rows.into_iter().map(|row| self.answer(call, &fields, row)).collect())
    }

    /// A row as a report.
    fn answer(&self, call: &str, fields: &[String], row: Vec<Option<String>>) -> Answer {
        let mut sheet: Map<String, Value> = fields
            .iter()
            .zip(row)
            .filter_map(|(field, text)| Some((field.clone(), Value::from(text.filter(|text| !text.is_empty())?))))
            .collect();
        let text = |sheet: &Map<String, Value>, field: &str| {
            sheet.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let said = Value::Object(sheet.clone()).to_string();
        let hash = hex::encode(Sha256::digest(format!("{call}{said}")).get(..16).unwrap_or_default());
        let (made_at, number) = (text(&sheet, "maketime"), text(&sheet, "sn"));
        let result = text(&sheet, "noderesult");
        let state = if result.is_empty() { call.to_owned() } else { format!("{call}/{result}") };
        let mark =
            format!("{made_at}|{call}|{}|{number}|{}", text(&sheet, "orgbusno"), hash.get(..8).unwrap_or_default());
        sheet.insert("reportid".to_owned(), hash.into());
        sheet.insert("state".to_owned(), state.into());
        // A number orders the rows of one table only, so it says nothing here.
        sheet.remove("sn");
        if let Some(lists) =
            sheet.get("lists").and_then(Value::as_str).and_then(|lists| serde_json::from_str(lists).ok())
        {
            sheet.insert("lists".to_owned(), lists);
        }
        for (field, other) in [("occurtime", "maketime"), ("nodeadv", "nodeprocadv")] {
            if let (false, Some(value)) = (sheet.contains_key(field), sheet.get(other).cloned()) {
                sheet.insert(field.to_owned(), value);
            }
        }
        let received = exchange::received(&Value::Object(sheet).to_string(), self.table);
        Answer { made_at, mark, received }
    }

    /// Tells the platform which of its rows are kept here.
    async fn sign(&self, marks: &[String]) -> Result<(), DbErr> {
        let sign = &self.layout.sign;
        for mark in marks {
            let mut parts = mark.split('|').skip(1);
            let (Some(call), Some(orgbusno), Some(number)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let Some(table) = self.layout.steps.get(call).filter(|table| table.column("SIGNSTATE").is_some()) else {
                continue;
            };
            let sql = self.database.sql(&format!("UPDATE {} SET SIGNSTATE = ", table.name));
            let sql = sql.bind(&Cell::text(&sign.taken)).then(" WHERE ORGBUSNO = ").bind(&Cell::text(orgbusno));
            let sql = sql.then(" AND SN = ").bind(&Cell::of(Kind::Int, number));
            self.database.run(sql.then(" AND SIGNSTATE = ").bind(&Cell::text(&sign.waiting))).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_remembers_the_last_while_only() {
        let mark = |at: &str, n: u8| (at.to_owned(), format!("{at}|steps|0198|{n}|00"));
        let first = Cursor::default().after(&[mark("2026-11-22 14:00:00", 1), mark("2026-11-22 14:00:30", 2)]);
        let again = Cursor::read(&first);
        assert_eq!((again.since.as_str(), again.seen.len()), ("2026-11-22 14:00:30", 2));
        assert_eq!(again.looks_back_to().as_deref(), Some("2026-11-22 13:59:30"));
        // One that was committed late does not take it back.
        let late = Cursor::read(&Cursor::read(&first).after(&[mark("2026-11-22 13:59:45", 3)]));
        assert_eq!((late.since.as_str(), late.seen.len()), ("2026-11-22 14:00:30", 3));
        let later = Cursor::read(&Cursor::read(&first).after(&[mark("2026-11-22 14:01:15", 4)]));
        assert_eq!(later.seen.len(), 2, "{:?}", later.seen);
        assert_eq!(Cursor::read(&Cursor::read(&first).after(&[])).seen.len(), 2);
        assert_eq!(Cursor::read("none").looks_back_to(), None);
    }
}
