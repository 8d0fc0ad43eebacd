//! BMP in all its header versions, through the `image` crate.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, DynamicImage, ImageDecoder};

use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};

/// Bytes before the header that tells of the picture.
const FILE_HEADER: usize = 14;
/// The header of OS/2 2: the common one of 40 bytes, then what only printers want to know.
const OS2: u32 = 64;
const COMMON: u32 = 40;

/// Reads the size; a negative height means rows from the top.
pub(super) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    let half = |at: usize| bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes).map(u32::from);
    let length = word(bytes, FILE_HEADER).ok_or_else(advice::damaged)?;
    match length {
        12 | COMMON | 52 | 56 | OS2 | 108 | 124 => {}
        16..128 => return Err(advice::unsupported("bmp")),
        _ => return Err(advice::damaged()),
    }
    // Masks are the last packing that everyone has; OS/2 means something else by them.
    let last = if length == OS2 { 2 } else { 3 };
    if length >= COMMON && word(bytes, 30).is_some_and(|packing| packing > last) {
        return Err(advice::unsupported("bmp"));
    }
    // Pixels that begin inside the headers are none.
    if word(bytes, 10).is_none_or(|pixels| pixels < 14 + length) {
        return Err(advice::damaged());
    }
    let size = match length {
        12 => half(18).zip(half(20)),
        _ => word(bytes, 18)
            .zip(word(bytes, 22))
            .map(|(w, h)| (w.cast_signed().unsigned_abs(), h.cast_signed().unsigned_abs())),
    };
    let (width, height) = size.ok_or_else(advice::damaged)?;
    Ok(Header { container: Container::Bmp, width, height, orientation: 1 })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// The library does not know the header of OS/2 2: it is given the part that it does.
fn common(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    if word(bytes, FILE_HEADER)? != OS2 {
        return Some(Cow::Borrowed(bytes));
    }
    let (start, rest) = (bytes.get(..10)?, bytes.get(FILE_HEADER + OS2 as usize..)?);
    let shared = bytes.get(FILE_HEADER + 4..FILE_HEADER + COMMON as usize)?;
    let pixels = word(bytes, 10)?.checked_sub(OS2 - COMMON)?.to_le_bytes();
    Some(Cow::Owned([start, &pixels, &COMMON.to_le_bytes(), shared, rest].concat()))
}

/// The profile that a header of version 5 may point at.
fn profile<'a>(bytes: &'a [u8], limits: &Limits) -> Option<&'a [u8]> {
    let header = bytes.get(FILE_HEADER..)?;
    if word(header, 0)? != 124 || header.get(56..60)? != b"DEBM" {
        return None;
    }
    let (start, length) = (word(header, 112)? as usize, word(header, 116)? as usize);
    header.get(start..start.checked_add(length)?).filter(|icc| icc.len() <= limits.max_profile_bytes)
}

/// Decodes the picture; opacity is kept only where some pixel uses it, since many writers leave that byte nought.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    let file = common(bytes).ok_or_else(advice::damaged)?;
    let decoder = BmpDecoder::new(Cursor::new(&*file)).map_err(|_| advice::damaged())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(advice::damaged());
    }
    let alpha = decoder.color_type() == ColorType::Rgba8;
    let image = DynamicImage::from_decoder(decoder).map_err(|_| advice::damaged())?;
    let picture = if alpha {
        let mut data = image.into_rgba8().into_raw();
        if data.iter().skip(3).step_by(4).all(|a| *a == 0) {
            data.iter_mut().skip(3).step_by(4).for_each(|a| *a = 255);
        }
        Picture::new(width, height, Channels::Rgba, data)?
    } else {
        Picture::new(width, height, Channels::Rgb, image.into_rgb8().into_raw())?
    };
    Ok(Decoded::whole(picture, profile(bytes, limits).map(<[u8]>::to_vec)))
}
