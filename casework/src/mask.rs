//! Personal data where it need not be known.

pub use law::mask::{mask_id, mask_name, mask_phone};
use serde_json::Value;

/// A number at least this large may be somebody's: an ID number, a phone.
const LARGE: u64 = 1_000_000;

/// The same JSON with every text in it hidden but for its ends, and every number that is long enough to be somebody's.
/// Names of fields stay, and so do truth values and small numbers.
#[must_use]
pub fn mask_values(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask_name(text)),
        Value::Number(number) if number.as_u64().is_some_and(|number| number < LARGE) => value.clone(),
        Value::Number(number) if number.as_f64().is_some_and(|number| number.abs() < 1_000_000.0) => value.clone(),
        Value::Number(_) => Value::String("*".to_owned()),
        Value::Array(values) => Value::Array(values.iter().map(mask_values).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), mask_values(value))).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// The same for the answers to a form: what was chosen among the choices its schema lists says nothing of anybody, and stays.
#[must_use]
pub fn mask_answers(value: &Value, schema: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let of = |name: &str| schema.pointer(&format!("/properties/{name}")).unwrap_or(&Value::Null);
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), mask_answers(value, of(name)))).collect())
        }
        Value::Array(values) => {
            let of = schema.get("items").unwrap_or(&Value::Null);
            Value::Array(values.iter().map(|value| mask_answers(value, of)).collect())
        }
        _ if is_choice(value, schema) => value.clone(),
        _ => mask_values(value),
    }
}

fn is_choice(value: &Value, schema: &Value) -> bool {
    let list = |name: &str| schema.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list("enum").contains(value) || list("oneOf").iter().any(|choice| choice.get("const") == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hides_texts_and_long_numbers_wherever_they_are() {
        let open =
            json!({ "name": "张三丰", "phones": ["13800003210", 13_800_003_210_u64], "width": 4.5, "lit": true });
        let hidden = json!({ "name": "张*丰", "phones": ["1*********0", "*"], "width": 4.5, "lit": true });
        assert_eq!(mask_values(&open), hidden);
    }

    #[test]
    fn what_was_chosen_stays_and_what_was_written_does_not() {
        let text = json!({ "type": "string" });
        let choice = json!({ "oneOf": [{ "const": "metal", "title": "金属" }, { "const": "other" }] });
        let schema = json!({ "properties": {
            "sign": { "properties": { "material": choice, "says": text } },
            "faces": { "items": { "enum": ["north", "south"] } },
        } });
        let open = json!({
            "sign": { "material": "metal", "says": "张三面馆" }, "faces": ["north", "张三家"], "metal": "metal",
        });
        let hidden =
            json!({ "sign": { "material": "metal", "says": "张**馆" }, "faces": ["north", "张*家"], "metal": "m***l" });
        assert_eq!(mask_answers(&open, &schema), hidden);
    }
}
