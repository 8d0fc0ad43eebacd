//! Access tokens: signed for fifteen minutes, checked without asking anybody.

mod jwt;
mod keys;
mod provider;
#[cfg(test)]
mod tests;

pub use jwt::{Audience, Bearer, Claims, IssueError, LIFETIME_SECONDS, MAX_TOKEN_BYTES, TokenError, Tokens};
pub use keys::{KeyError, Keys};
