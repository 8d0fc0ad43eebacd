//! Forms: a JSON Schema plus what a schema cannot say, and every fault of an answer at once.
//!
//! A form is JSON Schema 2020-12 with a few words of our own: `x-title-en` and `x-description-en` beside each `title` and
//! `description`, `x-order` (the order to show the fields of an object in), the formats `line`, `text`, `uscc`,
//! `id-number` and `cn-phone`, and `x-checks` at the top for what concerns today's date or several fields. Answers come from
//! strangers: [`bounds`] is asked first, and nothing after it can take long.
//!
//! | code | meaning |
//! |---|---|
//! | `form.too_large`, `form.too_deep` | over the bounds; nothing else was looked at |
//! | `form.bad_character` | control or direction-changing characters in a text |
//! | `form.required` | missing or empty |
//! | `form.unknown_field` | the form has no such field, or not with these other answers |
//! | `form.type`, `form.choice`, `form.pattern` | not of the kind, not one of the choices, not of the shape |
//! | `form.too_short`, `form.too_long`, `form.count`, `form.range` | outside a limit |
//! | `form.uscc`, `form.id_number`, `form.phone`, `form.date` | not a real one |
//! | `form.term`, `form.size`, `form.agree` | against the law's limits; not agreed to |
//! | `form.invalid` | anything else the schema refuses |
//! | `form.more` | there are more faults than are listed |

pub mod bounds;
mod checks;
mod formats;
mod say;
mod shape;
mod translate;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use self::checks::Check;
use self::shape::Shape;
use crate::item::Text;

/// Most faults listed for one form; one more says that there are more.
pub const MAX_FAULTS: usize = 200;

/// One thing wrong with the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON pointer to the offending answer; of a missing answer, to where it would be.
    pub pointer: String,
    /// Stable, dotted: `form.required`.
    pub code: &'static str,
    /// What to do, naming the field by its title. Never repeats what was answered.
    pub detail: Text,
}

/// Why a schema cannot be a form: every mistake.
#[derive(Debug)]
pub struct BadForm {
    /// One sentence each, with its place in the schema.
    pub mistakes: Vec<String>,
    shape: Box<Shape>,
}

impl BadForm {
    /// As [`Form::kind_at`], as far as the schema could be read.
    pub fn kind_at(&self, pointer: &str) -> Option<&str> {
        self.shape.at(pointer).map(|shape| shape.kind.as_str())
    }
}

impl fmt::Display for BadForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistakes.join("; "))
    }
}

impl std::error::Error for BadForm {}

/// A form ready to validate answers. Shareable between threads.
pub struct Form {
    validator: jsonschema::Validator,
    shape: Shape,
    checks: Vec<Check>,
    example: Option<Value>,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({})", self.shape.title.en)
    }
}

impl Form {
    /// Makes a form of its schema. Nothing is fetched: references are not allowed.
    ///
    /// # Errors
    /// [`BadForm`] with every mistake: not a JSON Schema, no titles, no limits, unknown keywords, bad checks.
    pub fn compile(schema: &Value) -> Result<Self, BadForm> {
        let mut mistakes = Vec::new();
        let shape = Shape::parse(schema, &mut mistakes);
        let checks = checks::parse(schema, &shape, &mut mistakes);
        match formats::declare(jsonschema::options())
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .offline()
            .build(schema)
        {
            Err(error) => mistakes.push(format!("{}: {error}", error.instance_path())),
            Ok(validator) if mistakes.is_empty() => {
                let example = schema.pointer("/examples/0").cloned();
                return Ok(Self { validator, shape, checks, example });
            }
            Ok(_) => {}
        }
        mistakes.dedup();
        Err(BadForm { mistakes, shape: Box::new(shape) })
    }

    /// Everything wrong with the answers, in the order of the form, one fault a place, at most [`MAX_FAULTS`] and one that
    /// says there are more. `today` is the day in China.
    pub fn faults(&self, answers: &Value, today: NaiveDate) -> Vec<Fault> {
        let mut faults = match bounds::look(answers) {
            Ok(faults) => faults,
            Err(fault) => return vec![fault],
        };
        for error in self.validator.iter_errors(answers) {
            translate::translate(&error, &self.shape, &mut faults);
        }
        formats::faults(&self.shape, answers, today, &mut faults);
        let mut faults = one_a_place(faults);
        for check in &self.checks {
            // A check speaks of good values only: about the others something was said already.
            if !check.pointers().any(|pointer| faults.contains_key(pointer)) {
                faults.extend(check.fault(&self.shape, answers, today).map(|fault| (fault.pointer.clone(), fault)));
            }
        }
        self.listed(faults.into_values().collect())
    }

    /// The type of the field at a JSON pointer (`string`, `number` …); `None` where the form has no field.
    pub fn kind_at(&self, pointer: &str) -> Option<&str> {
        self.shape.at(pointer).map(|shape| shape.kind.as_str())
    }

    /// The schema's first example: a complete, valid answer.
    pub fn example(&self) -> Option<&Value> {
        self.example.as_ref()
    }

    fn listed(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        faults.sort_by_cached_key(|fault| (self.shape.rank(&fault.pointer), fault.pointer.clone()));
        if faults.len() > MAX_FAULTS {
            faults.truncate(MAX_FAULTS);
            faults.push(say::more());
        }
        faults
    }
}

/// Keeps for each place the fault that helps most: an empty field is missing, not also too short and of a wrong shape.
fn one_a_place(faults: Vec<Fault>) -> BTreeMap<String, Fault> {
    let mut kept: BTreeMap<String, Fault> = BTreeMap::new();
    for fault in faults {
        match kept.get(&fault.pointer) {
            Some(first) if say::weight(first.code) <= say::weight(fault.code) => {}
            _ => {
                kept.insert(fault.pointer.clone(), fault);
            }
        }
    }
    kept
}
