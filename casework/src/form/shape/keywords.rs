//! Which keywords a form may use, and where.

use serde_json::{Map, Value};

use super::Shape;

/// At the top only.
const ROOT: [&str; 3] = ["$schema", "examples", "x-checks"];
/// In every field.
const FIELD: [&str; 28] = [
    "$comment",
    "type",
    "title",
    "description",
    "x-title-en",
    "x-description-en",
    "x-order",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "const",
    "oneOf",
    "allOf",
    "if",
    "then",
    "else",
];
/// In a choice of `oneOf`.
const CHOICE: [&str; 5] = ["const", "title", "x-title-en", "description", "x-description-en"];
/// In `if`, `then`, `else` and `allOf`, which only narrow fields that are described elsewhere.
const CONDITION: [&str; 16] = [
    "$comment",
    "required",
    "properties",
    "const",
    "enum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "if",
    "then",
];
/// Where conditions are written.
const WHERE: [&str; 3] = ["if", "then", "else"];

/// Refuses keywords a field may not have.
pub(super) fn check_known(schema: &Map<String, Value>, at: &str, root: bool, mistakes: &mut Vec<String>) {
    let known = |key: &&String| FIELD.contains(&key.as_str()) || (root && ROOT.contains(&key.as_str()));
    mistakes.extend(schema.keys().filter(|key| !known(key)).map(|key| format!("{at}/{key}: is no keyword of a form")));
}

/// Refuses keywords a choice may not have.
pub(super) fn check_choice(choice: &Map<String, Value>, at: &str, mistakes: &mut Vec<String>) {
    let strangers = choice.keys().filter(|key| !CHOICE.contains(&key.as_str()));
    mistakes.extend(strangers.map(|key| format!("{at}/{key}: is no keyword of a choice")));
}

/// Required fields must exist.
pub(super) fn check_required(
    schema: &Map<String, Value>,
    properties: &Map<String, Value>,
    at: &str,
    mistakes: &mut Vec<String>,
) {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let missing = required.filter_map(Value::as_str).filter(|name| !properties.contains_key(*name));
    mistakes.extend(missing.map(|name| format!("{at}/required: there is no field `{name}`")));
}

/// Walks the conditions of every object: they may only speak of fields the object has.
pub(super) fn check_conditions(schema: &Map<String, Value>, shape: &Shape, at: &str, mistakes: &mut Vec<String>) {
    for key in WHERE {
        if let Some(condition) = schema.get(key) {
            check_condition(condition, shape, &format!("{at}/{key}"), mistakes);
        }
    }
    for (place, part) in schema.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        check_condition(part, shape, &format!("{at}/allOf/{place}"), mistakes);
    }
    for (name, child) in &shape.fields {
        if let Some(Value::Object(field)) = schema.get("properties").and_then(|all| all.get(name)) {
            check_conditions(field, child, &format!("{at}/properties/{name}"), mistakes);
        }
    }
    if let (Some(Value::Object(items)), Some(element)) = (schema.get("items"), &shape.element) {
        check_conditions(items, element, &format!("{at}/items"), mistakes);
    }
}

fn check_condition(condition: &Value, shape: &Shape, at: &str, mistakes: &mut Vec<String>) {
    let Value::Object(parts) = condition else {
        if !condition.is_boolean() {
            mistakes.push(format!("{at}: must be an object or true or false"));
        }
        return;
    };
    for (key, part) in parts {
        let at = format!("{at}/{key}");
        let known = |name: &str| shape.fields.iter().find(|(own, _)| own == name).map(|(_, child)| child);
        match key.as_str() {
            "if" | "then" | "else" => check_condition(part, shape, &at, mistakes),
            "required" => {
                let names = part.as_array().into_iter().flatten().filter_map(Value::as_str);
                let strangers = names.filter(|name| known(name).is_none());
                mistakes.extend(strangers.map(|name| format!("{at}: there is no field `{name}`")));
            }
            "properties" => {
                for (name, inner) in part.as_object().into_iter().flatten() {
                    match known(name) {
                        Some(child) => check_condition(inner, child, &format!("{at}/{name}"), mistakes),
                        None => mistakes.push(format!("{at}/{name}: there is no such field")),
                    }
                }
            }
            _ if CONDITION.contains(&key.as_str()) => {}
            _ => mistakes.push(format!("{at}: is no keyword of a condition")),
        }
    }
}
