//! Writes the finished pixels as JPEG or PNG: nothing but pixels, density and what the format itself needs.
//!
//! The JPEG encoder is our own so that a search over qualities costs little: the picture is transformed once
//! (`planes`, `dct`, `blocks`), a try at a quality only chooses levels and counts symbols (`tables`, `quantise`,
//! `huffman`), and the bits are written at the end (`write`): `forecast` looks at a part of the
//! picture, `plan` goes over the whole.

mod blocks;
mod dct;
mod forecast;
mod huffman;
mod plan;
mod planes;
mod png;
mod quantise;
mod tables;
mod taste;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use self::forecast::Forecast;
pub(crate) use self::plan::{Encoded, Plan};
pub(crate) use self::planes::{Plane, Planes};
pub(crate) use self::png::png;
pub(crate) use self::taste::Taste;
