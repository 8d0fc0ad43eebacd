use std::fs;
use std::path::{Path, PathBuf};

use casework::form::Fault;
use casework::item::{DecidedBy, Kind, PhotoFacts, Rules as _};
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn built_in() -> Loaded {
    load(None).unwrap()
}

fn folder_of_the_source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue")
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let mut there = Vec::new();
    for kind in ["items", "rules"] {
        for entry in fs::read_dir(folder_of_the_source().join(kind)).unwrap() {
            there.push(format!("{kind}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    there.sort();
    assert_eq!(load::BUILT_IN.map(|(name, _)| name.to_owned()).to_vec(), there);
}

#[test]
fn the_built_in_items() {
    let loaded = built_in();
    let items: Vec<_> = loaded.catalogue.list().map(|entry| &entry.item).collect();
    let brief: Vec<_> =
        items.iter().map(|item| (item.code.as_str(), item.name.as_str(), item.kind, item.decided_by)).collect();
    assert_eq!(
        brief,
        [
            ("large-outdoor-advertising", "大型户外广告设施设置许可", Kind::Permit, DecidedBy::Province),
            ("signboard-declaration", "招牌设置明示", Kind::Declaration, DecidedBy::Province),
        ]
    );
    for entry in loaded.catalogue.all() {
        let example = entry.form.example().unwrap();
        assert_eq!(entry.form.faults(example, today()), []);
        let applicant = entry.item.applicant.read(example);
        assert!(applicant.credit_code.is_some() && applicant.shop.is_some() && applicant.phone.is_some());
        // Who needs every material by the example's own answers is a client that looks at `required` alone.
        assert!(entry.item.materials.iter().all(|material| material.is_required(example) == material.required));
    }
    assert!(loaded.assumed().contains(&"rule signboard-scene version 1".to_owned()));
    assert!(loaded.assumed().contains(&"item large-outdoor-advertising version 1: promise_days".to_owned()));
}

/// Lines `pointer code detail` for a snapshot a person can read.
fn told(faults: &[Fault]) -> String {
    let line =
        |fault: &Fault| format!("{} {}\n  {}\n  {}", fault.pointer, fault.code, fault.detail.zh, fault.detail.en);
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn faults(code: &str, answers: &Value) -> Vec<Fault> {
    built_in().catalogue.current(code).unwrap().form.faults(answers, today())
}

#[test]
fn every_answer_wrong_for_large_advertising() {
    let applicant = json!({ "kind": "company", "name": "", "credit_code": "91371526MA3XAMPQ9E", "legal_representative": null,
        "id_number": "37152619900307001X", "contact": "李", "phone": "138 0000 0000", "address": "路", "email": "a@b.c" });
    let facility = json!({ "category": "political", "form": "roof", "text": "\u{0}", "position": 7, "width_m": 0, "height_m": "3",
        "depth_m": -1, "area_m2": 1e300, "faces": 1.5, "count": 0, "clearance_m": 1000, "material": null, "lighting": ["none"] });
    let answers = json!({ "applicant": applicant, "shop": { "name": "示例\n百货" }, "facility": facility,
        "term": { "start": "2026-02-30", "finish": "明年" }, "installer": {}, "agreement": false, "draft": true });
    insta::assert_snapshot!(told(&faults("large-outdoor-advertising", &answers)));
}

#[test]
fn every_answer_wrong_for_a_signboard() {
    let applicant = json!({ "kind": "person", "name": "张".repeat(101), "credit_code": "92371526MA3XAMPE04", "id_number": "371526",
        "contact": " ", "phone": "12345678901", "address": "x".repeat(201) });
    let sign = json!({ "class": 1, "text": "", "position": "", "shape": "round", "width_m": 201, "height_m": 0, "depth_m": null,
        "material": "gold", "lighting": "" });
    let installation = json!({ "started_on": "2026-11-23", "completed_on": "2026-13-01", "installer_phone": "no" });
    let answers = json!({ "applicant": applicant, "shop": null, "sign": sign, "installation": installation });
    insta::assert_snapshot!(told(&faults("signboard-declaration", &answers)));
}

#[test]
fn what_the_regulation_limits() {
    let loaded = built_in();
    let case = |code: &str, changes: &[(&str, Value)]| {
        let entry = loaded.catalogue.current(code).unwrap();
        let mut answers = entry.form.example().unwrap().clone();
        for (pointer, answer) in changes {
            *answers.pointer_mut(pointer).unwrap() = answer.clone();
        }
        entry.form.faults(&answers, today())
    };
    let large = "large-outdoor-advertising";
    let sign = "signboard-declaration";
    let all = [
        case(large, &[("/facility/width_m", json!(3.9)), ("/facility/area_m2", json!(9.75))]),
        case(large, &[("/facility/area_m2", json!(14))]),
        case(large, &[("/term/start", json!("2026-11-21")), ("/term/finish", json!("2027-01-01"))]),
        case(large, &[("/term/finish", json!("2038-03-02"))]),
        case(large, &[("/term/finish", json!("2040-03-02")), ("/facility/form", json!("screen"))]),
        case(large, &[("/term/finish", json!("2035-02-28"))]),
        case(sign, &[("/sign/class", json!("advertising"))]),
        case(sign, &[("/installation/completed_on", json!("2026-11-23"))]),
        case(sign, &[("/installation/completed_on", json!("2025-01-07"))]),
    ];
    insta::assert_snapshot!(all.map(|faults| told(&faults)).join("\n"));
    assert_eq!(case(large, &[("/term/finish", json!("2040-03-01")), ("/facility/form", json!("screen"))]), []);
    assert_eq!(case(sign, &[("/sign/width_m", json!(30))]), []);
}

#[test]
fn a_person_needs_no_licence() {
    let loaded = built_in();
    for entry in loaded.catalogue.all() {
        let mut answers = entry.form.example().unwrap().clone();
        let applicant = answers["applicant"].as_object_mut().unwrap();
        applicant.remove("credit_code");
        applicant.remove("legal_representative");
        applicant.insert("kind".into(), json!("person"));
        applicant.insert("id_number".into(), json!("37152619900307001X"));
        assert_eq!(entry.form.faults(&answers, today()), []);
        assert!(!entry.item.material("business-licence").unwrap().is_required(&answers));
        assert!(entry.item.material("site-photo").unwrap().is_required(&answers));
    }
}

#[test]
fn a_photo_of_an_older_rule_is_told_what_changed() {
    let rules = built_in().rules;
    let photo = |format: &str, bytes, width, height| PhotoFacts {
        format: format.into(),
        bytes,
        width,
        height,
        rule_version: 1,
    };
    assert_eq!(rules.version("signboard-scene"), Some(1));
    assert_eq!(rules.version("nothing"), None);
    assert_eq!(rules.misfit("signboard-scene", &photo("jpeg", 300_000, 2048, 1536)), []);
    let codes = |photo: &PhotoFacts| {
        rules.misfit("signboard-scene", photo).iter().map(|misfit| misfit.code).collect::<Vec<_>>()
    };
    assert_eq!(
        codes(&photo("png", 600_000, 400, 5000)),
        ["photo.wrong_format", "photo.too_large", "photo.too_small", "photo.wrong_size"]
    );
    assert_eq!(codes(&photo("gif", 1, 1, 1)), ["photo.wrong_format"]);
    assert_eq!(rules.misfit("nothing", &photo("jpeg", 1, 1, 1)).first().unwrap().code, "photo.no_rule");
}

#[test]
fn every_mistake_of_a_folder_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("items")).unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    let sign = fs::read_to_string(folder_of_the_source().join("items/signboard-declaration.1.toml")).unwrap();
    put("rules/broken.toml", "name = \"broken\"\nformat = ");
    put(
        "rules/rendering.toml",
        "name = \"rendering\"\nkind = \"rendering\"\nformat = \"jpeg\"\nmax_bytes = 1\ntaken_on = \"2026-11-22\"",
    );
    put(
        "rules/other.toml",
        "name = \"different\"\nkind = \"scene\"\nformat = \"jpeg\"\nmax_bytes = 9000\ncolor = \"srgb\"",
    );
    put("items/readme.txt", "");
    put("items/.hidden", "");
    put("items/signboard-declaration.2.toml", &sign);
    let bad = sign
        .replace("version = 1", "version = 3")
        .replace("rule = \"signboard-scene\"", "rule = \"signboard-seen\"")
        .replace("code = \"rendering\"", "code = \"site-photo\"")
        .replace("promise_days = 5", "promise_days = 21")
        .replace("delivery_days = 10\n", "delivery_days = 11\n")
        .replace("phone = \"/applicant/phone\"", "phone = \"/applicant/telephone\"")
        .replace("maxLength = 100", "maxLenght = 100")
        .replace("completed_on = \"2025-01-10\"", "completed_on = \"2025-01-07\"");
    put("items/signboard-declaration.3.toml", &bad);
    put(
        "items/signboard-declaration.4.toml",
        &sign.replace("version = 1", "version = 4").replace("phone = \"13800000000\"", "phone = \"1380\""),
    );
    put("items/unfinished.1.toml", "code = \"unfinished\"\nversion = 1\n");
    insta::assert_snapshot!(load(Some(folder.path())).unwrap_err());
}

#[test]
fn a_pdf_must_have_a_page_for_every_photo() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    let scene = fs::read_to_string(folder_of_the_source().join("rules/signboard-scene.toml")).unwrap();
    let told = |pages: &str| {
        let rule = scene.replace("format = \"jpeg\"", &format!("format = \"pdf\"\n{pages}"));
        fs::write(folder.path().join("rules/signboard-scene.toml"), rule).unwrap();
        load(Some(folder.path())).err().map(|bad| bad.mistakes).unwrap_or_default()
    };
    assert_eq!(told("max_pages = 6"), [""; 0]);
    let few = |item: &str| {
        let place = format!("item {item} version 1: material site-photo: max_photos");
        format!("{place}: at most 5, the max_pages of its rule `signboard-scene`")
    };
    assert_eq!(told("max_pages = 5"), [few("large-outdoor-advertising"), few("signboard-declaration")]);
    let mistakes = told("min_bytes = 600000");
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("rules/signboard-scene.toml: max_pages: a PDF needs it"), "{mistakes:?}");
    assert_eq!(mistakes[1], "rules/signboard-scene.toml: min_bytes: at most max_bytes");
}

