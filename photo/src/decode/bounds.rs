//! What a HEIC must keep to before its library may have it. The library copies what an item points at as often as the
//! file says so, and looks things up from end to end each time; a few bytes can ask for that a million times.

use std::collections::BTreeMap;

use heic_decoder::isobmff::{ParsedHeif, ResolvedImage};

use super::heif::{MOST_BOXES, Numbers, boxes};
use super::tiles;
use crate::advice::{self, Refusal};
use crate::limits::Limits;

/// Pieces that all items together may be stored in. Sizes of nought make any number of them free.
const MOST_EXTENTS: u64 = 8192;
/// Items that may describe others (EXIF, XMP): each is looked up among all references.
const MOST_DESCRIBING: usize = 256;
/// References and property lists of the largest real grids have a few thousand bytes.
const MOST_REFERENCE_BYTES: usize = 64 << 10;
const MOST_ASSOCIATION_BYTES: usize = 256 << 10;
/// Decoder configurations of all tiles of a grid: each tile gets its own copy. Real ones have 200 bytes a tile.
const MOST_CONFIG_BYTES: usize = 2 << 20;
/// The tables of a sequence without stills.
const MOST_TRACK_BYTES: usize = 2 << 20;
/// Units that one picture's data may fall into: phones write one to four.
const MOST_UNITS: usize = 4096;
/// Bytes that items may name together, for each byte there is: some items share theirs, none a hundred times.
const MOST_SHARED: u64 = 2;
/// Pixels that one bit can stand for: even a block of one colour, 64 pixels a side, says so in more than a bit.
const MOST_PIXELS_A_BIT: u64 = 64 * 64;

/// Whether the container stays within what real ones ask for; nothing when it does not.
pub(super) fn container(bytes: &[u8]) -> Option<()> {
    let top = list(bytes)?;
    let tracks = top.iter().filter(|(kind, _)| kind == b"moov").map(|(_, body)| body.len()).max();
    let meta = only(&top, *b"meta")?;
    if meta.is_empty() {
        return (tracks.unwrap_or(0) <= MOST_TRACK_BYTES).then_some(());
    }
    let children = list(meta.get(4..)?)?;
    let room = MOST_SHARED * u64::try_from(bytes.len()).ok()?;
    let lengths = lengths(only(&children, *b"iloc")?)?;
    let config = largest_config(only(&children, *b"iprp")?)?;
    let named = |items: &mut dyn Iterator<Item = &u64>| items.fold(0, |sum: u64, length| sum.saturating_add(*length));
    if named(&mut lengths.values()) > room || describing(only(&children, *b"iinf")?)? > MOST_DESCRIBING {
        return None;
    }
    for targets in derivations(only(&children, *b"iref")?)? {
        let copied = named(&mut targets.iter().filter_map(|item| lengths.get(item)));
        if copied > room || targets.len().saturating_mul(config) > MOST_CONFIG_BYTES {
            return None;
        }
    }
    Some(())
}

/// How many items may describe others.
fn describing(body: &[u8]) -> Option<usize> {
    let start = if body.first() == Some(&0) { 6 } else { 8 };
    let describes = |body: &[u8]| body.windows(4).any(|name| name == b"Exif" || name == b"mime");
    Some(list(body.get(start..).unwrap_or_default())?.iter().filter(|(_, body)| describes(body)).count())
}

type Boxes<'a> = Vec<([u8; 4], &'a [u8])>;

/// All boxes in a body; nothing when there are too many.
fn list(body: &[u8]) -> Option<Boxes<'_>> {
    let list: Boxes<'_> = boxes(body).collect();
    (list.len() < MOST_BOXES).then_some(list)
}

/// The body of the box of this kind, empty when there is none; nothing when there are several, which readers take
/// differently.
fn only<'a>(list: &Boxes<'a>, kind: [u8; 4]) -> Option<&'a [u8]> {
    let mut found = list.iter().filter(|(name, _)| *name == kind).map(|(_, body)| *body);
    let first = found.next().unwrap_or_default();
    found.next().is_none().then_some(first)
}

