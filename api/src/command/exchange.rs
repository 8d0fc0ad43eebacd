//! `gaoxingban exchange`: tables and codes of the exchange with the province.

use std::process::ExitCode;

use portal::adapter::reference;

use super::{Ended, print};

pub(super) fn run() -> Ended {
    print(&reference::page())?;
    Ok(ExitCode::SUCCESS)
}
