//! Gateway v1, the reference wire: JSON over signed HTTP, named after the national and Shandong exchange tables.

mod client;
pub mod outcome;
mod wire;

pub use client::{BadAddress, Gateway};
