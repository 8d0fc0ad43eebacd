//! What a province is told of a case the county decides. What can be said is the acts' business and stands in `casework`;
//! whose case it is comes along here.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

pub use casework::told::{
    Acceptance, Done, DoneResult, Fee, Payer, Rating, Satisfaction, Special, SpecialKind, Step, Told,
};

use super::{Applicant, Item};

/// One step of a case, complete: everything an adapter needs to tell it.
#[derive(Clone)]
pub struct Telling {
    /// What the province knows the case by: the case's id, 32 lower-case hex digits.
    pub orgbusno: String,
    /// The province's own number of the case.
    pub province_id: String,
    /// The number people read to each other.
    pub number: String,
    /// The version of the application the step speaks of.
    pub dataver: u32,
    /// The step's number within the case: the same step has the same number however often it is told.
    pub sn: u32,
    /// What is applied for.
    pub item: Item,
    /// The item's codes for this adapter, by name.
    pub codes: BTreeMap<String, String>,
    /// Who applies.
    pub applicant: Applicant,
    /// The materials that were handed in: code and name.
    pub materials: Vec<(String, String)>,
    /// What is told.
    pub told: Told,
}

/// Who and what stays out: only what tells steps apart.
impl fmt::Debug for Telling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telling")
            .field("orgbusno", &self.orgbusno)
            .field("sn", &self.sn)
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}

impl Telling {
    /// When what is told happened.
    pub fn at(&self) -> DateTime<Utc> {
        match &self.told {
            Told::Accept(acceptance) => acceptance.at,
            Told::Step(step) => step.ended_at.unwrap_or(step.begun_at),
            Told::Special(special) => special.ended_at.unwrap_or(special.begun_at),
            Told::Done(done) => done.at,
            Told::Rating(rating) => rating.at,
        }
    }
}
