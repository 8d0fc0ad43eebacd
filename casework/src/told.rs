//! What the province is told of a case the county decides, step by step: written, sealed, in the transaction of the act it
//! tells of, and sent after the commit.

mod shape;

use entity::case_step::{self, Kind};
use entity::{CaseId, case};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    QueryFilter as _, QueryOrder as _,
};

pub use shape::{Acceptance, Done, DoneResult, Fee, Payer, Rating, Satisfaction, Special, SpecialKind, Step, Told};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox;
use crate::promise::Promise;
use crate::vault::Purpose;

impl Told {
    /// What kind of step it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Accept(_) => Kind::Accept,
            Self::Step(_) => Kind::Step,
            Self::Special(_) => Kind::Special,
            Self::Done(_) => Kind::Done,
            Self::Rating(_) => Kind::Rating,
        }
    }

    fn promise(&self, case: CaseId, sn: i32) -> Promise {
        match self {
            Self::Accept(_) => Promise::AcceptV1 { case, sn },
            Self::Step(_) => Promise::StepV1 { case, sn },
            Self::Special(_) => Promise::SpecialV1 { case, sn },
            Self::Done(_) => Promise::DoneV1 { case, sn },
            Self::Rating(_) => Promise::RatingV1 { case, sn },
        }
    }
}

/// Writes what is told of the event the case has just got, and owes it to the province.
///
/// # Errors
/// When the database fails.
pub(crate) async fn owe(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model, told: &Told) -> Result<()> {
    let data = serde_json::to_string(told).map_err(|_| Error::BadRow("case_step.data"))?;
    let sn = case.last_event;
    case_step::ActiveModel {
        case_id: Set(case.id),
        sequence: Set(sn),
        kind: Set(told.kind()),
        data_version: Set(case.data_version),
        data: Set(desk.vault.seal(&desk.world, Purpose::Step, &data)?),
        at: Set(desk.world.now()),
    }
    .insert(tx)
    .await?;
    outbox::owe(desk, tx, told.promise(case.id, sn), case.id, sn).await
}

/// One step as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The version of the application it speaks of.
    pub data_version: i32,
    /// What is told.
    pub told: Told,
}

/// The step `sn` of a case.
///
/// # Errors
/// [`Error::BadRow`] when there is none, or it cannot be read.
pub async fn find(desk: &Desk, case: CaseId, sn: i32) -> Result<Written> {
    let row = case_step::Entity::find_by_id((case, sn)).one(&desk.db).await?.ok_or(Error::BadRow("outbox.payload"))?;
    Ok(Written { data_version: row.data_version, told: read(desk, &row)? })
}

/// Every step of one kind, in the order they were told.
///
/// # Errors
/// When one cannot be read.
pub async fn all(desk: &Desk, db: &impl ConnectionTrait, case: CaseId, kind: Kind) -> Result<Vec<Told>> {
    let rows = case_step::Entity::find()
        .filter(case_step::Column::CaseId.eq(case))
        .filter(case_step::Column::Kind.eq(kind))
        .order_by_asc(case_step::Column::Sequence)
        .all(db)
        .await?;
    rows.iter().map(|row| read(desk, row)).collect()
}

/// The step that was begun and has not ended, where there is one.
///
/// # Errors
/// When it cannot be read.
pub async fn step_under_way(desk: &Desk, db: &impl ConnectionTrait, case: CaseId) -> Result<Option<Step>> {
    Ok(match all(desk, db, case, Kind::Step).await?.pop() {
        Some(Told::Step(step)) if step.ended_at.is_none() => Some(step),
        _ => None,
    })
}

/// The special procedure that was begun and has not ended, where there is one.
///
/// # Errors
/// When it cannot be read.
pub async fn special_under_way(desk: &Desk, db: &impl ConnectionTrait, case: CaseId) -> Result<Option<Special>> {
    Ok(match all(desk, db, case, Kind::Special).await?.pop() {
        Some(Told::Special(special)) if special.ended_at.is_none() => Some(special),
        _ => None,
    })
}

fn read(desk: &Desk, row: &case_step::Model) -> Result<Told> {
    let text = desk.vault.open(Purpose::Step, &row.data)?;
    serde_json::from_str(&text).map_err(|_| Error::BadRow("case_step.data"))
}
