//! What a province says of a case. What it can say is the acts' business and stands in `casework`; how it can be wrong is ours.

use std::fmt;

pub use casework::report::{CorrectionItem, Licence, Report, ReportedStatus};

/// Everything that is wrong with a report, in the order of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFaults(pub Vec<ReportFault>);

impl fmt::Display for ReportFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&faults.join("; "))
    }
}

impl std::error::Error for ReportFaults {}

impl From<ReportFault> for ReportFaults {
    fn from(fault: ReportFault) -> Self {
        Self(vec![fault])
    }
}

/// One thing that is wrong with a report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// Not JSON at all.
    #[error("this is no JSON: {0}")]
    NotJson(String),
    /// Not a JSON object.
    #[error("the report is not a JSON object")]
    NotAnObject,
    /// A field that must be there is not, or is empty.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field is not what it must be.
    #[error("the field {field} must be {wanted}", field = .0, wanted = .1.en())]
    Malformed(&'static str, Wanted),
    /// It is not signed as it must be; why.
    #[error("it is not believed: {0}")]
    NotBelieved(&'static str),
}

/// What a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An identifier or a code.
    Word,
    /// A whole number.
    Number,
    /// A moment.
    Moment,
    /// A moment that may have come by now.
    Past,
    /// A last day.
    Day,
    /// Words for people.
    Text,
    /// What is to be put right.
    Lists,
}

impl Wanted {
    fn en(self) -> &'static str {
        match self {
            Self::Word => "text or a number of at most 64 characters, without control characters",
            Self::Number => "a whole number, from 0 for a version, as a number or as text",
            Self::Moment => "RFC 3339, or Beijing time as 2026-11-22 14:03:00 or 20261122T140300",
            Self::Past => "no more than a day ahead of our clock",
            Self::Day => "a day as 2028-11-21, 20281121, 2028/11/21 or 2028年11月21日, or 长期 for no end",
            Self::Text => "text of at most 2000 characters",
            Self::Lists => "one text, or at most 100 texts or {attrid, memo}, each of at most 2000 characters",
        }
    }

    fn zh(self) -> &'static str {
        match self {
            Self::Word => "文字或数字，最多 64 个字符，不含控制字符",
            Self::Number => "整数（版本从 0 起），数字或文字均可",
            Self::Moment => "RFC 3339，或北京时间 2026-11-22 14:03:00、20261122T140300",
            Self::Past => "不晚于本系统时间一天以后的时间",
            Self::Day => "日期（2028-11-21、20281121、2028/11/21、2028年11月21日），或“长期”",
            Self::Text => "文字，最多 2000 个字符",
            Self::Lists => "一段文字，或最多 100 项文字或 {attrid, memo}，每项最多 2000 个字符",
        }
    }
}

impl ReportFault {
    /// The stable code: `report.missing`, `report.malformed`, `report.not_json`, `report.not_an_object` or `report.not_believed`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "report.not_json",
            Self::NotAnObject => "report.not_an_object",
            Self::Missing(_) => "report.missing",
            Self::Malformed(..) => "report.malformed",
            Self::NotBelieved(_) => "report.not_believed",
        }
    }

    /// What is wrong, in Chinese; `Display` says it in English.
    pub fn zh(&self) -> String {
        match self {
            Self::NotJson(why) => format!("内容不是正确的 JSON：{why}"),
            Self::NotAnObject => "内容不是 JSON 对象".to_owned(),
            Self::Missing(field) => format!("缺少 {field}"),
            Self::Malformed(field, wanted) => format!("{field} 应为{}", wanted.zh()),
            Self::NotBelieved(why) => format!("签名不可信：{why}"),
        }
    }

    /// A JSON pointer to the field; empty for the whole report.
    pub fn pointer(&self) -> String {
        match self {
            Self::NotJson(_) | Self::NotAnObject | Self::NotBelieved(_) => String::new(),
            Self::Missing(field) | Self::Malformed(field, _) => format!("/{field}"),
        }
    }
}
