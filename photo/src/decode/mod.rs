//! From the stored bytes to pixels: one file a container. Every decoder here is memory-safe Rust; none of them turns
//! the picture upright, and none converts colours.

mod bmp;
mod bounds;
mod gif;
mod heic;
mod heif;
mod jpeg;
mod png;
mod tiff;
mod tiles;
mod webp;

pub(crate) use self::jpeg::parts as jpeg_parts;

use std::panic::{self, AssertUnwindSafe};

use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::planar::Decoded;
use crate::probe::{Container, Header};
use crate::weight::Held;

/// How much of the picture the rule will keep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Result pixels per stored pixel, at most 1.
    pub(crate) scale: f64,
    /// Colour at full resolution; otherwise half of it each way is enough.
    pub(crate) full_colour: bool,
}

/// How many times the samples that stay are decoded, each way. A block that is decoded to a part of its size knows
/// nothing of its neighbours; the filter that brings the rest to size does, and needs this much to do it well.
const SPARE: f64 = 1.15;

impl Wanted {
    /// The least number of eighths of the stored size that leaves enough to be shrunk.
    fn eighths(self) -> usize {
        (1..8_u8).find(|n| f64::from(*n) >= self.scale * SPARE * 8.0 - 1e-9).map_or(8, usize::from)
    }
}

/// Reads a container's header, without a pixel.
pub(crate) fn header(bytes: &[u8], container: Container, limits: &Limits) -> Result<Header, Refusal> {
    guarded(|| match container {
        Container::Jpeg => jpeg::header(bytes, limits),
        Container::Png => png::header(bytes, limits),
        Container::Webp => webp::header(bytes, limits),
        Container::Gif => gif::header(bytes),
        Container::Bmp => bmp::header(bytes),
        Container::Tiff => tiff::header(bytes),
        Container::Heic => heic::header(bytes, limits),
    })
}

/// Decodes the first picture of the file.
pub(crate) fn decode(
    bytes: &[u8],
    header: &Header,
    wanted: Wanted,
    limits: &Limits,
    keep_going: &dyn Fn() -> bool,
) -> Result<Decoded, Refusal> {
    guarded(|| match header.container {
        Container::Jpeg => jpeg::decode(bytes, wanted, limits, keep_going),
        Container::Png => png::decode(bytes, limits, keep_going),
        Container::Webp => webp::decode(bytes, header, limits),
        Container::Gif => gif::decode(bytes, header),
        Container::Bmp => bmp::decode(bytes, limits),
        Container::Tiff => tiff::decode(bytes, limits, keep_going),
        Container::Heic => heic::decode(bytes, wanted, limits, keep_going),
    })
}

/// What decoding that picture holds in memory.
pub(crate) fn held(bytes: &[u8], header: &Header, wanted: Wanted, limits: &Limits) -> Result<Held, Refusal> {
    guarded(|| match header.container {
        Container::Jpeg => jpeg::held(bytes, wanted, limits),
        Container::Png => Ok(png::held(bytes, header)),
        // Lossless pixels are made beside those that are handed on, of an animation with the canvas beside both.
        Container::Webp => Ok(Held::whole(header, 4, 8)),
        // The frame and its indices lie beside the canvas.
        Container::Gif => Ok(Held::whole(header, 4, 6)),
        Container::Bmp => Ok(Held::whole(header, 4, 4)),
        Container::Tiff => tiff::held(bytes, header, limits),
        Container::Heic => heic::held(bytes, header, wanted),
    })
}

/// A decoder that panics has met bytes nobody foresaw: that is damage to the caller, and must not cost the process.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(advice::damaged()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_eighths_as_suffice() {
        for (scale, want) in [(1.0, 8), (0.76, 7), (0.7, 7), (0.65, 6), (0.5, 5), (0.4, 4), (0.2, 2), (0.01, 1)] {
            assert_eq!(Wanted { scale, full_colour: true }.eighths(), want);
        }
    }
}
