//! What came back about a case, in our own words.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One status that came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// The report's own id: the same report has the same id however often it comes.
    pub id: String,
    /// Whose it is: the case's id as the province knows it, 32 hex digits.
    pub orgbusno: String,
    /// The province's number of the case.
    pub province_id: Option<String>,
    /// The version of the application it speaks of, where it says so.
    pub dataver: Option<u32>,
    /// What became of the case.
    pub status: ReportedStatus,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Its place among the case's reports, when the province numbers them. Higher is later.
    pub sequence: Option<i64>,
    /// What the province wants said to the applicant.
    pub words: Option<String>,
}

/// Without words and numbers: they may be personal.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("id", &self.id)
            .field("orgbusno", &self.orgbusno)
            .field("sequence", &self.sequence)
            .field("status", &self.status.name())
            .finish_non_exhaustive()
    }
}

/// What became of a case.
#[derive(Clone, PartialEq, Eq)]
pub enum ReportedStatus {
    /// 收件: it arrived.
    Received,
    /// 受理: taken up.
    Accepted,
    /// 补齐补正: everything that must still be put right, at once.
    Correction {
        /// One entry a fault; may be empty when the words say it all.
        items: Vec<CorrectionItem>,
    },
    /// 不予受理: not taken up.
    NotAccepted {
        /// Why.
        reason: String,
    },
    /// 在办: somebody works on it.
    Reviewing,
    /// 办结, 准予许可.
    Approved {
        /// The document that comes of it, when the report names one.
        licence: Option<Licence>,
    },
    /// 办结, 不予许可.
    Denied {
        /// Why.
        reason: String,
    },
    /// A code we do not know, as it came.
    Unknown(String),
}

impl ReportedStatus {
    /// A word for logs and rows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Correction { .. } => "correction",
            Self::NotAccepted { .. } => "not_accepted",
            Self::Reviewing => "reviewing",
            Self::Approved { .. } => "approved",
            Self::Denied { .. } => "denied",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// By its name alone: reasons and licences may be personal.
impl fmt::Debug for ReportedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing to put right.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionItem {
    /// The code of the material it is about; none when it is about the form.
    pub material: Option<String>,
    /// What to do.
    pub words: String,
}

/// The document a case ends in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Its last day; none when it has no end or the province's date cannot be read.
    pub valid_until: Option<NaiveDate>,
    /// Who issued it.
    pub publisher: Option<String>,
}
