//! TIFF: the first page, in the compressions and colours the `tiff` crate reads, and palettes and fax pages beside
//! them; 16 bits become 8.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::{directory, fax};
use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};
use crate::weight::Held;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Values of the tags we look at ourselves.
const WHITE_IS_ZERO: u16 = 0;
const BLACK_IS_ZERO: u16 = 1;
const PALETTE: u16 = 3;
const FAX_GROUP_3: u16 = 3;

/// Reads size and orientation from the first directory.
pub(super) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    if !directory::entries(bytes).is_some_and(|entries| directory::is_sound(&entries)) {
        return Err(advice::damaged());
    }
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|e| refuse(&e))?;
    let (width, height) = decoder.dimensions().map_err(|e| refuse(&e))?;
    let orientation =
        number(&mut decoder, Tag::Orientation).and_then(|v| u8::try_from(v).ok()).filter(|v| (1..=8).contains(v));
    Ok(Header { container: Container::Tiff, width, height, orientation: orientation.unwrap_or(1) })
}

/// The samples as they are stored, once more a strip or tile at a time, and as bytes beside them.
pub(super) fn held(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Held, Refusal> {
    let mut decoder = open(bytes, limits)?;
    let samples = number(&mut decoder, Tag::SamplesPerPixel).map_or(1, |samples| u64::from(samples.clamp(1, 4)));
    let bits = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample).ok().flatten().unwrap_or_default();
    let deep = if bits.first().is_some_and(|bits| *bits > 8) { 2 } else { 1 };
    // A palette's indices become three bytes each.
    let each = samples.max(3);
    Ok(Held::whole(header, each, samples * deep * 2))
}

/// Decodes the first page to 8 bits a channel.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    let mut decoder = open(bytes, limits)?;
    let (width, height) = decoder.dimensions().map_err(|e| refuse(&e))?;
    let profile = value(bytes, Tag::IccProfile).filter(|icc| icc.len() <= limits.max_profile_bytes).map(<[u8]>::to_vec);
    let (channels, data) = if number(&mut decoder, Tag::Compression) == Some(FAX_GROUP_3) {
        (Channels::Grey, read_fax(bytes, &mut decoder, width, height)?)
    } else if number(&mut decoder, Tag::PhotometricInterpretation) == Some(PALETTE) {
        (Channels::Rgb, read_palette(bytes, &mut decoder, limits)?)
    } else {
        read_plain(&mut decoder)?
    };
    // Samples kept plane by plane arrive short of what their colours need.
    let picture = Picture::new(width, height, channels, data).map_err(|_| advice::unsupported("tiff"))?;
    Ok(Decoded::whole(picture, profile))
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Reader<'a>, Refusal> {
    let mut caps = tiff::decoder::Limits::default();
    caps.decoding_buffer_size = usize::try_from(limits.max_pixels).unwrap_or(usize::MAX).saturating_mul(8);
    caps.ifd_value_size = limits.max_profile_bytes;
    Ok(Decoder::new(Cursor::new(bytes)).map_err(|e| refuse(&e))?.with_limits(caps))
}

fn number(decoder: &mut Reader<'_>, tag: Tag) -> Option<u16> {
    decoder.find_tag_unsigned::<u16>(tag).ok().flatten()
}

/// The bytes of a tag's value.
fn value(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    directory::entries(bytes)?.iter().find(|entry| entry.tag == tag.to_u16())?.value
}

fn read_plain(decoder: &mut Reader<'_>) -> Result<(Channels, Vec<u8>), Refusal> {
    let colour = decoder.colortype().map_err(|e| refuse(&e))?;
    let (width, height) = decoder.dimensions().map_err(|e| refuse(&e))?;
    let samples = eight_bits(decoder.read_image().map_err(|e| refuse(&e))?, colour.bit_depth())
        .ok_or_else(|| advice::unsupported("tiff"))?;
    let channels = match colour {
        ColorType::Gray(bits) => return Ok((Channels::Grey, unpack(samples, bits, width, height, true))),
        ColorType::GrayA(8 | 16) => Channels::GreyAlpha,
        ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => Channels::Rgb,
        ColorType::RGBA(8 | 16) => Channels::Rgba,
        ColorType::CMYK(8 | 16) => Channels::Cmyk,
        _ => return Err(advice::unsupported("tiff")),
    };
    Ok((channels, samples))
}

