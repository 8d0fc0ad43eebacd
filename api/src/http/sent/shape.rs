//! How a value differs from the schema of a document. Pure.

use chrono::DateTime;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::http::problem::{Fault, Place};

/// Most faults told at once: whoever has more has something else in mind.
const MAX_FAULTS: usize = 100;

/// The pattern of a text that says something.
const NOT_BLANK: &str = r"\S";

/// Everything in which `value` is not what `schema` describes, in the order of the schema. An object with named fields has no
/// others, as all that is sent to us.
pub(super) fn faults(value: &Value, schema: &MetaSchemaRef, registry: &Registry) -> Vec<Fault> {
    let mut walk = Walk { registry, faults: Vec::new() };
    walk.by_reference(value, schema, "");
    walk.faults
}

struct Walk<'a> {
    registry: &'a Registry,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn note(&mut self, pointer: &str, code: &str, zh: String, en: String) {
        if self.faults.len() < MAX_FAULTS {
            let place = Place::Body(pointer.to_owned());
            self.faults.push(Fault { place, code: format!("request.{code}"), detail: (zh, en).into() });
        }
    }

    fn by_reference(&mut self, value: &Value, schema: &MetaSchemaRef, pointer: &str) {
        let registry = self.registry;
        match schema {
            MetaSchemaRef::Inline(schema) => self.check(value, schema, pointer),
            MetaSchemaRef::Reference(name) => {
                if let Some(schema) = registry.schemas.get(name) {
                    self.check(value, schema, pointer);
                }
            }
        }
    }

    fn check(&mut self, value: &Value, schema: &MetaSchema, pointer: &str) {
        for part in &schema.all_of {
            self.by_reference(value, part, pointer);
        }
        match (schema.ty, value) {
            ("object", Value::Object(fields)) => self.fields(fields, schema, pointer),
            ("array", Value::Array(entries)) => self.entries(entries, schema, pointer),
            ("string", Value::String(text)) => self.text(text, schema, pointer),
            ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.range(number.as_f64(), schema, pointer);
            }
            ("number", Value::Number(number)) => self.range(number.as_f64(), schema, pointer),
            ("boolean", Value::Bool(_)) | ("", _) => {}
            (kind, _) => {
                let (zh, en) = kind_words(kind);
                self.note(pointer, "type", format!("应为{zh}"), format!("must be {en}"));
            }
        }
        if !schema.enum_items.is_empty() && value.is_string() && !schema.enum_items.contains(value) {
            let choices = schema.enum_items.iter().filter_map(Value::as_str).collect::<Vec<_>>();
            self.note(
                pointer,
                "choice",
                format!("应为其中之一：{}", choices.join("、")),
                format!("must be one of {}", choices.join(", ")),
            );
        }
    }

    fn fields(&mut self, fields: &Map<String, Value>, schema: &MetaSchema, pointer: &str) {
        let at = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        for (name, field) in &schema.properties {
            match fields.get(*name) {
                // A field that may be absent may be null.
                None | Some(Value::Null) if !schema.required.contains(name) => {}
                None => self.note(&at(name), "required", format!("缺少 {name}"), format!("{name} is missing")),
                Some(value) => self.by_reference(value, field, &at(name)),
            }
        }
        for (name, value) in fields {
            match &schema.additional_properties {
                _ if schema.properties.iter().any(|(known, _)| known == name) => {}
                Some(entry) => self.by_reference(value, entry, &at(name)),
                None => {
                    self.note(
                        &at(name),
                        "unknown_field",
                        "没有这个字段".to_owned(),
                        "there is no such field".to_owned(),
                    );
                }
            }
        }
    }

    fn entries(&mut self, entries: &[Value], schema: &MetaSchema, pointer: &str) {
        let (least, most) = (schema.min_items.unwrap_or(0), schema.max_items.unwrap_or(usize::MAX));
        if !(least..=most).contains(&entries.len()) {
            let (zh, en) = bounds(schema.min_items, schema.max_items);
            self.note(pointer, "count", format!("应有{zh}项"), format!("must have {en} entries"));
        }
        for (index, (entry, of)) in entries.iter().zip(schema.items.iter().cycle()).enumerate() {
            self.by_reference(entry, of, &format!("{pointer}/{index}"));
        }
    }

    fn text(&mut self, text: &str, schema: &MetaSchema, pointer: &str) {
        let (least, most) = (schema.min_length.unwrap_or(0), schema.max_length.unwrap_or(usize::MAX));
        if !(least..=most).contains(&text.chars().count()) {
            let (zh, en) = bounds(schema.min_length, schema.max_length);
            self.note(pointer, "length", format!("应有{zh}个字符"), format!("must have {en} characters"));
        }
        // The one pattern of our documents.
        if schema.pattern.as_deref() == Some(NOT_BLANK) && text.trim().is_empty() && least <= text.chars().count() {
            self.note(pointer, "blank", "不能只有空白".to_owned(), "must not be blank".to_owned());
        }
        let (good, zh, en) = match schema.format {
            Some("uuid") => (Uuid::try_parse(text).is_ok(), "编号（UUID）", "a UUID"),
            Some("date-time") => (
                DateTime::parse_from_rfc3339(text).is_ok(),
                "时间，例如 2026-11-22T09:30:00Z",
                "a time such as 2026-11-22T09:30:00Z",
            ),
            _ => return,
        };
        if !good {
            self.note(pointer, "type", format!("应为{zh}"), format!("must be {en}"));
        }
    }

    fn range(&mut self, number: Option<f64>, schema: &MetaSchema, pointer: &str) {
        let Some(number) = number else { return };
        let (least, most) = range_of(schema);
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let (zh, en) = bounds(least, most);
            self.note(pointer, "range", format!("应为{zh}"), format!("must be {en}"));
        }
    }
}

/// The least and the greatest number a schema allows: what it says, and otherwise what its format can hold.
fn range_of(schema: &MetaSchema) -> (Option<f64>, Option<f64>) {
    let (least, most) = match schema.format {
        Some("uint16") => (Some(0.0), Some(f64::from(u16::MAX))),
        Some("uint32") => (Some(0.0), Some(f64::from(u32::MAX))),
        Some("uint64") => (Some(0.0), None),
        _ => (None, None),
    };
    (schema.minimum.or(least), schema.maximum.or(most))
}

fn kind_words(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "object" => ("对象", "an object"),
        "array" => ("数组", "an array"),
        "string" => ("文字", "a string"),
        "integer" => ("整数", "a whole number"),
        "number" => ("数字", "a number"),
        _ => ("true 或 false", "true or false"),
    }
}

fn bounds<T: std::fmt::Display>(least: Option<T>, most: Option<T>) -> (String, String) {
    match (least, most) {
        (Some(least), Some(most)) => (format!(" {least} 至 {most} "), format!("{least} to {most}")),
        (Some(least), None) => (format!("至少 {least} "), format!("at least {least}")),
        (None, Some(most)) => (format!("至多 {most} "), format!("at most {most}")),
        (None, None) => (String::new(), "other".to_owned()),
    }
}

#[cfg(test)]
mod tests;
