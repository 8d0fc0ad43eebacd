//! The fields of a form with their titles and limits, read once from the schema; and what a schema must have to be a form.
//!
//! Only an agreed part of JSON Schema is accepted: a validator passes over a misspelt keyword in silence, and a limit that is
//! forgotten is a limit that does not exist.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::formats;
use crate::item::Text;

mod keywords;

/// Deepest nesting of a schema's own fields.
const MAX_DEPTH: usize = 8;
/// Longest text a field may allow, in characters.
const MAX_TEXT: u64 = 2_000;
/// Longest list a field may allow.
const MAX_LIST: u64 = 50;

/// One field, or the form as a whole.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// What the applicant sees.
    pub(super) title: Text,
    /// What the applicant sees below it.
    pub(super) help: Option<Text>,
    /// The schema's `type`.
    pub(super) kind: String,
    /// The schema's `format`.
    pub(super) format: Option<String>,
    /// Smallest number.
    pub(super) least: Option<String>,
    /// Greatest number.
    pub(super) most: Option<String>,
    /// Whether the only valid answer is yes.
    pub(super) consent: bool,
    /// Titles of the choices.
    pub(super) choices: Vec<Text>,
    /// Fields of an object, in the order to show them.
    pub(super) fields: Vec<(String, Shape)>,
    /// What a list is made of.
    pub(super) element: Option<Box<Shape>>,
}

impl Shape {
    /// Reads a schema, adding to `mistakes` all that keeps it from being a form.
    pub(super) fn parse(schema: &Value, mistakes: &mut Vec<String>) -> Self {
        let Value::Object(root) = schema else {
            mistakes.push("is not an object".to_owned());
            return Self::default();
        };
        if text(root, "$schema") != Some("https://json-schema.org/draft/2020-12/schema") {
            mistakes.push("/$schema: must be https://json-schema.org/draft/2020-12/schema".to_owned());
        }
        if text(root, "type") != Some("object") {
            mistakes.push("/type: the form itself must be an object".to_owned());
        }
        let shape = Self::field(root, "", 0, mistakes);
        keywords::check_conditions(root, &shape, "", mistakes);
        shape
    }

    /// The field at a JSON pointer into the answers.
    pub(super) fn at(&self, pointer: &str) -> Option<&Self> {
        let is_pointer = pointer.is_empty() || pointer.starts_with('/');
        self.along(pointer).last().flatten().filter(|_| is_pointer).map(|(_, shape)| shape)
    }

    /// Where a pointer stands in the order of the form. What the form does not have comes last in its object.
    pub(super) fn rank(&self, pointer: &str) -> Vec<usize> {
        self.along(pointer).map(|step| step.map_or(usize::MAX, |(place, _)| place)).collect()
    }

    /// Each step of a pointer, as far as the form knows it; ends with the first `None`.
    fn along<'a>(&'a self, pointer: &str) -> impl Iterator<Item = Option<(usize, &'a Self)>> {
        let names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        let steps = names.scan(Some(self), |here, name| {
            let shape = (*here)?;
            let next = shape.child(&name);
            *here = next.map(|(_, child)| child);
            Some(next)
        });
        std::iter::once(Some((0, self))).chain(steps)
    }

    fn child(&self, name: &str) -> Option<(usize, &Self)> {
        match &self.element {
            Some(element) => Some((name.parse().ok()?, element)),
            None => {
                self.fields.iter().enumerate().find(|(_, (own, _))| own == name).map(|(at, (_, child))| (at, child))
            }
        }
    }

    fn field(schema: &Map<String, Value>, at: &str, depth: usize, mistakes: &mut Vec<String>) -> Self {
        keywords::check_known(schema, at, depth == 0, mistakes);
        let mut shape = Self {
            title: titled(schema, at, mistakes),
            help: text(schema, "description").map(|zh| Text::new(zh, text(schema, "x-description-en").unwrap_or(""))),
            kind: text(schema, "type").unwrap_or_default().to_owned(),
            format: text(schema, "format").map(str::to_owned),
            least: limit(schema, "minimum"),
            most: limit(schema, "maximum"),
            consent: schema.get("const") == Some(&Value::Bool(true)),
            ..Self::default()
        };
        if shape.help.as_ref().is_some_and(Text::is_blank) {
            mistakes.push(format!("{at}: description needs x-description-en beside it"));
        }
        if depth > MAX_DEPTH {
            mistakes.push(format!("{at}: nested more than {MAX_DEPTH} deep"));
            return shape;
        }
        shape.choices = choices(schema, at, mistakes);
        match shape.kind.as_str() {
            "object" => shape.fields = fields(schema, at, depth, mistakes),
            "array" => shape.element = element(schema, at, depth, mistakes),
            "string" => string_limits(schema, &shape, at, mistakes),
            "number" | "integer" if shape.least.is_none() || shape.most.is_none() => {
                mistakes.push(format!("{at}: a number needs minimum and maximum"));
            }
            "number" | "integer" | "boolean" => {}
            _ => mistakes.push(format!("{at}/type: must be one of object, array, string, number, integer, boolean")),
        }
        shape
    }
}

