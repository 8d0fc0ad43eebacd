//! The life of a case: one file an act.

pub mod world;
