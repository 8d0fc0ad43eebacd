//! `gaoxingban admin`: what only an operator may do.

use super::Ended;
use crate::config::Config;

/// What `admin` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(args: Args, config: Config) -> Ended {
    // Seam: creating staff and keys.
    let (Args {}, _) = (args, config);
    Err("there is nothing to administer in this build yet".into())
}
