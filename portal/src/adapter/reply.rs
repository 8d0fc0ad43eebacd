//! What came of a call, and what to do now.

use std::fmt;
use std::time::Duration;

/// What came of one call.
pub struct Reply<T> {
    /// What to do now.
    pub verdict: Verdict,
    /// What was answered; always there with [`Verdict::Accepted`] and [`Verdict::AlreadyThere`], never otherwise.
    pub value: Option<T>,
    /// The HTTP status, when there was an answer at all.
    pub status: Option<u16>,
    /// The start of the answer's text or, without an answer, why there is none; at most [`EXCERPT_CHARS`] characters.
    /// For the attempt's row; it may hold what the platform repeats of an application.
    pub excerpt: String,
}

/// How much of an answer is kept with an attempt, in characters.
pub const EXCERPT_CHARS: usize = 1000;

/// How much of the platform's own words is kept with a rejection, in characters.
pub const WORDS_CHARS: usize = 500;

impl<T> Reply<T> {
    /// An answer that needed no HTTP: `verdict` is [`Verdict::Accepted`] or [`Verdict::AlreadyThere`].
    pub(crate) fn done(verdict: Verdict, value: T) -> Self {
        Self { verdict, value: Some(value), status: None, excerpt: String::new() }
    }

    /// The same for what was done now.
    pub(crate) fn accepted(value: T) -> Self {
        Self::done(Verdict::Accepted, value)
    }

    /// No answer, and why.
    pub(crate) fn failed(verdict: Verdict, why: &str) -> Self {
        Self { verdict, value: None, status: None, excerpt: clean(why, EXCERPT_CHARS) }
    }

    /// A refusal, in the words of whoever refused.
    pub(crate) fn rejected(code: &'static str, words: &str) -> Self {
        Self::failed(Verdict::Rejected { code, words: clean(words, WORDS_CHARS) }, words)
    }

    /// What is not sent, because the platform would have to refuse it.
    pub(crate) fn unsaid(faults: &[String]) -> Self {
        Self::rejected("province.incomplete", &faults.join("\n"))
    }

    /// The same with another answer.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply { verdict: self.verdict, value: self.value.map(change), status: self.status, excerpt: self.excerpt }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("verdict", &self.verdict).field("status", &self.status).finish_non_exhaustive()
    }
}

/// What to do after a call. Codes are ours, stable and few: `province.…`.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Accepted,
    /// It had been done before; done.
    AlreadyThere,
    /// It was not done, or doing it again does no harm: try later.
    Retry {
        /// How long the platform asks to be left alone. Not yet bounded.
        after: Option<Duration>,
        /// Why.
        code: &'static str,
    },
    /// It may have been done: ask before doing it again.
    Unknown {
        /// Why.
        code: &'static str,
    },
    /// Trying again will not help: a person must act.
    Rejected {
        /// Why.
        code: &'static str,
        /// The platform's own words, trimmed to [`WORDS_CHARS`]; empty when it gave none.
        words: String,
    },
}

impl Verdict {
    /// Whether the call reached its end: done now or before.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Accepted | Self::AlreadyThere)
    }

    /// The code, where there is one.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Accepted | Self::AlreadyThere => None,
            Self::Retry { code, .. } | Self::Unknown { code } | Self::Rejected { code, .. } => Some(code),
        }
    }
}

/// Without the platform's words: they may repeat what an applicant wrote.
impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("Accepted"),
            Self::AlreadyThere => f.write_str("AlreadyThere"),
            Self::Retry { after, code } => write!(f, "Retry({code}, after {after:?})"),
            Self::Unknown { code } => write!(f, "Unknown({code})"),
            Self::Rejected { code, .. } => write!(f, "Rejected({code})"),
        }
    }
}

/// `text` without control characters other than line ends, trimmed, and at most `max_chars` long.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    let plain = text.trim().chars().filter(|c| !c.is_control() || *c == '\n');
    plain.take(max_chars).collect::<String>().trim_end().to_owned()
}