fn fields(schema: &Map<String, Value>, at: &str, depth: usize, mistakes: &mut Vec<String>) -> Vec<(String, Shape)> {
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        mistakes.push(format!("{at}: an object needs additionalProperties = false"));
    }
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let order: Vec<&str> =
        schema.get("x-order").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let named: BTreeSet<&str> = order.iter().copied().collect();
    if named.len() != order.len() || named != properties.keys().map(String::as_str).collect() {
        mistakes.push(format!("{at}/x-order: must list every field of the object once"));
    }
    keywords::check_required(schema, properties, at, mistakes);
    let mut fields = Vec::new();
    for name in order {
        let at = format!("{at}/properties/{name}");
        match properties.get(name) {
            Some(Value::Object(field)) => fields.push((name.to_owned(), Shape::field(field, &at, depth + 1, mistakes))),
            _ => mistakes.push(format!("{at}: must be an object")),
        }
    }
    fields
}

fn element(schema: &Map<String, Value>, at: &str, depth: usize, mistakes: &mut Vec<String>) -> Option<Box<Shape>> {
    if schema.get("maxItems").and_then(Value::as_u64).is_none_or(|most| most > MAX_LIST) {
        mistakes.push(format!("{at}: a list needs maxItems, at most {MAX_LIST}"));
    }
    let at = format!("{at}/items");
    let Some(Value::Object(items)) = schema.get("items") else {
        mistakes.push(format!("{at}: must be an object"));
        return None;
    };
    Some(Box::new(Shape::field(items, &at, depth + 1, mistakes)))
}

fn string_limits(schema: &Map<String, Value>, shape: &Shape, at: &str, mistakes: &mut Vec<String>) {
    let format = shape.format.as_deref();
    if let Some(name) = format.filter(|name| !formats::is_known(name)) {
        mistakes.push(format!("{at}/format: there is no format `{name}`"));
    }
    let bounded = !shape.choices.is_empty() || format.is_some_and(formats::is_bounded);
    if !bounded && schema.get("maxLength").and_then(Value::as_u64).is_none_or(|most| most > MAX_TEXT) {
        mistakes.push(format!("{at}: a text needs maxLength, at most {MAX_TEXT}"));
    }
}

/// The choices of a field: `oneOf` constants, each with its titles.
fn choices(schema: &Map<String, Value>, at: &str, mistakes: &mut Vec<String>) -> Vec<Text> {
    let mut titles = Vec::new();
    for (place, choice) in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = format!("{at}/oneOf/{place}");
        match choice {
            Value::Object(choice) if choice.contains_key("const") => {
                keywords::check_choice(choice, &at, mistakes);
                titles.push(titled(choice, &at, mistakes));
            }
            _ => mistakes.push(format!("{at}: a choice is `const` with its titles")),
        }
    }
    titles
}

fn titled(schema: &Map<String, Value>, at: &str, mistakes: &mut Vec<String>) -> Text {
    let title = Text::new(text(schema, "title").unwrap_or(""), text(schema, "x-title-en").unwrap_or(""));
    if title.is_blank() {
        mistakes.push(format!("{at}: needs title and x-title-en"));
    }
    title
}

fn text<'a>(schema: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn limit(schema: &Map<String, Value>, key: &str) -> Option<String> {
    schema.get(key).filter(|limit| limit.is_number()).map(Value::to_string)
}