/// Bytes that each item is stored in.
fn lengths(body: &[u8]) -> Option<BTreeMap<u32, u64>> {
    let mut numbers = Numbers(body);
    if body.is_empty() {
        return Some(BTreeMap::new());
    }
    let version = numbers.next(1)?;
    numbers.next(3)?;
    let sizes = numbers.next(2)?;
    let size = |shift: u64| usize::try_from(sizes >> shift & 15).ok();
    let (offset_size, length_size, base_size, index_size) = (size(12)?, size(8)?, size(4)?, size(0)?);
    let (mut lengths, mut pieces) = (BTreeMap::new(), 0);
    for _ in 0..numbers.id(version == 2)? {
        let item = numbers.id(version == 2)?;
        if version > 0 {
            numbers.next(2)?;
        }
        numbers.next(2)?;
        numbers.next(base_size)?;
        let extents = numbers.next(2)?;
        pieces += extents + 1;
        if pieces > MOST_EXTENTS {
            return None;
        }
        let mut sum = 0_u64;
        for _ in 0..extents {
            if version > 0 {
                numbers.next(index_size)?;
            }
            numbers.next(offset_size)?;
            sum = sum.saturating_add(numbers.next(length_size)?);
        }
        lengths.insert(item, sum);
    }
    Some(lengths)
}

/// Bytes of the largest decoder configuration; nothing when the properties are too many.
fn largest_config(body: &[u8]) -> Option<usize> {
    let mut largest = 0;
    for (kind, body) in list(body)? {
        match &kind {
            b"ipco" => {
                let configs = list(body)?.into_iter().filter(|(kind, _)| kind == b"hvcC").map(|(_, body)| body.len());
                largest = configs.max().unwrap_or(0).max(largest);
            }
            b"ipma" if body.len() > MOST_ASSOCIATION_BYTES => return None,
            _ => {}
        }
    }
    (largest <= MOST_CONFIG_BYTES / 16).then_some(largest)
}

/// The items that each derived picture is made of.
fn derivations(body: &[u8]) -> Option<Vec<Vec<u32>>> {
    if body.len() > MOST_REFERENCE_BYTES {
        return None;
    }
    let wide = body.first().is_some_and(|version| *version != 0);
    let mut derivations = Vec::new();
    for (_, body) in list(body.get(4..).unwrap_or_default())?.iter().filter(|(kind, _)| kind == b"dimg") {
        let mut numbers = Numbers(body);
        while let (Some(_), Some(count)) = (numbers.id(wide), numbers.next(2)) {
            derivations.push((0..count).map_while(|_| numbers.id(wide)).collect());
        }
    }
    Some(derivations)
}

/// Refuses what would take more memory than the limits allow, by what its parameters declare: one tile at a time, or
/// the whole when the library puts it together.
pub(super) fn coded(
    parsed: &ParsedHeif,
    by_tiles: bool,
    [width, height]: [u32; 2],
    limits: &Limits,
) -> Result<(), Refusal> {
    let most = pieces(parsed, by_tiles)?;
    let alpha = parsed.alpha.as_ref().map_or(Ok(0), |alpha| pieces(&alpha.image, by_tiles))?;
    let reference = parsed.reference_image.as_ref().map_or(Ok(0), |image| piece(image, true))?;
    let most = most.max(alpha).max(reference);
    if most > limits.max_held_heic_pixels {
        return Err(advice::too_many_pixels(width, height, limits.max_held_heic_pixels));
    }
    Ok(())
}

/// Pixels that decoding a picture's pieces holds at once.
fn pieces(parsed: &ParsedHeif, by_tiles: bool) -> Result<u64, Refusal> {
    let canvas = parsed.grid.map_or(0, |grid| u64::from(grid.output_width) * u64::from(grid.output_height));
    let (mut largest, mut sum) = (0, 0_u64);
    for image in &parsed.images {
        let pixels = piece(image, parsed.reference_image.is_none())?;
        (largest, sum) = (pixels.max(largest), sum.saturating_add(pixels));
    }
    Ok(if by_tiles { largest } else { sum.max(canvas) })
}

/// Pixels of one coded picture. Unless it rests on another, and may skip what stayed the same, it must have the bits
/// for them.
fn piece(image: &ResolvedImage, stands_alone: bool) -> Result<u64, Refusal> {
    let pixels = tiles::coded_pixels(image).map_err(|e| super::heic::refuse(&e))?;
    let bits = u64::try_from(image.data.len()).unwrap_or(u64::MAX).saturating_mul(8);
    if stands_alone && bits.saturating_mul(MOST_PIXELS_A_BIT) < pixels || units(image) > MOST_UNITS {
        return Err(advice::damaged());
    }
    Ok(pixels)
}

/// How many units a picture's data falls into, counted to one more than may be.
fn units(image: &ResolvedImage) -> usize {
    let size = usize::from(image.hevc_config.length_size_minus_one) + 1;
    let mut rest = Some(image.data.as_slice());
    std::iter::from_fn(|| {
        let mut numbers = Numbers(rest?);
        let length = usize::try_from(numbers.next(size)?).ok()?;
        rest = numbers.0.get(length..);
        Some(())
    })
    .take(MOST_UNITS + 1)
    .count()
}
