//! Writes the finished pixels: nothing but pixels, density and what the format itself needs.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, PixelDensity, PixelDensityUnit, SamplingFactor};

use crate::advice::{self, Refusal};
use crate::picture::{Channels, Picture};

/// How a JPEG is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Jpeg {
    /// 1 to 100.
    pub(crate) quality: u8,
    /// Colour at full resolution (4:4:4) instead of half (4:2:0).
    pub(crate) full_colour: bool,
    /// Codes made for this picture; off only where a portal wants more bytes.
    pub(crate) own_codes: bool,
    /// Restart markers after each unit: legitimate bytes, for portals that refuse small files.
    pub(crate) restarts: bool,
}

impl Jpeg {
    pub(crate) fn new(quality: u8, full_colour: bool) -> Self {
        Self { quality, full_colour, own_codes: true, restarts: false }
    }
}

/// A baseline JPEG with 8 bits a channel.
pub(crate) fn jpeg(picture: &Picture, how: Jpeg, dpi: Option<u32>) -> Result<Vec<u8>, Refusal> {
    let mut data = Vec::with_capacity(picture.data.len() / 8);
    let mut encoder = Encoder::new(&mut data, how.quality);
    encoder.set_sampling_factor(if how.full_colour { SamplingFactor::F_1_1 } else { SamplingFactor::F_2_2 });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_optimized_huffman_tables(how.own_codes);
    if how.restarts {
        encoder.set_restart_interval(1);
    }
    if let Some(dpi) = dpi.and_then(|dpi| u16::try_from(dpi).ok()) {
        encoder.set_density(PixelDensity { density: (dpi, dpi), unit: PixelDensityUnit::Inches });
    }
    let side = |length: u32| u16::try_from(length).map_err(|_| advice::damaged());
    let colour = if picture.channels == Channels::Grey { ColorType::Luma } else { ColorType::Rgb };
    encoder
        .encode(&picture.data, side(picture.width)?, side(picture.height)?, colour)
        .map_err(|_| advice::damaged())?;
    Ok(data)
}

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
    fn the_density_is_written_and_nothing_else() {
        let picture = Picture::new(16, 16, Channels::Rgb, vec![99; 768]).unwrap();
        let data = jpeg(&picture, Jpeg::new(80, false), Some(200)).unwrap();
        assert_eq!(
            data[..20],
            [0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 2, 1, 0, 200, 0, 200, 0, 0]
        );
        assert!(data.ends_with(&[0xff, 0xd9]));
        let data = png(&picture, true, Some(200)).unwrap();
        assert!(data.windows(9).any(|w| w == [b'p', b'H', b'Y', b's', 0, 0, 0x1e, 0xc2, 0]), "7874 dots a metre");
    }
}
