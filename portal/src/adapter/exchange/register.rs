//! The list of all cases, `GET /register`: one that cannot be read holds up no other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::codes::{self, Told};
use super::report::{id, number};
use crate::adapter::{CodeTable, Entry, Files, Received, RegisterPage, ReportedStatus, Stands};

/// The answer to `GET /register?cursor=`.
#[derive(Deserialize)]
pub(crate) struct Register {
    cases: Vec<Value>,
    cursor: String,
    #[serde(default)]
    more: bool,
}

impl Register {
    pub(crate) fn entries(self, table: &CodeTable) -> RegisterPage {
        let all = self.cases.len();
        let entries: Vec<_> = self.cases.iter().filter_map(|case| entry(case, table)).collect();
        RegisterPage { unreadable: all - entries.len(), entries, cursor: self.cursor, more: self.more }
    }
}

fn entry(case: &Value, table: &CodeTable) -> Option<Entry> {
    let field = |name| case.get(name).unwrap_or(&Value::Null);
    Some(Entry {
        orgbusno: id(field("orgbusno"), "orgbusno").ok()??,
        dataver: number(field("dataver"), "dataver").ok()??,
        state: stands(field("state"), field("doneresult"), table)?,
        files: files(field("files")),
    })
}

/// Nothing when they are not told, or one of them cannot be read: half a list compares with nothing.
fn files(list: &Value) -> Option<Files> {
    let mut files = BTreeMap::new();
    for file in list.as_array()? {
        let (material, sha256) = (file.get("attrid")?.as_str()?, file.get("sha256")?.as_str()?);
        let of_material: &mut std::collections::BTreeSet<String> = files.entry(material.to_owned()).or_default();
        of_material.insert(sha256.to_ascii_lowercase());
    }
    Some(files)
}

/// Where a case stands by its codes; none without a state.
pub(crate) fn stands(state: &Value, done_result: &Value, table: &CodeTable) -> Option<Stands> {
    let state = id(state, "state").ok()??;
    let done_result = id(done_result, "doneresult").ok()?;
    if done_result.is_some() && done_result.as_deref() == table.given_up() {
        return Some(Stands::GivenUp);
    }
    let silent = Told { items: Vec::new(), reason: String::new(), licence: None };
    Some(Stands::Reported(codes::status(table, &state, done_result.as_deref(), silent)))
}

/// Where a case stands by what was reported last, for a platform that says no more.
pub(crate) fn last(history: &[Received]) -> Stands {
    let last = history.iter().rev().find_map(|received| received.report.as_ref().ok());
    Stands::Reported(last.map_or(ReportedStatus::Received, |report| report.status.clone()))
}
