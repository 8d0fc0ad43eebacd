//! What the province keeps.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::Limits;

/// A case the province has.
#[derive(Clone, Debug, Serialize)]
pub struct SimCase {
    /// What the caller knows it by.
    pub orgbusno: String,
    /// What the province knows it by.
    pub projid: String,
    /// The version of the application.
    pub dataver: u32,
    /// When it first arrived.
    pub arrived_at: DateTime<Utc>,
    /// How often `POST /cases` came for it, first time included. However often: there is one case.
    pub posts: u32,
    /// The state's code now.
    pub state: String,
    /// The result's code, when it is done.
    pub doneresult: Option<String>,
    /// The application as it came.
    pub application: Arc<Value>,
    /// What happened, oldest first.
    pub history: Vec<SimReport>,
    /// The steps the caller told, as they came: kind, `sn`, body.
    pub told: Vec<(String, String, Value)>,
    /// Whether a push is under way, and how far pushes have come.
    #[serde(skip)]
    pub(super) pushing: bool,
    #[serde(skip)]
    pub(super) pushed: usize,
    #[serde(skip)]
    pub(super) held_back: Option<usize>,
}

/// One report of a case.
#[derive(Clone, Debug, Serialize)]
pub struct SimReport {
    /// As it goes on the wire.
    pub body: Arc<Value>,
    /// Whether it is for pushing at all.
    pub pushable: bool,
    /// How often it was sent.
    pub tries: u32,
    /// What the last push was answered; none when there was no answer.
    pub last_status: Option<u16>,
    /// Whether a push was answered 2xx.
    pub delivered: bool,
}

/// A file the province accepted.
#[derive(Clone, Debug)]
pub struct SimFile {
    /// Its bytes.
    pub bytes: Bytes,
    /// What they are, found out by looking.
    pub content_type: &'static str,
    /// The rules it was found to obey.
    pub rules: BTreeSet<String>,
}

/// There is no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Everything kept, within limits.
#[derive(Debug)]
pub(super) struct Memory {
    limits: Limits,
    cases: HashMap<String, SimCase>,
    order: Vec<String>,
    /// Every case that was ever handed in, taken or not.
    met: HashSet<String>,
    by_projid: HashMap<String, String>,
    journal: Vec<(String, usize)>,
    files: HashMap<String, SimFile>,
    file_bytes: usize,
    serial: u64,
}

