//! What a platform says of all its cases, one line each: for comparing books, not for moving cases on.

use std::collections::{BTreeMap, BTreeSet};

use super::{ReportedStatus, Standing};

/// The files of a case: SHA-256 by the code of the material.
pub type Files = BTreeMap<String, BTreeSet<String>>;

/// One case in the platform's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What we know it by.
    pub orgbusno: String,
    /// The version of the application it has.
    pub dataver: u32,
    /// Where it stands.
    pub state: Stands,
    /// Its files; none when the platform does not say.
    pub files: Option<Files>,
}

/// Where a case stands at the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// As a report would say it, without its words.
    Reported(ReportedStatus),
    /// 申请人撤回: the applicant gave it up, and the platform knows.
    GivenUp,
}

impl Stands {
    /// A word for reports to operators; what we do not know, as it came.
    pub fn name(&self) -> &str {
        match self {
            Self::Reported(ReportedStatus::Unknown(word)) => word,
            Self::Reported(status) => status.name(),
            Self::GivenUp => "withdrawn",
        }
    }
}

impl Entry {
    /// The line of a case that was asked for on its own, with the files a list told of; none when it is not there.
    pub fn of(orgbusno: &str, standing: &Standing, files: Option<Files>) -> Option<Self> {
        match standing {
            Standing::Absent => None,
            Standing::Present { dataver, state, .. } => {
                Some(Self { orgbusno: orgbusno.to_owned(), dataver: *dataver, state: state.clone(), files })
            }
        }
    }
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct RegisterPage {
    /// The cases, in an order of the platform's own.
    pub entries: Vec<Entry>,
    /// How many more lines of the page cannot be read.
    pub unreadable: usize,
    /// Where the next page begins.
    pub cursor: String,
    /// Whether there is one.
    pub more: bool,
}
