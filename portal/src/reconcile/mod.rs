//! Our cases beside the province's list: on demand and, where it is set, on a schedule.
//!
//! Both sides are read a page at a time. What the comparison finds is looked at a second time, by asking for the case itself,
//! before it counts: between two pages a case may have moved on.

pub mod compare;
mod ours;
pub mod report;

use std::collections::{BTreeMap, HashSet};

use casework::{Desk, Result, outbox};
use entity::CaseId;
use sea_orm::ActiveEnum as _;
use serde_json::json;
use uuid::Uuid;

use self::compare::{Cure, Finding, Kind, Ours, Why, compare};
use self::report::{Line, Outcome, Report};
use crate::adapter::{Entry, NOT_OFFERED, Province, RegisterPage, Standing, Verdict};
use crate::deliver::Binder;
use crate::{application, poll};

/// Who drives promises again, in their history.
const BY: &str = "reconcile";
/// How many of our cases are read at once.
const PAGE: u64 = 100;
/// Most pages of the province's list.
const MAX_PAGES: u64 = 10_000;
/// Most cases asked for on their own in one run; the next one goes on with what is then still wrong.
const MAX_ASKED: u64 = 10_000;
/// Most differences kept with a report; all are counted.
const MAX_LINES: usize = 1000;

/// What is needed to compare.
#[derive(Clone, Copy)]
pub struct Books<'a> {
    /// Our side.
    pub desk: &'a Desk,
    /// Theirs.
    pub province: &'a dyn Province,
    /// Knows which photos went out as one file.
    pub binder: &'a dyn Binder,
}

impl std::fmt::Debug for Books<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Books")
    }
}

/// Compares everything that was ever handed in, carries out the safe cures where `cures` says so, and keeps the report.
///
/// # Errors
/// When our own database fails. What was cured before is cured.
pub async fn run(books: Books<'_>, cures: bool, by: &str) -> Result<Report> {
    let report = Report::begun(books.desk.world.now(), by, cures);
    let mut run = Run { books, report, seen: HashSet::new(), asked: 0 };
    if run.theirs().await? {
        run.ours().await?;
    }
    let Run { mut report, .. } = run;
    report.ended_at = books.desk.world.now();
    report::keep(books.desk, &report).await?;
    tracing::info!(
        by,
        found = report.found,
        cured = report.cured,
        left = report.left,
        stopped = report.stopped.as_deref(),
        "our cases were compared with the province's"
    );
    Ok(report)
}

struct Run<'a> {
    books: Books<'a>,
    report: Report,
    /// What the province listed.
    seen: HashSet<String>,
    asked: u64,
}

