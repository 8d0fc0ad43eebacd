//! Handing a case in.
//!
//! On a day when everybody hands in, those who come while others are being written wait for the next transaction, which
//! writes all that wait: each statement and each commit is shared. When it fails, for whosesoever sake, each is written alone.

use chrono::{DateTime, Utc};
use entity::case::{self, State};
use entity::{AccountId, CaseId, case_event};
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoIden as _, Query, TableRef, UpdateStatement, ValueTuple};
use sea_orm::{ConnectionTrait as _, EntityTrait as _};

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::gather::{Gathering, Tended};
use crate::outbox;
use crate::promise::Promise;
use crate::repeat::{self, Once};
use crate::state::{self, Act};
use crate::{check, county, feed, webhook, whole};

/// Most cases one transaction hands in: few enough that nobody waits long for the others, and that their promises fit one
/// statement with every endpoint there may be.
const MOST: usize = 8;

/// Where those meet who hand in at the same time. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Counter(Gathering<Handing, Result<case::Model>>);

impl Counter {
    /// How many wait for the next transaction.
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }
}

/// A complete case on its way in.
#[derive(Clone, Debug)]
struct Handing {
    /// As it was checked.
    old: case::Model,
    state: State,
    number: String,
    once: Option<Once>,
}

/// Hands the case in: gives it a number, writes the event, and owes it to the province, all in one transaction.
///
/// # Errors
/// [`Error::Incomplete`] with everything still missing; [`Error::NotNow`] when it was handed in already.
pub async fn submit(desk: &Desk, owner: AccountId, id: CaseId, once: Option<&Once>) -> Result<case::Model> {
    row::retrying(|| try_submit(desk, owner, id, once)).await
}

async fn try_submit(desk: &Desk, owner: AccountId, id: CaseId, once: Option<&Once>) -> Result<case::Model> {
    let (old, photos) = whole::with_photos(desk, owner, id).await?;
    let state =
        state::after(old.state, Act::Submit).ok_or(Error::NotNow { act: Act::Submit.verb(), state: old.state })?;
    let missing = check::missing(desk, &old, &photos).await?;
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    let number = match &old.number {
        Some(number) => number.clone(),
        None => desk.numbers.next(&desk.db, desk.today()).await?,
    };
    let handing = Handing { old, state, number, once: once.cloned() };
    match desk.counter.0.ask(handing.clone(), |tended| tend(desk.clone(), tended)).await {
        Some(answer) => answer,
        None => write(desk, &[handing]).await?.pop().ok_or(Error::Busy),
    }
}

/// Writes those who wait until nobody does.
async fn tend(desk: Desk, tended: Tended<Handing, Result<case::Model>>) {
    loop {
        let mut waiting = tended.next(MOST);
        if waiting.is_empty() {
            if tended.rests() {
                return;
            }
            continue;
        }
        // In the same order everywhere: two processes do not wait for each other in a circle.
        waiting.sort_by_key(|(handing, _)| handing.old.id);
        let (handings, tell): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let written = match write(&desk, &handings).await {
            Ok(cases) => cases.into_iter().map(Ok).collect(),
            Err(error) if tell.len() == 1 => vec![Err(error)],
            // Nobody knows whose fault it was: who hears nothing tries alone.
            Err(_) => Vec::new(),
        };
        for (tell, answer) in tell.into_iter().zip(written) {
            // Who has left meanwhile needs no answer.
            drop(tell.send(answer));
        }
    }
}

/// Writes all of them or none, in the order given; answers the cases as they are then.
async fn write(desk: &Desk, handings: &[Handing]) -> Result<Vec<case::Model>> {
    // One moment for row and event: whatever the province says later stands after it in the timeline.
    let at = desk.world.now();
    let tx = desk.begin().await?;
    // What was checked is what is handed in: the revision has not moved.
    let moved = tx.execute(&update(handings, at)).await?.rows_affected();
    if moved != handings.len() as u64 {
        return Err(Error::Busy);
    }
    let cases: Vec<_> = handings.iter().map(|handing| handing.handed_in(at)).collect();
    feed::changed(desk, &tx, &cases).await?;
    let mut lines = Vec::new();
    for case in &cases {
        let event = Event { at, ..Event::by_owner(desk, "submitted", case.owner_id) };
        lines.push(row::line(desk, case, &event)?);
    }
    case_event::Entity::insert_many(lines).exec_without_returning(&tx).await?;
    let mut promises = webhook::promises(desk, &tx, &cases).await?;
    for case in &cases {
        let promise = Promise::ApplyV1 { case: case.id, data_version: case.data_version };
        promises.push(outbox::promised(desk, promise, Some(case.id), case.last_event)?);
    }
    outbox::write(&tx, promises).await?;
    let (mut new, mut kept) = (Vec::new(), Vec::new());
    for (handing, case) in handings.iter().zip(cases) {
        let case = county::handed_in(desk, &tx, handing.old.state, case).await?;
        if let Some(once) = &handing.once {
            kept.push(once.kept(desk, &case)?);
        }
        new.push(case);
    }
    repeat::keep(desk, &tx, kept).await?;
    tx.commit().await?;
    Ok(new)
}

impl Handing {
    /// The case once it is handed in; [`update`] writes the same.
    fn handed_in(&self, at: DateTime<Utc>) -> case::Model {
        case::Model {
            state: self.state,
            number: Some(self.number.clone()),
            revision: self.old.revision + 1,
            last_event: self.old.last_event + 1,
            data_version: self.old.data_version + 1,
            correction: None,
            changed_at: at,
            submitted_at: Some(at),
            ..self.old.clone()
        }
    }
}

/// Changes the rows whose revision is still the one that was checked.
fn update(handings: &[Handing], at: DateTime<Utc>) -> UpdateStatement {
    let row = |handing: &Handing| {
        let (id, revision) = (handing.old.id.0.into(), handing.old.revision.into());
        ValueTuple::Many(vec![id, revision, handing.state.into(), handing.number.clone().into()])
    };
    let handed = |column| Expr::col(("handed", column));
    let next = |column| (column, Expr::col((case::Entity, column)).add(1));
    Query::update()
        .table(case::Entity)
        .values([
            (case::Column::State, handed("column3")),
            (case::Column::Number, handed("column4")),
            next(case::Column::Revision),
            next(case::Column::LastEvent),
            next(case::Column::DataVersion),
            (case::Column::Correction, Expr::value(None::<String>)),
            (case::Column::ChangedAt, Expr::value(at)),
            (case::Column::SubmittedAt, Expr::value(at)),
        ])
        .from(TableRef::ValuesList(handings.iter().map(row).collect(), "handed".into_iden()))
        .and_where(Expr::col((case::Entity, case::Column::Id)).eq(handed("column1")))
        .and_where(Expr::col((case::Entity, case::Column::Revision)).eq(handed("column2")))
        .to_owned()
}
