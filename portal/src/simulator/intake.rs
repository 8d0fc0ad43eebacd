//! What the province checks of an application before it takes it.

use serde_json::{Map, Value, json};

use super::memory::Memory;

/// Everything that is wrong with an application, at once.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Value>);

impl Faults {
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: &'static str, message: &str) {
        // A body with endless materials gets no endless answer.
        if self.0.len() < 100 {
            self.0.push(json!({"pointer": pointer.into(), "code": code, "message": message}));
        }
    }

    pub(super) fn one(pointer: &str, code: &'static str, message: &str) -> Value {
        json!({"errors": [{"pointer": pointer, "code": code, "message": message}]})
    }
}

/// The fields that must be there and not be empty.
const TEXTS: [&str; 12] = [
    "orgbusno",
    "project_no",
    "itemCode",
    "itemname",
    "applyertype",
    "applyname",
    "apply_cardtype",
    "apply_cardtypenumber",
    "contactman",
    "telphone",
    "submit",
    "apply_date",
];

/// An application that can be taken.
pub(super) struct Taken {
    pub(super) orgbusno: String,
    pub(super) dataver: u32,
    pub(super) item: String,
    pub(super) applicant: String,
}

/// Checks an application against what is kept; the answer to 422 with when it cannot be taken.
pub(super) fn check(application: &Value, memory: &Memory) -> Result<Taken, Value> {
    let Value::Object(fields) = application else {
        return Err(Faults::one("", "case.not_an_object", "应为 JSON 对象；must be a JSON object"));
    };
    let mut faults = Faults::default();
    for name in TEXTS {
        if text(fields, name).is_none() {
            faults.add(format!("/{name}"), "case.missing", "缺少必填项；required");
        }
    }
    let dataver = fields.get("dataver").and_then(Value::as_u64).and_then(|v| u32::try_from(v).ok()).filter(|v| *v > 0);
    if dataver.is_none() {
        faults.add("/dataver", "case.dataver", "版本从 1 开始；counts from 1");
    }
    if !fields.get("form").is_some_and(Value::is_object) {
        faults.add("/form", "case.missing", "缺少表单；the form is missing");
    }
    materials(fields, memory, &mut faults);
    match (dataver, faults.0.is_empty()) {
        (Some(dataver), true) => Ok(Taken {
            orgbusno: text(fields, "orgbusno").unwrap_or_default(),
            dataver,
            item: text(fields, "itemCode").unwrap_or_default(),
            applicant: text(fields, "applyname").unwrap_or_default(),
        }),
        _ => Err(json!({"errors": faults.0})),
    }
}

pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let text = fields.get(name)?.as_str()?.trim();
    (!text.is_empty() && text.len() <= 1000).then(|| text.to_owned())
}

fn materials(fields: &Map<String, Value>, memory: &Memory, faults: &mut Faults) {
    let Some(materials) = fields.get("materials").and_then(Value::as_array) else {
        return faults.add("/materials", "case.missing", "缺少材料清单；the list of materials is missing");
    };
    for (i, material) in materials.iter().enumerate() {
        let named = material.as_object().is_some_and(|m| text(m, "attrid").is_some() && text(m, "attrname").is_some());
        if !named {
            faults.add(format!("/materials/{i}"), "material.unnamed", "材料缺少编码或名称；needs a code and a name");
        }
        let files = material.get("files").and_then(Value::as_array).filter(|files| !files.is_empty());
        match files {
            Some(files) => {
                for (k, file) in files.iter().enumerate() {
                    file_of(file, memory, &format!("/materials/{i}/files/{k}"), faults);
                }
            }
            None => faults.add(format!("/materials/{i}/files"), "material.empty", "材料没有文件；has no file"),
        }
    }
}

fn file_of(file: &Value, memory: &Memory, pointer: &str, faults: &mut Faults) {
    let field = |name| file.get(name).and_then(Value::as_str).unwrap_or_default();
    let Some(kept) = memory.file(field("sha256")).filter(|kept| kept.rules.contains(field("rule"))) else {
        return faults.add(pointer, "file.absent", "文件尚未上传或不属于该规格；was not put here under this rule");
    };
    if file.get("size").and_then(Value::as_u64) != Some(kept.bytes.len() as u64) {
        faults.add(format!("{pointer}/size"), "file.size", "大小不符；is not the size of the file");
    }
    if field("contenttype") != kept.content_type {
        faults.add(format!("{pointer}/contenttype"), "file.type", "类型不符；is not the type of the file");
    }
    let suffix =
        field("filename").rsplit_once('.').map(|(stem, suffix)| (stem.is_empty(), suffix.to_ascii_lowercase()));
    let fits = match (&suffix, kept.content_type) {
        (Some((false, suffix)), "image/jpeg") => suffix == "jpg" || suffix == "jpeg",
        (Some((false, suffix)), "image/png") => suffix == "png",
        (Some((false, suffix)), "application/pdf") => suffix == "pdf",
        _ => false,
    };
    if !fits {
        faults.add(format!("{pointer}/filename"), "file.name", "文件名须带相符的后缀；must carry the fitting suffix");
    }
}
