//! BMP in all its header versions, through the `image` crate.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, DynamicImage, ImageDecoder};

use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};

/// Reads the size; a negative height means rows from the top.
pub(super) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
    let half = |at: usize| bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes).map(u32::from);
    let size = match word(14) {
        Some(12) => half(18).zip(half(20)),
        _ => word(18).zip(word(22)).map(|(w, h)| (w.unsigned_abs(), h.unsigned_abs())),
    };
    let (width, height) = size.ok_or_else(advice::damaged)?;
    Ok(Header { container: Container::Bmp, width, height, orientation: 1 })
}

/// Decodes the picture; opacity is kept only where some pixel uses it, since many writers leave that byte nought.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|_| advice::damaged())?;
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
    Ok(Decoded::whole(picture, None))
}
