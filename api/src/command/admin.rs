//! `gaoxingban admin`: what only an operator may do.

mod delivery;
mod machine;

use std::path::Path;
use std::process::ExitCode;

use casework::staff;
use casework::world::{NoRandomness, World};
use clap::Subcommand;
use entity::StaffId;
use entity::staff::Role;
use portal::signature::{Algorithm, Seal};
use uuid::Uuid;

use super::{Ended, configured, on_threads, print};
use crate::app::Builder;
use crate::config::value::Value as _;
use crate::config::{Believed, Config};

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
    /// Make a key for the calls between us and the portal, and print what each side needs: it is kept nowhere.
    PortalKey {
        /// How calls are to be signed.
        #[arg(long, value_name = "hmac-sha256|hmac-sm3|sm2", value_parser = algorithm)]
        algorithm: Algorithm,
        /// What the key is called among `GXB_PORTAL_TRUSTED_KEYS`.
        #[arg(long, default_value = "new")]
        name: String,
    },
    /// Bar a member of staff from now on.
    DisableStaff {
        /// Their id.
        id: Uuid,
    },
    /// Add a machine that may call the integration API, and print the key it signs with: it is shown this once.
    AddMachine(machine::Add),
    /// Let a machine sign with one more key, so that an old and a new one overlap.
    AddMachineKey(machine::AddKey),
    /// Stop believing a key of a machine from now on.
    DropMachineKey {
        /// What the machine calls itself.
        machine: String,
        /// What the key is called.
        key: String,
    },
    /// Say what a machine may do from its next call on.
    SetMachineScopes(machine::SetScopes),
    /// Drive again what is parked or unknown, all of it unless told otherwise; the relay asks the other side first.
    Redrive(delivery::Redrive),
    /// Deliver to a destination again that somebody paused.
    Resume {
        /// What it is called: `province`, `wechat`, or `webhook:` and its id.
        destination: String,
    },
    /// Bar a machine from now on.
    DisableMachine {
        /// What it calls itself.
        machine: String,
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

pub(super) fn run(args: Args, file: Option<&Path>) -> Ended {
    match args.what {
        // Before there is a configuration: a production that has no key yet could not be configured.
        What::PortalKey { algorithm, name } => portal_key(algorithm, &name),
        what => configured(file, |config| on_threads(administer(what, config))?),
    }
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::named(name).ok_or_else(|| format!("one of {}", Algorithm::ALL.map(Algorithm::name).join(", ")))
}

fn portal_key(algorithm: Algorithm, name: &str) -> Ended {
    let seal = draw(&World::real(), algorithm)?;
    let trusted = format!("{name}:{}", seal.check().expose());
    // What the settings would refuse must not be printed for them.
    Believed::parse(&trusted)?;
    let secrecy = if algorithm == Algorithm::Sm2 { "the public part" } else { "the same secret" };
    print(&format!(
        "# Whoever signs, secret:\nGXB_PORTAL_KEY={}\n# Whoever checks ({secrecy}):\nGXB_PORTAL_TRUSTED_KEYS={trusted}\n",
        seal.expose()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// A new key.
fn draw(world: &World, algorithm: Algorithm) -> Result<Seal, NoRandomness> {
    loop {
        // A random number is no SM2 key once in 2³² times.
        if let Some(seal) = Seal::of_random(algorithm, world.bytes()?) {
            return Ok(seal);
        }
    }
}

async fn administer(what: What, config: Config) -> Ended {
    let province = config.province.app.clone();
    let app = Builder::new(config).build().await?;
    match what {
        What::AddStaff { name, role } => {
            let (row, key) = staff::create(&app.desk, &name, role.into()).await?;
            print(&format!("id:  {}\nkey: {key}\n", row.id))?;
        }
        What::PortalKey { algorithm, name } => return portal_key(algorithm, &name),
        What::DisableStaff { id } => staff::disable(&app.desk, StaffId(id)).await?,
        What::AddMachine(add) => print(&machine::add(&app.desk, add, &province).await?)?,
        What::AddMachineKey(add) => print(&machine::add_key(&app.desk, add).await?)?,
        What::DropMachineKey { machine, key } => casework::machine::drop_key(&app.desk, &machine, &key).await?,
        What::SetMachineScopes(set) => print(&machine::set_scopes(&app.desk, set).await?)?,
        What::Redrive(redrive) => print(&delivery::redrive(&app, redrive).await?)?,
        What::Resume { destination } => delivery::resume(&app, &destination).await?,
        What::DisableMachine { machine } => casework::machine::disable(&app.desk, &machine).await?,
    }
    Ok(ExitCode::SUCCESS)
}
