//! A case with everything its owner sees of it, as it was at one moment.

use entity::{AccountId, CaseId, case, case_event, material, outbox};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement, SubQueryStatement, UnionType,
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait, ConnectionTrait as _, EntityTrait, FromQueryResult, IdenStatic as _, Iterable,
    QueryResult,
};

use crate::desk::Desk;
use crate::error::{Error, Result};

/// A case with everything its owner sees of it.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The case.
    pub case: case::Model,
    /// The newest promise to the province, once it was handed in.
    pub promise: Option<outbox::Model>,
    /// The visible part of its timeline, in the order in which things happened.
    pub events: Vec<case_event::Model>,
    /// Which photo stands where: by material, in the applicant's order.
    pub places: Vec<material::Model>,
}

/// The case of `owner`, whole.
///
/// One statement, because nothing is read as often: each one more costs two round trips, its own and the pool's.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is somebody else's.
pub async fn find(desk: &Desk, owner: AccountId, id: CaseId) -> Result<Whole> {
    let rows = desk.db.query_all(&statement(owner, id)).await?;
    let first = rows.first().ok_or(Error::NotFound("case"))?;
    let mut whole = Whole {
        case: case::Model::from_query_result(first, &prefix(case::Entity))?,
        promise: Option::from_query_result(first, &prefix(outbox::Entity))?,
        events: present(&rows, &prefix(case_event::Entity))?,
        places: present(&rows, &prefix(material::Entity))?,
    };
    // A report that came late stands where it belongs.
    whole.events.sort_by_key(|event| (event.at, event.sequence));
    whole.places.sort_by(|a, b| (&a.code, a.position).cmp(&(&b.code, b.position)));
    Ok(whole)
}

/// The rows that hold one of these.
fn present<M: FromQueryResult>(rows: &[QueryResult], prefix: &str) -> Result<Vec<M>> {
    let found = rows.iter().filter_map(|row| Option::<M>::from_query_result(row, prefix).transpose());
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// One row for each event and each place, with the case and its promise in all of them.
fn statement(owner: AccountId, id: CaseId) -> SelectStatement {
    let newest = Query::select()
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(outbox::Column::CaseId.eq(id))
        .and_where(outbox::Column::Destination.eq(outbox::Destination::Province.to_value()))
        .order_by(outbox::Column::Sequence, Order::Desc)
        .limit(1)
        .take();
    let mut lines = Query::select();
    table::<case_event::Entity>(&mut lines);
    nothing::<material::Entity>(&mut lines);
    lines
        .from(case_event::Entity)
        .and_where(case_event::Column::CaseId.eq(id))
        .and_where(case_event::Column::Visible.eq(true));
    let mut places = Query::select();
    nothing::<case_event::Entity>(&mut places);
    table::<material::Entity>(&mut places);
    places.from(material::Entity).and_where(material::Column::CaseId.eq(id));
    lines.union(UnionType::All, places);

    let mut whole = Query::select();
    table::<case::Entity>(&mut whole);
    table::<outbox::Entity>(&mut whole);
    for name in names::<case_event::Entity>().chain(names::<material::Entity>()) {
        whole.column((Alias::new("line"), name));
    }
    whole
        .from(case::Entity)
        .join(JoinType::LeftJoin, outbox::Entity, outbox::Column::Id.into_expr().eq(SubQueryStatement::from(newest)))
        .join_subquery(JoinType::LeftJoin, lines, Alias::new("line"), Expr::val(1).eq(1))
        .and_where(case::Column::Id.eq(id))
        .and_where(case::Column::OwnerId.eq(owner))
        .take()
}

/// Selects all columns of a table, each behind the table's prefix.
fn table<E: EntityTrait + Default>(select: &mut SelectStatement) {
    for (column, name) in E::Column::iter().zip(names::<E>()) {
        select.expr_as(column.into_expr(), name);
    }
}

/// The same names with nothing in them.
fn nothing<E: EntityTrait + Default>(select: &mut SelectStatement) {
    for name in names::<E>() {
        select.expr_as(Expr::cust("NULL"), name);
    }
}

fn names<E: EntityTrait + Default>() -> impl Iterator<Item = Alias> {
    E::Column::iter().map(|column| Alias::new(format!("{}{}", prefix(E::default()), column.as_str())))
}

fn prefix<E: EntityTrait>(entity: E) -> String {
    format!("{}_", entity.table_name())
}
