//! The schema's history goes forth, back and forth again, and ends the same, on both databases.

use std::collections::BTreeSet;

use migration::Migrator;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait as _;
use tests::database;

#[tokio::test]
async fn up_down_up_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    up_down_up(&database::connect(&database::sqlite(folder.path())).await).await;
}

#[tokio::test]
async fn up_down_up_on_postgres() {
    up_down_up(&database::connect(&database::postgres().await).await).await;
}

async fn up_down_up(db: &DatabaseConnection) {
    let empty = schema(db).await;
    Migrator::up(db, None).await.unwrap();
    let fresh = schema(db).await;
    assert!(fresh.len() > 50, "{fresh:#?}");
    Migrator::down(db, None).await.unwrap();
    let left: Vec<_> =
        schema(db).await.difference(&empty).filter(|line| !line.contains("seaql_migrations")).cloned().collect();
    assert!(left.is_empty(), "`down` leaves {left:#?}");
    Migrator::up(db, None).await.unwrap();
    assert_eq!(schema(db).await, fresh);
    // One step at a time, as an operator goes back.
    for _ in Migrator::migrations() {
        Migrator::down(db, Some(1)).await.unwrap();
    }
    for _ in Migrator::migrations() {
        Migrator::up(db, Some(1)).await.unwrap();
    }
    assert_eq!(schema(db).await, fresh);
    assert!(Migrator::get_pending_migrations(db).await.unwrap().is_empty());
}

const SQLITE: &str = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS line FROM sqlite_master";

const POSTGRES: &str = "
SELECT 'column ' || table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable || ' ' ||
       coalesce(column_default, '') AS line
FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace";

/// Everything there is, one line each; the order of columns aside.
async fn schema(db: &DatabaseConnection) -> BTreeSet<String> {
    let backend = db.get_database_backend();
    let query = if backend == DbBackend::Sqlite { SQLITE } else { POSTGRES };
    let rows = db.query_all_raw(Statement::from_string(backend, query)).await.unwrap();
    rows.into_iter().map(|row| row.try_get::<String>("", "line").unwrap()).collect()
}
