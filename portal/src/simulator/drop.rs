//! The province behind a file drop: takes bundles that are whole and signed, looks at them as at any call, and puts what it
//! says of them, and of its cases, into the inbox. Its own reading of the layout in `docs/PORTAL.md`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use poem::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{DropPath, ListQuery, ObjectStore, StorageKey, StoreError};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::clerk::keep_going;
use super::courier::BEHIND;
use super::desk::Desk;
use super::fault::{Action, CallKind};
use super::gate::{failure, handed_in};
use super::random::Form;
use super::server::{keep_file, take_case, take_step};
use crate::signature::Envelope;

/// Carries files between a store and the simulator.
pub struct DropClerk {
    desk: Arc<Desk>,
    store: Arc<dyn ObjectStore>,
    /// How many reports of each case were put there.
    reported: Mutex<HashMap<String, usize>>,
    /// Bundles whose answer was signed wrongly, so that it has to be given again.
    spoilt: Mutex<HashSet<String>>,
}

impl std::fmt::Debug for DropClerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DropClerk").finish_non_exhaustive()
    }
}

/// A bundle, read and found whole.
struct Read {
    name: String,
    kind: String,
    orgbusno: String,
    message: Bytes,
    files: HashMap<String, Bytes>,
}

impl DropClerk {
    pub(super) fn new(desk: Arc<Desk>, store: Arc<dyn ObjectStore>) -> Self {
        Self { desk, store, reported: Mutex::default(), spoilt: Mutex::default() }
    }

