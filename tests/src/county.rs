//! Items the county decides: the catalogue has none yet, so tests lay some over it.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::caller::{Answer, Caller};

/// An item the county decides, with every code the province wants.
pub const COUNTY: &str = "county-signboard";
/// The same without the bureau's own name and code, which the province wants with each step.
pub const BARE: &str = "county-bare";
/// The bureau's name.
pub const BUREAU: &str = "高唐县行政审批服务局";

/// A catalogue with these items; gone when it is dropped.
pub fn catalogue() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("items")).unwrap();
    let known = include_str!("../../api/catalogue/items/signboard-declaration.1.toml");
    let of_county = |code: &str| {
        known
            .replace("code = \"signboard-declaration\"", &format!("code = \"{code}\""))
            .replace("decided_by = \"province\"", "decided_by = \"county\"")
    };
    let bureau = format!("[province.codes]\ndept_name = \"{BUREAU}\"\ndept_code = \"11371526MB2857382R\"");
    for (code, text) in [(COUNTY, of_county(COUNTY).replace("[province.codes]", &bureau)), (BARE, of_county(BARE))] {
        fs::write(folder.path().join(format!("items/{code}.1.toml")), text).unwrap();
    }
    folder
}

/// A refusal that lacks nothing.
pub fn refusal(reason: &str) -> Value {
    json!({
        "reason": reason,
        "words": "位置在国道用地内。",
        "remedy": "可以自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼。",
    })
}

/// A grant that lacks nothing.
pub fn grant() -> Value {
    json!({
        "licence": { "name": "招牌设置证明", "number": "高审〔2026〕1号", "valid_until": "2029-03-01", "publisher": BUREAU },
        "words": "请到窗口领取。",
    })
}

impl Caller {
    /// What a member of staff does to a case: `accept`, `step/end` …
    pub async fn act(&self, case: &str, act: &str, body: &Value) -> Answer {
        let path = format!("/staff/v1/cases/{case}/{act}");
        if body.is_null() { self.call("POST", &path).await } else { self.send("POST", &path, body).await }
    }

    /// A case as staff see it.
    pub async fn desk_case(&self, case: &str) -> Value {
        self.get(&format!("/staff/v1/cases/{case}")).await.expect(200).json()
    }
}
