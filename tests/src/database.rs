//! A database for each test: a file, or one of a PostgreSQL cluster that lives as long as the test process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection};

/// Makes a cluster, runs it, and removes it when the test process is gone, however it went: its end closes our input.
/// PostgreSQL refuses to run as root, so root becomes nobody first.
const CLUSTER: &str = r#"
set -e
bin=$1 dir=$2 durable=$3
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown nobody "$dir"
cd "$dir"
as "$bin/initdb" --pgdata="$dir/data" --username=gxb --auth=trust --encoding=UTF8 --locale=C --no-sync >"$dir/log" 2>&1
as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses='' -c fsync=$durable -c synchronous_commit=$durable \
    -c full_page_writes=$durable -c max_connections=400 -c shared_buffers=64MB >>"$dir/log" 2>&1 &
server=$!
# By the server's own id: the shell that waits for it as root does not hear this signal.
trap 'kill -QUIT "$(head -n 1 "$dir/data/postmaster.pid")" || true; wait $server || true; rm -rf "$dir"' EXIT
trap '' INT TERM HUP
for _ in $(seq 600); do
    as "$bin/pg_isready" -q -h "$dir" -U gxb && break
    kill -0 $server
    sleep 0.1
done
echo ready
cat >/dev/null
"#;

struct Cluster {
    socket_dir: PathBuf,
    // Its input is what keeps the cluster alive.
    _shell: Child,
}

static CLUSTER_ONCE: LazyLock<Cluster> = LazyLock::new(start_cluster);
static SERIAL: AtomicU32 = AtomicU32::new(0);
static DURABLE: AtomicBool = AtomicBool::new(false);

/// Makes the cluster write each commit to the disk, as everybody's does who keeps real cases: for measurements. Tests do
/// without. To be said before the first database is asked for.
pub fn survive_power_cuts() {
    DURABLE.store(true, Ordering::Relaxed);
}

fn start_cluster() -> Cluster {
    let socket_dir = tempfile::Builder::new().prefix("gxb-pg").tempdir().unwrap().keep();
    let mut shell = Command::new("sh")
        .args(["-c", CLUSTER, "cluster"])
        .args([&programs(), &socket_dir])
        .arg(if DURABLE.load(Ordering::Relaxed) { "on" } else { "off" })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = shell.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
    let log = || std::fs::read_to_string(socket_dir.join("log")).unwrap_or_default();
    assert_eq!(line.trim(), "ready", "PostgreSQL does not start: {}", log());
    Cluster { socket_dir, _shell: shell }
}

/// Where `initdb`, `postgres` and `pgbench` are: Debian keeps them out of `PATH`, one folder a version.
pub fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = debian.map(|entry| entry.path().join("bin")).collect();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    found.retain(|folder| ["initdb", "postgres", "pg_isready"].iter().all(|program| folder.join(program).exists()));
    found.sort();
    found.pop().expect("PostgreSQL's server programs are not installed: `make test` installs them")
}

/// A new, empty database of the cluster; the cluster is started by the first who asks. Answers its address.
pub async fn postgres() -> String {
    let socket_dir = tokio::task::spawn_blocking(|| CLUSTER_ONCE.socket_dir.clone()).await.unwrap();
    let name = format!("test_{}", SERIAL.fetch_add(1, Ordering::Relaxed));
    let server = connect(&address(&socket_dir, "postgres")).await;
    server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    server.close().await.unwrap();
    address(&socket_dir, &name)
}

/// The database behind an address that [`postgres`] gave, empty once more; whoever was connected to it no longer is.
pub async fn recreate(address: &str) {
    let (server, socket_dir) = address.split_once("?host=").expect("an address of the cluster");
    let name = server.rsplit('/').next().unwrap();
    let server = connect(&self::address(Path::new(socket_dir), "postgres")).await;
    for statement in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        server.execute_unprepared(&statement).await.unwrap();
    }
    server.close().await.unwrap();
}

/// The socket behind an address that [`postgres`] gave, and the same database behind a port of this machine.
pub fn through(address: &str) -> (PathBuf, impl Fn(u16) -> String + use<'_>) {
    let (server, socket_dir) = address.split_once("?host=").expect("an address of the cluster");
    (Path::new(socket_dir).join(".s.PGSQL.5432"), move |port| server.replace("localhost", &format!("127.0.0.1:{port}")))
}

fn address(socket_dir: &Path, database: &str) -> String {
    format!("postgres://gxb@localhost/{database}?host={}", socket_dir.display())
}

/// A SQLite file in `folder`; it need not exist yet.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("gaoxingban.sqlite").display())
}

/// Connects to a database as a test that looks into it, through one connection.
pub async fn connect(address: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(address);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// Refuses, in a PostgreSQL database, what would change a case's view behind its revision: who keeps views asks for no more
/// than that.
pub async fn guard_views(database: &DatabaseConnection) {
    database.execute_unprepared(GUARD).await.unwrap();
}

const GUARD: &str = "
CREATE OR REPLACE FUNCTION guard_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part record;
BEGIN
    IF TG_OP = 'DELETE' THEN part := OLD; ELSE part := NEW; END IF;
    IF EXISTS (SELECT FROM cases WHERE id = part.case_id AND xmin <> pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION '% changed, and not the revision of its case', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The province's number of a case is not shown.
    IF NEW.revision <= OLD.revision AND to_jsonb(NEW) - 'province_id' <> to_jsonb(OLD) - 'province_id' THEN
        RAISE EXCEPTION 'a case changed, and not its revision';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER guard AFTER INSERT OR UPDATE OR DELETE ON case_event FOR EACH ROW EXECUTE FUNCTION guard_parts();
CREATE OR REPLACE TRIGGER guard AFTER INSERT OR UPDATE OR DELETE ON material FOR EACH ROW EXECUTE FUNCTION guard_parts();
CREATE OR REPLACE TRIGGER guard AFTER UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION guard_case();
";
