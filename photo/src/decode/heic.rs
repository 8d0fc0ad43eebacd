//! HEIC as phones write it: single pictures, grids, sequences (first picture), 8 to 12 bits.
//!
//! Through `heic-decoder`. It was tried beside `hpvcd` on the same phone files: `hpvcd` took about 60 % of the time,
//! but it is built on unsafe vector code, applies no clean aperture, and called a file that was cut in half sound.
//! `heic-decoder` forbids unsafe code and noticed every truncation, which matters more for bytes from strangers.
//! `clap`, `irot` and `imir` say how the picture stands; the EXIF orientation that phones write beside them is not
//! obeyed again.

use std::borrow::Cow;

use heic_decoder::isobmff::{self, ParsedHeif};
use heic_decoder::{ColorInfo, HeifError};

use super::heif::{Items, Overlay};
use super::{Wanted, bounds, tiles};
use crate::advice::{self, Refusal};
use crate::fit::{self, Plan};
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::{Decoded, Grid, Matrix, Model, Planar};
use crate::probe::{Container, Header};
use crate::weight::Held;

/// Bytes of each pixel of a picture that is decoded at once, opacity and the picture it rests on included.
const EACH_AT_ONCE: u64 = 24;

/// Reads the size after the container's own turning and cropping.
pub(super) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    bounds::container(bytes).ok_or_else(advice::damaged)?;
    let items = Items::read(bytes);
    let made = |width, height| Header { container: Container::Heic, width, height, orientation: 1 };
    if let Some(overlay) = items.as_ref().and_then(Items::overlay) {
        return match u64::from(overlay.width) * u64::from(overlay.height) {
            pixels if pixels > limits.max_held_heic_pixels => {
                Err(advice::too_many_pixels(overlay.width, overlay.height, limits.max_held_heic_pixels))
            }
            _ => Ok(made(overlay.width, overlay.height)),
        };
    }
    let file = real_primary(bytes, items);
    let info = heic_decoder::probe(&file).map_err(|e| refuse(&e))?;
    let side = |length: usize| u32::try_from(length).map_err(|_| advice::damaged());
    let (width, height) = (side(info.width)?, side(info.height)?);
    // Memory follows the coded size, which a clean aperture can make much larger than what is shown.
    let coded = side(info.coded_width)?.max(1).saturating_mul(side(info.coded_height)?.max(1));
    if u64::from(coded) > 4 * u64::from(width) * u64::from(height) {
        return Err(advice::damaged());
    }
    let parsed = isobmff::parse(&file).map_err(|e| refuse(&e))?;
    bounds::coded(&parsed, by_tiles(&parsed).is_some(), [width, height], limits)?;
    Ok(made(width, height))
}

/// Decodes the primary picture to 8-bit grids.
pub(super) fn decode(
    bytes: &[u8],
    wanted: Wanted,
    limits: &Limits,
    keep_going: &dyn Fn() -> bool,
) -> Result<Decoded, Refusal> {
    let items = Items::read(bytes);
    if let Some((items, overlay)) = items.as_ref().and_then(|items| Some((items, items.overlay()?))) {
        return lay_over(items, &overlay, limits);
    }
    let file = real_primary(bytes, items);
    let parsed = isobmff::parse(&file).map_err(|e| refuse(&e))?;
    let Some(turn) = by_tiles(&parsed) else { return decode_primary(&file) };
    let (grids, declared) = tiles::decode(&parsed, wanted, keep_going)?;
    let planar = planar(grids, parsed.metadata.color_info.or(declared));
    Ok(Decoded { turn, ..Decoded::planar(planar, parsed.metadata.icc_profile) })
}

/// What [`decode`] holds: all of the picture at once, or the canvas and a few tiles.
pub(super) fn held(bytes: &[u8], header: &Header, wanted: Wanted) -> Result<Held, Refusal> {
    let items = Items::read(bytes);
    if items.as_ref().and_then(Items::overlay).is_some() {
        return Ok(Held::whole(header, 4, EACH_AT_ONCE));
    }
    let file = real_primary(bytes, items);
    let parsed = isobmff::parse(&file).map_err(|e| refuse(&e))?;
    if by_tiles(&parsed).is_some() {
        return tiles::held(&parsed, wanted);
    }
    let info = heic_decoder::probe(&file).map_err(|e| refuse(&e))?;
    let coded = info.coded_width as u64 * info.coded_height as u64;
    Ok(Held { most: coded * EACH_AT_ONCE, left: coded * 4, rows: u64::from(header.width.max(header.height)) })
}

/// How a picture that can be decoded tile by tile is to be turned afterwards; nothing for one with opacity or a clean
/// aperture, or that rests on another picture: those the library puts together, which holds all of it.
fn by_tiles(parsed: &ParsedHeif) -> Option<u8> {
    let plain = parsed.alpha.is_none() && parsed.reference_image.is_none();
    tiles::turn(&parsed.transforms).filter(|_| plain)
}

