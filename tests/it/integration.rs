//! What integrators do, over signed calls of machines with accounts of their own.

mod accounts;
mod admin;
mod deliveries;
mod doubted;
mod feed;
mod files;
mod forgotten;
mod inside;
mod kept_up;
mod refused;
mod reported;
mod rules;
mod scopes;
mod told;
mod webhooks;
