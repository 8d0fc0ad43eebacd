//! The wire's names and codes as this province knows them; on purpose not the adapter's.

pub(super) const STATE_RECEIVED: &str = "02";
pub(super) const STATE_ACCEPTED: &str = "05";
pub(super) const STATE_CORRECTION: &str = "06";
pub(super) const STATE_NOT_ACCEPTED: &str = "07";
pub(super) const STATE_DONE: &str = "10";
pub(super) const STATE_PAUSED: &str = "11";
pub(super) const STATE_REVIEWING: &str = "12";
pub(super) const STATE_GIVEN_UP: &str = "13";

/// The states of a case that is decided: nobody can give it up any more.
pub(super) const DECIDED: [&str; 2] = [STATE_DONE, STATE_NOT_ACCEPTED];

pub(super) const DONE_APPROVED: &str = "0";
pub(super) const DONE_DENIED: &str = "1";

/// The kinds of `POST /cases/{projid}/{kind}`.
pub(super) const STEP_KINDS: [&str; 5] = ["accept", "steps", "specials", "done", "ratings"];

/// How many cases a page has.
pub(super) const PAGE_CASES: usize = 100;

/// How many reports a page has.
pub(super) const PAGE_REPORTS: usize = 100;