impl Memory {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            cases: HashMap::new(),
            order: Vec::new(),
            met: HashSet::new(),
            by_projid: HashMap::new(),
            journal: Vec::new(),
            files: HashMap::new(),
            file_bytes: 0,
            serial: 0,
        }
    }

    pub(super) fn cases(&self) -> Vec<SimCase> {
        self.order.iter().filter_map(|orgbusno| self.cases.get(orgbusno)).cloned().collect()
    }

    /// The cases after the first `from`, at most `most`, and how many there are in all.
    pub(super) fn cases_from(&self, from: usize, most: usize) -> (Vec<SimCase>, usize) {
        let page = self.order.iter().skip(from).take(most).filter_map(|orgbusno| self.cases.get(orgbusno));
        (page.cloned().collect(), self.order.len())
    }

    /// The newest cases first, and how many there are in all.
    pub(super) fn newest(&self, most: usize) -> (Vec<SimCase>, usize) {
        let newest = self.order.iter().rev().take(most).filter_map(|orgbusno| self.cases.get(orgbusno));
        (newest.cloned().collect(), self.order.len())
    }

    /// Whether a report is being pushed, or waits for its next try.
    pub(super) fn is_pushing(&self) -> bool {
        self.cases.values().any(|case| case.pushing)
    }

    pub(super) fn case(&self, orgbusno: &str) -> Option<&SimCase> {
        self.cases.get(orgbusno)
    }

    pub(super) fn case_mut(&mut self, orgbusno: &str) -> Option<&mut SimCase> {
        self.cases.get_mut(orgbusno)
    }

    /// Whether a case is handed in for the first time.
    pub(super) fn meet(&mut self, orgbusno: &str) -> bool {
        self.met.len() < self.limits.cases && self.met.insert(orgbusno.to_owned())
    }

    pub(super) fn orgbusno_of(&self, projid: &str) -> Option<String> {
        self.by_projid.get(projid).cloned()
    }

    pub(super) fn add_case(
        &mut self,
        orgbusno: &str,
        dataver: u32,
        application: Value,
        now: DateTime<Utc>,
    ) -> Result<String, Full> {
        if self.order.len() >= self.limits.cases {
            return Err(Full);
        }
        self.serial += 1;
        let projid = format!("37{}{:06}", now.format("%Y%m%d"), self.serial);
        let case = SimCase {
            orgbusno: orgbusno.to_owned(),
            projid: projid.clone(),
            dataver,
            arrived_at: now,
            posts: 1,
            state: String::new(),
            doneresult: None,
            application: Arc::new(application),
            history: Vec::new(),
            told: Vec::new(),
            pushing: false,
            pushed: 0,
            held_back: None,
        };
        self.order.push(orgbusno.to_owned());
        self.by_projid.insert(projid.clone(), orgbusno.to_owned());
        self.cases.insert(orgbusno.to_owned(), case);
        Ok(projid)
    }

    /// Writes a report down, with `body` made from the case and the report's number.
    pub(super) fn add_report(
        &mut self,
        orgbusno: &str,
        pushable: bool,
        body: impl FnOnce(&SimCase, usize) -> Value,
    ) -> Option<()> {
        if self.journal.len() >= self.limits.reports {
            return None;
        }
        let case = self.cases.get_mut(orgbusno)?;
        let body = body(case, case.history.len() + 1);
        let code = |name| body.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        case.state = code("state").unwrap_or_default();
        case.doneresult = code("doneresult");
        let body = Arc::new(body);
        case.history.push(SimReport { body, pushable, tries: 0, last_status: None, delivered: false });
        self.journal.push((orgbusno.to_owned(), case.history.len() - 1));
        Some(())
    }

    /// The reports after the first `from`, at most `most`, and how many there are in all.
    pub(super) fn reports_from(&self, from: usize, most: usize) -> (Vec<Arc<Value>>, usize) {
        let page = self.journal.iter().skip(from).take(most);
        let bodies = page.filter_map(|(orgbusno, index)| {
            self.cases.get(orgbusno).and_then(|case| case.history.get(*index)).map(|report| Arc::clone(&report.body))
        });
        (bodies.collect(), self.journal.len())
    }

    pub(super) fn file(&self, sha256: &str) -> Option<&SimFile> {
        self.files.get(sha256)
    }

    /// Forgets a file, as if it had never been here.
    pub(super) fn lose_file(&mut self, sha256: &str) {
        if let Some(lost) = self.files.remove(sha256) {
            self.file_bytes -= lost.bytes.len();
        }
    }

    pub(super) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Keeps a file; `true` when it is new under this rule.
    pub(super) fn add_file(
        &mut self,
        sha256: &str,
        rule: &str,
        content_type: &'static str,
        bytes: Bytes,
    ) -> Result<bool, Full> {
        if let Some(file) = self.files.get_mut(sha256) {
            return Ok(file.rules.insert(rule.to_owned()));
        }
        if self.file_bytes + bytes.len() > self.limits.file_bytes {
            return Err(Full);
        }
        self.file_bytes += bytes.len();
        let rules = BTreeSet::from([rule.to_owned()]);
        self.files.insert(sha256.to_owned(), SimFile { bytes, content_type, rules });
        Ok(true)
    }

    /// Forgets everything but the serial number, so that no number is given twice.
    pub(super) fn clear(&mut self) {
        *self = Self { serial: self.serial, ..Self::new(self.limits) };
    }
}
