//! Cases as their owners see them, kept ready to be sent: a phone asks again and again how a case stands, and seldom has
//! anything changed.
//!
//! What is kept is never believed: each time the database is asked for the case's stamp, and what has another one is put
//! together anew. So any number of processes may keep views of the same case.

use std::sync::{Mutex, MutexGuard, PoisonError};

use casework::stamp::{Stamp, Stamps};
use casework::whole::{self, Whole};
use casework::{Desk, Error, Result};
use entity::{AccountId, CaseId};
use lru::LruCache;
use sea_orm::DatabaseConnection;

use super::view::{self, Case};
use crate::http::ready::Ready;

/// Most bytes of views kept, in this process's memory and nowhere else: those of some five thousand cases, the ones asked for last.
const MOST_BYTES: usize = 16 << 20;
/// What one takes beside its words.
const BESIDE_BYTES: usize = 256;

/// The views.
#[derive(Debug)]
pub struct Shown {
    stamps: Stamps,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    views: LruCache<CaseId, (Stamp, Ready<Case>)>,
    bytes: usize,
}

impl Shown {
    /// No views yet of the cases in this database.
    pub fn new(db: DatabaseConnection) -> Self {
        Self { stamps: Stamps::new(db), kept: Mutex::new(Kept { views: LruCache::unbounded(), bytes: 0 }) }
    }

    /// Everything about the case of `owner`, as it is now.
    ///
    /// # Errors
    /// When there is none, it is somebody else's, or a row cannot be read.
    pub async fn case(&self, desk: &Desk, owner: AccountId, id: CaseId) -> Result<Ready<Case>> {
        let known = self.kept().views.get(&id).cloned();
        if let Some((kept, ready)) = known {
            let now = self.stamps.now(id).await?;
            if now.as_ref().is_none_or(|stamp| stamp.owner != owner) {
                return Err(Error::NotFound("case"));
            }
            if now.is_some_and(|stamp| stamp == kept) {
                return Ok(ready);
            }
        }
        let whole = whole::find(desk, owner, id).await?;
        // Stamp and view are of one statement: they belong together whatever happens meanwhile.
        let stamp = whole.stamp();
        let ready = ready(desk, whole)?;
        self.kept().put(id, stamp, ready.clone());
        Ok(ready)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ready(desk: &Desk, whole: Whole) -> Result<Ready<Case>> {
    let case = view::of(desk, whole)?;
    let etag = case.etag();
    Ok(Ready::tagged(&case, etag))
}

impl Kept {
    fn put(&mut self, id: CaseId, stamp: Stamp, ready: Ready<Case>) {
        self.bytes += weight(&ready);
        let mut gone = self.views.put(id, (stamp, ready));
        loop {
            if let Some((_, ready)) = gone {
                self.bytes -= weight(&ready);
            }
            if self.bytes <= MOST_BYTES {
                return;
            }
            gone = self.views.pop_lru().map(|(_, view)| view);
        }
    }
}

fn weight(ready: &Ready<Case>) -> usize {
    ready.words().len() + BESIDE_BYTES
}
