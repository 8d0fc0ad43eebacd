//! What a person should do about a fault, in the two languages every text of ours has.

/// One piece of advice, in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// For applicants: Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}
