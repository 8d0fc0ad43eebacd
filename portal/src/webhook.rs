//! Calling machines back: the Standard Webhooks specification, and never anywhere it must not go.

pub mod address;
pub mod sign;
