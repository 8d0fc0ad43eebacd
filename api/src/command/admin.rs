//! `gaoxingban admin`: what only an operator may do.

use std::process::ExitCode;

use casework::staff;
use clap::Subcommand;
use entity::StaffId;
use entity::staff::Role;
use uuid::Uuid;

use super::{Ended, on_threads, print};
use crate::app::Builder;
use crate::config::Config;

/// What `admin` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Add a member of staff, and print the sign-in key: it is shown this once.
    AddStaff {
        /// Their name.
        #[arg(long)]
        name: String,
        /// What they are trusted with.
        #[arg(long)]
        role: RoleName,
    },
    /// Bar a member of staff from now on.
    DisableStaff {
        /// Their id.
        id: Uuid,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum RoleName {
    Clerk,
    Approver,
    Issuer,
    Supervisor,
    Operator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Clerk => Self::Clerk,
            RoleName::Approver => Self::Approver,
            RoleName::Issuer => Self::Issuer,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::Operator => Self::Operator,
        }
    }
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(administer(args.what, config))?
}

async fn administer(what: What, config: Config) -> Ended {
    let app = Builder::new(config).build().await?;
    match what {
        What::AddStaff { name, role } => {
            let (row, key) = staff::create(&app.desk, &name, role.into()).await?;
            print(&format!("id:  {}\nkey: {key}\n", row.id))?;
        }
        What::DisableStaff { id } => staff::disable(&app.desk, StaffId(id)).await?,
    }
    Ok(ExitCode::SUCCESS)
}
