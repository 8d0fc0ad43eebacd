//! A backup of the database, and playing it back: with the tools an operator has.

use std::ffi::OsStr;
use std::path::PathBuf;

use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;

use crate::app::TestApp;
use crate::database;
use crate::setup::Database;

/// A backup of a server's database.
#[derive(Debug)]
pub struct Backup(TempDir);

impl Backup {
    fn file(&self) -> PathBuf {
        self.0.path().join("backup")
    }
}

impl TestApp {
    /// Backs the database up while the server runs.
    pub async fn back_up(&self) -> Backup {
        let backup = Backup(tempfile::tempdir().unwrap());
        match self.setup.database {
            Database::Sqlite => {
                let into = format!("VACUUM INTO '{}'", backup.file().display());
                self.database().await.execute_unprepared(&into).await.unwrap();
            }
            Database::Postgres => {
                let file = backup.file();
                let arguments = [OsStr::new("--format=custom"), OsStr::new("--file"), file.as_os_str()];
                run("pg_dump", &arguments, &self.database_url).await;
            }
        }
        backup
    }

    /// Puts the database back to what it was then; nobody works with it.
    pub async fn play_back(&self, backup: &Backup) {
        match self.setup.database {
            Database::Sqlite => {
                let path = |suffix| self.directory().join(format!("gaoxingban.sqlite{suffix}"));
                // A new file, as an operator puts it there: what ran before may still hold the old one open.
                for suffix in ["", "-wal", "-shm"] {
                    drop(std::fs::remove_file(path(suffix)));
                }
                std::fs::copy(backup.file(), path("")).unwrap();
            }
            Database::Postgres => {
                database::recreate(&self.database_url).await;
                run("pg_restore", &[OsStr::new("--exit-on-error"), backup.file().as_os_str()], &self.database_url)
                    .await;
                self.database().await.execute_unprepared("ANALYZE").await.unwrap();
            }
        }
    }
}

async fn run(program: &str, arguments: &[&OsStr], database: &str) {
    let mut command = tokio::process::Command::new(database::programs().join(program));
    let done = command.args(arguments).arg("--dbname").arg(database).output().await.unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}
