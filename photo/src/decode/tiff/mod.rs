//! TIFF: the first page. The `tiff` crate undoes the compression; what the samples mean is worked out here, since it
//! knows no palettes, no planes, no opacity beside grey, and hands YCbCr on as it is. 16 bits become 8.

mod directory;
mod fax;
mod layout;
mod samples;

use std::io::Cursor;

use tiff::TiffError;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use self::layout::{Layout, Meaning};
use super::jpeg;
use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::picture::Picture;
use crate::planar::{Decoded, Grid, Matrix, Model, Planar};
use crate::probe::{Container, Header};
use crate::weight::Held;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Values of the tags we look at ourselves.
const BLACK_IS_ZERO: u32 = 1;
const LOWEST_BIT_FIRST: u16 = 2;
const HIGHEST_BIT_FIRST: u32 = 1;

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

/// The samples that stay, and one strip or tile as it is stored.
pub(super) fn held(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Held, Refusal> {
    let layout = Layout::read(&mut open(bytes, limits)?)?;
    let (pixels, each) = (header.pixels(), layout.meaning.channels().count() as u64);
    // A palette's indices lie beside its colours, and planes are taken out of what was read.
    let beside = match layout.meaning {
        Meaning::Palette => pixels,
        Meaning::Ycc => 3 * pixels,
        _ => 0,
    };
    let most = pixels * each + beside + layout.most_beside();
    Ok(Held { most, left: pixels * each, rows: u64::from(header.height) })
}

/// Decodes the first page to 8 bits a channel.
pub(super) fn decode(bytes: &[u8], limits: &Limits, keep_going: &dyn Fn() -> bool) -> Result<Decoded, Refusal> {
    let layout = Layout::read(&mut open(bytes, limits)?)?;
    let plain = plain(bytes, &layout, limits)?;
    let mut decoder = open(&plain, limits)?;
    let data = if layout.is_fax() {
        read_fax(&mut decoder, &plain, &layout)?
    } else {
        check_jpegs(&mut decoder, &plain, &layout, limits)?;
        samples::read(&mut decoder, &layout, keep_going)?
    };
    let profile = value(bytes, Tag::IccProfile).filter(|icc| icc.len() <= limits.max_profile_bytes).map(<[u8]>::to_vec);
    if layout.meaning == Meaning::Ycc {
        return Ok(Decoded::planar(grids(bytes, &layout, &data), profile));
    }
    let data = match layout.meaning {
        Meaning::Palette => coloured(&data, &map(&mut decoder)?, layout.bits),
        Meaning::Grey { inverted: true, opacity } => samples::inverted(data, if opacity { 2 } else { 1 }),
        _ => data,
    };
    let channels = layout.meaning.channels();
    let data = if layout.multiplied { samples::unmultiplied(data, channels.count()) } else { data };
    Ok(Decoded::whole(Picture::new(layout.width, layout.height, channels, data)?, profile))
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

fn numbers<T: TryFrom<u64>>(decoder: &mut Reader<'_>, tag: Tag) -> Vec<T> {
    decoder.find_tag_unsigned_vec::<T>(tag).ok().flatten().unwrap_or_default()
}

/// The bytes of a tag's value.
fn value(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    directory::entries(bytes)?.iter().find(|entry| entry.tag == tag.to_u16())?.value
}

/// The same file as the library reads it best: told that all samples are grey levels it hands them on untouched; where
/// tiles end with the picture it reads each in one go, as it must, for in pieces it loses the end of LZW data; and the
/// first bit of a byte is its highest.
fn plain(bytes: &[u8], layout: &Layout, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut plain = bytes.to_vec();
    let mut changes = vec![(Tag::PhotometricInterpretation, BLACK_IS_ZERO)];
    if layout.tiled {
        let (width, height) = layout.padded().ok_or_else(advice::damaged)?;
        changes.extend([(Tag::ImageWidth, width), (Tag::ImageLength, height)]);
    }
    let mut decoder = open(bytes, limits)?;
    if number(&mut decoder, Tag::FillOrder) == Some(LOWEST_BIT_FIRST) && !layout.is_jpeg() {
        for range in layout.ranges(&mut decoder, bytes.len())? {
            let chunk = plain.get_mut(range).ok_or_else(advice::damaged)?;
            for byte in chunk {
                *byte = byte.reverse_bits();
            }
        }
        changes.push((Tag::FillOrder, HIGHEST_BIT_FIRST));
    }
    for (tag, value) in changes {
        directory::set(&mut plain, tag.to_u16(), value).ok_or_else(|| advice::unsupported("tiff"))?;
    }
    Ok(plain)
}

/// A JPEG must be the strip or tile it stands for: the library makes room for what the JPEG itself claims.
fn check_jpegs(decoder: &mut Reader<'_>, bytes: &[u8], layout: &Layout, limits: &Limits) -> Result<(), Refusal> {
    if !layout.is_jpeg() {
        return Ok(());
    }
    for (index, chunk) in layout.chunks(decoder, bytes)?.into_iter().enumerate() {
        let (width, height, components) = jpeg::shape(chunk, limits)?;
        let rows = layout.rows_of(index);
        let sound = width == layout.chunk.0 && (rows..=layout.chunk.1).contains(&height);
        if !sound || components != layout.samples_together() {
            return Err(advice::damaged());
        }
    }
    Ok(())
}

/// A fax page as its samples are: ink is 1.
fn read_fax(decoder: &mut Reader<'_>, bytes: &[u8], layout: &Layout) -> Result<Vec<u8>, Refusal> {
    let options = decoder.find_tag_unsigned::<u32>(Tag::Unknown(292)).ok().flatten().unwrap_or(0);
    let two_dimensions = options & 1 == 1;
    if two_dimensions || layout.bits != 1 || !matches!(layout.meaning, Meaning::Grey { opacity: false, .. }) {
        return Err(advice::unsupported("tiff"));
    }
    let strips = layout.chunks(decoder, bytes)?;
    let page = fax::decode(&strips, layout.width, layout.height).ok_or_else(advice::damaged)?;
    Ok(samples::inverted(page, 1))
}

/// A palette: all reds, then all greens, then all blues.
fn map(decoder: &mut Reader<'_>) -> Result<Vec<u8>, Refusal> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(|e| refuse(&e))?;
    // They have 16 bits, but for some writers 8.
    let shift = if map.iter().all(|level| *level < 256) { 0 } else { 8 };
    Ok(map.iter().map(|level| u8::try_from(level >> shift).unwrap_or(255)).collect())
}

fn coloured(indices: &[u8], map: &[u8], bits: u8) -> Vec<u8> {
    let channel = |index: u8, which: usize| map.get((which << bits) + usize::from(index)).copied().unwrap_or(0);
    indices.iter().flat_map(|index| [channel(*index, 0), channel(*index, 1), channel(*index, 2)]).collect()
}

/// Luma and colour differences, which lie one after another.
fn grids(bytes: &[u8], layout: &Layout, data: &[u8]) -> Planar {
    let (stride, total) = (layout.width as usize, layout.width as usize * layout.height as usize);
    let (width, height) = (f64::from(layout.width), f64::from(layout.height));
    let grids = data.chunks_exact(total).map(|plane| Grid { samples: plane.to_vec(), stride, width, height }).collect();
    Planar { model: Model::Ycc(matrix(bytes)), grids }
}

/// The weights of red and blue in luma, and its range; those of JPEG where the file says nothing else.
fn matrix(bytes: &[u8]) -> Matrix {
    let weights = directory::ratios(bytes, value(bytes, Tag::Unknown(529)).unwrap_or_default());
    let range = directory::ratios(bytes, value(bytes, Tag::Unknown(532)).unwrap_or_default());
    let full = range.first().is_none_or(|black| *black < 8.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 0.01 and 0.49")]
    let weight = |weight: f64| (weight.clamp(0.01, 0.49) * 1e4).round() as u16;
    let (red, blue) = match weights.as_slice() {
        [red, _, blue] => (weight(*red), weight(*blue)),
        _ => (2990, 1140),
    };
    Matrix::new(red, blue, full)
}

fn refuse(error: &TiffError) -> Refusal {
    match error {
        TiffError::UnsupportedError(_) => advice::unsupported("tiff"),
        _ => advice::damaged(),
    }
}
