#![doc = include_str!("../README.md")]

pub mod advice;
pub mod calendar;
pub mod clock;
pub mod id_card;
pub mod mask;
pub mod phone;
pub mod uscc;

pub use advice::Advice;
