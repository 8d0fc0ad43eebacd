//! WebP: lossy, lossless, with opacity; of an animation the first frame.

use std::borrow::Cow;
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
    let (mut size, mut orientation, mut coded, mut at) = (None, 1, (0, 0), 12);
    for _ in 0..limits.max_segments {
        let Some((name, rest)) = bytes.get(at..).and_then(|b| b.split_first_chunk::<4>()) else { break };
        let Some((length, body)) = rest.split_first_chunk::<4>() else { break };
        let length = u32::from_le_bytes(*length) as usize;
        // A lossy picture would be read on in noughts.
        if matches!(name, b"VP8 " | b"VP8L") && body.len() < length {
            return Err(advice::damaged());
        }
        match name {
            // Where the canvas is told twice, the first counts: for the library too.
            b"VP8X" => size = size.or_else(|| canvas(body)),
            b"VP8 " | b"VP8L" => {
                let own = picture(*name, body);
                size = size.or(own);
                coded = larger(coded, own);
            }
            b"ANMF" => coded = larger(coded, frame(body.get(FRAME_BYTES..).unwrap_or_default())),
            b"EXIF" => orientation = body.get(..length).and_then(exif::orientation).unwrap_or(1),
            _ => {}
        }
        at = at.saturating_add(8 + length + length % 2);
    }
    let (width, height) = size.ok_or_else(advice::damaged)?;
    // The library makes room for what a frame's own data claims before it looks at the canvas.
    if coded.0 > width || coded.1 > height {
        return Err(advice::damaged());
    }
    Ok(Header { container: Container::Webp, width, height, orientation })
}

/// Bytes before the chunks of an animation's frame: place, size, how long, how it is laid.
const FRAME_BYTES: usize = 16;
/// Where the flags of the whole file stand, and two of them.
const FLAGS: usize = 20;
const ANIMATED: u8 = 0x02;
const HAS_OPACITY: u8 = 0x10;

fn larger(one: (u32, u32), other: Option<(u32, u32)>) -> (u32, u32) {
    other.map_or(one, |(width, height)| (one.0.max(width), one.1.max(height)))
}

/// The size of a picture by its own data.
fn picture(name: [u8; 4], body: &[u8]) -> Option<(u32, u32)> {
    if name == *b"VP8L" { lossless(body) } else { lossy(body) }
}

/// The size of a frame's picture, which may follow its opacity.
fn frame(body: &[u8]) -> Option<(u32, u32)> {
    let mut rest = body;
    for _ in 0..4 {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, body) = after.split_first_chunk::<4>()?;
        if matches!(name, b"VP8 " | b"VP8L") {
            return picture(*name, body);
        }
        let length = u32::from_le_bytes(*length) as usize;
        rest = body.get(length.checked_add(length % 2)?..)?;
    }
    None
}

/// What a frame does not cover of its canvas is bare, as every viewer shows it: the library does so only for files that
/// say they have opacity.
fn with_opacity<'a>(bytes: &'a [u8], header: &Header, limits: &Limits) -> Cow<'a, [u8]> {
    let animated = bytes.get(12..16) == Some(b"VP8X") && bytes.get(FLAGS).is_some_and(|flags| flags & ANIMATED != 0);
    if !animated || first_frame(bytes, limits).is_none_or(|size| size == (header.width, header.height)) {
        return Cow::Borrowed(bytes);
    }
    let mut file = bytes.to_vec();
    if let Some(flags) = file.get_mut(FLAGS) {
        *flags |= HAS_OPACITY;
    }
    Cow::Owned(file)
}

/// The size of an animation's first frame.
fn first_frame(bytes: &[u8], limits: &Limits) -> Option<(u32, u32)> {
    let mut at = 12;
    for _ in 0..limits.max_segments {
        let (name, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
        let (length, body) = rest.split_first_chunk::<4>()?;
        if name == b"ANMF" {
            return Some((side(body.get(6..9)?), side(body.get(9..12)?)));
        }
        let length = u32::from_le_bytes(*length) as usize;
        at = at.saturating_add(8 + length + length % 2);
    }
    None
}

/// A side less one, in three bytes.
fn side(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)) + 1
}

fn canvas(body: &[u8]) -> Option<(u32, u32)> {
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
pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded, Refusal> {
    let file = with_opacity(bytes, header, limits);
    let mut decoder = WebPDecoder::new(Cursor::new(&*file)).map_err(|_| advice::damaged())?;
    decoder.set_memory_limit(limits.max_profile_bytes);
    let (width, height) = decoder.dimensions();
    // The library makes room for what it read itself, and the limits were held against what we read.
    if (width, height) != (header.width, header.height) {
        return Err(advice::damaged());
    }
    let channels = if decoder.has_alpha() { Channels::Rgba } else { Channels::Rgb };
    let profile = decoder.icc_profile().ok().flatten();
    let mut data = vec![0; decoder.output_buffer_size().ok_or_else(advice::damaged)?];
    decoder.read_image(&mut data).map_err(|_| advice::damaged())?;
    Ok(Decoded::whole(Picture::new(width, height, channels, data)?, profile))
}
