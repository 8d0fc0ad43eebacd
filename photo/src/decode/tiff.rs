//! TIFF: the first page, in the compressions and colours the `tiff` crate reads; 16 bits become 8.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};

/// Reads size and orientation from the first directory.
pub(super) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(refuse)?;
    let (width, height) = decoder.dimensions().map_err(refuse)?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    Ok(Header {
        container: Container::Tiff,
        width,
        height,
        orientation: orientation.filter(|v| (1..=8).contains(v)).unwrap_or(1),
    })
}

/// Decodes the first page to 8 bits a channel.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    let mut caps = tiff::decoder::Limits::default();
    caps.decoding_buffer_size = usize::try_from(limits.max_pixels).unwrap_or(usize::MAX).saturating_mul(8);
    caps.ifd_value_size = limits.max_profile_bytes;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(refuse)?.with_limits(caps);
    let (width, height) = decoder.dimensions().map_err(refuse)?;
    let colour = decoder.colortype().map_err(refuse)?;
    let profile = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let map = matches!(colour, ColorType::Palette(_))
        .then(|| decoder.get_tag_u16_vec(Tag::ColorMap))
        .transpose()
        .map_err(refuse)?;
    let samples = eight_bits(decoder.read_image().map_err(refuse)?, colour.bit_depth())
        .ok_or_else(|| advice::unsupported("tiff"))?;
    let pixels = width as usize * height as usize;
    let unpack = |samples: Vec<u8>, per_pixel: usize, scale: bool| {
        unpack(samples, colour.bit_depth(), width as usize * per_pixel, pixels * per_pixel, scale)
    };
    let (channels, data) = match colour {
        ColorType::Gray(_) => (Channels::Grey, unpack(samples, 1, true)),
        ColorType::GrayA(8 | 16) => (Channels::GreyAlpha, samples),
        ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => (Channels::Rgb, samples),
        ColorType::RGBA(8 | 16) => (Channels::Rgba, samples),
        ColorType::CMYK(8 | 16) => (Channels::Cmyk, samples),
        ColorType::Palette(bits) => {
            (Channels::Rgb, look_up(&unpack(samples, 1, false), &map.unwrap_or_default(), bits))
        }
        _ => return Err(advice::unsupported("tiff")),
    };
    // Samples kept plane by plane arrive short of what their colours need.
    let picture = Picture::new(width, height, channels, data).map_err(|_| advice::unsupported("tiff"))?;
    Ok(Decoded::whole(picture, profile))
}

fn eight_bits(samples: DecodingResult, depth: u8) -> Option<Vec<u8>> {
    match samples {
        DecodingResult::U8(list) => Some(list),
        DecodingResult::U16(list) if depth == 16 => {
            Some(list.into_iter().map(|s| u8::try_from(s >> 8).unwrap_or(255)).collect())
        }
        _ => None,
    }
}

/// Spreads 1-, 2- and 4-bit samples, rows padded to bytes; `scale` brings their range to 0..=255.
fn unpack(packed: Vec<u8>, bits: u8, row: usize, total: usize, scale: bool) -> Vec<u8> {
    if bits >= 8 || packed.len() == total {
        return packed;
    }
    let (bits, most) = (usize::from(bits.max(1)), (1_u16 << bits.max(1)) - 1);
    let mut out = Vec::with_capacity(total);
    for line in packed.chunks((row * bits).div_ceil(8).max(1)) {
        let samples = (0..row).map(|x| {
            let byte = u16::from(line.get(x * bits / 8).copied().unwrap_or(0));
            let sample = byte >> (8 - bits - x * bits % 8) & most;
            u8::try_from(if scale { sample * 255 / most } else { sample }).unwrap_or(255)
        });
        out.extend(samples);
    }
    out
}

/// A colour map has all reds, then all greens, then all blues, 16 bits each.
fn look_up(indices: &[u8], map: &[u16], bits: u8) -> Vec<u8> {
    let colours = 1_usize << bits.min(8);
    let channel = |index: u8, which: usize| {
        map.get(which * colours + usize::from(index)).map_or(0, |v| u8::try_from(v >> 8).unwrap_or(255))
    };
    indices.iter().flat_map(|index| [channel(*index, 0), channel(*index, 1), channel(*index, 2)]).collect()
}

fn refuse(error: TiffError) -> Refusal {
    match error {
        TiffError::UnsupportedError(_) => advice::unsupported("tiff"),
        _ => advice::damaged(),
    }
}
