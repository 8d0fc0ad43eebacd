#![doc = include_str!("../README.md")]

// How a process comes to life
mod allocator;
pub mod command;
pub mod config;
pub mod telemetry;
// What it is made of
pub mod app;
pub mod auth;
pub mod catalogue;
pub mod database;
pub mod outside;
// What it does: answer, and what goes on beside that
pub mod background;
pub mod darkroom;
pub mod digest;
pub mod http;
pub mod receive;
pub mod reconcile;
pub mod renew;
pub mod rule_sync;
pub mod server;
pub mod sweep;
pub mod uploads;
