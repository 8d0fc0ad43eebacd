//! Nonces that were seen, so that a recorded call cannot be played again.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::REMEMBER;

/// Remembers nonces for all processes that answer for the same application.
#[async_trait]
pub trait NonceMemory: Send + Sync {
    /// Whether `nonce` is new for `app` — and from now on it is not. Must be one atomic step, and must hold for at
    /// least [`REMEMBER`].
    ///
    /// # Errors
    /// When it cannot be found out; the call is then not let in.
    async fn remember(&self, app: &str, nonce: &str, now: DateTime<Utc>) -> Result<bool, NonceMemoryFailed>;
}

/// Whether the nonce is new could not be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nonces cannot be remembered at present")]
pub struct NonceMemoryFailed;

/// The memory of one process, for the simulator and for tests. Full, it fails rather than forget too early.
#[derive(Debug)]
pub struct MemoryNonces {
    capacity: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    words: HashSet<(String, String)>,
    by_age: VecDeque<(DateTime<Utc>, (String, String))>,
}

impl MemoryNonces {
    /// Room for `capacity` nonces within [`REMEMBER`].
    pub fn new(capacity: usize) -> Self {
        Self { capacity, seen: Mutex::default() }
    }
}

#[async_trait]
impl NonceMemory for MemoryNonces {
    async fn remember(&self, app: &str, nonce: &str, now: DateTime<Utc>) -> Result<bool, NonceMemoryFailed> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((_, old)) = seen.by_age.pop_front_if(|(at, _)| *at + REMEMBER < now) {
            seen.words.remove(&old);
        }
        let word = (app.to_owned(), nonce.to_owned());
        if seen.words.contains(&word) {
            return Ok(false);
        }
        if seen.words.len() >= self.capacity {
            return Err(NonceMemoryFailed);
        }
        seen.by_age.push_back((now, word.clone()));
        Ok(seen.words.insert(word))
    }
}
