//! A MariaDB server that lives as long as the test process: for the exchange tables, which a province may keep in one.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait as _;

use crate::database::connect;

/// Makes a server's data, runs it on a socket alone, and removes everything when the test process is gone, however it went: its
/// end closes our input. As root it becomes nobody first, as PostgreSQL does. Nothing is written for keeps, so that it starts
/// within a second.
const SERVER: &str = r#"
set -e
install=$1 server=$2 client=$3 dir=$4
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown nobody "$dir"
cd "$dir"
small="--innodb-log-file-size=4M --innodb-buffer-pool-size=32M --innodb-doublewrite=0 --innodb-flush-log-at-trx-commit=0"
as "$install" --no-defaults --datadir="$dir/data" --auth-root-authentication-method=normal --skip-test-db \
    --skip-name-resolve $small >"$dir/log" 2>&1
as "$server" --no-defaults --datadir="$dir/data" --socket="$dir/socket" --skip-networking --port=0 --skip-log-bin \
    --pid-file="$dir/pid" --max-connections=400 $small >>"$dir/log" 2>&1 &
server=$!
# By the server's own id: the shell that waits for it as root does not hear this signal.
trap 'kill -KILL "$(cat "$dir/pid")" || true; wait $server || true; rm -rf "$dir"' EXIT
trap '' INT TERM HUP
for _ in $(seq 1200); do
    "$client" --no-defaults --socket="$dir/socket" --user=root --execute='SELECT 1' >/dev/null 2>&1 && break
    kill -0 $server
    sleep 0.05
done
echo ready
cat >/dev/null
"#;

struct Server {
    directory: PathBuf,
    // Its input is what keeps the server alive.
    _shell: Child,
}

/// What makes a server's data, the server, and what asks whether it is ready.
const PROGRAMS: [&str; 3] = ["mariadb-install-db", "mariadbd", "mariadb"];

static SERVER_ONCE: LazyLock<Server> = LazyLock::new(start);
static SERIAL: AtomicU32 = AtomicU32::new(0);

fn start() -> Server {
    let directory = tempfile::Builder::new().prefix("gxb-my").tempdir().unwrap().keep();
    let programs = PROGRAMS.map(program);
    let mut shell = Command::new("sh")
        .args(["-c", SERVER, "server"])
        .args(programs)
        .arg(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let log = || std::fs::read_to_string(directory.join("log")).unwrap_or_default();
    assert_eq!(line.trim(), "ready", "MariaDB does not start: {}", log());
    Server { directory, _shell: shell }
}

/// Where one of its programs is: Debian keeps the server itself out of the `PATH` of people.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    let mut found = folders.map(|folder| folder.join(name)).filter(|program| program.exists());
    found.next().unwrap_or_else(|| {
        panic!("MariaDB's {name} is not installed: `make test` installs it (Debian: mariadb-server-core, mariadb-client-core)")
    })
}

/// A new, empty database: of the MySQL or MariaDB server that `GXB_TEST_MYSQL_URL` names, or of our own, which is started by the
/// first who asks. Answers its address.
pub async fn mariadb() -> String {
    let name = format!("test_{}_{}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
    let (server_at, rest) = match std::env::var("GXB_TEST_MYSQL_URL") {
        Ok(given) => (given.trim_end_matches('/').to_owned(), String::new()),
        Err(_) => ("mysql://root@localhost".to_owned(), format!("?socket={}", own_socket().await)),
    };
    let address = |database: &str| format!("{server_at}/{database}{rest}");
    let server = connect(&address("")).await;
    server.execute_unprepared(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
    server.close().await.unwrap();
    address(&name)
}

/// The socket of our own server, which runs when this returns.
async fn own_socket() -> String {
    // Said by every test that needs it, not by the first alone.
    let _: [PathBuf; 3] = PROGRAMS.map(program);
    let directory = tokio::task::spawn_blocking(|| SERVER_ONCE.directory.clone()).await.unwrap();
    directory.join("socket").display().to_string()
}
