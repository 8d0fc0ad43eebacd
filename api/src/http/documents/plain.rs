//! The documents as any generator of clients understands them: what the framework says of Rust's types in words of its own is
//! said in the words of OpenAPI.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

/// The one body in which fields nobody knows are passed over: its sender's own exchange tables have more.
const OPEN: &str = "GatewayReport";

/// A document in plain words.
pub(super) fn plain(spec: &str) -> Value {
    let mut document = serde_yaml::from_str(spec).unwrap_or_default();
    reword(&mut document);
    all_at_once(&mut document);
    close(&mut document);
    document
}

/// The same as YAML. Times stand in quotation marks, so that a reader of YAML 1.1 takes them for texts.
pub(super) fn yaml(document: &Value) -> String {
    let text = serde_yaml::to_string(document).unwrap_or_default();
    text.lines().map(|line| quoted(line) + "\n").collect()
}

fn quoted(line: &str) -> String {
    let date = |text: &str| {
        text.len() >= 10
            && text.bytes().zip(*b"2000-00-00").all(|(b, form)| match form {
                b'-' => b == b'-',
                _ => b.is_ascii_digit(),
            })
    };
    match line.split_once(": ") {
        Some((name, text)) if date(text) && !text.contains(' ') => format!("{name}: '{text}'"),
        _ => line.to_owned(),
    }
}

fn reword(value: &mut Value) {
    match value {
        Value::Mapping(fields) => {
            number(fields);
            if fields.get("format").and_then(Value::as_str) == Some("naive-date") {
                fields.insert("format".into(), "date".into());
            }
            if let Some(example) = fields.get_mut("example") {
                without_nothing(example);
            }
            fields.values_mut().for_each(reword);
        }
        Value::Sequence(values) => values.iter_mut().for_each(reword),
        _ => {}
    }
}

/// Formats of whole numbers nobody else knows become the range they stand for; whole numbers are written as such.
fn number(schema: &mut Mapping) {
    if schema.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("uint16") => Some(Some(u64::from(u16::MAX))),
        Some("uint32") => Some(Some(u64::from(u32::MAX))),
        Some("uint64") => Some(None),
        _ => None,
    };
    for name in ["minimum", "maximum"] {
        if let Some(whole) = schema.get(name).and_then(Value::as_f64).filter(|number| number.fract() == 0.0) {
            #[expect(clippy::cast_possible_truncation, reason = "a limit that was written down as a whole number")]
            schema.insert(name.into(), (whole as i64).into());
        }
    }
    let Some(most) = most else { return };
    schema.insert("format".into(), "int64".into());
    if !schema.contains_key("minimum") {
        schema.insert("minimum".into(), 0.into());
    }
    if let Some(most) = most.filter(|_| !schema.contains_key("maximum")) {
        schema.insert("maximum".into(), most.into());
    }
}

/// An example leaves out what is not there, as answers do.
fn without_nothing(value: &mut Value) {
    match value {
        Value::Mapping(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nothing);
        }
        Value::Sequence(values) => values.iter_mut().for_each(without_nothing),
        _ => {}
    }
}

/// The four headers of a signature are one requirement, not four to choose from.
fn all_at_once(document: &mut Value) {
    for operation in operations(document) {
        let Some(Value::Sequence(ways)) = operation.get_mut("security") else { continue };
        let all: Mapping = ways.iter().filter_map(Value::as_mapping).flat_map(Clone::clone).collect();
        *ways = vec![Value::Mapping(all)];
    }
}

/// Says of every object that is sent to us that it has no other fields.
fn close(document: &mut Value) {
    let mut sent = BTreeSet::new();
    let bodies: Vec<_> = operations(document).filter_map(|operation| operation.get("requestBody").cloned()).collect();
    let Some(schemas) = document.get_mut("components").and_then(|all| all.get_mut("schemas")) else { return };
    for body in &bodies {
        collect(body, schemas, &mut sent);
    }
    for name in sent.iter().filter(|name| *name != OPEN) {
        let Some(Value::Mapping(schema)) = schemas.get_mut(name.as_str()) else { continue };
        if schema.contains_key("properties") && !schema.contains_key("additionalProperties") {
            schema.insert("additionalProperties".into(), false.into());
        }
    }
}

/// The names of all schemas something refers to, and of those they refer to.
fn collect(value: &Value, schemas: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Mapping(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            if let Some(name) = name.filter(|name| found.insert((*name).to_owned())) {
                schemas.get(name).into_iter().for_each(|schema| collect(schema, schemas, found));
            }
            fields.values().for_each(|value| collect(value, schemas, found));
        }
        Value::Sequence(values) => values.iter().for_each(|value| collect(value, schemas, found)),
        _ => {}
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_mapping_mut);
    let methods = paths.into_iter().flat_map(Mapping::values_mut).filter_map(Value::as_mapping_mut);
    methods.flat_map(Mapping::values_mut)
}
