#![doc = include_str!("../README.md")]

// What every act works with
pub mod desk;
pub mod error;
mod gather;
pub mod mask;
pub mod vault;
pub mod witness;
pub mod world;

// What can be applied for, and what its form takes
pub mod form;
pub mod item;

// Who applies, who works here, which machines call
pub mod account;
pub mod machine;
pub mod session;
pub mod staff;

// The acts, in the order of a case's life
pub mod case;
pub mod check;
pub mod county;
pub mod cursor;
pub mod draft;
pub mod number;
pub mod rate;
pub mod renew;
pub mod repeat;
pub mod report;
pub mod rules;
pub mod stamp;
pub mod state;
pub mod submit;
pub mod whole;
pub mod withdraw;

// What is owed after the commit
pub mod destination;
pub mod digest;
pub mod feed;
pub mod late;
pub mod notice;
pub mod outbox;
pub mod promise;
pub mod told;
pub mod webhook;

pub use desk::Desk;
pub use error::{Error, Result};
