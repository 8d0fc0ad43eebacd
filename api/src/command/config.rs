//! `gaoxingban config`: what is in force, or the page that explains every setting.

use std::path::Path;
use std::process::ExitCode;

use super::{Ended, print};
use crate::config::{Config, effective, markdown};

/// What `config` can be told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Args {
    /// Print the page docs/config.md instead.
    #[arg(long)]
    markdown: bool,
}

pub(super) fn run(args: Args, file: Option<&Path>) -> Ended {
    let text = if args.markdown { markdown() } else { effective(&Config::load(file)?) };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
