//! What the stand-in remembers. Everything has a size it cannot outgrow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use casework::world::World;
use sha2::{Digest as _, Sha256};
use store::Secret;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::answer::Fault;
use super::message::Sent;
use super::token::Tokens;
use super::{APP_ID, SECRET};

/// Calls answered at once; more get "system busy".
const MAX_CALLS: usize = 256;
/// Messages kept; the oldest go first.
const MAX_MESSAGES: usize = 1000;
/// Codes remembered as used; the oldest go first.
const MAX_USED_CODES: usize = 10_000;
/// Pairs of person and template whose accepts are counted.
const MAX_SUBSCRIPTIONS: usize = 10_000;
/// Faults waiting for their call.
const MAX_FAULTS: usize = 100;

/// How the stand-in behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The appid it answers to.
    pub app_id: String,
    /// The secret it expects.
    pub secret: Secret,
    /// Whether a message needs an accept that was granted first. Otherwise only pairs that were ever granted are counted.
    pub strict: bool,
    /// The templates it knows, each with the fields it needs. Empty: any template, any fields.
    pub templates: BTreeMap<String, Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        let secret = Secret::new(SECRET);
        Self { app_id: APP_ID.to_owned(), secret, strict: false, templates: BTreeMap::new() }
    }
}

/// The stand-in's memory, and its commands as functions.
#[derive(Debug)]
pub struct State {
    pub(super) options: Options,
    pub(super) world: World,
    pub(super) stop: CancellationToken,
    pub(super) calls: Semaphore,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) tokens: Tokens,
    used_codes: VecDeque<String>,
    pub(super) subscriptions: BTreeMap<(String, String), u32>,
    messages: VecDeque<Sent>,
    sent: u64,
    faults: VecDeque<Fault>,
    counted: BTreeMap<&'static str, u64>,
}

/// There is no room for more of this.
#[derive(Debug, thiserror::Error)]
#[error("the stand-in keeps no more of these")]
pub struct Full;

impl State {
    pub(super) fn new(options: Options, world: World, stop: CancellationToken) -> Self {
        Self { options, world, stop, calls: Semaphore::new(MAX_CALLS), inner: Mutex::default() }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The openid of `dev-<name>`.
    pub fn openid(&self, name: &str) -> String {
        self.id("o", "openid", name)
    }

    /// The phone number of `dev-<name>`: eleven digits.
    pub fn phone(&self, name: &str) -> String {
        let number = self.digest("phone", name).iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        format!("199{:08}", number % 100_000_000)
    }

    /// 28 characters, as WeChat's ids have.
    pub(super) fn id(&self, first: &str, kind: &str, name: &str) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.digest(kind, name));
        first.chars().chain(text.chars()).take(28).collect()
    }

    fn digest(&self, kind: &str, name: &str) -> [u8; 32] {
        Sha256::digest(format!("{}\n{kind}\n{name}", self.options.app_id)).into()
    }

    /// The messages sent to `openid`, or all of them; oldest first, at most the last 1000.
    pub fn messages(&self, openid: Option<&str>) -> Vec<Sent> {
        self.inner().messages.iter().filter(|sent| openid.is_none_or(|id| sent.openid == id)).cloned().collect()
    }

    /// How often `path` was called.
    pub fn calls(&self, path: &str) -> u64 {
        self.inner().counted.get(path).copied().unwrap_or(0)
    }

    /// Adds `count` accepts. From then on accepts are counted for this pair; 0 means: from now on none.
    ///
    /// # Errors
    /// [`Full`] when too many pairs are counted already.
    pub fn grant(&self, openid: &str, template: &str, count: u32) -> Result<(), Full> {
        let mut inner = self.inner();
        let key = (openid.to_owned(), template.to_owned());
        if inner.subscriptions.len() >= MAX_SUBSCRIPTIONS && !inner.subscriptions.contains_key(&key) {
            return Err(Full);
        }
        let left = inner.subscriptions.entry(key).or_default();
        *left = if count == 0 { 0 } else { left.saturating_add(count) };
        Ok(())
    }

    /// Lets the next calls of a path go wrong.
    ///
    /// # Errors
    /// [`Full`] when too many faults are waiting already.
    pub fn add_fault(&self, fault: Fault) -> Result<(), Full> {
        let mut inner = self.inner();
        if inner.faults.len() >= MAX_FAULTS {
            return Err(Full);
        }
        inner.faults.push_back(fault);
        Ok(())
    }

    /// Forgets all faults that are still waiting.
    pub fn clear_faults(&self) {
        self.inner().faults.clear();
    }

    /// From now on every access token given out is refused with `errcode`. When `sticky`, WeChat goes on giving out the
    /// refused one until a renewal is forced.
    pub fn invalidate_tokens(&self, errcode: i64, sticky: bool) {
        self.inner().tokens.invalidate(errcode, sticky);
    }
}

impl Inner {
    pub(super) fn count(&mut self, path: &'static str) {
        *self.counted.entry(path).or_default() += 1;
    }

    /// The first fault waiting for `path`, used up once.
    pub(super) fn take_fault(&mut self, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|fault| fault.path == path)?;
        let fault = self.faults.get_mut(at)?;
        let taken = fault.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.faults.remove(at);
        }
        Some(taken)
    }

    /// Whether `code` is used for the first time.
    pub(super) fn use_up(&mut self, code: &str) -> bool {
        let fresh = !self.used_codes.iter().any(|used| used == code);
        if fresh {
            self.used_codes.push_back(code.to_owned());
            if self.used_codes.len() > MAX_USED_CODES {
                self.used_codes.pop_front();
            }
        }
        fresh
    }

    /// Keeps `sent` and gives it its number.
    pub(super) fn keep(&mut self, sent: Sent) -> u64 {
        self.sent += 1;
        self.messages.push_back(Sent { msgid: self.sent, ..sent });
        if self.messages.len() > MAX_MESSAGES {
            self.messages.pop_front();
        }
        self.sent
    }
}