#[test]
fn a_folder_is_laid_over_the_built_in_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("items")).unwrap();
    let sign = fs::read_to_string(folder_of_the_source().join("items/signboard-declaration.1.toml")).unwrap();
    let next = sign.replace("version = 1", "version = 2").replace("max_photos = 6", "max_photos = 9");
    fs::write(folder.path().join("items/signboard-declaration.2.toml"), next).unwrap();
    let loaded = load(Some(folder.path())).unwrap();
    let most = |version| {
        let entry = loaded.catalogue.get("signboard-declaration", version).unwrap();
        entry.item.material("site-photo").unwrap().max_photos
    };
    assert_eq!((most(1), most(2)), (6, 9));
    assert_eq!(loaded.catalogue.current("signboard-declaration").unwrap().item.version, 2);
    assert_eq!(loaded.catalogue.list().count(), 2);
    assert_eq!(loaded.etag().len(), 34);
    assert_ne!(loaded.etag(), built_in().etag());
    assert_eq!(built_in().etag(), built_in().etag());
    assert!(load(Some(&folder.path().join("nowhere"))).is_err());
}

/// Every pointer of a value.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    if let Value::Object(fields) = value {
        fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), into));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_taken_out_of_an_example_is_missed_at_its_place(place in any::<prop::sample::Index>()) {
        let loaded = built_in();
        for entry in loaded.catalogue.all() {
            let example = entry.form.example().unwrap();
            let mut places = Vec::new();
            pointers(example, "", &mut places);
            let optional = ["/installer", "/installer/phone", "/facility/depth_m", "/facility/clearance_m", "/sign/depth_m",
                "/installation/started_on", "/installation/installer_name", "/installation/installer_phone"];
            places.retain(|place| !place.is_empty() && !optional.contains(&place.as_str()));
            let place = &places[place.index(places.len())];
            let (parent, name) = place.rsplit_once('/').unwrap();
            let mut answers = example.clone();
            answers.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            let found = entry.form.faults(&answers, today());
            let exact = found.iter().any(|fault| fault.pointer == *place && fault.code == "form.required");
            prop_assert!(exact, "{place}: {found:?}");
        }
    }

    #[test]
    fn whatever_is_put_into_an_example_is_answered(place in any::<prop::sample::Index>(), text in ".{0,20}", number in any::<f64>()) {
        let loaded = built_in();
        for entry in loaded.catalogue.all() {
            let mut places = Vec::new();
            pointers(entry.form.example().unwrap(), "", &mut places);
            let place = &places[place.index(places.len())];
            for answer in [json!(text), json!(number), json!([text]), json!({ text.clone(): number }), json!(null)] {
                let mut answers = entry.form.example().unwrap().clone();
                *answers.pointer_mut(place).unwrap() = answer;
                entry.form.faults(&answers, today()).iter().for_each(|fault| assert!(!fault.detail.is_blank()));
            }
        }
    }
}
