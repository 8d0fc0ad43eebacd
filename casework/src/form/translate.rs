//! From what the schema validator found to a fault a shop owner can act on.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Found;
use serde_json::Value;

use super::shape::Shape;
use super::{Fault, bounds, say};

/// Adds the faults of one finding.
pub(super) fn translate(error: &ValidationError<'_>, form: &Shape, faults: &mut Vec<Fault>) {
    let pointer = error.instance_path().as_str().to_owned();
    let nobody = Shape::default();
    let known = form.at(&pointer);
    let shape = known.unwrap_or(&nobody);
    let title = &shape.title;
    match error.kind() {
        Found::Required { property } => {
            let missing = bounds::join(&pointer, property.as_str().unwrap_or_default());
            faults.push(match form.at(&missing) {
                Some(field) if field.consent => say::agree(missing, "form.required", &field.title),
                field => say::required(missing, field.map_or(title, |field| &field.title)),
            });
        }
        Found::AdditionalProperties { unexpected } | Found::UnevaluatedProperties { unexpected } => {
            faults.extend(unexpected.iter().map(|name| say::unknown_field(bounds::join(&pointer, name))));
        }
        Found::FalseSchema => faults.push(match known {
            Some(shape) => say::not_now(pointer, &shape.title),
            None => say::unknown_field(pointer),
        }),
        Found::Type { .. } => faults.push(match error.instance().as_ref() {
            Value::Null => say::null(pointer, title),
            _ if !shape.choices.is_empty() => say::choice(pointer, shape),
            _ => say::wrong_type(pointer, shape),
        }),
        Found::MinLength { .. } | Found::MinItems { .. } if is_empty(error.instance()) => {
            faults.push(say::required(pointer, title));
        }
        Found::MinLength { limit } => faults.push(say::too_short(pointer, title, *limit)),
        Found::MaxLength { limit } => faults.push(say::too_long(pointer, title, *limit)),
        Found::Minimum { .. }
        | Found::Maximum { .. }
        | Found::ExclusiveMinimum { .. }
        | Found::ExclusiveMaximum { .. } => faults.push(say::range(pointer, shape)),
        Found::Constant { .. } if shape.consent => faults.push(say::agree(pointer, "form.agree", title)),
        Found::Enum { .. }
        | Found::Constant { .. }
        | Found::AnyOf { .. }
        | Found::OneOfNotValid { .. }
        | Found::OneOfMultipleValid { .. } => faults.push(say::choice(pointer, shape)),
        Found::MinItems { .. } | Found::MaxItems { .. } | Found::UniqueItems => faults.push(say::count(pointer, title)),
        Found::Pattern { .. } => faults.push(say::pattern(pointer, shape)),
        _ => faults.push(say::invalid(pointer, title)),
    }
}

fn is_empty(answer: &Value) -> bool {
    match answer {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}
