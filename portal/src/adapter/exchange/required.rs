//! Which fields a step must have before it is sent, some of them only with certain others (the exchange tables
//! `EA_JC_STEP_*`). One table; every fault at once.

use serde_json::{Map, Value};

/// Fields that must be there, always or when another field has one of these values.
struct Rule {
    call: &'static str,
    when: Option<(&'static str, &'static [&'static str])>,
    needs: &'static [&'static str],
}

const fn always(call: &'static str, needs: &'static [&'static str]) -> Rule {
    Rule { call, when: None, needs }
}

const fn when(
    call: &'static str,
    field: &'static str,
    is: &'static [&'static str],
    needs: &'static [&'static str],
) -> Rule {
    Rule { call, when: Some((field, is)), needs }
}

const RULES: &[Rule] = &[
    always("accept", &["itemname", "applicant", "applyertype", "acceptdeptname", "acceptdeptid", "acceptdeptcode1"]),
    always(
        "accept",
        &["acceptdeptcode2", "approvaltype", "promisetimelimit", "promisetimeunit", "timelimit", "timeunit"],
    ),
    always("accept", &["submit", "occurtime", "transactor", "promisedate", "coucatalogcode", "coutaskcode"]),
    always("steps", &["nodename", "nodetype", "nodeprocername", "procunit", "procunitname", "nodestate"]),
    always("steps", &["nodestarttime", "nodeendtime", "occurtime"]),
    when("steps", "nodestate", &["02"], &["noderesult", "nodeadv"]),
    always("specials", &["nodename", "procunitid", "procunitname", "procername", "nodestarttime", "nodeendtime"]),
    always("specials", &["nodeprocadv", "noderesult", "specialtype", "specialname", "occurtime"]),
    when("specials", "noderesult", &["1", "6"], &["lists"]),
    always("done", &["doneresult", "isfee", "occurtime", "transactor"]),
    when("done", "doneresult", &["0"], &["certificatenam", "certificateno", "certificatelimit", "publisher"]),
    when("done", "doneresult", &["1", "2", "3", "4", "5"], &["exitres"]),
    when("done", "isfee", &["1"], &["fee", "feestandard", "paypersonname", "payperidcard", "payermobile", "payertel"]),
    always("ratings", &["starLevel", "satisfaction", "evaluator", "occurtime"]),
    when("ratings", "starLevel", &["1", "2"], &["evaluation"]),
];

/// What the fields are called by people. A field that is not here is called by its own name.
const NAMES: &[(&str, &str)] = &[
    ("acceptdeptid", "受理部门编码"),
    ("acceptdeptname", "受理部门名称"),
    ("applicant", "申请人"),
    ("approvaltype", "办件类型"),
    ("certificatelimit", "证照有效期限"),
    ("certificatenam", "证照名称"),
    ("certificateno", "证照编号"),
    ("coucatalogcode", "国家基本编码"),
    ("coutaskcode", "国家实施编码"),
    ("doneresult", "办结结果（本版本码表没有这种结果的代码）"),
    ("evaluation", "文字评价"),
    ("evaluator", "评价人"),
    ("exitres", "不予许可或退件理由"),
    ("fee", "收费金额"),
    ("feestandard", "收费标准"),
    ("lists", "补正材料清单"),
    ("nodeadv", "办理意见"),
    ("nodename", "环节名称"),
    ("nodeprocadv", "特别程序理由"),
    ("nodeprocername", "办理人"),
    ("noderesult", "环节结果（本版本码表没有这种结果的代码）"),
    ("paypersonname", "缴费人姓名"),
    ("payperidcard", "缴费人身份证号"),
    ("payermobile", "缴费人手机"),
    ("payertel", "缴费人电话"),
    ("procername", "办理人"),
    ("procunit", "办理单位编码"),
    ("procunitid", "办理单位编码"),
    ("procunitname", "办理单位名称"),
    ("publisher", "发证单位"),
    ("transactor", "经办人"),
];

/// Everything that is missing, one line each: pointer, code, words.
pub(crate) fn faults(call: &str, fields: &Map<String, Value>) -> Vec<String> {
    let mut missing: Vec<&str> = RULES
        .iter()
        .filter(|rule| rule.call == call && applies(rule, fields))
        .flat_map(|rule| rule.needs)
        .copied()
        .filter(|field| is_empty(fields.get(*field)))
        .collect();
    missing.dedup();
    missing.into_iter().map(line).collect()
}

fn applies(rule: &Rule, fields: &Map<String, Value>) -> bool {
    rule.when.is_none_or(|(field, values)| {
        fields.get(field).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
    })
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(_) => false,
    }
}

fn line(field: &str) -> String {
    let name = NAMES.iter().find(|(known, _)| *known == field).map_or(field, |(_, name)| name);
    format!("/{field} step.missing 缺少{name}")
}
