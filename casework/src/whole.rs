//! A case with everything its owner sees of it, as it was at one moment.

use std::sync::LazyLock;

use entity::{AccountId, CaseId, case, case_event, material, outbox, photo};
use sea_orm::{
    ConnectionTrait as _, EntityTrait, FromQueryResult, IdenStatic as _, Iterable as _, QueryResult, Statement,
};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::stamp::Stamp;

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

impl Whole {
    /// What it stands and falls with.
    pub fn stamp(&self) -> Stamp {
        Stamp::of(&self.case, self.promise.as_ref())
    }
}

/// The case of `owner`, whole.
///
/// One statement, because nothing is read as often, and each one more costs a round trip. And one text, because putting it
/// together would take longer than the database takes to answer it.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is somebody else's.
pub async fn find(desk: &Desk, owner: AccountId, id: CaseId) -> Result<Whole> {
    static TEXT: LazyLock<String> = LazyLock::new(text);
    let values = [id.0.into(), owner.0.into()];
    let statement = Statement::from_sql_and_values(desk.db.get_database_backend(), TEXT.as_str(), values);
    let rows = desk.db.query_all_raw(statement).await?;
    let (mut head, mut events, mut places) = (None, Vec::new(), Vec::new());
    let names = (Names::of::<case_event::Entity>(), Names::of::<material::Entity>());
    for row in &rows {
        if let Some(event) = names.0.read::<case_event::Entity>(row)? {
            events.push(event);
        } else if let Some(place) = names.1.read::<material::Entity>(row)? {
            places.push(place);
        } else if let Some(case) = Names::of::<case::Entity>().read::<case::Entity>(row)? {
            head = Some((case, Names::of::<outbox::Entity>().read::<outbox::Entity>(row)?));
        }
    }
    // Without the case itself the rest is somebody else's.
    let (case, promise) = head.ok_or(Error::NotFound("case"))?;
    // A report that came late stands where it belongs.
    events.sort_by_key(|event: &case_event::Model| (event.at, event.sequence));
    places.sort_by(|a: &material::Model, b| (&a.code, a.position).cmp(&(&b.code, b.position)));
    Ok(Whole { case, promise, events, places })
}

/// The case of `owner` with its photos in their places, by material and in the applicant's order: what is checked before
/// it is handed in. One statement, for the same reasons.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is somebody else's.
pub async fn with_photos(
    desk: &Desk,
    owner: AccountId,
    id: CaseId,
) -> Result<(case::Model, Vec<(material::Model, photo::Model)>)> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let columns = [columns::<case::Entity>(), columns::<material::Entity>(), columns::<photo::Entity>()].concat();
        format!(
            "SELECT {} FROM cases LEFT JOIN material ON material.case_id = cases.id \
             LEFT JOIN photo ON photo.id = material.photo_id \
             WHERE cases.id = $1 AND cases.owner_id = $2 ORDER BY material.code, material.position",
            columns.join(", ")
        )
    });
    let values = [id.0.into(), owner.0.into()];
    let statement = Statement::from_sql_and_values(desk.db.get_database_backend(), TEXT.as_str(), values);
    let rows = desk.db.query_all_raw(statement).await?;
    let first = rows.first().ok_or(Error::NotFound("case"))?;
    let case = Names::of::<case::Entity>().read::<case::Entity>(first)?.ok_or(Error::BadRow("cases.id"))?;
    let (place, photo) = (Names::of::<material::Entity>(), Names::of::<photo::Entity>());
    let mut photos = Vec::new();
    for row in &rows {
        photos.extend(place.read::<material::Entity>(row)?.zip(photo.read::<photo::Entity>(row)?));
    }
    Ok((case, photos))
}

/// What the columns of a table are called in a row: the same in every row, so put together once.
struct Names {
    prefix: String,
    /// The first column, part of the table's key.
    first: String,
}

impl Names {
    fn of<E: EntityTrait + Default>() -> Self {
        let prefix = prefix::<E>();
        let first = E::Column::iter().next().map_or_else(String::new, |column| format!("{prefix}{}", column.as_str()));
        Self { prefix, first }
    }

    /// What a row holds of the table: nothing where the first column is empty.
    fn read<E: EntityTrait>(&self, row: &QueryResult) -> Result<Option<E::Model>> {
        let empty = row.try_get::<Option<uuid::Uuid>>("", &self.first)?.is_none();
        Ok(if empty { None } else { Some(E::Model::from_query_result(row, &self.prefix)?) })
    }
}

/// A row for the case with its newest promise, one for each visible event, one for each place; `$1` is the case, `$2` its
/// owner.
fn text() -> String {
    let [case, promise, event, place] = [
        columns::<case::Entity>(),
        columns::<outbox::Entity>(),
        columns::<case_event::Entity>(),
        columns::<material::Entity>(),
    ];
    let [no_head, no_event, no_place] =
        [case.len() + promise.len(), event.len(), place.len()].map(|count| vec!["NULL"; count].join(", "));
    let [case, promise, event, place] = [case, promise, event, place].map(|columns| columns.join(", "));
    format!(
        "SELECT {case}, {promise}, {}, {} FROM cases \
         LEFT JOIN outbox ON outbox.id = (SELECT id FROM outbox WHERE case_id = $1 AND destination = 'province' \
         ORDER BY sequence DESC LIMIT 1) WHERE cases.id = $1 AND cases.owner_id = $2 \
         UNION ALL SELECT {no_head}, line.* FROM (SELECT {event}, {no_place} FROM case_event WHERE case_id = $1 AND visible \
         UNION ALL SELECT {no_event}, {place} FROM material WHERE case_id = $1) AS line",
        named_nothing::<case_event::Entity>(),
        named_nothing::<material::Entity>(),
    )
}

/// All columns of a table, each behind the table's prefix.
fn columns<E: EntityTrait + Default>() -> Vec<String> {
    let (table, prefix) = (E::default().table_name().to_owned(), prefix::<E>());
    E::Column::iter().map(|column| format!("{table}.{0} AS {prefix}{0}", column.as_str())).collect()
}

/// The same names with nothing in them.
fn named_nothing<E: EntityTrait + Default>() -> String {
    let prefix = prefix::<E>();
    let names: Vec<_> = E::Column::iter().map(|column| format!("NULL AS {prefix}{}", column.as_str())).collect();
    names.join(", ")
}

fn prefix<E: EntityTrait + Default>() -> String {
    format!("{}_", E::default().table_name())
}
