//! Every end-to-end test, one module a theme.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what does not hold ends the test"
)]

mod access;
mod at_random;
mod bound;
mod config;
mod contract;
mod county;
mod cut_short;
mod digest;
mod faults;
mod hostile;
mod input;
mod integration;
mod journey;
mod killed;
mod lanes;
mod parts;
mod plans;
mod problems;
mod reconcile;
mod redriven;
mod relay;
mod relaying;
mod renewed;
mod reports;
mod schedules;
mod schema;
mod sealed;
mod sheet;
mod shell;
mod shown;
mod signed;
mod tidy;
mod together;
mod tokens;
mod uploads;
mod ways;
mod withdrawn;
