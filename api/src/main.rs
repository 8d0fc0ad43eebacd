//! The binary `gaoxingban`.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::command::main()
}
