//! The files that phones, cameras and programs make of a picture.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage, imageops};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// What stands beside the pixels in a JPEG.
#[derive(Clone, Default)]
pub struct Beside {
    /// EXIF orientation; the pixels are stored so that obeying it shows the picture.
    pub orientation: Option<u8>,
    /// Where it was taken.
    pub gps: bool,
    /// The colours the pixels are stored in.
    pub profile: Option<Vec<u8>>,
    /// Coded in several scans.
    pub progressive: bool,
    /// Bytes after the end marker, as motion photos have.
    pub tail: Vec<u8>,
}

/// The pixels as they must be stored for a viewer that obeys the orientation to show `upright`.
pub fn stored(upright: &RgbImage, orientation: u8) -> RgbImage {
    match orientation {
        2 => imageops::flip_horizontal(upright),
        3 => imageops::rotate180(upright),
        4 => imageops::flip_vertical(upright),
        5 => imageops::flip_horizontal(&imageops::rotate90(upright)),
        6 => imageops::rotate270(upright),
        7 => imageops::flip_horizontal(&imageops::rotate270(upright)),
        8 => imageops::rotate90(upright),
        _ => upright.clone(),
    }
}

/// A TIFF-shaped EXIF block with an orientation, a maker, and, if wanted, a place.
pub fn exif(orientation: u8, gps: bool) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    let entries: u16 = if gps { 3 } else { 2 };
    let after = 8 + 2 + u32::from(entries) * 12 + 4;
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    out.extend(entries.to_le_bytes());
    out.extend(entry(0x010f, 2, 4, u32::from_le_bytes(*b"gxb\0")));
    out.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    if gps {
        out.extend(entry(0x8825, 4, 1, after));
    }
    out.extend([0; 4]);
    if gps {
        let degrees = after + 2 + 4 * 12 + 4;
        out.extend(4_u16.to_le_bytes());
        out.extend(entry(1, 2, 2, u32::from(b'N')));
        out.extend(entry(2, 5, 3, degrees));
        out.extend(entry(3, 2, 2, u32::from(b'E')));
        out.extend(entry(4, 5, 3, degrees + 24));
        out.extend([0; 4]);
        for number in [36_u32, 40, 12, 116, 59, 30] {
            out.extend(number.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
        }
    }
    out
}

/// A JPEG of colour at half resolution.
pub fn jpeg(upright: &RgbImage, quality: u8, beside: &Beside) -> Vec<u8> {
    let picture = stored(upright, beside.orientation.unwrap_or(1));
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(beside.progressive);
    if let Some(orientation) = beside.orientation {
        encoder.add_app_segment(1, [b"Exif\0\0".to_vec(), exif(orientation, beside.gps)].concat()).unwrap();
    }
    if let Some(profile) = &beside.profile {
        encoder.add_icc_profile(profile).unwrap();
    }
    let side = |length: u32| u16::try_from(length).unwrap();
    encoder.encode(picture.as_raw(), side(picture.width()), side(picture.height()), ColorType::Rgb).unwrap();
    data.extend_from_slice(&beside.tail);
    data
}

/// A JPEG in printer's inks, upside down as Adobe writes it; as CMYK, or as YCCK.
pub fn jpeg_inks(inks: &[u8], width: u32, height: u32, ycck: bool, profile: Option<&[u8]>) -> Vec<u8> {
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, 95);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).unwrap();
    }
    let kind = if ycck { ColorType::CmykAsYcck } else { ColorType::Cmyk };
    encoder.encode(inks, u16::try_from(width).unwrap(), u16::try_from(height).unwrap(), kind).unwrap();
    data
}

/// Any format the `image` crate writes.
pub fn plain(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture.clone()).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// The same with opacity.
pub fn plain_alpha(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(picture.clone()).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A PNG of 16 bits a channel.
pub fn png16(picture: &RgbImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb16(DynamicImage::ImageRgb8(picture.clone()).into_rgb16())
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

/// A PNG with an `eXIf` chunk after its pixels.
pub fn png_turned(upright: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut out = plain(&stored(upright, orientation), ImageFormat::Png);
    let end = out.split_off(out.len() - 12);
    let block = exif(orientation, true);
    let body = [b"eXIf".to_vec(), block.clone()].concat();
    out.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
    out.extend(&body);
    out.extend(crc32(&body).to_be_bytes());
    out.extend(end);
    out
}

/// The checksum of a PNG's chunk.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

/// A lossless WebP with an `EXIF` chunk.
pub fn webp_turned(upright: &RgbImage, orientation: u8) -> Vec<u8> {
    let picture = stored(upright, orientation);
    let bare = plain(&picture, ImageFormat::WebP);
    let mut body = b"WEBPVP8X\x0a\0\0\0\x08\0\0\0".to_vec();
    for side in [picture.width(), picture.height()] {
        body.extend(&(side - 1).to_le_bytes()[..3]);
    }
    body.extend(&bare[12..]);
    let block = exif(orientation, true);
    body.extend(b"EXIF");
    body.extend(u32::try_from(block.len()).unwrap().to_le_bytes());
    body.extend(&block);
    body.extend(vec![0; block.len() % 2]);
    [b"RIFF".to_vec(), u32::try_from(body.len()).unwrap().to_le_bytes().to_vec(), body].concat()
}

/// An uncompressed TIFF with an orientation and, if given, a profile.
pub fn tiff_turned(upright: &RgbImage, orientation: u8, profile: Option<&[u8]>) -> Vec<u8> {
    let picture = stored(upright, orientation);
    let pixels = picture.as_raw();
    let profile = profile.unwrap_or_default();
    let bits_at = 8 + u32::try_from(pixels.len()).unwrap();
    let profile_at = bits_at + 6;
    let directory = profile_at + u32::try_from(profile.len().next_multiple_of(2)).unwrap();
    let mut entries = vec![
        (256_u16, 4_u16, 1_u32, picture.width()),
        (257, 4, 1, picture.height()),
        (258, 3, 3, bits_at),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 8),
        (274, 3, 1, u32::from(orientation)),
        (277, 3, 1, 3),
        (278, 4, 1, picture.height()),
        (279, 4, 1, u32::try_from(pixels.len()).unwrap()),
    ];
    if !profile.is_empty() {
        entries.push((34675, 7, u32::try_from(profile.len()).unwrap(), profile_at));
    }
    let mut out = [b"II*\0".to_vec(), directory.to_le_bytes().to_vec(), pixels.clone()].concat();
    out.extend([8, 0, 8, 0, 8, 0]);
    out.extend(profile);
    out.extend(vec![0; profile.len() % 2]);
    out.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    out
}

/// Reads a finished file with decoders that are not ours. JPEG through `jpeg-decoder`: the one inside `image` shows
/// colour at half resolution as nothing at low optimisation levels.
pub fn read(bytes: &[u8]) -> RgbImage {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return image::load_from_memory(bytes).unwrap().into_rgb8();
    }
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let pixels = if info.pixel_format == jpeg_decoder::PixelFormat::L8 {
        pixels.iter().flat_map(|v| [*v; 3]).collect()
    } else {
        pixels
    };
    RgbImage::from_raw(width, height, pixels).unwrap()
}
