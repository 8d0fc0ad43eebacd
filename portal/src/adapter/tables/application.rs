//! An application as a row, and what the platform makes of it.

use sea_orm::DbErr;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::database::Cell;
use super::layout::Kind;
use super::{ExchangeTables, Own, keyed, unanswered};
use crate::adapter::{Application, FILE_ABSENT, MaterialFile, Receipt, Reply, Verdict};

/// How an application that was written stands.
enum Signed {
    Absent,
    Waiting,
    Taken,
    Refused(String),
}

impl ExchangeTables {
    async fn signed(&self, cells: &[(&str, Cell)]) -> Result<Signed, DbErr> {
        let (table, sign) = (&self.layout.application, &self.layout.sign);
        let text = |name: &str| self.database.as_text(name, Kind::Text);
        let names = format!("{}, {}", text("SIGNSTATE"), text(&sign.words));
        let sql = self.database.sql(&format!("SELECT {names} FROM {} WHERE ", table.name));
        let rows = self.database.rows(keyed(sql, table, cells), 2).await?;
        let Some([state, words]) = rows.into_iter().next().and_then(|row| <[_; 2]>::try_from(row).ok()) else {
            return Ok(Signed::Absent);
        };
        let state = state.unwrap_or_else(|| sign.waiting.clone());
        Ok(match state.trim() {
            state if state == sign.waiting => Signed::Waiting,
            state if state == sign.taken => Signed::Taken,
            // A state nobody told us of is not guessed to be good.
            state => Signed::Refused(format!("SIGNSTATE {state} {}", words.unwrap_or_default())),
        })
    }

    /// Takes a refused application back, so that the next try is looked at anew.
    async fn take_back(&self, cells: &[(&str, Cell)]) -> Result<(), DbErr> {
        let (table, sign) = (&self.layout.application, &self.layout.sign);
        let sql = keyed(self.database.sql(&format!("DELETE FROM {} WHERE ", table.name)), table, cells);
        let sql = sql.then(" AND SIGNSTATE = ").bind(&Cell::text(&sign.refused));
        self.database.run(sql).await.map(drop)
    }

    /// Which of an application's files are not there.
    async fn missing(&self, application: &Application) -> Result<Vec<String>, DbErr> {
        let mut missing = Vec::new();
        let table = &self.layout.file.name;
        for material in &application.materials {
            for (file, position) in material.files.iter().zip(1..) {
                let unid = unid(&application.orgbusno, application.dataver, &material.code, position, file);
                let sql = self.database.sql(&format!("SELECT {} FROM {table} WHERE UNID = ", self.unid_text()));
                if self.database.rows(sql.bind(&Cell::text(&unid)), 1).await?.is_empty() {
                    missing.push(file.file_name.clone());
                }
            }
        }
        Ok(missing)
    }

    fn unid_text(&self) -> String {
        self.database.as_text("UNID", Kind::Text)
    }

    /// Writes an application whose files are there, or says how the one that is there stands.
    pub(super) async fn apply(
        &self,
        application: &Application,
        sheet: &Map<String, Value>,
    ) -> Result<Reply<Receipt>, DbErr> {
        let table = &self.layout.application;
        let cells = self.cells(table, sheet, &Own::default());
        let receipt = Receipt { province_id: application.orgbusno.clone() };
        let before = self.signed(&cells).await?;
        if matches!(before, Signed::Absent) {
            let missing = self.missing(application).await?;
            if !missing.is_empty() {
                return Ok(Reply::rejected(FILE_ABSENT, &missing.join("\n")));
            }
            let reply = self.write(table, sheet, &Own::default()).await;
            if !reply.verdict.is_done() {
                return Ok(reply.map(|()| receipt));
            }
            return Ok(unanswered());
        }
        if !self.is_there(table, &cells).await? {
            return Ok(Reply::rejected("province.conflict", "another application lies there under this number"));
        }
        Ok(match before {
            Signed::Taken => Reply::done(Verdict::AlreadyThere, receipt),
            Signed::Refused(words) => {
                self.take_back(&cells).await?;
                Reply::rejected("province.refused", &words)
            }
            Signed::Waiting | Signed::Absent => unanswered(),
        })
    }
}

/// A file's own key: what it is and where it belongs, so that the same file in the same place is one row.
pub(super) fn unid(orgbusno: &str, dataver: u32, material: &str, position: u32, file: &MaterialFile) -> String {
    let place = format!("{orgbusno}\n{dataver}\n{material}\n{position}\n{}\n{}", file.rule, file.sha256);
    hex::encode(Sha256::digest(place).get(..16).unwrap_or_default())
}
