//! The parameters of a path and of a query: compared with the document like a body, so that everything wrong with them is told
//! at once. The framework names the first fault, in words of its own.

use std::fmt;
use std::sync::Arc;

use poem_openapi::registry::{MetaOperationParam, MetaParamIn, MetaSchemaRef, Registry};
use serde_json::{Number, Value};

use super::shape;
use crate::http::problem::{Fault, Place};

/// What an operation's document says of its parameters.
pub(crate) struct Parameters {
    all: Vec<MetaOperationParam>,
    registry: Arc<Registry>,
}

impl Parameters {
    pub(crate) fn new(all: Vec<MetaOperationParam>, registry: Arc<Registry>) -> Self {
        Self { all, registry }
    }

    /// Everything that is wrong with those that were given, in the order of the document.
    pub(crate) fn faults<'a>(
        &self,
        in_path: impl Fn(&str) -> Option<&'a str>,
        query: &'a [(String, String)],
    ) -> Vec<Fault> {
        let mut all = Vec::new();
        for parameter in &self.all {
            let text = match parameter.in_type {
                MetaParamIn::Path => in_path(&parameter.name),
                MetaParamIn::Query => {
                    query.iter().find(|(name, _)| *name == parameter.name).map(|(_, text)| text.as_str())
                }
                _ => None,
            };
            let Some(text) = text else { continue };
            let found = shape::faults(&self.value(text, &parameter.schema), &parameter.schema, &self.registry);
            let place = || Place::Parameter(parameter.name.clone());
            all.extend(found.into_iter().map(|fault| Fault { place: place(), ..fault }));
        }
        all
    }

    /// Those of the query that the document does not know: mistyped, they would be as good as absent.
    pub(crate) fn unknown(&self, query: &[(String, String)]) -> Vec<Fault> {
        let known = |asked: &str| self.all.iter().any(|one| one.in_type == MetaParamIn::Query && one.name == asked);
        let unknown = query.iter().filter(|(name, _)| !known(name));
        let fault = |(name, _): &(String, String)| Fault {
            place: Place::Parameter(name.clone()),
            code: "request.unknown_field".to_owned(),
            detail: ("没有这个参数", "there is no such parameter").into(),
        };
        unknown.map(fault).collect()
    }

    /// The text as JSON of the kind that is wanted; as a text where it is not of that kind.
    fn value(&self, text: &str, schema: &MetaSchemaRef) -> Value {
        let number = match self.kind(schema) {
            "integer" => text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok(),
            "number" => text.parse().ok().and_then(Number::from_f64),
            "boolean" => return text.parse().map_or_else(|_| Value::from(text), Value::Bool),
            _ => None,
        };
        number.map_or_else(|| Value::from(text), Value::Number)
    }

    fn kind<'a>(&'a self, schema: &'a MetaSchemaRef) -> &'a str {
        let schema = match schema {
            MetaSchemaRef::Inline(schema) => schema,
            MetaSchemaRef::Reference(name) => match self.registry.schemas.get(name) {
                Some(schema) => schema,
                None => return "",
            },
        };
        match (schema.ty, schema.all_of.first()) {
            ("", Some(part)) => self.kind(part),
            (kind, _) => kind,
        }
    }
}

/// Without the registry, which cannot be printed.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|parameter| &parameter.name)).finish()
    }
}
