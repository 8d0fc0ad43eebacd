//! `gaoxingban migrate`: the database's schema.

use std::process::ExitCode;

use migration::Migrator;
use sea_orm_migration::MigratorTrait as _;

use super::{Ended, on_threads, print};
use crate::config::Config;
use crate::database;

/// What `migrate` can be told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    step: Step,
}

#[derive(Clone, Copy, Debug, clap::Subcommand)]
enum Step {
    /// Apply every change that is missing.
    Up,
    /// List every change and whether it is applied.
    Status,
    /// Take back the newest changes. Data in what they added is lost.
    Down {
        /// How many changes to take back.
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(migrate(args.step, config))?
}

async fn migrate(step: Step, config: Config) -> Ended {
    std::fs::create_dir_all(&config.data_dir)?;
    let db = database::connect(&config).await?;
    match step {
        Step::Up => Migrator::up(&db, None).await?,
        Step::Down { steps } => Migrator::down(&db, Some(steps)).await?,
        Step::Status => {}
    }
    let applied = Migrator::get_applied_migrations(&db).await?;
    let pending = Migrator::get_pending_migrations(&db).await?;
    for (word, migrations) in [("applied", &applied), ("pending", &pending)] {
        for migration in migrations {
            print(&format!("{word}  {}\n", migration.name()))?;
        }
    }
    db.close().await?;
    Ok(ExitCode::SUCCESS)
}