    /// One round: every bundle without an answer, then every report that was not put there yet.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn round(&self) -> Result<(), StoreError> {
        for path in self.paths("outbox/").await? {
            let Some(name) = path.strip_prefix("outbox/").and_then(|rest| rest.strip_suffix("/manifest.json")) else {
                continue;
            };
            let ack = format!("inbox/acks/{name}.json");
            let spoilt = self.spoilt.lock().await.remove(name);
            if spoilt || self.get(&ack).await?.is_none() {
                self.answer(name, &path, &ack).await?;
            }
        }
        self.report().await
    }

    /// Makes rounds until the simulator stops.
    pub fn keep_going(self, every: Duration) -> JoinHandle<()> {
        let (stopping, clerk) = (self.desk.stopping.clone(), Arc::new(self));
        keep_going(stopping, every, "the file drop", move || {
            let clerk = Arc::clone(&clerk);
            async move { clerk.round().await }
        })
    }

    async fn answer(&self, name: &str, manifest: &str, ack: &str) -> Result<(), StoreError> {
        let Some(bytes) = self.get(manifest).await? else { return Ok(()) };
        let content = Envelope::open(&self.desk.trusted, manifest, &bytes, self.desk.world.now());
        let Some(content) = content.ok().and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
            tracing::warn!(name, "the province does not believe a bundle");
            return Ok(());
        };
        self.lose_files(name, &content).await?;
        let answered = match self.read(name, &content).await? {
            Ok(read) => self.take(read).await,
            Err(why) => Some((failure(http::StatusCode::UNPROCESSABLE_ENTITY, "bundle.incomplete", &why), false)),
        };
        let Some((response, wrongly)) = answered else { return Ok(()) };
        let status = response.status();
        if status.is_server_error() {
            return Ok(());
        }
        let result = if status.is_success() || status.as_u16() == 409 { "taken" } else { "refused" };
        let mut said: Value = response.into_body().into_json().await.unwrap_or_default();
        if let Value::Object(fields) = &mut said {
            fields.insert("bundle".into(), name.into());
            fields.insert("result".into(), result.into());
        }
        if wrongly {
            self.spoilt.lock().await.insert(name.to_owned());
            return self.seal_wrongly(ack, &said).await;
        }
        self.seal(ack, &said).await
    }

    /// Loses the files of a bundle that are to be lost, before anybody looked at them.
    async fn lose_files(&self, name: &str, manifest: &Value) -> Result<(), StoreError> {
        let orgbusno = manifest.get("orgbusno").and_then(Value::as_str).unwrap_or_default();
        let files = manifest.get("files").and_then(Value::as_array).into_iter().flatten();
        for file in files.filter_map(|file| file.get("name")?.as_str()).filter(|file| *file != "message.json") {
            let sha256 = file.split('.').next().unwrap_or_default();
            let fault = self.desk.take_fault(Form::Files, CallKind::File, &[orgbusno, sha256]);
            if fault.is_some_and(|fault| fault.action == Action::Lose) {
                self.store.delete(&key(&format!("outbox/{name}/{file}"))?).await?;
            }
        }
        Ok(())
    }

    /// The bundle, when every file is what the manifest says; else what is wrong.
    async fn read(&self, name: &str, manifest: &Value) -> Result<Result<Read, String>, StoreError> {
        let text = |field: &str| manifest.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("name") != name {
            return Ok(Err("清单属于另一个包；the manifest is another bundle's".to_owned()));
        }
        let mut files = HashMap::new();
        for file in manifest.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
            let field = |field: &str| file.get(field).and_then(Value::as_str).unwrap_or_default();
            let bytes = self.get(&format!("outbox/{name}/{}", field("name"))).await?.unwrap_or_default();
            let size = file.get("bytes").and_then(Value::as_u64);
            if hex::encode(Sha256::digest(&bytes)) != field("sha256") || size != Some(bytes.len() as u64) {
                return Ok(Err(format!("文件不符；not what the manifest says: {}", field("name"))));
            }
            files.insert(field("name").to_owned(), bytes);
        }
        let message = files.remove("message.json").ok_or_else(|| "没有 message.json；no message".to_owned());
        let (kind, orgbusno) = (text("kind"), text("orgbusno"));
        Ok(message.map(|message| Read { name: name.to_owned(), kind, orgbusno, message, files }))
    }

    /// What the province says to a bundle, and whether it signs that wrongly; nothing when it stays silent.
    async fn take(&self, read: Read) -> Option<(Response, bool)> {
        let call = if read.kind == "apply" { CallKind::Case } else { CallKind::Step };
        if call == CallKind::Case {
            handed_in(&self.desk, &read.message);
        }
        let fault = self.desk.take_fault(Form::Files, call, &[&read.orgbusno]);
        match fault.as_ref().map(|fault| fault.action) {
            Some(Action::Refuse) => {
                let words = fault.and_then(|fault| fault.words);
                let words = words.unwrap_or_else(|| "按演练要求不予接收；refused on command".to_owned());
                Some((failure(http::StatusCode::UNPROCESSABLE_ENTITY, "sim.refused", &words), false))
            }
            Some(Action::WrongSignature) => Some((self.carry_out(read).await, true)),
            Some(Action::CloseAfter) => {
                drop(self.carry_out(read).await);
                None
            }
            Some(_) => None,
            None => Some((self.carry_out(read).await, false)),
        }
    }

    async fn carry_out(&self, read: Read) -> Response {
        let message: Value = serde_json::from_slice(&read.message).unwrap_or_default();
        let named = message.get("orgbusno").and_then(Value::as_str);
        if named != Some(read.orgbusno.as_str()) || !read.name.starts_with(&read.orgbusno) {
            let why = "信函与清单不是同一办件；message and manifest are of different cases";
            return failure(http::StatusCode::UNPROCESSABLE_ENTITY, "bundle.contradiction", why);
        }
        if read.kind != "apply" {
            let projid = message.get("projid").and_then(Value::as_str).unwrap_or_default();
            return take_step(&self.desk, projid, &read.kind, &read.message);
        }
        for (sha256, rule, bytes) in carried(&message, &read.files) {
            let kept = keep_file(&self.desk, &sha256, rule, bytes).await;
            if !kept.status().is_success() {
                return kept;
            }
        }
        take_case(&self.desk, &read.message)
    }

    async fn report(&self) -> Result<(), StoreError> {
        let mut reported = self.reported.lock().await;
        let cases = self.desk.memory().cases();
        for case in cases {
            let done = reported.entry(case.orgbusno.clone()).or_default();
            for (index, report) in case.history.iter().enumerate().skip(*done) {
                let place = format!("inbox/reports/{}-{index:04}", case.orgbusno);
                let fault =
                    self.desk.take_fault(Form::Files, CallKind::Report, &[&case.orgbusno]).map(|fault| fault.action);
                match fault {
                    Some(Action::Lose) => {}
                    // The next round puts the right one in its place.
                    Some(Action::WrongSignature) => {
                        self.seal_wrongly(&format!("{place}.json"), &report.body).await?;
                        break;
                    }
                    Some(Action::StaleClock) => {
                        let envelope = self.envelope(&format!("{place}.json"), &report.body, BEHIND)?;
                        self.put_envelope(&format!("{place}.json"), &envelope).await?;
                    }
                    Some(Action::Duplicate) => {
                        self.seal(&format!("{place}.json"), &report.body).await?;
                        self.seal(&format!("{place}-again.json"), &report.body).await?;
                    }
                    // A name that sorts behind all others.
                    Some(Action::OutOfOrder) => {
                        let late = place.replace("inbox/reports/", "inbox/reports/z-");
                        self.seal(&format!("{late}.json"), &report.body).await?;
                    }
                    _ => self.seal(&format!("{place}.json"), &report.body).await?,
                }
                *done = index + 1;
            }
        }
        Ok(())
    }

    async fn seal(&self, path: &str, content: &Value) -> Result<(), StoreError> {
        self.put_envelope(path, &self.envelope(path, content, TimeDelta::zero())?).await
    }

    async fn seal_wrongly(&self, path: &str, content: &Value) -> Result<(), StoreError> {
        let mut envelope = self.envelope(path, content, TimeDelta::zero())?;
        let last = if envelope.signature.pop() == Some('0') { '1' } else { '0' };
        envelope.signature.push(last);
        self.put_envelope(path, &envelope).await
    }

    /// What is to lie at `path`, signed by a clock that is so far behind.
    fn envelope(&self, path: &str, content: &Value, behind: TimeDelta) -> Result<Envelope, StoreError> {
        let nonce = self.desk.world.bytes::<16>().map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let clock = self.desk.world.now() - behind;
        Ok(Envelope::seal(&self.desk.key, path, content.to_string(), clock, &hex::encode(nonce)))
    }

    async fn put_envelope(&self, path: &str, envelope: &Envelope) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(envelope).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.store.put(&key(path)?, bytes.into()).await
    }

    async fn get(&self, path: &str) -> Result<Option<Bytes>, StoreError> {
        match self.store.get(&key(path)?, self.desk.limits.one_file_bytes as u64).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn paths(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let (mut paths, mut after) = (Vec::new(), None);
        loop {
            let limit = store::MAX_PAGE;
            let query = ListQuery { prefix, older_than: DateTime::<Utc>::MAX_UTC, after: after.as_deref(), limit };
            let page = self.store.list(&query).await?;
            paths.extend(page.objects.into_iter().map(|object| object.path));
            if page.next.is_none() {
                return Ok(paths);
            }
            after = page.next;
        }
    }
}

/// The files an application names that came with it: SHA-256, rule, bytes.
fn carried(message: &Value, files: &HashMap<String, Bytes>) -> Vec<(String, String, Bytes)> {
    let materials = message.get("materials").and_then(Value::as_array).into_iter().flatten();
    let wanted = materials.filter_map(|material| material.get("files")?.as_array()).flatten();
    let text = |file: &Value, field: &str| file.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = wanted.filter_map(|file| {
        let sha256 = text(file, "sha256");
        let bytes = files.iter().find(|(name, _)| name.split('.').next() == Some(sha256.as_str()))?.1.clone();
        Some((sha256, text(file, "rule"), bytes))
    });
    found.collect()
}

fn key(path: &str) -> Result<StorageKey, StoreError> {
    let wrong = || StoreError::Refused(json!({ "path": path }).to_string());
    DropPath::new(path).map(StorageKey::Dropped).ok_or_else(wrong)
}
