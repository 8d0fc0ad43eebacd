//! Every end-to-end test, one module a theme.
mod access;
mod config;
mod contract;
mod faults;
mod hostile;
mod input;
mod journey;
mod killed;
mod problems;
mod relay;
mod relaying;
mod reports;
mod schema;
mod shell;
mod tidy;
mod tokens;
mod withdrawn;
