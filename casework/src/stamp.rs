//! What a case's view stands and falls with, asked for many cases at once.
//!
//! Nothing is asked as often as how a case stands, and seldom has anything changed. All its owner sees is settled by two
//! things: the case's revision, which `case::write` raises in the transaction of every change to its row, its timeline and
//! its photos; and where the newest promise to the province stands, which moves without the case. Whoever has kept what
//! they saw needs to ask for these only.
//!
//! Who asks while others are being answered waits for the next statement, which asks for all that wait. It is put together
//! after everybody it asks for has asked, so no answer is older than its question. And it is sent before the answers of the
//! one before are handed out, so that the database works meanwhile.

use chrono::{DateTime, Utc};
use entity::outbox::State;
use entity::{AccountId, CaseId, case, outbox};
use futures_util::future;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, FromQueryResult,
    IsolationLevel, Statement, TransactionOptions,
};

use crate::desk::begin;
use crate::error::Result;
use crate::gather::{Gathering, Tended, Waiting};

/// Most cases one statement asks for.
const MOST: usize = 64;
/// After so many statements in a row a connection is held for those that follow.
const BUSY: u32 = 8;
/// And after so many it is given back: nobody shall be without for long.
const HELD: u32 = 1_000;

/// What a case's view stands and falls with: as long as it stays the same, so does the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who may see it.
    pub owner: AccountId,
    /// Rises with each change.
    pub revision: i64,
    /// The newest promise to the province: where it stands, and when it is tried next.
    pub promise: Option<(State, DateTime<Utc>)>,
}

impl Stamp {
    /// The stamp of what was read in one statement.
    pub fn of(case: &case::Model, promise: Option<&outbox::Model>) -> Self {
        let promise = promise.map(|promise| (promise.state, promise.next_try_at));
        Self { owner: case.owner_id, revision: case.revision, promise }
    }
}

/// Answers for stamps. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stamps {
    db: DatabaseConnection,
    gathering: Gathering<CaseId, Option<Stamp>>,
}

impl Stamps {
    /// Asks this database.
    pub fn new(db: DatabaseConnection) -> Self {
        Self { db, gathering: Gathering::default() }
    }

    /// The stamp of a case as it is now; none when there is no such case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn now(&self, about: CaseId) -> Result<Option<Stamp>> {
        match self.gathering.ask(about, |tended| tend(self.db.clone(), tended)).await {
            Some(stamp) => Ok(stamp),
            // The statement failed: whether it was for everybody's sake or the connection's, each finds out alone.
            None => Ok(find(&self.db, &[about]).await?.into_iter().next().map(Row::stamp)),
        }
    }
}

/// Asks for those who wait until nobody does.
async fn tend(db: DatabaseConnection, tended: Tended<CaseId, Option<Stamp>>) {
    let mut line = Line { db: &db, held: None, in_a_row: 0 };
    let mut before = Answers::default();
    loop {
        let questions = tended.next(MOST);
        if questions.is_empty() {
            std::mem::take(&mut before).hand_out();
            line.give_back().await;
            if tended.rests() {
                return;
            }
            continue;
        }
        let about: Vec<_> = questions.iter().map(|(about, _)| *about).collect();
        let (found, ()) = future::join(line.find(&about), async { before.hand_out() }).await;
        // Who waits for a statement that failed hears nothing, and asks alone.
        before = found.map_or_else(|_| Answers::default(), |rows| Answers { questions, rows });
    }
}

/// Where the statements go. The pool tests a connection after each use, which takes as long as the statement: when one
/// follows the other, a connection is held meanwhile.
struct Line<'a> {
    db: &'a DatabaseConnection,
    held: Option<DatabaseTransaction>,
    in_a_row: u32,
}

impl Line<'_> {
    async fn find(&mut self, about: &[CaseId]) -> std::result::Result<Vec<Row>, DbErr> {
        self.in_a_row += 1;
        if self.in_a_row > HELD {
            self.give_back().await;
        }
        // On SQLite a transaction goes on seeing what it saw first.
        if self.held.is_none() && self.in_a_row > BUSY && self.db.get_database_backend() == DbBackend::Postgres {
            let each_sees_the_latest = Some(IsolationLevel::ReadCommitted);
            let nothing_is_written = Some(AccessMode::ReadOnly);
            let options = TransactionOptions {
                isolation_level: each_sees_the_latest,
                access_mode: nothing_is_written,
                ..Default::default()
            };
            self.held = Some(begin(self.db, options).await?);
        }
        let found = match &self.held {
            Some(held) => find(held, about).await,
            None => find(self.db, about).await,
        };
        found.inspect_err(|_| self.held = None)
    }

    async fn give_back(&mut self) {
        self.in_a_row = 0;
        if let Some(held) = self.held.take() {
            // It has nothing to lose.
            drop(held.commit().await);
        }
    }
}

#[derive(Default)]
struct Answers {
    questions: Vec<Waiting<CaseId, Option<Stamp>>>,
    rows: Vec<Row>,
}

impl Answers {
    fn hand_out(self) {
        for (about, tell) in self.questions {
            let stamp = self.rows.iter().find(|row| row.id == about).cloned().map(Row::stamp);
            // Who has left meanwhile needs no answer.
            drop(tell.send(stamp));
        }
    }
}

#[derive(Clone, Debug, FromQueryResult)]
struct Row {
    id: CaseId,
    owner_id: AccountId,
    revision: i64,
    state: Option<State>,
    next_try_at: Option<DateTime<Utc>>,
}

impl Row {
    fn stamp(self) -> Stamp {
        Stamp { owner: self.owner_id, revision: self.revision, promise: self.state.zip(self.next_try_at) }
    }
}

async fn find(db: &impl ConnectionTrait, ids: &[CaseId]) -> std::result::Result<Vec<Row>, DbErr> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    // Few texts, so that the database knows them all: the last case is asked for again.
    let slots = ids.len().next_power_of_two();
    let values = ids.iter().chain(std::iter::repeat(last)).take(slots).map(|id| id.0.into());
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text(slots), values);
    db.query_all_raw(statement).await?.iter().map(|row| Row::from_query_result(row, "")).collect()
}

fn text(slots: usize) -> String {
    let slots: Vec<_> = (1..=slots).map(|slot| format!("${slot}")).collect();
    format!(
        "SELECT cases.id, cases.owner_id, cases.revision, outbox.state, outbox.next_try_at FROM cases \
         LEFT JOIN outbox ON outbox.id = (SELECT id FROM outbox WHERE case_id = cases.id AND destination = 'province' \
         ORDER BY sequence DESC LIMIT 1) WHERE cases.id IN ({})",
        slots.join(", ")
    )
}
