//! How a TIFF keeps its samples, and what they mean.

use std::ops::Range;

use tiff::tags::Tag;

use super::{Reader, number, numbers};
use crate::advice::{self, Refusal};
use crate::picture::Channels;

/// Compressions that are treated apart.
const NONE: u16 = 1;
const FAX_GROUP_3: u16 = 3;
const JPEG: u16 = 7;
/// Samples a pixel may have beside its colours: spot inks, masks.
const MOST_SAMPLES: u16 = 32;
/// A tile may be larger than the picture, but not by more than this: viewers' own are 1024 a side at most.
const MOST_TILE_PIXELS: u64 = 1 << 22;
/// What the library holds of each strip or tile: where it is and how long, as read and as kept.
const EACH_CHUNK: u64 = 96;

/// What the samples mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// 0 is white where it is inverted.
    Grey {
        inverted: bool,
        opacity: bool,
    },
    Rgb,
    Rgba,
    Palette,
    Cmyk,
    /// Luma and colour differences, kept plane by plane when read.
    Ycc,
}

impl Meaning {
    /// What they become.
    pub(super) fn channels(self) -> Channels {
        match self {
            Self::Grey { opacity: false, .. } => Channels::Grey,
            Self::Grey { opacity: true, .. } => Channels::GreyAlpha,
            Self::Rgb | Self::Palette | Self::Ycc => Channels::Rgb,
            Self::Rgba => Channels::Rgba,
            Self::Cmyk => Channels::Cmyk,
        }
    }

    /// How many samples of a pixel are read.
    pub(super) fn samples(self) -> usize {
        if self == Self::Palette { 1 } else { self.channels().count() }
    }
}

/// How the samples are kept.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Size of a strip or tile as it is stored.
    pub(super) chunk: (u32, u32),
    pub(super) tiled: bool,
    pub(super) bits: u8,
    pub(super) meaning: Meaning,
    /// Opacity is multiplied into the colours.
    pub(super) multiplied: bool,
    /// All samples of a pixel, read or not.
    samples: u16,
    /// Each sample has strips or tiles of its own.
    apart: bool,
    compression: u16,
}

impl Layout {
    pub(super) fn read(decoder: &mut Reader<'_>) -> Result<Self, Refusal> {
        let unsupported = || advice::unsupported("tiff");
        let (width, height) = decoder.dimensions().map_err(|e| super::refuse(&e))?;
        let samples = number(decoder, Tag::SamplesPerPixel).unwrap_or(1);
        let bits: Vec<u8> = numbers(decoder, Tag::BitsPerSample);
        let bits = bits.first().copied().unwrap_or(1);
        let whole = numbers::<u16>(decoder, Tag::SampleFormat).iter().all(|format| matches!(format, 1 | 4));
        let extra: Vec<u16> = numbers(decoder, Tag::ExtraSamples);
        let photometric = number(decoder, Tag::PhotometricInterpretation).ok_or_else(unsupported)?;
        let meaning = meaning(photometric, samples, &extra).ok_or_else(unsupported)?;
        let compression = number(decoder, Tag::Compression).unwrap_or(NONE);
        let tiled = number(decoder, Tag::TileWidth).is_some();
        let side = |decoder: &mut Reader<'_>, tag| decoder.find_tag_unsigned::<u32>(tag).ok().flatten().unwrap_or(0);
        let chunk = if tiled {
            (side(decoder, Tag::TileWidth), side(decoder, Tag::TileLength))
        } else {
            let rows = decoder.find_tag_unsigned::<u32>(Tag::RowsPerStrip).ok().flatten();
            (width, rows.unwrap_or(height).min(height))
        };
        let layout = Self {
            width,
            height,
            chunk,
            tiled,
            bits,
            meaning,
            multiplied: extra.first() == Some(&1)
                && matches!(meaning, Meaning::Rgba | Meaning::Grey { opacity: true, .. }),
            samples,
            apart: number(decoder, Tag::PlanarConfiguration) == Some(2) && samples > 1,
            compression,
        };
        // Colour differences at half resolution are told apart in JPEG only.
        let halved = meaning == Meaning::Ycc && numbers::<u16>(decoder, Tag::ChromaSubsampling) != [1, 1];
        if !whole || !layout.has_known_depth() || halved && !layout.is_jpeg() {
            return Err(unsupported());
        }
        let pixels = u64::from(chunk.0) * u64::from(chunk.1);
        if pixels == 0 || pixels > (4 * u64::from(width) * u64::from(height)).max(MOST_TILE_PIXELS) {
            return Err(advice::damaged());
        }
        Ok(layout)
    }

