//! What is written down on the way, and the verdict that follows from it.

use crate::advice::{self, Refusal};
use crate::colour::Note;
use crate::outcome::{Change, Check, Input, Outcome, Output, Verdict};
use crate::probe::Header;
use crate::rule::Rule;

/// Collects what was found, done and measured.
pub(crate) struct Trail {
    pub(crate) input: Input,
    pub(crate) checks: Vec<Check>,
    changes: Vec<Change>,
}

impl Trail {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self {
            input: Input { format: None, width: None, height: None, bytes: bytes.len() as u64, orientation: None },
            checks: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Writes down what was done, in the order of the steps.
    pub(crate) fn record(
        &mut self,
        bytes: &[u8],
        header: &Header,
        rule: &Rule,
        converted: Note,
        flattened: bool,
        output: &Output,
    ) {
        let mut note =
            |step: &str, from: String, to: String| self.changes.push(Change { step: step.to_owned(), from, to });
        let (width, height) = header.upright();
        if header.container.name() != output.format.to_string() {
            note("decode", header.container.name().to_owned(), output.format.to_string());
        }
        if (width, height) != (output.width, output.height) {
            note("fit", format!("{width}x{height}"), format!("{}x{}", output.width, output.height));
        }
        if header.orientation > 1 {
            note("orient", header.orientation.to_string(), "1".to_owned());
        }
        if let Some((from, to)) = converted {
            note("colour", from, to);
        }
        if flattened {
            note("flatten", "transparent".to_owned(), rule.background.clone());
        }
        if bytes != output.data {
            let quality = output.quality.map_or_else(String::new, |quality| format!(", quality {quality}"));
            note("encode", format!("{} bytes", bytes.len()), format!("{} bytes{quality}", output.bytes));
        }
    }

    /// The outcome of a photo that meets the rule: ready, or to be taken again when a check failed.
    pub(crate) fn finished(self, output: Output, rule: &Rule) -> Outcome {
        let failed = |name: &str| self.checks.iter().any(|check| check.name == name && !check.pass);
        // Light first: a picture too dark to see is usually soft as well, and light is what to mend.
        let again = if failed("darkness") {
            Some(advice::too_dark())
        } else if failed("brightness") {
            Some(advice::too_bright())
        } else if failed("glare") {
            Some(advice::glare(rule.kind))
        } else if failed("shake") {
            Some(advice::shaken())
        } else if failed("blur") {
            Some(advice::blurred(rule.kind))
        } else {
            None
        };
        let verdict = if again.is_some() { Verdict::Retake } else { Verdict::Ready };
        let (code, advice) = again.map(|refusal| (refusal.code, refusal.advice)).unzip();
        Outcome {
            verdict,
            code,
            advice,
            input: self.input,
            output: Some(output),
            changes: self.changes,
            checks: self.checks,
        }
    }

    /// The outcome of a photo that cannot be made to fit.
    pub(crate) fn refused(self, refusal: Refusal) -> Outcome {
        Outcome {
            verdict: Verdict::Refused,
            code: Some(refusal.code),
            advice: Some(refusal.advice),
            input: self.input,
            output: None,
            changes: self.changes,
            checks: self.checks,
        }
    }
}
