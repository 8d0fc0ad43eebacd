//! What a province says of a case. What it can say is the acts' business and stands in `casework`; how it can be wrong is ours.

pub use casework::report::{CorrectionItem, Licence, Report, ReportedStatus};

/// A report that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// Not a JSON object.
    #[error("the report is not a JSON object")]
    NotAnObject,
    /// A field that must be there is not, or is empty.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field has the wrong type or form, or is too long.
    #[error("the field {0} cannot be read")]
    Malformed(&'static str),
}

impl ReportFault {
    /// The stable code, `report.…`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "report.not_an_object",
            Self::Missing(_) => "report.missing",
            Self::Malformed(_) => "report.malformed",
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
