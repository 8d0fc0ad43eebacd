//! PNG: every colour type and depth, interlaced or not; of an animation the picture every viewer shows first.

use std::io::Cursor;

use png::{ColorType, Decoder, Transformations};

use crate::advice::{self, Refusal};
use crate::exif;
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};
use crate::weight::Held;

/// Room for everything but the pixels: rows, palette, profile, text.
const AUXILIARY_BYTES: usize = 64 << 20;

/// Walks the chunks: size from the first, orientation from `eXIf` wherever it stands.
pub(super) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    if bytes.get(12..16) != Some(b"IHDR") {
        return Err(advice::damaged());
    }
    let (width, height) = word(16).zip(word(20)).ok_or_else(advice::damaged)?;
    let mut orientation = 1;
    let mut at = 8;
    for _ in 0..limits.max_segments {
        let Some(length) = word(at) else { break };
        let end = at + 8 + length as usize;
        match (bytes.get(at + 4..at + 8), bytes.get(at + 8..end)) {
            (Some(b"eXIf"), Some(block)) => {
                orientation = exif::orientation(block).unwrap_or(1);
                break;
            }
            (Some(b"IEND") | None, _) => break,
            _ => at = end + 4,
        }
    }
    Ok(Header { container: Container::Png, width, height, orientation })
}

/// The pixels and little else: rows are read one by one.
pub(super) fn held(bytes: &[u8], header: &Header) -> Held {
    // By colour type; opacity may be said in a chunk of its own.
    let each = if matches!(bytes.get(25), Some(0 | 4)) { 2 } else { 4 };
    Held::whole(header, each, 0)
}

/// Decodes to 8 bits a channel. A wrong checksum or missing data is damage.
pub(super) fn decode(bytes: &[u8], limits: &Limits, keep_going: &dyn Fn() -> bool) -> Result<Decoded, Refusal> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: AUXILIARY_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| advice::damaged())?;
    let (width, height) = reader.info().size();
    let (colour, _) = reader.output_color_type();
    let channels = match colour {
        ColorType::Grayscale => Channels::Grey,
        ColorType::GrayscaleAlpha => Channels::GreyAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(advice::damaged()),
    };
    let profile =
        reader.info().icc_profile.as_ref().map(|icc| icc.to_vec()).filter(|icc| icc.len() <= limits.max_profile_bytes);
    let size = reader.output_buffer_size().ok_or_else(advice::damaged)?;
    let mut data = vec![0; size];
    if reader.info().interlaced {
        reader.next_frame(&mut data).map_err(|_| advice::damaged())?;
    } else {
        let stride = reader.output_line_size(width).ok_or_else(advice::damaged)?;
        for (number, row) in data.chunks_exact_mut(stride).enumerate() {
            if number % 256 == 0 && !keep_going() {
                return Err(advice::timeout());
            }
            reader.read_row(row).map_err(|_| advice::damaged())?.ok_or_else(advice::damaged)?;
        }
        // The data's own checksum stands after the last row.
        if reader.info().animation_control.is_none() {
            reader.finish().map_err(|_| advice::damaged())?;
        }
    }
    Ok(Decoded::whole(Picture::new(width, height, channels, data)?, profile))
}
