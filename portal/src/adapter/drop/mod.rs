//! File drop: for a platform that can neither be called nor lends us a database. Each message is a bundle of files in a
//! folder or a bucket; an acknowledgement comes back as a file, and so do reports. The sheets are those of gateway v1.
//!
//! ```text
//! outbox/{name}/message.json, {sha256}.jpg …, manifest.json     ours; the manifest last, signed
//! inbox/acks/{name}.json                                        theirs, signed: taken or refused
//! inbox/reports/{any}.json                                      theirs, signed: one report
//! taken/{name}.json                                             an acknowledgement we have read: what makes repeats harmless
//! refused/{any}.json, {any}.json.why                            what cannot be read or, after an hour, is not believed; and why
//! ```
//!
//! The same name is the same content: `{orgbusno}-{dataver}-apply` for an application, `{orgbusno}-{sn}-{call}` for a step.

mod ack;
mod bundle;
mod inbox;
mod shelf;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use casework::world::World;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use store::{ObjectStore, StoreError};

use super::{
    Application, CodeTable, FILE_ABSENT, FilePlace, MaterialFile, Province, Receipt, Reply, Report, ReportFaults,
    ReportPage, Settings, Standing, Telling, Verdict, exchange,
};
use crate::signature::{Key, TrustedKey};
use ack::Ack;
use bundle::{Bundle, Listed, Sent};
use shelf::Shelf;

/// A platform reached by files.
#[derive(Clone)]
pub struct FileDrop {
    shelf: Shelf,
    key: Key,
    trusted: Arc<[TrustedKey]>,
    table: &'static CodeTable,
    world: World,
}

impl std::fmt::Debug for FileDrop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileDrop").field("key", &self.key).finish_non_exhaustive()
    }
}

impl FileDrop {
    /// Exchanges files through `store`.
    pub fn new(store: Arc<dyn ObjectStore>, settings: Settings, world: World) -> Self {
        let Settings { key, trusted, codes } = settings;
        Self { shelf: Shelf(store), key, trusted: trusted.into(), table: codes, world }
    }

    /// Sees to it that the bundle lies there, and says what became of it.
    async fn send(&self, bundle: &Bundle) -> Reply<Ack> {
        let known = match self.put(bundle).await {
            Err(error) => return trouble(&error),
            Ok(Sent::Other) => {
                return Reply::rejected("province.conflict", "another message lies there under the same name");
            }
            Ok(Sent::Missing(files)) => return Reply::rejected(FILE_ABSENT, &files.join("\n")),
            Ok(Sent::Taken(ack)) => Some(ack),
            Ok(Sent::Lies) => None,
        };
        // Also of what was taken before: an acknowledgement that was given again is put away.
        match (known, self.answer(&bundle.name).await) {
            (_, Err(error)) => trouble(&error),
            (Some(ack), Ok(_)) => Reply::done(Verdict::AlreadyThere, ack),
            (None, Ok(Ok(ack))) if ack.is_taken() => Reply::done(Verdict::Accepted, ack),
            (None, Ok(Ok(ack))) if ack.files_are_absent() => Reply::rejected(FILE_ABSENT, &ack.words()),
            (None, Ok(Ok(ack))) => Reply::rejected("province.refused", &ack.words()),
            (None, Ok(Err(waiting))) => unanswered(&waiting),
        }
    }

    async fn step(&self, orgbusno: &str, sn: &str, call: &str, mut sheet: Map<String, Value>) -> Reply<()> {
        sheet.entry("orgbusno").or_insert_with(|| orgbusno.into());
        let message = Value::Object(sheet).to_string();
        self.send(&Bundle::new(format!("{orgbusno}-{sn}-{call}"), call, orgbusno, message, Vec::new())).await.map(drop)
    }
}

fn unanswered<T>(why: &str) -> Reply<T> {
    Reply::failed(Verdict::Retry { after: None, code: "province.not_acknowledged" }, why)
}

/// What a failure of the folder or bucket means: everything there is safe to repeat.
fn trouble<T>(error: &StoreError) -> Reply<T> {
    let why = error.to_string();
    match error {
        StoreError::Unavailable(_) => Reply::failed(Verdict::Retry { after: None, code: "province.unreachable" }, &why),
        StoreError::Refused(_) | StoreError::Configuration(_) => Reply::rejected("province.unauthorised", &why),
        StoreError::Missing | StoreError::TooLarge { .. } => Reply::rejected("province.unexpected", &why),
    }
}

#[async_trait]
impl Province for FileDrop {
    fn kind(&self) -> super::Kind {
        super::Kind::Drop
    }

    async fn put_file(&self, place: &FilePlace, file: &MaterialFile, bytes: Bytes) -> Reply<()> {
        let name = bundle::application_name(&place.orgbusno, place.dataver);
        match self.put_part(&name, &Listed::of(file), bytes).await {
            Ok(true) => Reply::done(Verdict::Accepted, ()),
            Ok(false) => Reply::done(Verdict::AlreadyThere, ()),
            Err(error) => trouble(&error),
        }
    }

    async fn post_case(&self, application: &Application) -> Reply<Receipt> {
        let Ok(message) = serde_json::to_string(&exchange::Case::from(application)) else {
            return Reply::rejected("province.unexpected", "the application cannot be written as JSON");
        };
        let name = bundle::application_name(&application.orgbusno, application.dataver);
        let files = application.materials.iter().flat_map(|material| &material.files).map(Listed::of).collect();
        let reply = self.send(&Bundle::new(name, bundle::APPLY, &application.orgbusno, message, files)).await;
        reply.map(|ack| Receipt { province_id: ack.projid })
    }

    async fn withdraw_case(&self, orgbusno: &str, province_id: &str, at: DateTime<Utc>) -> Reply<()> {
        let mut sheet = match exchange::given_up(at, self.table) {
            Ok(sheet) => sheet,
            Err(unsaid) => return unsaid,
        };
        sheet.insert("projid".to_owned(), province_id.into());
        self.step(orgbusno, exchange::codes::GIVEN_UP_SN, "done", sheet).await
    }

    async fn tell(&self, telling: &Telling) -> Reply<()> {
        match exchange::sheet(telling, self.table) {
            Ok((call, sheet)) => self.step(&telling.orgbusno, &telling.sn.to_string(), call, sheet).await,
            Err(unsaid) => unsaid,
        }
    }

    async fn get_case(&self, orgbusno: &str) -> Reply<Standing> {
        match self.standing(orgbusno).await {
            Ok(Ok(standing)) => Reply::accepted(standing),
            Ok(Err(waiting)) => unanswered(&waiting),
            Err(error) => trouble(&error),
        }
    }

    async fn list_cases(&self, cursor: Option<&str>) -> Reply<ReportPage> {
        let page = self.page(cursor.unwrap_or_default()).await;
        page.map_or_else(|error| trouble(&error), Reply::accepted)
    }

    fn read_report(&self, body: &[u8]) -> Result<Report, ReportFaults> {
        exchange::parse_report(body, self.table)
    }
}