impl Run<'_> {
    /// Goes through the province's list. Answers whether to go on.
    async fn theirs(&mut self) -> Result<bool> {
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let reply = self.books.province.list_register(cursor.as_deref()).await;
            let Some(page) = reply.value else {
                if reply.verdict.code() == Some(NOT_OFFERED) && cursor.is_none() {
                    return Ok(true);
                }
                return Ok(self.stop_for(&reply.verdict));
            };
            if !self.page(&page).await? {
                return Ok(false);
            }
            if !page.more {
                self.report.listed = true;
                return Ok(true);
            }
            if cursor.as_ref() == Some(&page.cursor) {
                break;
            }
            cursor = Some(page.cursor);
        }
        Ok(self.stop("reconcile.endless_list"))
    }

    async fn page(&mut self, page: &RegisterPage) -> Result<bool> {
        self.report.theirs += u64::try_from(page.entries.len() + page.unreadable).unwrap_or(0);
        let ids: Vec<_> = page.entries.iter().filter_map(|entry| id_of(&entry.orgbusno)).collect();
        let ours = ours::load(self.books.desk, self.books.binder, &ids).await?;
        for entry in &page.entries {
            let id = id_of(&entry.orgbusno);
            if self.seen.insert(entry.orgbusno.clone()) {
                let ours = id.and_then(|id| ours.get(&id));
                self.report.ours += u64::from(ours.is_some());
                if !compare(ours, Some(entry)).is_empty() && !self.settle(id, &entry.orgbusno, Some(entry)).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Goes through what we handed in and the province did not list.
    async fn ours(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let page = ours::page(self.books.desk, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            let mut unseen = page;
            unseen.retain(|id| !self.seen.contains(&application::orgbusno(*id)));
            let ours = ours::load(self.books.desk, self.books.binder, &unseen).await?;
            for id in unseen {
                self.report.ours += 1;
                // Where there is a list, only what should have been in it is asked for.
                let may_be_there = !self.report.listed || !compare(ours.get(&id), None).is_empty();
                if may_be_there && !self.settle(Some(id), &application::orgbusno(id), None).await? {
                    return Ok(());
                }
            }
        }
    }

    /// Looks at one case again, by itself, and does what can be done. Answers whether to go on.
    async fn settle(&mut self, id: Option<CaseId>, orgbusno: &str, listed: Option<&Entry>) -> Result<bool> {
        if self.asked >= MAX_ASKED {
            return Ok(self.stop("reconcile.too_many"));
        }
        self.asked += 1;
        let reply = self.books.province.get_case(orgbusno).await;
        let Some(standing) = reply.value else { return Ok(self.stop_for(&reply.verdict)) };
        let there = Entry::of(orgbusno, &standing, listed.and_then(|entry| entry.files.clone()));
        let here = self.here(id).await?;
        let mut tried: BTreeMap<Cure, Outcome> = BTreeMap::new();
        for finding in compare(here.as_ref(), there.as_ref()) {
            let outcome = match (tried.get(&finding.cure), here.as_ref()) {
                (Some(outcome), _) => *outcome,
                (None, Some(ours)) => self.cure(finding, ours, &standing, there.as_ref()).await?,
                (None, None) => Outcome::Left,
            };
            tried.insert(finding.cure, outcome);
            self.note(finding, outcome, orgbusno, here.as_ref(), there.as_ref());
        }
        Ok(true)
    }

    async fn here(&self, id: Option<CaseId>) -> Result<Option<Ours>> {
        let Some(id) = id else { return Ok(None) };
        Ok(ours::load(self.books.desk, self.books.binder, &[id]).await?.remove(&id))
    }

    async fn cure(&self, finding: Finding, ours: &Ours, standing: &Standing, there: Option<&Entry>) -> Result<Outcome> {
        let desk = self.books.desk;
        let done = match finding.cure {
            Cure::Look => return Ok(Outcome::Left),
            _ if !self.report.cures => return Ok(Outcome::Proposed),
            Cure::DriveAgain => {
                // It may be there after all, and the files it had there may be gone with it.
                let ask = json!({ "case_sent": true, "files": [] });
                !outbox::drive_kept(desk, ours.id, &ask, BY).await?.is_empty()
            }
            Cure::TakeTheirWord => {
                if let Standing::Present { history, .. } = standing {
                    for received in history {
                        poll::take(desk, received).await?;
                    }
                }
                let now = self.here(Some(ours.id)).await?;
                !compare(now.as_ref(), there).iter().any(|found| found.kind == Kind::StatesDiffer)
            }
        };
        Ok(if done { Outcome::Cured } else { Outcome::Left })
    }

    fn note(&mut self, finding: Finding, outcome: Outcome, orgbusno: &str, here: Option<&Ours>, there: Option<&Entry>) {
        let report = &mut self.report;
        report.found += 1;
        report.cured += u64::from(outcome == Outcome::Cured);
        report.left += u64::from(outcome == Outcome::Left);
        // Nothing was wrong with trying, and a person has to look all the same.
        let why = finding.why.or((outcome == Outcome::Left).then_some(Why::NotCured));
        tracing::warn!(case = orgbusno, kind = ?finding.kind, cure = ?finding.cure, ?outcome, ?why, "the books differ");
        if report.lines.len() < MAX_LINES {
            report.lines.push(Line {
                orgbusno: orgbusno.to_owned(),
                case_id: here.map(|ours| ours.id.0),
                number: here.and_then(|ours| ours.number.clone()),
                kind: finding.kind,
                ours: here.map(|ours| ours.state.to_value()),
                theirs: there.map(|entry| entry.state.name().to_owned()),
                cure: finding.cure,
                outcome,
                why,
            });
        }
    }

    fn stop_for(&mut self, verdict: &Verdict) -> bool {
        self.stop(verdict.code().unwrap_or("province.unreadable"))
    }

    fn stop(&mut self, why: &str) -> bool {
        self.report.stopped = Some(why.to_owned());
        false
    }
}

/// The id a case would have here; none when it is no id of ours.
fn id_of(orgbusno: &str) -> Option<CaseId> {
    Uuid::try_parse(orgbusno).ok().map(CaseId).filter(|id| application::orgbusno(*id) == orgbusno)
}
