//! What comes back: acknowledgements, each for one bundle, and reports. Nothing is believed that is not signed for the place
//! where it lies.

use bytes::Bytes;
use chrono::TimeDelta;
use store::{DropPath, Object, StoreError};

use super::ack::Ack;
use super::bundle::APPLY;
use super::shelf::MAX_TEXT;
use super::{FileDrop, ReportPage, Standing, exchange};
use crate::adapter::{Received, ReportFault};
use crate::signature::Envelope;

const ACKS: &str = "inbox/acks/";
const REPORTS: &str = "inbox/reports/";
const TAKEN: &str = "taken/";
const REFUSED: &str = "refused/";
/// What the name of a file ends in that says why another was refused.
const WHY: &str = ".why";
/// The most reports of a page.
const PAGE_REPORTS: usize = 100;
/// How long what is not believed may still be on its way: whoever writes it may not have finished.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Where the acknowledgement of a bundle is put.
pub(super) fn ack_path(bundle: &str) -> String {
    format!("{ACKS}{bundle}.json")
}

fn taken_path(bundle: &str) -> String {
    format!("{TAKEN}{bundle}.json")
}

impl FileDrop {
    /// The acknowledgement of a bundle that was read before.
    pub(super) async fn taken(&self, bundle: &str) -> Result<Option<Ack>, StoreError> {
        let Some(bytes) = self.shelf.text(&taken_path(bundle)).await? else { return Ok(None) };
        Ok(self.believed(bundle, &bytes).ok())
    }

    /// The acknowledgement of a bundle that lies there, or why there is none yet. One that says taken is kept, and the bundle
    /// removed; one that refuses is removed with the manifest, so that the next try is looked at anew.
    pub(super) async fn answer(&self, bundle: &str) -> Result<Result<Ack, String>, StoreError> {
        let (ack, bytes) = match self.said(bundle).await? {
            Ok(said) => said,
            Err(waiting) => return Ok(Err(waiting)),
        };
        if ack.is_taken() {
            self.keep(bundle, bytes).await?;
        } else {
            self.take_back(bundle).await?;
            self.shelf.delete(&ack_path(bundle)).await?;
        }
        Ok(Ok(ack))
    }

    /// The acknowledgement of a bundle, with its bytes; or, in words, why there is none yet.
    async fn said(&self, bundle: &str) -> Result<Result<(Ack, Bytes), String>, StoreError> {
        let Some(bytes) = self.shelf.text(&ack_path(bundle)).await? else {
            return Ok(Err("the bundle lies there and is not acknowledged yet".to_owned()));
        };
        let not_believed = |why| format!("an acknowledgement lies there and is not believed: {why}");
        Ok(self.believed(bundle, &bytes).map(|ack| (ack, bytes)).map_err(not_believed))
    }

    /// Keeps an acknowledgement that says taken, and removes what it is for.
    async fn keep(&self, bundle: &str, ack: Bytes) -> Result<(), StoreError> {
        self.shelf.put(&taken_path(bundle), ack).await?;
        self.clear(bundle).await?;
        self.shelf.delete(&ack_path(bundle)).await
    }

    /// The acknowledgement in these bytes; or why it is none for this bundle.
    fn believed(&self, bundle: &str, bytes: &Bytes) -> Result<Ack, String> {
        let text = Envelope::open(&self.trusted, &ack_path(bundle), bytes, self.world.now());
        let ack = text.map_err(|refusal| refusal.code().to_owned()).and_then(|text| Ack::read(bundle, &text));
        ack.inspect_err(|why| tracing::warn!(bundle, why, "an acknowledgement is not believed"))
    }

    /// What the platform is known to have of a case: the latest version it acknowledged. Only words while a bundle lies there
    /// that it may still take: whoever heard that it has nothing would think the case gone.
    pub(super) async fn standing(&self, orgbusno: &str) -> Result<Result<Standing, String>, StoreError> {
        let mut newest: Option<(u32, String)> = None;
        for place in [TAKEN, ACKS] {
            let (objects, _) = self.shelf.list(&format!("{place}{orgbusno}-"), None).await?;
            for Object { path, .. } in objects {
                let Some((bundle, dataver)) = application(&path, orgbusno) else { continue };
                let Some(bytes) = self.shelf.text(&path).await? else { continue };
                let Some(ack) = self.believed(&bundle, &bytes).ok().filter(Ack::is_taken) else { continue };
                if place == ACKS {
                    self.keep(&bundle, bytes).await?;
                }
                if newest.as_ref().is_none_or(|(known, _)| dataver > *known) {
                    newest = Some((dataver, ack.projid));
                }
            }
        }
        if let Some(waiting) = self.lies_unanswered(orgbusno).await? {
            return Ok(Err(waiting));
        }
        let Some((dataver, province_id)) = newest else { return Ok(Ok(Standing::Absent)) };
        let (pending, _) = self.pending().await?;
        let own = |received: &Received| received.report.as_ref().is_ok_and(|report| report.orgbusno == orgbusno);
        let history: Vec<_> = pending.into_iter().map(|(_, received)| received).filter(own).collect();
        Ok(Ok(Standing::Present { province_id, dataver, state: exchange::last(&history), history }))
    }

