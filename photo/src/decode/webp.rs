//! WebP: lossy, lossless, with opacity; of an animation the first frame.

use std::io::Cursor;

use image_webp::WebPDecoder;

use crate::advice::{self, Refusal};
use crate::exif;
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};

/// Reads the size from the canvas or the first frame's header, and the orientation from the `EXIF` chunk.
pub(super) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    let (mut size, mut orientation, mut at) = (None, 1, 12);
    for _ in 0..limits.max_segments {
        let Some((name, rest)) = bytes.get(at..).and_then(|b| b.split_first_chunk::<4>()) else { break };
        let Some((length, body)) = rest.split_first_chunk::<4>() else { break };
        let length = u32::from_le_bytes(*length) as usize;
        match name {
            b"VP8X" => size = canvas(body),
            b"VP8 " => size = size.or_else(|| lossy(body)),
            b"VP8L" => size = size.or_else(|| lossless(body)),
            b"EXIF" => orientation = body.get(..length).and_then(exif::orientation).unwrap_or(1),
            _ => {}
        }
        at = at.saturating_add(8 + length + length % 2);
    }
    let (width, height) = size.ok_or_else(advice::damaged)?;
    Ok(Header { container: Container::Webp, width, height, orientation })
}

fn canvas(body: &[u8]) -> Option<(u32, u32)> {
    let side = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)) + 1;
    Some((side(body.get(4..7)?), side(body.get(7..10)?)))
}

fn lossy(body: &[u8]) -> Option<(u32, u32)> {
    match body.get(3..10)? {
        [0x9d, 1, 0x2a, a, b, c, d] => {
            Some((u32::from(u16::from_le_bytes([*a, *b]) & 0x3fff), u32::from(u16::from_le_bytes([*c, *d]) & 0x3fff)))
        }
        _ => None,
    }
}

fn lossless(body: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(body.get(1..5)?.try_into().ok()?);
    (body.first() == Some(&0x2f)).then_some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// Decodes the first frame.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| advice::damaged())?;
    decoder.set_memory_limit(limits.max_profile_bytes);
    let (width, height) = decoder.dimensions();
    let channels = if decoder.has_alpha() { Channels::Rgba } else { Channels::Rgb };
    let profile = decoder.icc_profile().ok().flatten();
    let mut data = vec![0; decoder.output_buffer_size().ok_or_else(advice::damaged)?];
    decoder.read_image(&mut data).map_err(|_| advice::damaged())?;
    Ok(Decoded::whole(Picture::new(width, height, channels, data)?, profile))
}
