use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

/// A small form that uses every part of the language.
fn schema() -> Value {
    let field = |zh: &str, more: Value| {
        let mut field = json!({ "title": zh, "x-title-en": zh });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let object = |zh: &str, order: Value, required: Value, properties: Value| {
        let more = json!({ "type": "object", "additionalProperties": false, "x-order": order, "required": required, "properties": properties });
        field(zh, more)
    };
    let option = |value: &str| field(value, json!({ "const": value }));
    let who = object(
        "申请人",
        json!(["kind", "name", "id", "code", "phone"]),
        json!(["kind", "name", "phone"]),
        json!({
            "kind": field("类型", json!({ "type": "string", "oneOf": [option("person"), option("company")] })),
            "name": field("姓名", json!({ "type": "string", "minLength": 2, "maxLength": 10, "format": "line" })),
            "id": field("身份证号码", json!({ "type": "string", "format": "id-number" })),
            "code": field("信用代码", json!({ "type": "string", "format": "uscc" })),
            "phone": field("电话", json!({ "type": "string", "format": "cn-phone" })),
        }),
    );
    let mut who = who;
    who["allOf"] = json!([{
        "if": { "properties": { "kind": { "const": "person" } }, "required": ["kind"] },
        "then": { "required": ["id"], "properties": { "code": false } },
    }]);
    let number = |zh: &str| field(zh, json!({ "type": "number", "minimum": 0.1, "maximum": 50 }));
    let mut form = object(
        "表",
        json!(["who", "width", "height", "area", "from", "to", "parts", "agreed"]),
        json!(["who", "width", "height", "area", "from", "to", "agreed"]),
        json!({
            "who": who,
            "width": number("宽"),
            "height": number("高"),
            "area": field("面积", json!({ "type": "number", "minimum": 0.01, "maximum": 2500 })),
            "from": field("开始", json!({ "type": "string", "format": "date" })),
            "to": field("结束", json!({ "type": "string", "format": "date" })),
            "parts": field("部件", json!({ "type": "array", "maxItems": 3, "uniqueItems": true,
                "items": field("部件名", json!({ "type": "string", "maxLength": 5, "pattern": "^[A-Z]+$" })) })),
            "agreed": field("承诺", json!({ "type": "boolean", "const": true })),
        }),
    );
    let say = json!({ "zh": "尺寸", "en": "size" });
    form["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    form["examples"] = json!([example()]);
    form["x-checks"] = json!([
        { "check": "not_past", "at": "/from" },
        { "check": "order", "from": "/from", "to": "/to" },
        { "check": "term", "from": "/from", "to": "/to", "max_months": 36, "say": say,
          "when": { "pointer": "/who/kind", "is": ["person"] } },
        { "check": "area", "width": "/width", "height": "/height", "area": "/area", "tolerance_m2": 0.1 },
        { "check": "large", "sides": ["/width", "/height"], "faces": [["/width", "/height"]], "side_m": 4, "face_m2": 10,
          "wanted": true, "at": "/width", "say": say },
    ]);
    form
}

fn example() -> Value {
    json!({
        "who": { "kind": "person", "name": "张三", "id": "11010519491231002X", "phone": "13800000000" },
        "width": 4, "height": 1.5, "area": 6, "from": "2026-03-02", "to": "2029-03-02", "parts": ["A"], "agreed": true,
    })
}

static FORM: LazyLock<Form> = LazyLock::new(|| Form::compile(&schema()).unwrap());

fn found(answers: &Value) -> Vec<(String, &'static str)> {
    FORM.faults(answers, today()).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

/// The example with one answer changed.
fn with(pointer: &str, answer: Value) -> Value {
    let mut answers = example();
    if let Some(place) = answers.pointer_mut(pointer) {
        *place = answer;
    } else {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        answers.pointer_mut(parent).unwrap()[name] = answer;
    }
    answers
}

#[test]
fn the_example_is_valid() {
    assert_eq!(found(&example()), []);
}

#[test]
fn one_wrong_answer_is_one_fault_at_its_place() {
    for (pointer, answer, code) in [
        ("/who/kind", json!("ghost"), "form.choice"),
        ("/who/name", json!(""), "form.required"),
        ("/who/name", json!(" \u{3000}  "), "form.required"),
        ("/who/name", json!("张"), "form.too_short"),
        ("/who/name", json!("张".repeat(11)), "form.too_long"),
        ("/who/name", json!("张\n三"), "form.pattern"),
        ("/who/name", json!("张\u{0}三"), "form.bad_character"),
        ("/who/name", json!("张\u{202E}三"), "form.bad_character"),
        ("/who/name", json!(null), "form.type"),
        ("/who/name", json!({ "a": [1] }), "form.type"),
        ("/who/id", json!("110105194912310021"), "form.id_number"),
        ("/who/code", json!("91110000101623741K"), "form.unknown_field"),
        ("/who/phone", json!("1380000000"), "form.phone"),
        ("/who/extra", json!(1), "form.unknown_field"),
        ("/who/a~1b", json!(1), "form.unknown_field"),
        ("/width", json!("4"), "form.type"),
        ("/width", json!(1e308), "form.range"),
        ("/width", json!(-1), "form.range"),
        ("/area", json!(7), "form.size"),
        ("/from", json!("2026-02-30"), "form.date"),
        ("/from", json!("2026-3-2"), "form.date"),
        ("/from", json!("+2026-03-02"), "form.date"),
        ("/from", json!("9999-03-02"), "form.date"),
        ("/from", json!("2026-03-01"), "form.date"),
        ("/to", json!("2026-03-01"), "form.date"),
        ("/to", json!("2029-03-03"), "form.term"),
        ("/parts", json!(["A", "A"]), "form.count"),
        ("/parts/0", json!("ab"), "form.pattern"),
        ("/agreed", json!(false), "form.agree"),
    ] {
        let place = pointer.replace("a~1b", "a~01b");
        assert_eq!(found(&with(pointer, answer.clone())), [(place, code)], "{answer} at {pointer}");
    }
}

#[test]
fn faults_come_in_the_order_of_the_form_and_never_repeat_answers() {
    let answers =
        json!({ "zz": 1, "agreed": false, "width": 0, "who": { "phone": "secret-phone", "kind": "person" }, "aa": 2 });
    let faults = FORM.faults(&answers, today());
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/who/name", "/who/id", "/who/phone", "/width", "/height", "/area", "/from", "/to", "/agreed", "/aa", "/zz"]
    );
    assert!(!serde_json::to_string(&faults).unwrap().contains("secret"));
}

#[test]
fn a_facility_that_is_not_large_is_told_so() {
    let mut small = example();
    small["width"] = json!(3.99);
    small["area"] = json!(5.985);
    assert_eq!(found(&small), [("/width".to_owned(), "form.size")]);
    small["height"] = json!(3);
    small["area"] = json!(11.97);
    assert_eq!(found(&small), []);
}

#[test]
fn hostile_answers_are_answered_quickly_and_briefly() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({ "who": deep });
    }
    assert_eq!(found(&deep), [(String::new(), "form.too_deep")]);
    assert_eq!(found(&json!([1])), [(String::new(), "form.type")]);
    assert_eq!(found(&json!({ "who": vec![0; 1_000_000] })), [(String::new(), "form.too_large")]);
    assert_eq!(found(&with("/who/name", json!("x".repeat(bounds::MAX_BYTES)))), [(String::new(), "form.too_large")]);
    assert_eq!(found(&json!({ "x".repeat(101): 1 })), [(String::new(), "form.unknown_field")]);
    let many: serde_json::Map<_, _> = (0..1_500).map(|n| (format!("unknown{n}"), json!(n))).collect();
    let faults = FORM.faults(&Value::Object(many), today());
    assert_eq!(faults.len(), MAX_FAULTS + 1);
    assert_eq!(faults.last().unwrap().code, "form.more");
}