/// Some programs name a thumbnail as the primary item: what is wanted is the picture it stands for.
fn real_primary<'a>(bytes: &'a [u8], items: Option<Items<'a>>) -> Cow<'a, [u8]> {
    let other = items.and_then(|items| items.with_primary(items.behind_thumbnail()?));
    other.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// Lays pictures over one another, each decoded by itself.
fn lay_over(items: &Items<'_>, overlay: &Overlay, limits: &Limits) -> Result<Decoded, Refusal> {
    let stride = overlay.width as usize * 4;
    let mut data = overlay.fill.repeat(overlay.width as usize * overlay.height as usize);
    let mut profile = None;
    for (item, left, top) in &overlay.layers {
        let file = items.with_primary(*item).ok_or_else(advice::damaged)?;
        let info = heic_decoder::probe(&file).map_err(|e| refuse(&e))?;
        let [width, height] = [info.width, info.height].map(|side| u32::try_from(side).unwrap_or(0));
        bounds::coded(&isobmff::parse(&file).map_err(|e| refuse(&e))?, false, [width, height], limits)?;
        let layer = decode_primary(&file)?;
        profile = profile.or(layer.profile);
        let picture = fit::shrink(layer.pixels, Plan { keep: (1.0, 1.0), width, height, scale: 1.0 })?.joined()?;
        let bytes = picture.channels.count();
        for (y, row) in (0_i64..).zip(picture.data.chunks_exact(picture.stride())) {
            let Ok(line) = usize::try_from(y + i64::from(*top)) else { continue };
            let Some(target) = data.get_mut(line.saturating_mul(stride)..).and_then(|rest| rest.get_mut(..stride))
            else {
                continue;
            };
            for (x, pixel) in (0_i64..).zip(row.chunks_exact(bytes)) {
                let Ok(column) = usize::try_from(x + i64::from(*left)) else { continue };
                if let (Some(slot), [r, g, b, rest @ ..]) =
                    (target.get_mut(column.saturating_mul(4)..).and_then(|t| t.first_chunk_mut::<4>()), pixel)
                    && rest.first().is_none_or(|alpha| *alpha >= 128)
                {
                    *slot = [*r, *g, *b, 255];
                }
            }
        }
    }
    Ok(Decoded::whole(Picture::new(overlay.width, overlay.height, Channels::Rgba, data)?, profile))
}

/// Decodes the primary picture whole, turned and cropped.
fn decode_primary(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let image = heic_decoder::decode(bytes).map_err(|e| refuse(&e))?;
    let mut grids = vec![grid(&image.y, image.width, image.bit_depth_luma)];
    if image.chroma_format_idc != 0 {
        for samples in [&image.cb, &image.cr] {
            let mut colour = grid(samples, image.cb_width, image.bit_depth_chroma);
            // An odd picture has half a sample more room in its colour than in its luma.
            if image.cb_width < image.width {
                colour.width = length(image.width) / 2.0;
            }
            if image.cb_height < image.height {
                colour.height = length(image.height) / 2.0;
            }
            grids.push(colour);
        }
    }
    let mut planar = planar(grids, image.color_info);
    if let (Model::Ycc(_), Some(alpha)) = (planar.model, &image.alpha) {
        planar.grids.push(grid(&alpha.samples, image.width, alpha.bit_depth));
    }
    Ok(Decoded::planar(planar, image.metadata.icc_profile))
}

/// What the components mean.
fn planar(mut grids: Vec<Grid>, info: Option<ColorInfo>) -> Planar {
    if grids.len() == 1 {
        // No colour: a few neutral samples, which scaling spreads over the picture.
        let neutral = || Grid { samples: vec![128; 64], stride: 8, width: 8.0, height: 8.0 };
        grids.extend([neutral(), neutral()]);
    } else if info.is_some_and(|info| info.matrix_coefficients == 0) {
        // Identity: the components are green, blue and red.
        grids.rotate_right(1);
        return Planar { model: Model::Rgb, grids };
    }
    Planar { model: Model::Ycc(matrix(info)), grids }
}

pub(super) fn length(samples: usize) -> f64 {
    u32::try_from(samples).map_or(0.0, f64::from)
}

/// Samples of any depth to 8 bits.
fn grid(samples: &[i32], stride: usize, depth: u32) -> Grid {
    let shift = depth.saturating_sub(8);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0..=255")]
    let samples: Vec<u8> = samples.iter().map(|s| (s >> shift).clamp(0, 255) as u8).collect();
    let rows = samples.len().checked_div(stride).unwrap_or(0);
    Grid { samples, stride, width: length(stride), height: length(rows) }
}

/// The matrix the file names. Unlabelled files are BT.601 full range, as phones and JPEG have it.
fn matrix(info: Option<ColorInfo>) -> Matrix {
    let Some(info) = info else { return Matrix::new(2990, 1140, true) };
    let (red, blue) = match info.matrix_coefficients {
        1 => (2126, 722),
        4 => (3000, 1100),
        7 => (2120, 870),
        9 | 10 => (2627, 593),
        _ => (2990, 1140),
    };
    Matrix::new(red, blue, info.full_range)
}

pub(super) fn refuse(error: &HeifError) -> Refusal {
    match error {
        HeifError::Unsupported(_) => advice::unsupported("heic"),
        HeifError::LimitExceeded(_) => advice::too_many_pixels(0, 0, heic_decoder::MAX_IMAGE_PIXELS),
        _ => advice::damaged(),
    }
}
