//! `gaoxingban openapi`: the documents, made from types alone.

use std::process::ExitCode;

use super::{Ended, print};
use crate::http::documents::{Document, yaml};

/// What `openapi` can be told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Args {
    /// Which document.
    document: Document,
}

pub(super) fn run(args: Args) -> Ended {
    print(&yaml(args.document))?;
    Ok(ExitCode::SUCCESS)
}