    fn has_known_depth(&self) -> bool {
        match self.meaning {
            Meaning::Palette => self.samples == 1 && matches!(self.bits, 1 | 2 | 4 | 8),
            Meaning::Grey { .. } if self.samples == 1 => matches!(self.bits, 1 | 2 | 4 | 8 | 16),
            Meaning::Ycc => self.bits == 8,
            _ => matches!(self.bits, 8 | 16),
        }
    }

    pub(super) fn is_fax(&self) -> bool {
        self.compression == FAX_GROUP_3
    }

    pub(super) fn is_jpeg(&self) -> bool {
        self.compression == JPEG
    }

    /// Samples of a pixel that lie together.
    pub(super) fn samples_together(&self) -> usize {
        if self.apart { 1 } else { usize::from(self.samples) }
    }

    /// Bytes of a row in a strip or tile.
    pub(super) fn stride(&self) -> usize {
        (self.chunk.0 as usize * self.samples_together() * usize::from(self.bits)).div_ceil(8)
    }

    /// Strips or tiles across and down.
    pub(super) fn grid(&self) -> (usize, usize) {
        (self.width.div_ceil(self.chunk.0) as usize, self.height.div_ceil(self.chunk.1) as usize)
    }

    /// The strip or tile with this sample of the pixels at this place.
    pub(super) fn index(&self, (x, y): (usize, usize), sample: usize) -> usize {
        let (across, down) = self.grid();
        (if self.apart { sample * across * down } else { 0 }) + y * across + x
    }

    /// Rows that a strip has; of a tile all are stored.
    pub(super) fn rows_of(&self, index: usize) -> u32 {
        let (across, down) = self.grid();
        let row = u32::try_from(index / across % down).unwrap_or(0);
        if self.tiled { self.chunk.1 } else { self.chunk.1.min(self.height - row * self.chunk.1) }
    }

    /// Size of all the tiles together.
    pub(super) fn padded(&self) -> Option<(u32, u32)> {
        Some((self.width.checked_next_multiple_of(self.chunk.0)?, self.height.checked_next_multiple_of(self.chunk.1)?))
    }

    /// Memory beside the samples that stay: a strip or tile, in a JPEG decoder three times, and where they all are.
    pub(super) fn most_beside(&self) -> u64 {
        let chunk = self.stride() as u64 * u64::from(self.chunk.1);
        let (across, down) = self.grid();
        let count = (across * down) as u64 * if self.apart { u64::from(self.samples) } else { 1 };
        chunk * if self.is_jpeg() { 4 } else { 1 } + count * EACH_CHUNK
    }

    /// Where the strips or tiles are, in the order of their numbers.
    pub(super) fn ranges(&self, decoder: &mut Reader<'_>, most: usize) -> Result<Vec<Range<usize>>, Refusal> {
        let (starts, lengths) = if self.tiled {
            (Tag::TileOffsets, Tag::TileByteCounts)
        } else {
            (Tag::StripOffsets, Tag::StripByteCounts)
        };
        let (starts, lengths): (Vec<u64>, Vec<u64>) = (numbers(decoder, starts), numbers(decoder, lengths));
        // Those that overlap would be read as often as they are named.
        if lengths.iter().fold(0, |sum: u64, length| sum.saturating_add(*length)) > 2 * most as u64 {
            return Err(advice::damaged());
        }
        let range = |(start, length): (&u64, &u64)| {
            let end = usize::try_from(start.checked_add(*length)?).ok()?;
            (end <= most).then_some(usize::try_from(*start).ok()?..end)
        };
        starts.iter().zip(&lengths).map(range).collect::<Option<_>>().ok_or_else(advice::damaged)
    }

    /// What the strips or tiles hold, as it is stored.
    pub(super) fn chunks<'a>(&self, decoder: &mut Reader<'_>, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, Refusal> {
        let ranges = self.ranges(decoder, bytes.len())?;
        ranges.into_iter().map(|range| bytes.get(range).ok_or_else(advice::damaged)).collect()
    }
}

/// What so many samples mean, by the photometric tag and by what is said of those beside the colours.
fn meaning(photometric: u16, samples: u16, extra: &[u16]) -> Option<Meaning> {
    // The first sample after the colours is opacity only where that is said, or nothing is said of a fourth.
    let opacity = matches!(extra, [1 | 2, ..]);
    Some(match (photometric, samples) {
        (_, count) if count > MOST_SAMPLES => return None,
        (0 | 1, 1..) => Meaning::Grey { inverted: photometric == 0, opacity: opacity && samples > 1 },
        (2, 4..) if opacity || samples == 4 && extra.is_empty() => Meaning::Rgba,
        (2, 3..) => Meaning::Rgb,
        (3, 1) => Meaning::Palette,
        (5, 4..) => Meaning::Cmyk,
        (6, 3..) => Meaning::Ycc,
        _ => return None,
    })
}
