//! The promises of both stores, and what each of them can get wrong alone.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod server;
mod support;

mod behaviour;
mod folder;
mod parts;
mod s3;
