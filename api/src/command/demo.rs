//! `gaoxingban demo`: one shop owner, played through a running server.

use super::Ended;

/// What `demo` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The server to play against.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,
}

pub(super) fn run(args: Args) -> Ended {
    // Seam: the story is told here.
    let Args { server } = args;
    Err(format!("the demo against {server} is not part of this build yet").into())
}
