//! WeChat: who somebody is, their phone number, and one message for one accept.
//!
//! [`WeChat`] is the edge the rest of the project holds on to; [`Client`] speaks to the real server, or to the
//! [`stand_in`], which speaks the same paths. What each `errcode` means stands in [`codes`] and nowhere else.

mod client;
pub mod codes;
mod config;
mod error;
mod exchange;
mod message;
pub mod stand_in;
mod token;

use std::fmt;

use async_trait::async_trait;

pub use client::Client;
pub use config::{Config, MiniProgram};
pub use error::{Fault, WeChatError};
pub use message::{SubscribeMessage, thing};

/// What WeChat does for us.
#[async_trait]
pub trait WeChat: Send + Sync {
    /// Turns the code of `wx.login` into the person's identity. A code works once, within five minutes.
    ///
    /// # Errors
    /// [`WeChatError`]. After `Unknown` the code may be spent: ask the phone for a fresh one.
    async fn sign_in(&self, code: &str) -> Result<Identity, WeChatError>;

    /// Turns the code of the phone-number button into the number. A code works once, within five minutes.
    ///
    /// # Errors
    /// [`WeChatError`]. `SignInAgain` means here: let the person press the button again.
    async fn phone(&self, code: &str) -> Result<Phone, WeChatError>;

    /// Sends one subscribe message, using up one accept of the person.
    ///
    /// # Errors
    /// [`WeChatError`]. Only `Unknown` leaves open whether the message was sent.
    async fn send_subscribe_message(&self, message: &SubscribeMessage) -> Result<(), WeChatError>;
}

/// Who signed in. The session key that comes with it is never read.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person's id within this mini-program.
    pub openid: String,
    /// The person's id across the bureau's WeChat apps, when they are bound to one open platform.
    pub unionid: Option<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(***)")
    }
}

/// A phone number WeChat vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// The number without its country code, digits only.
    pub number: String,
    /// The country code, digits only: `86`.
    pub country_code: String,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(***)")
    }
}
