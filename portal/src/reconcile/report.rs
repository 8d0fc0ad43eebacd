//! What a comparison came to, as an operator reads it and as it is kept.

use casework::{Desk, Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{ReconciliationId, reconciliation};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::compare::{Cure, Kind, Why};

/// How long reports are kept.
const KEPT: TimeDelta = TimeDelta::days(180);

/// What a comparison came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Who asked for it: `cli`, `schedule`.
    pub by: String,
    /// Whether cures were carried out.
    pub cures: bool,
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
    #[serde(alias = "parked")]
    pub left: u64,
    /// The differences, as many as are kept.
    pub lines: Vec<Line>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The case as the province knows it.
    pub orgbusno: String,
    /// The case here, when there is one.
    #[serde(default)]
    pub case_id: Option<Uuid>,
    /// The case's number, when we have one.
    pub number: Option<String>,
    /// What differs.
    pub kind: Kind,
    /// Where it stood here; none when it is not here.
    pub ours: Option<String>,
    /// Where it stood there; none when it is not there.
    pub theirs: Option<String>,
    /// What could be done.
    pub cure: Cure,
    /// What was done.
    pub outcome: Outcome,
    /// Why a person has to look, where one has to.
    #[serde(default)]
    pub why: Option<Why>,
}

/// What was done about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing: somebody only wanted to look.
    Proposed,
    /// The cure was carried out: their word is taken, or the promise is with the relay again.
    Cured,
    /// A person has to look.
    #[serde(alias = "parked")]
    Left,
}

impl Report {
    /// A report that has just begun.
    pub(super) fn begun(at: DateTime<Utc>, by: &str, cures: bool) -> Self {
        Self {
            started_at: at,
            ended_at: at,
            by: by.to_owned(),
            cures,
            stopped: None,
            listed: false,
            ours: 0,
            theirs: 0,
            found: 0,
            cured: 0,
            left: 0,
            lines: Vec::new(),
        }
    }

    /// Whether nobody has to do anything.
    pub fn is_clean(&self) -> bool {
        self.stopped.is_none() && self.found == self.cured
    }
}

/// Keeps a report, and forgets those of half a year ago.
pub(super) async fn keep(desk: &Desk, report: &Report) -> Result<()> {
    let old = reconciliation::Column::StartedAt.lt(desk.world.now() - KEPT);
    reconciliation::Entity::delete_many().filter(old).exec(&desk.db).await?;
    reconciliation::ActiveModel {
        id: Set(ReconciliationId(desk.world.id()?)),
        started_at: Set(report.started_at),
        report: Set(serde_json::to_value(report).map_err(|_| Error::BadRow("reconciliation.report"))?),
    }
    .insert(&desk.db)
    .await?;
    Ok(())
}

/// The newest report that was kept.
///
/// # Errors
/// When the database fails, or a newer program wrote it.
pub async fn latest(desk: &Desk) -> Result<Option<Report>> {
    let newest = reconciliation::Entity::find().order_by_desc(reconciliation::Column::StartedAt).one(&desk.db).await?;
    let read = |row: reconciliation::Model| serde_json::from_value(row.report);
    newest.map(read).transpose().map_err(|_| Error::BadRow("reconciliation.report"))
}
