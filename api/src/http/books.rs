//! What the last comparison with the province came to: the same words for staff and for machines.

use chrono::{DateTime, Utc};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use portal::reconcile::compare::{Cure, Kind, Why};
use portal::reconcile::report::{Line, Outcome, Report, latest};
use uuid::Uuid;

use super::problem::{Explain as _, Problem, codes};
use crate::app::App;

/// What a comparison of our cases with the province's came to; nothing personal.
#[derive(Debug, Object)]
#[oai(rename = "Reconciliation", example, skip_serializing_if_is_none)]
pub struct ReconciliationView {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Who asked for it: `cli`, `schedule`.
    pub by: String,
    /// Whether cures were carried out, or only proposed.
    pub cures: bool,
    /// Whether nobody has to do anything.
    pub clean: bool,
    /// Why not everything was compared; none when everything was.
    pub stopped: Option<String>,
    /// Whether the province offered its list; without one, what is only there is not seen, and files are not compared.
    pub listed: bool,
    /// How many cases here were compared.
    pub ours: u64,
    /// How many cases the province listed.
    pub theirs: u64,
    /// How many differences were found.
    pub found: u64,
    /// How many of them a cure was carried out for.
    pub cured: u64,
    /// How many are left to a person.
    pub left: u64,
    /// The differences: the first thousand.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Difference {
    /// The case as the province knows it.
    pub orgbusno: String,
    /// The case here, when there is one.
    pub case_id: Option<Uuid>,
    /// The case's number, when we have one.
    pub number: Option<String>,
    /// What differs.
    pub kind: DifferenceKind,
    /// Where it stood here; none when it is not here.
    pub ours: Option<String>,
    /// Where it stood there; none when it is not there.
    pub theirs: Option<String>,
    /// What could be done.
    pub cure: DifferenceCure,
    /// What was done.
    pub outcome: DifferenceOutcome,
    /// Why a person has to look, where one has to.
    pub why: Option<DifferenceWhy>,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// We sent it, and it is not there.
    SentButAbsent,
    /// It is there, and we sent no such thing.
    PresentButUnknown,
    /// It stands elsewhere there.
    StatesDiffer,
    /// Its files are others there.
    FilesDiffer,
}

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DifferenceCure {
    /// Send it again.
    DriveAgain,
    /// Take the province's reports as if they had just come.
    TakeTheirWord,
    /// A person has to look.
    Look,
}

/// What was done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DifferenceOutcome {
    /// Nothing: somebody only wanted to look.
    Proposed,
    /// The cure was carried out.
    Cured,
    /// A person has to look, as `why` says. Nothing is parked by that: it stands here until it is mended or agrees.
    Left,
}

/// Why a person has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DifferenceWhy {
    /// Nobody here knows of having sent it: perhaps a backup was played back here.
    NeverSent,
    /// It has a version there that was never handed in here; perhaps for the same reason.
    NewerThere,
    /// It was handed in, and nothing of it was sent or is under way: perhaps it was cancelled.
    NotUnderWay,
    /// What stands here need not be what was handed in: sent again, it would be a draft.
    NotAsSent,
    /// It is decided here: sent again, it would begin anew there.
    DecidedHere,
    /// The catalogue has lost its item.
    ItemLost,
    /// It is given up there, and here it is not.
    GivenUpThere,
    /// The county decides it, and the province says something else.
    CountyDecides,
    /// The province has gone back behind what it had told.
    BehindThere,
    /// Both are decided, and otherwise.
    Contradicts,
    /// It has other files there.
    OtherFiles,
    /// The cure was tried, and did not help.
    NotCured,
}

impl From<Why> for DifferenceWhy {
    fn from(why: Why) -> Self {
        match why {
            Why::NeverSent => Self::NeverSent,
            Why::NewerThere => Self::NewerThere,
            Why::NotUnderWay => Self::NotUnderWay,
            Why::NotAsSent => Self::NotAsSent,
            Why::DecidedHere => Self::DecidedHere,
            Why::ItemLost => Self::ItemLost,
            Why::GivenUpThere => Self::GivenUpThere,
            Why::CountyDecides => Self::CountyDecides,
            Why::BehindThere => Self::BehindThere,
            Why::Contradicts => Self::Contradicts,
            Why::OtherFiles => Self::OtherFiles,
            Why::NotCured => Self::NotCured,
        }
    }
}

/// The newest comparison that was kept.
///
/// # Errors
/// `reconciliation.none`, or when the database fails.
pub(crate) async fn last(app: &App) -> Result<ReconciliationView, Problem> {
    let report = latest(&app.desk).await.map_err(casework::Error::explain)?;
    report.map(Into::into).ok_or_else(|| Problem::new(&codes::RECONCILIATION_NONE))
}

impl From<Report> for ReconciliationView {
    fn from(of: Report) -> Self {
        Self {
            clean: of.is_clean(),
            started_at: of.started_at,
            ended_at: of.ended_at,
            by: of.by,
            cures: of.cures,
            stopped: of.stopped,
            listed: of.listed,
            ours: of.ours,
            theirs: of.theirs,
            found: of.found,
            cured: of.cured,
            left: of.left,
            differences: of.lines.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Line> for Difference {
    fn from(of: Line) -> Self {
        let kind = match of.kind {
            Kind::SentButAbsent => DifferenceKind::SentButAbsent,
            Kind::PresentButUnknown => DifferenceKind::PresentButUnknown,
            Kind::StatesDiffer => DifferenceKind::StatesDiffer,
            Kind::FilesDiffer => DifferenceKind::FilesDiffer,
        };
        let cure = match of.cure {
            Cure::DriveAgain => DifferenceCure::DriveAgain,
            Cure::TakeTheirWord => DifferenceCure::TakeTheirWord,
            Cure::Look => DifferenceCure::Look,
        };
        let outcome = match of.outcome {
            Outcome::Proposed => DifferenceOutcome::Proposed,
            Outcome::Cured => DifferenceOutcome::Cured,
            Outcome::Left => DifferenceOutcome::Left,
        };
        let Line { orgbusno, case_id, number, ours, theirs, why, .. } = of;
        Self { orgbusno, case_id, number, kind, ours, theirs, cure, outcome, why: why.map(Into::into) }
    }
}

impl Example for ReconciliationView {
    fn example() -> Self {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self {
            started_at: at(1_795_340_400),
            ended_at: at(1_795_340_460),
            by: "schedule".to_owned(),
            cures: true,
            clean: false,
            stopped: None,
            listed: true,
            ours: 1200,
            theirs: 1201,
            found: 1,
            cured: 0,
            left: 1,
            differences: vec![Difference {
                orgbusno: "01a203ebb1537e20a2b814cf59ef3d0c".to_owned(),
                case_id: None,
                number: None,
                kind: DifferenceKind::PresentButUnknown,
                ours: None,
                theirs: Some("accepted".to_owned()),
                cure: DifferenceCure::Look,
                outcome: DifferenceOutcome::Left,
                why: Some(DifferenceWhy::NeverSent),
            }],
        }
    }
}
