//! Machines that call us, what people and machines did to deliveries by hand, which destinations are down, the feed of
//! cases, the photo rules that came while the program was running, and the endpoints of machines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, integer, json, string, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::{create, drop_all, index, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        machines(manager).await?;
        deliveries(manager).await?;
        feed(manager).await?;
        rules(manager).await?;
        webhooks(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &NO_TOMBSTONES).await?;
        manager.drop_index(Index::drop().name("outbox_stuck_idx").table("outbox").to_owned()).await?;
        drop_all(
            manager,
            &["endpoint_key", "endpoint", "rule", "case_change", "outage", "intervention", "machine_key", "machine"],
        )
        .await
    }
}

async fn machines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("machine")
            .col(uuid("id").primary_key())
            .col(string("name").unique_key())
            .col(text("scopes"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("disabled_at")),
    )
    .await?;
    create(
        manager,
        Table::create()
            .table("machine_key")
            .col(uuid("machine_id"))
            .col(string("name"))
            .col(text("key"))
            .col(timestamp_with_time_zone_null("until"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("machine_id").col("name"))
            .foreign_key(&mut refers("machine_key", "machine_id", "machine")),
    )
    .await
}

async fn deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("intervention")
            .col(uuid("id").primary_key())
            .col(uuid("outbox_id"))
            .col(text("act"))
            .col(text("by"))
            .col(text_null("words"))
            .col(timestamp_with_time_zone("at"))
            .foreign_key(&mut refers("intervention", "outbox_id", "outbox")),
    )
    .await?;
    index(manager, "intervention", &["outbox_id", "id"]).await?;
    create(
        manager,
        Table::create()
            .table("outage")
            .col(string("destination"))
            .col(string("relay"))
            .col(timestamp_with_time_zone("since"))
            .col(timestamp_with_time_zone("seen_at"))
            .primary_key(Index::create().col("destination").col("relay")),
    )
    .await?;
    // What somebody may have to look at, oldest first. History does not grow it.
    let mut stuck = Index::create().name("outbox_stuck_idx").table("outbox").col("id").take();
    manager.create_index(stuck.and_where(Expr::col("state").is_in(["parked", "unknown"])).take()).await
}

/// Statements for SQLite and for PostgreSQL.
type Both = (&'static [&'static str], &'static [&'static str]);

/// However a case's row goes, by an act, by retention or by hand: whoever keeps a copy hears of it.
const TOMBSTONES: Both = (
    &["CREATE TRIGGER case_gone AFTER DELETE ON cases BEGIN \
       UPDATE case_change SET position = NULL WHERE case_id = OLD.id; END"],
    &[
        "CREATE FUNCTION case_gone() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN UPDATE case_change SET position = NULL WHERE case_id = OLD.id; RETURN NULL; END'",
        "CREATE TRIGGER case_gone AFTER DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_gone()",
    ],
);
const NO_TOMBSTONES: Both =
    (&["DROP TRIGGER case_gone"], &["DROP TRIGGER case_gone ON cases", "DROP FUNCTION case_gone()"]);

async fn run(manager: &SchemaManager<'_>, (sqlite, postgres): &Both) -> Result<(), DbErr> {
    let sqlite = *sqlite;
    let statements = if manager.get_database_backend() == DatabaseBackend::Sqlite { sqlite } else { *postgres };
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn feed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("case_change")
            .col(uuid("case_id").primary_key())
            .col(big_integer_null("position").unique_key())
            .col(timestamp_with_time_zone("changed_at")),
    )
    .await?;
    // What waits for its place. History does not grow it.
    let mut waiting = Index::create().name("case_change_waiting_idx").table("case_change").col("changed_at").take();
    manager.create_index(waiting.and_where(Expr::col("position").is_null()).take()).await?;
    let known =
        "INSERT INTO case_change (case_id, changed_at) SELECT id, changed_at FROM cases WHERE number IS NOT NULL";
    manager.get_connection().execute_unprepared(known).await?;
    run(manager, &TOMBSTONES).await
}

async fn rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("rule")
            .col(string("name"))
            .col(integer("version"))
            .col(json("data"))
            .col(json("changes"))
            .col(text("by"))
            .col(timestamp_with_time_zone("taken_at"))
            .primary_key(Index::create().col("name").col("version")),
    )
    .await
}

async fn webhooks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create(
        manager,
        Table::create()
            .table("endpoint")
            .col(uuid("id").primary_key())
            .col(string("machine"))
            .col(string("name"))
            .col(text("url"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("disabled_at"))
            .col(text_null("disabled_for"))
            .col(timestamp_with_time_zone_null("failing_since"))
            .index(Index::create().name("endpoint_machine_name_key").unique().col("machine").col("name")),
    )
    .await?;
    create(
        manager,
        Table::create()
            .table("endpoint_key")
            .col(uuid("endpoint_id"))
            .col(string("name"))
            .col(text("kind"))
            .col(text("key"))
            .col(timestamp_with_time_zone_null("until"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("endpoint_id").col("name"))
            .foreign_key(&mut refers("endpoint_key", "endpoint_id", "endpoint")),
    )
    .await
}
