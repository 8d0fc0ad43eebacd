//! The periods of a case: started, stopped and counted anew, each with the version of the calendar it was counted with.

use chrono::{Days, NaiveDate};
use entity::case_clock::{self, Name};
use entity::case_step::Kind;
use entity::{CaseId, case};
use law::calendar::{Due, china_date};
use law::clock::{self as law_clock, Pause, Terms};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::item;
use crate::desk::Desk;
use crate::error::Result;
use crate::item::ItemClocks;
use crate::told::{self, Told};

/// Every period of a case, running or stopped.
///
/// # Errors
/// When the database fails.
pub async fn all(desk: &Desk, id: CaseId) -> Result<Vec<case_clock::Model>> {
    Ok(case_clock::Entity::find()
        .filter(case_clock::Column::CaseId.eq(id))
        .order_by_asc(case_clock::Column::FromOn)
        .order_by_asc(case_clock::Column::Name)
        .all(&desk.db)
        .await?)
}

/// It was handed in: the period to speak begins, anew for a corrected version.
pub(super) async fn received(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model) -> Result<()> {
    stop(desk, tx, case.id, &[Name::Lapse]).await?;
    let day = china_date(case.submitted_at.unwrap_or(case.changed_at));
    start(desk, tx, case, Name::Correction, day).await.map(drop)
}

/// A correction was asked for: the applicant has until `until`.
pub(super) async fn correcting(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    until: NaiveDate,
) -> Result<()> {
    stop(desk, tx, case.id, &[Name::Correction]).await?;
    let due = Due { date: until, provisional: false, calendar: desk.calendar.version().to_owned() };
    write(tx, case.id, Name::Lapse, desk.today(), &due).await
}

/// It was taken up as of `day`: the periods to decide begin. Answers the last day of what is promised.
pub(super) async fn accepted(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    day: NaiveDate,
) -> Result<NaiveDate> {
    stop(desk, tx, case.id, &[Name::Correction]).await?;
    start(desk, tx, case, Name::Decision, day).await?;
    start(desk, tx, case, Name::Promise, day).await
}

/// It was decided: what was decided is to be handed out.
pub(super) async fn decided(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model) -> Result<()> {
    stop(desk, tx, case.id, &[Name::Decision, Name::Promise]).await?;
    start(desk, tx, case, Name::Delivery, desk.today()).await.map(drop)
}

/// Nothing runs any more.
pub(crate) async fn stop_all(desk: &Desk, tx: &DatabaseTransaction, id: CaseId) -> Result<()> {
    stop(desk, tx, id, &[Name::Correction, Name::Lapse, Name::Decision, Name::Promise, Name::Delivery]).await
}

/// Counts what runs anew: a special procedure began or ended, or the calendar has changed.
pub(super) async fn recount(desk: &Desk, tx: &DatabaseTransaction, case: &case::Model) -> Result<()> {
    let running = case_clock::Entity::find()
        .filter(case_clock::Column::CaseId.eq(case.id))
        .filter(case_clock::Column::StoppedAt.is_null())
        .all(tx)
        .await?;
    let pauses = pauses(desk, tx, case.id).await?;
    for clock in running {
        let due = count(desk, &item(desk, case)?.clocks, clock.name, clock.from_on, &pauses)?;
        write(tx, case.id, clock.name, clock.from_on, &due).await?;
    }
    Ok(())
}

async fn start(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    name: Name,
    from: NaiveDate,
) -> Result<NaiveDate> {
    let due = count(desk, &item(desk, case)?.clocks, name, from, &pauses(desk, tx, case.id).await?)?;
    write(tx, case.id, name, from, &due).await?;
    Ok(due.date)
}

async fn write(tx: &DatabaseTransaction, id: CaseId, name: Name, from: NaiveDate, due: &Due) -> Result<()> {
    use case_clock::Column;
    let written = [Column::FromOn, Column::DueOn, Column::Provisional, Column::Calendar, Column::StoppedAt];
    case_clock::Entity::insert(case_clock::ActiveModel {
        case_id: Set(id),
        name: Set(name),
        from_on: Set(from),
        due_on: Set(due.date),
        provisional: Set(due.provisional),
        calendar: Set(due.calendar.clone()),
        stopped_at: Set(None),
    })
    .on_conflict(OnConflict::columns([Column::CaseId, Column::Name]).update_columns(written).to_owned())
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

async fn stop(desk: &Desk, tx: &DatabaseTransaction, id: CaseId, names: &[Name]) -> Result<()> {
    case_clock::Entity::update_many()
        .set(case_clock::ActiveModel { stopped_at: Set(Some(desk.world.now())), ..Default::default() })
        .filter(case_clock::Column::CaseId.eq(id))
        .filter(case_clock::Column::Name.is_in(names.iter().copied()))
        .filter(case_clock::Column::StoppedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

fn count(desk: &Desk, clocks: &ItemClocks, name: Name, from: NaiveDate, pauses: &[Pause]) -> Result<Due> {
    let (calendar, terms) = (&desk.calendar, clocks.terms());
    let due = match name {
        Name::Correction => law_clock::correction_due(calendar, &terms, from),
        Name::Decision => law_clock::decision_due(calendar, &terms, from, pauses, false),
        Name::Promise => {
            let days = u16::try_from(clocks.promise_days).unwrap_or(u16::MAX);
            law_clock::decision_due(calendar, &Terms { decision_days: days, ..terms }, from, pauses, false)
        }
        Name::Delivery => law_clock::delivery_due(calendar, &terms, from),
        // The applicant's own period is counted in calendar days.
        Name::Lapse => {
            let date = from.checked_add_days(Days::new(u64::from(clocks.lapse_days))).unwrap_or(NaiveDate::MAX);
            Ok(Due { date, provisional: false, calendar: calendar.version().to_owned() })
        }
    };
    Ok(due?)
}

/// The days not counted (Art 45). A special procedure that takes longer than the applicant was told is counted from
/// then on.
async fn pauses(desk: &Desk, db: &impl ConnectionTrait, id: CaseId) -> Result<Vec<Pause>> {
    let mut pauses: Vec<Pause> = Vec::new();
    for told in told::all(desk, db, id, Kind::Special).await? {
        let Told::Special(special) = told else { continue };
        let Some(step) = special.kind.uncounted() else { continue };
        let from = china_date(special.begun_at);
        match special.ended_at.map(china_date) {
            None => pauses.push(Pause { step, from, to: special.until }),
            Some(ended) => {
                if let Some(open) = pauses.last_mut() {
                    open.to = open.to.min(ended);
                }
            }
        }
    }
    Ok(pauses)
}
