//! A question to the answers of a form: is the one over there one of these?

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Holds when the answer at `pointer` equals one of `is`. Small on purpose: a mini-program can evaluate it too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// JSON pointer into the answers.
    pub pointer: String,
    /// The values that make it true.
    pub is: Vec<Value>,
}

impl Condition {
    /// Whether these answers fulfil it. An answer not given fulfils nothing.
    pub fn holds(&self, answers: &Value) -> bool {
        answers.pointer(&self.pointer).is_some_and(|answer| self.is.contains(answer))
    }
}
