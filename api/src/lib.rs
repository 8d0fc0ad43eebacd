#![doc = include_str!("../README.md")]

// In the order in which a process comes to life and a request goes through it.
pub mod app;
pub mod command;
pub mod config;
pub mod database;
pub mod http;
pub mod server;
pub mod telemetry;
