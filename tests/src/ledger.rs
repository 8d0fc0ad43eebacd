//! Who holds which promise, written down by every relay of a test as it goes: leases are never held by two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use casework::witness::Moment;
use chrono::{DateTime, Utc};
use entity::OutboxId;
use entity::outbox;

use crate::points::{Call, Point};

/// One lease: a promise and its fence.
type Lease = (OutboxId, i64);

/// What all relays of a test wrote down.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    lives: u64,
    dead: BTreeSet<u64>,
    claimed: BTreeSet<Lease>,
    /// The highest fence of each promise.
    newest: BTreeMap<OutboxId, i64>,
    /// Who works at what, and when the lease ends unless it is renewed.
    at_work: BTreeMap<Lease, u64>,
    ends: BTreeMap<Lease, DateTime<Utc>>,
    /// The highest fence when a write with this lease began.
    begun: BTreeMap<(Lease, Moment), i64>,
    /// The newest number of each stream that anybody took.
    streams: BTreeMap<(String, String), i32>,
    /// Who asked the province, and who was about to hand a case in.
    asked: BTreeSet<Lease>,
    handed_in: BTreeSet<Lease>,
    reached: BTreeMap<Point, u64>,
    faults: Vec<String>,
}

/// Somebody works at a promise until this is dropped.
#[derive(Debug)]
pub(crate) struct AtWork {
    ledger: Arc<Ledger>,
    lease: Lease,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.ledger.0.lock().unwrap().at_work.remove(&self.lease);
    }
}

impl Ledger {
    /// The number of a new life.
    pub(crate) fn born(&self) -> u64 {
        let mut book = self.0.lock().unwrap();
        book.lives += 1;
        book.lives
    }

    /// A life is over, and with it whatever it was at.
    pub(crate) fn died(&self, life: u64) {
        self.0.lock().unwrap().dead.insert(life);
    }

    /// A point is reached.
    pub(crate) fn reached(&self, point: Point) {
        *self.0.lock().unwrap().reached.entry(point).or_default() += 1;
    }

    pub(crate) fn enters(self: &Arc<Self>, life: u64, row: &outbox::Model) -> AtWork {
        let lease = (row.id, row.fence);
        self.0.lock().unwrap().at_work.insert(lease, life);
        AtWork { ledger: Arc::clone(self), lease }
    }

    /// A relay whose clock says `now` is at this moment with this promise.
    pub(crate) fn note(&self, life: u64, now: DateTime<Utc>, moment: Moment, row: &outbox::Model) {
        let mut book = self.0.lock().unwrap();
        // What a dead process still hears of no longer counts.
        if book.dead.contains(&life) {
            return;
        }
        match moment {
            Moment::Claimed => book.claimed(now, row),
            Moment::Renewing | Moment::Remembering | Moment::Settling => {
                let newest = book.newest.get(&row.id).copied().unwrap_or_default();
                book.begun.insert(((row.id, row.fence), moment), newest);
            }
            Moment::Renewed => book.wrote(Moment::Renewing, row),
            Moment::Remembered => book.wrote(Moment::Remembering, row),
            Moment::Settled => book.wrote(Moment::Settling, row),
            Moment::Recorded | Moment::Reported | Moment::Listed => {}
        }
    }

    /// Whoever may not be the first to hand a case in has to ask before.
    pub(crate) fn calls(&self, (promise, fence): Lease, call: Call) {
        let mut book = self.0.lock().unwrap();
        match call {
            Call::Ask => drop(book.asked.insert((promise, fence))),
            Call::Case => {
                let before = book.handed_in.range((promise, i64::MIN)..(promise, fence)).next().is_some();
                if before && !book.asked.contains(&(promise, fence)) {
                    book.faults.push(format!("{promise} was handed in again with fence {fence}, and nobody asked"));
                }
                book.handed_in.insert((promise, fence));
            }
            _ => {}
        }
    }

    /// What must not be, so far.
    pub fn faults(&self) -> Vec<String> {
        self.0.lock().unwrap().faults.clone()
    }

    /// Which points were reached, and how often.
    pub fn points(&self) -> BTreeMap<Point, u64> {
        self.0.lock().unwrap().reached.clone()
    }
}

impl Book {
    fn claimed(&mut self, now: DateTime<Utc>, row: &outbox::Model) {
        let lease = (row.id, row.fence);
        if !self.claimed.insert(lease) {
            self.faults.push(format!("{} was taken twice with fence {}", row.id, row.fence));
        }
        let newest = self.newest.entry(row.id).or_default();
        *newest = row.fence.max(*newest);
        let newest = *newest;
        for (other, life) in self.at_work.range((row.id, i64::MIN)..=(row.id, i64::MAX)) {
            let held = self.ends.get(other).is_some_and(|end| now < *end);
            // One that is heard of late took its promise before that.
            if row.fence == newest && *other != lease && held && !self.dead.contains(life) {
                self.faults.push(format!("{} was taken with fence {} while {} held it", row.id, row.fence, other.1));
            }
        }
        self.ends.insert(lease, row.next_try_at);
        let stream = (row.destination.to_string(), row.stream.clone());
        let last = self.streams.entry(stream).or_insert(row.sequence);
        if row.sequence < *last && row.fence == newest {
            self.faults.push(format!("{}: number {} was taken after {last} of its stream", row.id, row.sequence));
        }
        *last = row.sequence.max(*last);
    }

    /// A write with this lease succeeded: nobody may have had a newer one when it began.
    fn wrote(&mut self, began: Moment, row: &outbox::Model) {
        let lease = (row.id, row.fence);
        if self.begun.remove(&(lease, began)).is_some_and(|newest| newest > row.fence) {
            self.faults.push(format!("{}: {began:?} with fence {} although it was old", row.id, row.fence));
        }
    }
}
