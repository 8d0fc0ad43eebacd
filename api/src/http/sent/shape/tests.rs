//! What is refused is refused with every fault, and what is taken has none.

use poem_openapi::types::{ParseFromJSON, Type};
use poem_openapi::{Enum, Object};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// One field of each sort that is sent to us.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Everything {
    id: Uuid,
    #[oai(validator(min_length = 2, max_length = 3))]
    text: Option<String>,
    at: Option<DateTime<chrono::Utc>>,
    #[oai(validator(minimum(value = "1"), maximum(value = "9")))]
    number: Option<u64>,
    choice: Option<Choice>,
    #[oai(validator(max_items = 2))]
    inner: Option<Vec<Inner>>,
    map: Option<std::collections::BTreeMap<String, Vec<Uuid>>>,
    any: Option<poem_openapi::types::Any<Value>>,
    small: Option<u16>,
    #[oai(validator(min_length = 1, pattern = r"\S"))]
    said: Option<String>,
}

#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Inner {
    on: bool,
}

#[derive(Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum Choice {
    First,
    Second,
}

fn found(value: &Value) -> Vec<(String, String)> {
    let mut registry = Registry::new();
    Everything::register(&mut registry);
    let place = |fault: Fault| match fault.place {
        Place::Body(pointer) => (pointer, fault.code),
        Place::Parameter(_) => unreachable!(),
    };
    faults(value, &Everything::schema_ref(), &registry).into_iter().map(place).collect()
}

const ID: &str = "01a203eb-d2be-7fc0-ad3b-18f9b9b3ac25";

#[test]
fn every_fault_is_named_with_its_place() {
    let value = json!({
        "text": "long text", "at": "yesterday", "number": 10, "choice": "third", "colour": 1,
        "inner": [{ "on": "yes" }, { "off": true }, 7], "map": { "a/b": [ID, "x"] }, "any": { "x": [null] },
        "small": 70_000, "said": "\u{3000} ",
    });
    let expected = [
        ("/id", "request.required"),
        ("/text", "request.length"),
        ("/at", "request.type"),
        ("/number", "request.range"),
        ("/choice", "request.choice"),
        ("/inner", "request.count"),
        ("/inner/0/on", "request.type"),
        ("/inner/1/on", "request.required"),
        ("/inner/1/off", "request.unknown_field"),
        ("/inner/2", "request.type"),
        ("/map/a~1b/1", "request.type"),
        ("/small", "request.range"),
        ("/said", "request.blank"),
        ("/colour", "request.unknown_field"),
    ];
    assert_eq!(found(&value), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    assert_eq!(found(&json!([])), [(String::new(), "request.type".to_owned())]);
}

#[test]
fn what_is_right_has_none() {
    let value = json!({
        "id": ID, "text": "字字字", "at": "2026-11-22T09:30:00+08:00", "number": 9, "choice": "second", "map": { "a": [ID] },
        "inner": [{ "on": true }, { "on": false }], "any": 7,
    });
    assert!(found(&value).is_empty() && Everything::parse_from_json(Some(value)).is_ok());
    let nulls = json!({ "id": ID, "text": null, "at": null, "inner": null, "map": null });
    assert!(found(&nulls).is_empty() && Everything::parse_from_json(Some(nulls)).is_ok());
}

#[test]
fn no_more_is_told_than_anybody_reads() {
    let fields: Map<_, _> = (0..10_000).map(|number| (format!("x{number}"), Value::Null)).collect();
    assert_eq!(found(&Value::Object(fields)).len(), MAX_FAULTS);
}

/// Values that are near to what is asked for: right, slightly wrong, absent.
fn near() -> impl Strategy<Value = Value> {
    let or = |good: Vec<Value>| {
        let wrong = vec![
            json!(null),
            json!(true),
            json!(0),
            json!(5),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("ab"),
            json!([]),
            json!({}),
        ];
        prop_oneof![3 => proptest::sample::select(good), 1 => proptest::sample::select(wrong)]
    };
    let fields = (
        or(vec![json!(ID)]),
        or(vec![json!("ab"), json!("字字字")]),
        or(vec![json!("2026-11-22T09:30:00Z"), json!("2026-11-22T09:30:00+08:00")]),
        or(vec![json!(1), json!(9)]),
        or(vec![json!("first"), json!("second")]),
        or(vec![json!([]), json!([{ "on": true }]), json!([{ "on": 1 }])]),
        or(vec![json!({}), json!({ "a": [] }), json!({ "a": [ID] })]),
        or(vec![json!({ "x": [1] }), json!(7)]),
        proptest::bits::u16::ANY,
    );
    fields.prop_map(|(id, text, at, number, choice, inner, map, any, which)| {
        let all = [
            ("id", id),
            ("text", text),
            ("at", at),
            ("number", number),
            ("choice", choice),
            ("inner", inner),
            ("map", map),
            ("any", any),
            ("colour", json!(1)),
        ];
        let there = |index: usize| if all[index].0 == "colour" { which % 31 == 0 } else { which >> index & 3 != 0 };
        Value::Object(
            (0..all.len())
                .filter(|index| there(*index))
                .map(|index| (all[index].0.to_owned(), all[index].1.clone()))
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn whatever_is_refused_has_faults(value in near()) {
        let read = Everything::parse_from_json(Some(value.clone()));
        let refused = read.err().map(poem_openapi::types::ParseError::into_message);
        prop_assert!(refused.is_none() || !found(&value).is_empty(), "{} {:?}", value, refused);
    }
}