    /// Why a version of the application that lies there is neither taken nor refused; none when there is none.
    async fn lies_unanswered(&self, orgbusno: &str) -> Result<Option<String>, StoreError> {
        let (objects, _) = self.shelf.list(&format!("outbox/{orgbusno}-"), None).await?;
        for Object { path, .. } in objects {
            let Some(bundle) = path.strip_prefix("outbox/").and_then(|rest| rest.strip_suffix("/manifest.json")) else {
                continue;
            };
            if !bundle.ends_with(APPLY) {
                continue;
            }
            let Err(waiting) = self.said(bundle).await? else { continue };
            if self.taken(bundle).await?.is_none() {
                return Ok(Some(waiting));
            }
        }
        Ok(None)
    }

    /// The reports that wait. The cursor names those handed out last: whoever comes back with it has kept them.
    pub(super) async fn page(&self, cursor: &str) -> Result<ReportPage, StoreError> {
        for heard in cursor.lines() {
            self.put_away(heard).await?;
        }
        let (pending, more) = self.pending().await?;
        let (names, reports): (Vec<_>, Vec<_>) = pending.into_iter().unzip();
        Ok(ReportPage { reports, cursor: names.join("\n"), more })
    }

    /// The reports in the inbox, at most a page of them, and whether there are more. What is not believed is one when it has
    /// lain there long enough to be finished.
    async fn pending(&self) -> Result<(Vec<(String, Received)>, bool), StoreError> {
        let (mut pending, mut after) = (Vec::new(), None);
        loop {
            let (objects, next) = self.shelf.list(REPORTS, after.as_deref()).await?;
            for object in objects {
                if pending.len() >= PAGE_REPORTS {
                    return Ok((pending, true));
                }
                pending.extend(self.report(&object).await?);
            }
            if next.is_none() {
                return Ok((pending, false));
            }
            after = next;
        }
    }

    async fn report(&self, object: &Object) -> Result<Option<(String, Received)>, StoreError> {
        let Some(name) = object.path.strip_prefix(REPORTS) else { return Ok(None) };
        // What has a name no path of ours has, or is no report by its size, holds up no other.
        if DropPath::new(&object.path).is_none() || object.head.bytes > MAX_TEXT {
            tracing::warn!(name, bytes = object.head.bytes, "this is no report");
            return Ok(None);
        }
        let Some(bytes) = self.shelf.text(&object.path).await? else { return Ok(None) };
        let received = self.received(&object.path, &bytes);
        if let Err(faults) = &received.report {
            tracing::warn!(name, faults = %faults, "this report cannot be taken");
            let may_be_written_still = object.head.changed_at + PATIENCE >= self.world.now();
            if faults.0.iter().any(|fault| matches!(fault, ReportFault::NotBelieved(_))) && may_be_written_still {
                return Ok(None);
            }
        }
        Ok(Some((name.to_owned(), received)))
    }

    fn received(&self, path: &str, bytes: &Bytes) -> Received {
        match Envelope::open(&self.trusted, path, bytes, self.world.now()) {
            Ok(raw) => exchange::received(&raw, self.table),
            Err(refusal) => Received {
                raw: String::from_utf8_lossy(bytes).into_owned(),
                report: Err(ReportFault::NotBelieved(refusal.code()).into()),
            },
        }
    }

    /// Removes a report that was handed out. One that could not be taken is kept aside, with why: whoever wrote it can look.
    async fn put_away(&self, name: &str) -> Result<(), StoreError> {
        let path = format!("{REPORTS}{name}");
        let Some(bytes) = self.shelf.text(&path).await? else { return Ok(()) };
        if let Err(faults) = self.received(&path, &bytes).report {
            let aside = format!("{REFUSED}{}", name.replace('/', "-"));
            let why = faults.0.iter().map(|fault| format!("{}: {fault}\n{}\n", fault.code(), fault.zh()));
            let place = format!("{aside}{WHY}");
            if DropPath::new(&place).is_some() {
                self.shelf.put(&place, why.collect::<String>().into()).await?;
            }
            self.shelf.put(&aside, bytes).await?;
        }
        self.shelf.delete(&path).await
    }
}

/// The bundle and version of an application's acknowledgement at `path`.
fn application(path: &str, orgbusno: &str) -> Option<(String, u32)> {
    let bundle = path.rsplit_once('/')?.1.strip_suffix(".json")?;
    let dataver = bundle.strip_prefix(orgbusno)?.strip_prefix('-')?.strip_suffix(APPLY)?.strip_suffix('-')?;
    Some((bundle.to_owned(), dataver.parse().ok()?))
}
