//! PostgreSQL's own load generator, on databases of its own beside ours: how fast the same server is when nothing but
//! SQL is asked of it.

use migration::Migrator;
use sea_orm::ConnectionTrait as _;
use sea_orm_migration::MigratorTrait as _;
use tests::database;
use tokio::process::Command;

/// A table of one row an insert.
const SINGLE: &str = "CREATE TABLE single (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text)";
/// One row.
const INSERT: &str = "INSERT INTO single (body) VALUES (repeat('x', 200));\n";

/// Drafts, each to be handed in once: more than can be in the time there is. The sealed answers are as long as those of a
/// signboard's example.
const DRAFTED: &str = "
INSERT INTO account (id, openid_hash, openid, created_at, seen_at)
VALUES ('00000000-0000-0000-0000-000000000000', '', '', now(), now());
INSERT INTO cases (id, owner_id, item_code, item_version, state, revision, form, last_event, data_version, told_late,
    created_at, changed_at)
SELECT lpad(to_hex(number), 32, '0')::uuid, '00000000-0000-0000-0000-000000000000', 'signboard', 1, 'draft', 3,
    repeat('x', 970), 1, 0, false, now(), now() FROM generate_series(1, 200000) AS number;
CREATE SEQUENCE turn;
ANALYZE;
";
/// Everything a submit writes, in one statement and a transaction of its own, and nothing else of it.
const SUBMIT: &str = "
WITH one AS MATERIALIZED (SELECT lpad(to_hex(nextval('turn')), 32, '0')::uuid AS id),
moved AS (UPDATE cases SET state = 'submitted', number = id::text, revision = revision + 1, last_event = 2,
    data_version = 1, changed_at = now(), submitted_at = now() WHERE id = (SELECT id FROM one) AND revision = 3),
place AS (INSERT INTO case_change (case_id, changed_at) SELECT id, now() FROM one
    ON CONFLICT (case_id) DO UPDATE SET position = excluded.position),
line AS (INSERT INTO case_event (id, case_id, sequence, act, state, actor, at, visible)
    SELECT gen_random_uuid(), id, 2, 'submitted', 'submitted', 'applicant', now(), true FROM one),
promise AS (INSERT INTO outbox (id, destination, stream, sequence, case_id, payload, state, tries, next_try_at, fence,
    created_at) SELECT gen_random_uuid(), 'province', id::text, 2, id, json_build_object('case', id), 'queued', 0, now(), 0,
    now() FROM one)
INSERT INTO idempotency (scope, key_hash, body_hash, answer, expires_at)
    SELECT id, repeat('x', 64), repeat('x', 64), repeat('x', 300), now() + interval '1 day' FROM one
    ON CONFLICT (scope, key_hash) DO UPDATE SET answer = excluded.answer WHERE idempotency.expires_at <= now();
";

/// A script to be run, and where.
pub struct Pgbench {
    url: String,
    script: tempfile::NamedTempFile,
}

impl Pgbench {
    /// Inserts of a single row.
    pub async fn inserts() -> Self {
        let url = database::postgres().await;
        let connection = database::connect(&url).await;
        connection.execute_unprepared(SINGLE).await.unwrap();
        connection.close().await.unwrap();
        Self::new(url, INSERT)
    }

    /// What submits write, in our tables.
    pub async fn submits() -> Self {
        let url = database::postgres().await;
        let connection = database::connect(&url).await;
        Migrator::up(&connection, None).await.unwrap();
        connection.execute_unprepared(DRAFTED).await.unwrap();
        connection.close().await.unwrap();
        Self::new(url, SUBMIT)
    }

    fn new(url: String, script: &str) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), script).unwrap();
        Self { url, script: file }
    }

    /// How often a second the script runs, from as many connections as everything else is measured with.
    pub async fn rate(&self) -> f64 {
        let clients = crate::CLIENTS.to_string();
        let output = Command::new(database::programs().join("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--time=3", "--client", &clients, "--file"])
            .arg(self.script.path())
            .arg(&self.url)
            .output()
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench: {text}{errors}");
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("pgbench: {text}{errors}"))
    }

    /// Makes sure that every submit met a draft.
    pub async fn all_met_a_draft(&self) {
        let connection = database::connect(&self.url).await;
        let sound =
            "SELECT 1 WHERE (SELECT last_value FROM turn) = (SELECT count(*) FROM cases WHERE state = 'submitted')";
        let row = connection.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sound)).await;
        assert!(row.unwrap().is_some(), "a submit met no draft");
        connection.close().await.unwrap();
    }
}
