//! What the applicant is to read of a report.

use super::{CorrectionItem, Report, ReportedStatus};
use crate::item::Item;

/// Everything that was said: the advice, then the reason or what is to be put right, one line each, and no line twice.
/// `item` knows what the materials are called.
pub(super) fn words(item: Option<&Item>, report: &Report) -> Option<String> {
    let advice = report.words.iter().cloned();
    let more: Vec<String> = match &report.status {
        ReportedStatus::NotAccepted { reason } | ReportedStatus::Denied { reason } => vec![reason.clone()],
        ReportedStatus::Correction { items } => items.iter().map(|one| line(item, one)).collect(),
        _ => Vec::new(),
    };
    let mut lines: Vec<String> = Vec::new();
    for line in advice.chain(more).map(|line| line.trim().to_owned()) {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// One thing to put right, with the name of the material it is about, or its code where we know no such material.
fn line(item: Option<&Item>, one: &CorrectionItem) -> String {
    let Some(code) = &one.material else { return one.words.clone() };
    let name = item.and_then(|item| item.material(code)).map_or(code.as_str(), |material| material.name.as_str());
    if one.words.is_empty() { name.to_owned() } else { format!("{name}：{}", one.words) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn report(status: ReportedStatus, words: &str) -> Report {
        Report {
            id: "r1".to_owned(),
            orgbusno: "0198".to_owned(),
            province_id: None,
            dataver: None,
            status,
            occurred_at: DateTime::UNIX_EPOCH,
            sequence: None,
            words: Some(words.to_owned()),
        }
    }

    #[test]
    fn nothing_that_was_said_is_left_out_and_nothing_said_twice() {
        let one = |material: Option<&str>, words: &str| CorrectionItem {
            material: material.map(str::to_owned),
            words: words.to_owned(),
        };
        let items = vec![one(None, "身份证看不清"), one(Some("site-photo"), "太暗"), one(Some("lease"), "")];
        let said = words(None, &report(ReportedStatus::Correction { items }, "请补正"));
        assert_eq!(said.as_deref(), Some("请补正\n身份证看不清\nsite-photo：太暗\nlease"));
        let reason = || "不符合规划".to_owned();
        let said = words(None, &report(ReportedStatus::Denied { reason: reason() }, "可以申请行政复议"));
        assert_eq!(said.as_deref(), Some("可以申请行政复议\n不符合规划"));
        let said = words(None, &report(ReportedStatus::NotAccepted { reason: reason() }, "不符合规划"));
        assert_eq!(said.as_deref(), Some("不符合规划"));
        assert_eq!(words(None, &report(ReportedStatus::Reviewing, " ")), None);
    }
}
