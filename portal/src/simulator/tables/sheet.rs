//! From a row to an application, and from an answer to words.

use sea_orm::{DbErr, QueryResult};
use serde_json::{Value, json};

/// An application as this province knows it from its row.
pub(super) fn application(row: &QueryResult, projid: &str, dataver: i32, materials: &[Value]) -> Result<Value, DbErr> {
    let text = |name: &str| row.try_get::<Option<String>>("", name).map(Option::unwrap_or_default);
    let card = text("apply_cardtype")?;
    let form: Value = serde_json::from_str(&text("ext2")?).unwrap_or_default();
    Ok(json!({
        "orgbusno": projid, "project_no": text("ext1")?, "dataver": dataver, "itemCode": text("itemcode")?,
        "itemname": text("itemname")?, "itemversion": text("itemversion")?,
        "applyertype": if card == "111" { "1" } else { "2" }, "applyname": text("applyname")?,
        "apply_cardtype": card, "apply_cardtypenumber": text("apply_cardtypenumber")?,
        "contactman": text("contactman")?, "telphone": text("telphone")?, "address": text("address")?,
        "submit": "1", "apply_date": "见 RECEIVETIME", "form": form, "materials": materials,
    }))
}

/// A refusal's words, one line a fault.
pub(super) fn words(said: &Value) -> String {
    let errors = said.get("errors").and_then(Value::as_array).into_iter().flatten();
    let line = |error: &Value| {
        let field = |name| error.get(name).and_then(Value::as_str).unwrap_or_default();
        format!("{} {} {}", field("pointer"), field("code"), field("message")).trim().to_owned()
    };
    std::iter::once(said).chain(errors).map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
