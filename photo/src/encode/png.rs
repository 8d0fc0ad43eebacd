//! Writes PNG: nothing but pixels, density and what the format itself needs.

use crate::advice::{self, Refusal};
use crate::picture::{Channels, Picture};

/// A PNG with 8 bits a channel. `packed` compresses as well as it can; otherwise rows are stored as they are.
pub(crate) fn png(picture: &Picture, packed: bool, dpi: Option<u32>) -> Result<Vec<u8>, Refusal> {
    let mut data = Vec::new();
    let mut encoder = png::Encoder::new(&mut data, picture.width, picture.height);
    encoder.set_color(if picture.channels == Channels::Grey { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(if packed { png::Compression::High } else { png::Compression::NoCompression });
    if let Some(dpi) = dpi {
        // Dots per inch to dots per metre, rounded.
        let per_metre = (u64::from(dpi) * 10_000 + 127) / 254;
        let per_metre = u32::try_from(per_metre).unwrap_or(u32::MAX);
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    }
    let mut writer = encoder.write_header().map_err(|_| advice::damaged())?;
    writer.write_image_data(&picture.data).map_err(|_| advice::damaged())?;
    writer.finish().map_err(|_| advice::damaged())?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_is_written_in_dots_a_metre() {
        let picture = Picture::new(16, 16, Channels::Rgb, vec![99; 768]).unwrap();
        let data = png(&picture, true, Some(200)).unwrap();
        assert!(data.windows(9).any(|w| w == [b'p', b'H', b'Y', b's', 0, 0, 0x1e, 0xc2, 0]), "7874 dots a metre");
    }
}
