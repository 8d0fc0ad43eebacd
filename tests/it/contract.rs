//! The three documents: complete enough that a stranger can build from them, and true.

use std::collections::{BTreeMap, BTreeSet};

use api::http::documents;
use api::http::problem::codes;
use serde_json::Value;

/// Calls that clients written today rely on (DESIGN: HTTP).
const PINNED: &[(&str, &str, &str)] = &[
    ("sign_in_wechat", "post", "/v1/session/wechat"),
    ("refresh_session", "post", "/v1/session/refresh"),
    ("sign_out", "delete", "/v1/session"),
    ("list_items", "get", "/v1/items"),
    ("get_item", "get", "/v1/items/{code}"),
    ("upload_photo", "post", "/v1/photos"),
    ("begin_upload", "post", "/v1/uploads"),
    ("get_upload", "get", "/v1/uploads/{id}"),
    ("put_part", "put", "/v1/uploads/{id}/parts/{n}"),
    ("complete_upload", "post", "/v1/uploads/{id}/complete"),
    ("drop_upload", "delete", "/v1/uploads/{id}"),
    ("get_photo", "get", "/v1/photos/{id}"),
    ("get_photo_content", "get", "/v1/photos/{id}/content"),
    ("create_case", "post", "/v1/cases"),
    ("change_case", "put", "/v1/cases/{id}/form"),
    ("set_material", "put", "/v1/cases/{id}/materials/{material}"),
    ("check_case", "get", "/v1/cases/{id}/check"),
    ("submit_case", "post", "/v1/cases/{id}/submit"),
    ("list_cases", "get", "/v1/cases"),
    ("get_case", "get", "/v1/cases/{id}"),
    ("withdraw_case", "post", "/v1/cases/{id}/withdraw"),
    ("list_notices", "get", "/v1/notices"),
    ("read_notice", "post", "/v1/notices/{id}/read"),
    ("set_phone", "put", "/v1/account/phone"),
    ("record_subscription", "post", "/v1/subscriptions"),
    ("receive_report", "post", "/integration/v1/reports"),
    ("list_changes", "get", "/integration/v1/changes"),
    ("acknowledge_changes", "post", "/integration/v1/changes/acknowledge"),
    ("get_whole_case", "get", "/integration/v1/cases/{id}"),
    ("link_file", "post", "/integration/v1/cases/{id}/files/{photo}/link"),
    ("list_stuck", "get", "/integration/v1/deliveries"),
    ("get_stuck", "get", "/integration/v1/deliveries/{id}"),
    ("redrive_one", "post", "/integration/v1/deliveries/{id}/redrive"),
    ("redrive_many", "post", "/integration/v1/deliveries/redrive"),
    ("cancel_delivery", "post", "/integration/v1/deliveries/{id}/cancel"),
    ("list_destinations", "get", "/integration/v1/destinations"),
    ("pause_destination", "post", "/integration/v1/destinations/{name}/pause"),
    ("resume_destination", "post", "/integration/v1/destinations/{name}/resume"),
    ("list_rules", "get", "/integration/v1/rules"),
    ("state_rules", "put", "/integration/v1/rules"),
    ("fetch_rules", "post", "/integration/v1/rules/fetch"),
    ("put_webhook", "put", "/integration/v1/webhooks/{name}"),
    ("replay_webhook", "post", "/integration/v1/webhooks/{name}/replay"),
];

/// Problems no operation can list, because they are met before there is one.
const BEFORE_ANY_OPERATION: [&str; 2] = ["request.no_such_path", "request.method"];

struct Operation {
    document: &'static str,
    path: String,
    method: String,
    value: Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {} {}", self.document, self.method, self.path)
    }
}

fn specs() -> Vec<(&'static str, Value)> {
    let url = "http://127.0.0.1:8080";
    [
        ("app", documents::json(&documents::app(url))),
        ("staff", documents::json(&documents::staff(url))),
        ("integration", documents::json(&documents::integration(url))),
    ]
    .map(|(name, spec)| (name, serde_json::from_str(&spec).unwrap()))
    .to_vec()
}

fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    for (document, spec) in specs() {
        for (path, methods) in spec["paths"].as_object().unwrap() {
            for (method, value) in methods.as_object().unwrap() {
                let (path, method) = (path.clone(), method.clone());
                all.push(Operation { document, path, method, value: value.clone() });
            }
        }
    }
    all
}

#[test]
fn every_pinned_call_is_where_clients_expect_it() {
    let all = operations();
    for (id, method, path) in PINNED {
        let found = all.iter().find(|operation| operation.value["operationId"] == *id);
        let place = found.map(|operation| (operation.method.as_str(), operation.path.as_str()));
        assert_eq!(place, Some((*method, *path)), "{id}");
    }
}

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = operation.name();
        let id = operation.value["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no id"));
        assert!(ids.insert(id.to_owned()), "{id} names two operations");
        assert!(operation.value["summary"].as_str().is_some_and(|text| text.len() > 5), "{name} has no summary");
        assert!(!operation.value["tags"].as_array().unwrap().is_empty(), "{name} has no tag");
        let prefix = match operation.document {
            "app" => "/v1/",
            "staff" => "/staff/v1/",
            _ => "/integration/v1/",
        };
        assert!(operation.path.starts_with(prefix), "{name} is outside its document");
        assert!(operation.method != "patch", "{name}: the mini-program has no PATCH");
    }
}

#[test]
fn every_error_of_every_operation_is_a_problem_with_an_example() {
    for operation in operations() {
        let responses = operation.value["responses"].as_object().unwrap();
        let errors: Vec<_> = responses.iter().filter(|(status, _)| !status.starts_with(['2', '3'])).collect();
        assert!(!errors.is_empty(), "{} cannot fail?", operation.name());
        for (status, response) in errors {
            let name = format!("{} {status}", operation.name());
            let schema = &response["content"]["application/problem+json"]["schema"];
            assert!(schema.to_string().contains("#/components/schemas/Problem"), "{name} is no problem");
            let example = &schema["example"];
            assert_eq!(example["status"].to_string(), *status, "{name} has no example");
            let code = example["code"].as_str().unwrap();
            assert!(response["description"].as_str().unwrap().contains(code), "{name} does not list {code}");
        }
        let signed_in = operation.value.get("security").is_some();
        assert!(responses.contains_key("401") || !signed_in, "{} must document 401", operation.name());
        assert!(responses.contains_key("500") && responses.contains_key("503"), "{}", operation.name());
    }
}

#[test]
fn every_code_of_the_table_is_documented_somewhere() {
    let mut listed: BTreeMap<&str, bool> = codes::ALL.iter().map(|code| (code.code, false)).collect();
    for operation in operations() {
        for response in operation.value["responses"].as_object().unwrap().values() {
            let text = response["description"].as_str().unwrap_or_default();
            for (code, found) in &mut listed {
                *found |= text.contains(&format!("`{code}`"));
            }
        }
    }
    let missing: Vec<_> = listed
        .into_iter()
        .filter(|(code, found)| !found && !BEFORE_ANY_OPERATION.contains(code))
        .map(|(code, _)| code)
        .collect();
    assert!(missing.is_empty(), "no operation lists {missing:?}");
}