#[test]
fn every_mistake_of_a_schema_is_listed() {
    let mut bad = schema();
    bad["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    bad["minLenght"] = json!(1);
    bad["properties"]["who"]["additionalProperties"] = json!(true);
    bad["properties"]["who"]["allOf"][0]["then"]["required"] = json!(["nothing"]);
    bad["properties"]["who"]["required"] = json!(["nobody"]);
    bad["properties"]["who"]["properties"]["name"]["maxLength"] = json!(null);
    bad["properties"]["width"] = json!({ "$ref": "https://example.com/other.json" });
    bad["properties"]["from"]["format"] = json!("uri");
    bad["x-checks"][0]["at"] = json!("/nowhere");
    bad["x-checks"][1] = json!({ "check": "magic" });
    insta::assert_snapshot!(Form::compile(&bad).unwrap_err().mistakes.join("\n"));
}

/// Every pointer of a value, leaves and branches.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    if let Value::Object(fields) = value {
        fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), into));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        "[0-9X-]{10,18}".prop_map(Value::from),
        Just(json!("9".repeat(5_000))),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z~/]{0,6}", inner), 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_change_of_the_example_is_answered(place in any::<prop::sample::Index>(), answer in any_json()) {
        let mut places = Vec::new();
        pointers(&example(), "", &mut places);
        let place = &places[place.index(places.len())];
        let mut answers = example();
        *answers.pointer_mut(place).unwrap() = answer;
        for fault in FORM.faults(&answers, today()) {
            prop_assert!(!fault.detail.is_blank());
            prop_assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'));
        }
    }

    #[test]
    fn a_missing_required_field_is_reported_at_its_place(place in any::<prop::sample::Index>()) {
        let required = ["/who", "/who/kind", "/who/name", "/who/id", "/who/phone", "/width", "/height", "/area", "/from", "/to", "/agreed"];
        let place = required[place.index(required.len())];
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut answers = example();
        answers.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        prop_assert!(found(&answers).contains(&(place.to_owned(), "form.required")));
    }
}
