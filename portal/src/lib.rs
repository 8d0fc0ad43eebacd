#![doc = include_str!("../README.md")]

// The loop, and who keeps which promise
pub mod deliver;
pub mod digest;
pub mod payload;
pub mod reason;
pub mod relay;

// The province: what it is told, how it is told, what it says
pub mod adapter;
pub mod application;
pub mod nonces;
pub mod poll;
pub mod reconcile;
pub mod signature;

// People
pub mod wake;
pub mod wechat;

// Machines
pub mod webhook;

// The way out
pub mod http;

// The province on a laptop
pub mod simulator;