/// The `tiff` crate reads no palettes; told that the indices are grey levels, it reads those.
fn read_palette(bytes: &[u8], decoder: &mut Reader<'_>, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(|e| refuse(&e))?;
    let bits = number(decoder, Tag::BitsPerSample)
        .and_then(|v| u8::try_from(v).ok())
        .filter(|v| *v <= 8)
        .ok_or_else(|| advice::unsupported("tiff"))?;
    let mut grey = bytes.to_vec();
    set_photometric(&mut grey, BLACK_IS_ZERO).ok_or_else(|| advice::unsupported("tiff"))?;
    let mut decoder = open(&grey, limits)?;
    let (width, height) = decoder.dimensions().map_err(|e| refuse(&e))?;
    let DecodingResult::U8(samples) = decoder.read_image().map_err(|e| refuse(&e))? else {
        return Err(advice::unsupported("tiff"));
    };
    // A colour map has all reds, then all greens, then all blues, 16 bits each.
    let channel =
        |index: u8, which: usize| map.get((which << bits) + usize::from(index)).map_or(0, |v| v.to_be_bytes()[0]);
    let indices = unpack(samples, bits, width, height, false);
    Ok(indices.iter().flat_map(|index| [channel(*index, 0), channel(*index, 1), channel(*index, 2)]).collect())
}

/// Changes the photometric tag of the first directory.
fn set_photometric(bytes: &mut [u8], value: u16) -> Option<()> {
    let entries = directory::entries(bytes)?;
    let at = entries.iter().find(|entry| entry.tag == Tag::PhotometricInterpretation.to_u16())?.value_at;
    let value = if bytes.starts_with(b"II") { value.to_le_bytes() } else { value.to_be_bytes() };
    bytes.get_mut(at..at + 2)?.copy_from_slice(&value);
    Some(())
}

fn read_fax(bytes: &[u8], decoder: &mut Reader<'_>, width: u32, height: u32) -> Result<Vec<u8>, Refusal> {
    let list = |decoder: &mut Reader<'_>, tag| {
        decoder.find_tag_unsigned_vec::<u64>(tag).ok().flatten().ok_or_else(advice::damaged)
    };
    let (starts, lengths) = (list(decoder, Tag::StripOffsets)?, list(decoder, Tag::StripByteCounts)?);
    // Strips that overlap would be read as often as they are named.
    if lengths.iter().fold(0, |sum: u64, length| sum.saturating_add(*length)) > 2 * bytes.len() as u64 {
        return Err(advice::damaged());
    }
    let strip = |(start, length): (&u64, &u64)| {
        bytes.get(usize::try_from(*start).ok()?..usize::try_from(start.checked_add(*length)?).ok()?)
    };
    let strips: Option<Vec<_>> = starts.iter().zip(&lengths).map(strip).collect();
    let two_dimensions = decoder.find_tag_unsigned::<u32>(Tag::Unknown(292)).ok().flatten().unwrap_or(0) & 1 == 1;
    if two_dimensions {
        return Err(advice::unsupported("tiff"));
    }
    let reversed = number(decoder, Tag::FillOrder) == Some(2);
    let mut data =
        fax::decode(&strips.ok_or_else(advice::damaged)?, width, height, reversed).ok_or_else(advice::damaged)?;
    if number(decoder, Tag::PhotometricInterpretation).unwrap_or(WHITE_IS_ZERO) != WHITE_IS_ZERO {
        for level in &mut data {
            *level = 255 - *level;
        }
    }
    Ok(data)
}

fn eight_bits(samples: DecodingResult, depth: u8) -> Option<Vec<u8>> {
    match samples {
        DecodingResult::U8(list) => Some(list),
        DecodingResult::U16(list) if depth == 16 => Some(list.into_iter().map(|s| s.to_be_bytes()[0]).collect()),
        _ => None,
    }
}

/// Spreads 1-, 2- and 4-bit samples, rows padded to bytes; `scale` brings their range to 0..=255.
fn unpack(packed: Vec<u8>, bits: u8, width: u32, height: u32, scale: bool) -> Vec<u8> {
    let (row, total) = (width as usize, width as usize * height as usize);
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

fn refuse(error: &TiffError) -> Refusal {
    match error {
        TiffError::UnsupportedError(_) => advice::unsupported("tiff"),
        _ => advice::damaged(),
    }
}
