//! Texts that must be real: credit codes, identity numbers, telephone numbers, dates.
//!
//! They are checked here and not inside the schema validator, which can only say yes or no and does not know what day it is.

use chrono::NaiveDate;
use jsonschema::ValidationOptions;
use serde_json::Value;

use super::shape::Shape;
use super::{Fault, bounds, say};
use crate::item::Text;

/// Every format a form may name, and whether it bounds the length of the text by itself.
const KNOWN: [(&str, bool); 6] =
    [("line", false), ("text", false), ("uscc", true), ("id-number", true), ("cn-phone", true), ("date", true)];

pub(super) fn is_known(format: &str) -> bool {
    KNOWN.iter().any(|(name, _)| *name == format)
}

pub(super) fn is_bounded(format: &str) -> bool {
    KNOWN.iter().any(|(name, bounded)| *name == format && *bounded)
}

/// Makes the names known to the validator; what they mean is checked by [`faults`].
pub(super) fn declare(options: ValidationOptions<'_>) -> ValidationOptions<'_> {
    KNOWN.iter().fold(options, |options, (name, _)| options.with_format(*name, |_: &str| true))
}

/// Adds a fault for every text that is not what its format says.
pub(super) fn faults(shape: &Shape, answers: &Value, today: NaiveDate, faults: &mut Vec<Fault>) {
    walk(shape, answers, String::new(), today, faults);
}

fn walk(shape: &Shape, answer: &Value, pointer: String, today: NaiveDate, faults: &mut Vec<Fault>) {
    match answer {
        Value::String(text) => faults.extend(shape.format.as_deref().and_then(|format| {
            let (code, advice) = fault(format, text, today)?;
            Some(say::bad_format(pointer, &shape.title, code, advice))
        })),
        Value::Object(fields) => {
            for (name, child) in &shape.fields {
                if let Some(answer) = fields.get(name) {
                    walk(child, answer, bounds::join(&pointer, name), today, faults);
                }
            }
        }
        Value::Array(list) => {
            let Some(element) = &shape.element else { return };
            for (place, answer) in list.iter().enumerate() {
                walk(element, answer, format!("{pointer}/{place}"), today, faults);
            }
        }
        _ => {}
    }
}

/// The code and, where there is more to say than the code does, the advice.
fn fault(format: &str, text: &str, today: NaiveDate) -> Option<(&'static str, Option<Text>)> {
    let said = |advice: law::Advice| Some(Text::new(advice.zh, advice.en));
    if text.trim().is_empty() {
        return Some(("form.required", None));
    }
    match format {
        "line" if text.contains(['\n', '\r', '\t']) => Some(("form.pattern", None)),
        "uscc" => law::uscc::check(text).err().map(|fault| ("form.uscc", said(fault.advice()))),
        "id-number" => law::id_card::check(text, today).err().map(|fault| ("form.id_number", said(fault.advice()))),
        "cn-phone" => law::phone::check(text).err().map(|fault| ("form.phone", said(fault.advice()))),
        "date" if day(text).is_none() => Some(("form.date", None)),
        _ => None,
    }
}

/// A day written `YYYY-MM-DD`, in this century or the last.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let year = text.get(..4)?.parse::<u32>().ok()?;
    (shaped && (1900..2100).contains(&year)).then_some(day)
}