#[test]
fn every_schema_and_every_field_says_what_it_is() {
    let mut silent = Vec::new();
    for (document, spec) in specs() {
        for (name, schema) in spec["components"]["schemas"].as_object().unwrap() {
            for (field, value) in schema["properties"].as_object().into_iter().flatten() {
                // A reference stands for a schema that describes itself.
                let described = value.get("description").is_some() || value.get("$ref").is_some();
                let referred = value.to_string().contains("$ref");
                if !described && !referred {
                    silent.push(format!("{document}: {name}.{field}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

/// Every object in a document, with the way to it.
fn objects<'a>(value: &'a Value, way: &str, found: &mut Vec<(String, &'a serde_json::Map<String, Value>)>) {
    match value {
        Value::Object(fields) => {
            found.push((way.to_owned(), fields));
            fields.iter().for_each(|(name, value)| objects(value, &format!("{way}/{name}"), found));
        }
        Value::Array(values) => values.iter().for_each(|value| objects(value, way, found)),
        _ => {}
    }
}

#[test]
fn generators_of_clients_understand_the_documents() {
    let formats =
        ["int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "password", "uuid", "uri"];
    for (document, spec) in specs() {
        let mut all = Vec::new();
        objects(&spec, document, &mut all);
        for (way, fields) in all {
            if let (Some(Value::String(format)), Some(Value::String(_))) = (fields.get("format"), fields.get("type")) {
                assert!(formats.contains(&format.as_str()), "{way}: nobody knows the format {format}");
            }
            for name in ["minimum", "maximum"] {
                let whole = fields.get("type").is_none_or(|kind| kind != "integer");
                assert!(
                    whole || fields.get(name).is_none_or(|limit| !limit.is_f64()),
                    "{way}: {name} of a whole number"
                );
            }
            let example = fields.get("example").map(Value::to_string).unwrap_or_default();
            assert!(!example.contains(":null"), "{way}: an example of what may not be null");
        }
    }
}

#[test]
fn every_example_of_a_problem_has_what_every_problem_has() {
    for operation in operations() {
        for (status, response) in operation.value["responses"].as_object().unwrap() {
            let Some(example) = response["content"]["application/problem+json"]["schema"].get("example") else {
                continue;
            };
            for (_, spec) in specs() {
                for field in spec["components"]["schemas"]["Problem"]["required"].as_array().unwrap() {
                    let there = example.get(field.as_str().unwrap()).is_some();
                    assert!(there, "{} {status}: no {field}", operation.name());
                }
            }
        }
    }
}

#[test]
fn what_is_sent_has_no_other_fields_and_the_document_says_so() {
    for (document, spec) in specs() {
        let schemas = spec["components"]["schemas"].as_object().unwrap();
        let bodies = operations().into_iter().filter(|operation| operation.document == document);
        let mut names = BTreeSet::new();
        for body in bodies.filter_map(|operation| operation.value.get("requestBody").cloned()) {
            let text = body.to_string();
            names.extend(schemas.keys().filter(|name| text.contains(&format!("schemas/{name}\""))).cloned());
        }
        assert!(!names.is_empty());
        for name in names {
            // The portal's own exchange tables have more fields than we read.
            let closed = schemas[&name].get("additionalProperties") == Some(&Value::Bool(false));
            assert_eq!(closed, name != "GatewayReport", "{document}: {name}");
        }
    }
}

#[test]
fn a_signature_is_four_headers_and_all_of_them() {
    for operation in operations().iter().filter(|operation| operation.document == "integration") {
        let Some(ways) = operation.value.get("security") else { continue };
        let ways = ways.as_array().unwrap();
        let schemes: Vec<_> = ways[0].as_object().unwrap().keys().cloned().collect();
        let all = ["signature", "signature_app", "signature_nonce", "signature_timestamp"];
        assert_eq!((ways.len(), schemes.as_slice()), (1, all.map(str::to_owned).as_slice()), "{}", operation.name());
    }
    let (_, spec) = specs().remove(2);
    for scheme in spec["components"]["securitySchemes"].as_object().unwrap().values() {
        assert!(scheme["name"].as_str().unwrap().starts_with("X-Gxb-"), "{scheme}");
    }
}

/// A reader of YAML 1.1 makes dates of what is not in quotation marks.
#[test]
fn times_in_the_committed_documents_are_texts() {
    for document in ["app", "staff", "integration"] {
        let path = format!("{}/../openapi/{document}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let bare =
            |line: &&str| line.split_once(": ").is_some_and(|(_, text)| text.starts_with("20") && text.contains('-'));
        assert_eq!(text.lines().find(bare), None, "{document}");
    }
}
