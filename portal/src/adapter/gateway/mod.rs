//! Gateway v1, the reference wire: JSON over signed HTTP, named after the national and Shandong exchange tables.

mod client;
mod codes;
pub mod outcome;
mod required;
mod wire;

pub use client::{BadAddress, Gateway};
pub use wire::parse_report;
