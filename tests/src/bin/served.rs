//! The binary `gaoxingban`, for tests that need a process they can kill.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::command::main()
}
