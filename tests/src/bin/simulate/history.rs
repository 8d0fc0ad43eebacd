//! Years of cases that are over: copies of one that was really played, made in the database, with ids and times of their own.

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::sql;

/// Each table with rows of a case that stay, and which of them belong to the one case there is.
const TABLES: [&str; 10] =
    ["account", "cases", "case_event", "photo", "material", "outbox", "attempt", "notice", "report", "case_change"];

/// The id of copy `n` of a row: of its own time, so that ids rise as they do in real life.
const ID: &str =
    "CREATE FUNCTION copied(id uuid, n bigint, apart_ms bigint) RETURNS uuid IMMUTABLE STRICT LANGUAGE sql AS $$
    SELECT (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - n * apart_ms), 12, '0')
            || '7' || substr(md5(id::text || n), 1, 3) || '8' || substr(md5(id::text || n), 4, 15))::uuid $$";

/// Makes `count` copies, spread over the year before. Nobody signs in as their owners, so what is sealed is copied as it is.
pub async fn seed(db: &DatabaseConnection, count: u32) {
    if count == 0 {
        return;
    }
    let apart_ms = 365 * 86_400_000 / u64::from(count);
    db.execute_unprepared(ID).await.unwrap();
    // Rows are copied table by table: what refers to a row may come before it.
    db.execute_unprepared("SET session_replication_role = replica").await.unwrap();
    for table in TABLES {
        let columns = sql::texts(
            db,
            &format!(
                "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'public' \
                 AND table_name = '{table}' ORDER BY ordinal_position"
            ),
        )
        .await;
        let columns: Vec<_> = columns.iter().map(|column| column.split_once(' ').unwrap()).collect();
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let values = columns.iter().map(|(name, kind)| value(table, name, kind, apart_ms));
        let values = values.collect::<Vec<_>>().join(", ");
        // The oldest first, as they would have come.
        let copy = format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM generate_series({count}::bigint, 1, -1) n, \
             (SELECT * FROM {table}) source"
        );
        db.execute_unprepared(&copy).await.unwrap_or_else(|error| panic!("{copy}: {error}"));
    }
    db.execute_unprepared("SET session_replication_role = origin").await.unwrap();
    db.execute_unprepared("DROP FUNCTION copied").await.unwrap();
}

/// What stands in a column of copy `n`.
fn value(table: &str, name: &str, kind: &str, apart_ms: u64) -> String {
    match (table, name, kind) {
        ("cases", "number", _) | ("report", "external_id", _) => format!("{name} || '-' || n"),
        (_, "openid_hash" | "phone_hash" | "original_sha256" | "sha256", _) => {
            format!("md5({name} || n) || md5(n || {name})")
        }
        ("outbox", "stream", _) => format!("replace(copied(stream::uuid, n, {apart_ms})::text, '-', '')"),
        ("case_change", "position", _) => "n".to_owned(),
        (_, _, "uuid") => format!("copied({name}, n, {apart_ms})"),
        (_, _, "timestamp with time zone") => format!("{name} - n * {apart_ms} * interval '1 millisecond'"),
        _ => name.to_owned(),
    }
}
