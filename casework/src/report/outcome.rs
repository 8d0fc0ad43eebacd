//! What a report came to.

use entity::case::State;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It changed the case.
    Applied,
    /// It had been here before.
    Repeated,
    /// It is of a version that was replaced, or the case is further along; the report is in its timeline.
    Stale,
    /// The case does not allow it: withdrawn, already decided otherwise, or decided by the county's own staff.
    NotPossible,
    /// We do not know the word; it is kept as it came.
    UnknownState,
    /// We have no such case.
    UnknownCase,
}

impl Outcome {
    /// The word that is stored and answered.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Repeated => "repeated",
            Self::Stale => "stale",
            Self::NotPossible => "not_possible",
            Self::UnknownState => "unknown_state",
            Self::UnknownCase => "unknown_case",
        }
    }
}

/// Why a report moved nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The case was handed in anew since: what it asks for or tells is of a version that was replaced.
    OlderVersion,
    /// The case has passed that.
    FurtherAlong,
    /// The case was never handed in.
    NotHandedIn,
    /// The applicant gave the case up, and it is no decision.
    GivenUp,
    /// The case is decided otherwise.
    Decided,
    /// The county's own staff decide it.
    DecidedByCounty,
}

/// What became of a report, and where the case stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What became of it.
    pub outcome: Outcome,
    /// Why it moved nothing, where it is [`Outcome::Stale`] or [`Outcome::NotPossible`].
    pub why: Option<Why>,
    /// Where the case stands now; none when there is no such case.
    pub state: Option<State>,
}
