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
    /// Not a JSON object.
    #[error("the report is not a JSON object")]
    NotAnObject,
    /// A field that must be there is not, or is empty.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field has the wrong type or form, or is too long.
    #[error("the field {0} has the wrong type or form, or is too long")]
    Malformed(&'static str),
}

impl ReportFault {
    /// The stable code: `report.missing`, `report.malformed` or `report.not_an_object`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "report.not_an_object",
            Self::Missing(_) => "report.missing",
            Self::Malformed(_) => "report.malformed",
        }
    }

    /// What is wrong, in Chinese; `Display` says it in English.
    pub fn zh(&self) -> String {
        match self {
            Self::NotAnObject => "内容不是 JSON 对象".to_owned(),
            Self::Missing(field) => format!("缺少 {field}"),
            Self::Malformed(field) => format!("{field} 的类型、格式或长度不对"),
        }
    }

    /// A JSON pointer to the field; empty for the whole report.
    pub fn pointer(&self) -> String {
        match self {
            Self::NotAnObject => String::new(),
            Self::Missing(field) | Self::Malformed(field) => format!("/{field}"),
        }
    }
}
