#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "this crate is for tests: what does not hold ends the test"
)]

// What stands outside a server
pub mod backup;
pub mod database;
pub mod objects;
pub mod outside;
pub mod proxy;
pub mod receiver;
#[path = "../../store/tests/it/server.rs"]
pub mod s3;
// The server
pub mod app;
pub mod process;
pub mod setup;
// Relays that die where they are told
pub mod gate;
pub mod ledger;
pub mod mortal;
pub mod node;
pub mod points;
// Who calls it, and with what
pub mod caller;
pub mod county;
pub mod desk;
pub mod files;
pub mod machine;
pub mod parts;
#[expect(clippy::pedantic, reason = "shared with the photo engine's own tests")]
#[path = "../../photo/tests/pictures/mod.rs"]
pub mod pictures;

pub use app::TestApp;
pub use caller::{Answer, Caller, Machine};
pub use setup::{Database, Objects, Setup};

/// How long a test waits for a state before it fails: far more than it takes, also on a busy machine.
pub const BOUND: std::time::Duration = std::time::Duration::from_mins(1);

/// Runs an async test function of one argument, a [`Setup`], on SQLite with a folder and on PostgreSQL with S3.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite_and_folder() {
                super::$name($crate::Setup::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres_and_s3() {
                super::$name($crate::Setup::postgres()).await;
            }
        })+
    };
}

/// Looks again and again until `look` says something; panics with `what` after [`BOUND`].
pub async fn wait_for<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, waiting).await.unwrap_or_else(|_| panic!("not in time: {what}"))
}
