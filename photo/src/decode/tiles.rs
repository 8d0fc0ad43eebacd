//! A HEIC picture piece by piece. Phones store large pictures as a grid of tiles: each is brought to 8 bits, and where
//! the plan allows to a fraction of its size, before the next few are decoded. So memory follows what is wanted.

use heic_decoder::bitreader::strip_emulation_prevention;
use heic_decoder::hevc::ctu::{Picture, Plane};
use heic_decoder::hevc::nal::{NAL_SPS, parse_nal_header};
use heic_decoder::hevc::params::{Sps, parse_sps};
use heic_decoder::isobmff::{ParsedHeif, ResolvedImage, Transform};
use heic_decoder::{ColorInfo, HeifError};
use rayon::prelude::*;

use super::Wanted;
use super::heic::refuse;
use crate::advice::{self, Refusal};
use crate::planar::Grid;
use crate::weight::Held;

/// Pixels decoded at once, in as many tiles as that makes: enough to keep every core busy, at some 9 bytes each.
const AT_ONCE: usize = 2 << 20;
/// Bytes of each pixel of a tile while it is decoded, at most.
const EACH: usize = 16;
/// Tiles decoded at once at most.
const MOST_AT_ONCE: usize = 16;

/// The EXIF-style orientation that a container's turning and mirroring amount to; nothing when it also crops.
pub(super) fn turn(transforms: &[Transform]) -> Option<u8> {
    // Any row of turns and mirrorings is a mirroring (or none) and then turns to the left.
    let (mut mirrored, mut turns) = (false, 0);
    for transform in transforms {
        match transform {
            Transform::CleanAperture(_) => return None,
            Transform::Rotate90Ccw(more) => turns = (turns + more % 4) % 4,
            Transform::MirrorHorizontal => (mirrored, turns) = (!mirrored, (4 - turns) % 4),
            Transform::MirrorVertical => (mirrored, turns) = (!mirrored, (6 - turns) % 4),
        }
    }
    let orientations: [u8; 4] = if mirrored { [2, 5, 4, 7] } else { [1, 8, 3, 6] };
    orientations.get(usize::from(turns)).copied()
}

/// The parameters that a piece declares.
fn declared(image: &ResolvedImage) -> Result<Sps, HeifError> {
    for nal in image.hevc_config.nalus_of_type(NAL_SPS) {
        let (header, payload) = parse_nal_header(nal)?;
        if header.nal_unit_type == NAL_SPS && header.nuh_layer_id == 0 {
            return parse_sps(&strip_emulation_prevention(payload));
        }
    }
    Err(HeifError::MalformedHevc("no sequence parameters"))
}

/// Pixels of a piece, by what it declares.
pub(super) fn coded_pixels(image: &ResolvedImage) -> Result<u64, HeifError> {
    let sps = declared(image)?;
    Ok(u64::from(sps.pic_width_in_luma_samples) * u64::from(sps.pic_height_in_luma_samples))
}

/// How a piece is stored: what all pieces of a grid share.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    /// Samples hidden left and above; shown across and down.
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    /// Luma samples a colour sample, across and down; nought where there is no colour.
    across: usize,
    down: usize,
    depths: (u32, u32),
}

impl Kind {
    fn of(sps: &Sps) -> Result<Self, Refusal> {
        let [left, right, top, bottom] = sps.conformance_window.map(|samples| samples as usize);
        let shown = |length: u32, hidden: usize| {
            (length as usize).checked_sub(hidden).filter(|left| *left > 0).ok_or_else(advice::damaged)
        };
        let colour = usize::from(sps.chroma_format_idc != 0);
        Ok(Self {
            left,
            top,
            width: shown(sps.pic_width_in_luma_samples, left + right)?,
            height: shown(sps.pic_height_in_luma_samples, top + bottom)?,
            across: sps.sub_width_c() as usize * colour,
            down: sps.sub_height_c() as usize * colour,
            depths: (sps.bit_depth_luma, sps.bit_depth_chroma),
        })
    }

    /// Pieces decoded at once.
    fn at_once(&self) -> usize {
        (AT_ONCE / (self.width * self.height)).clamp(1, MOST_AT_ONCE)
    }

    /// Samples a side that become one: as many as leave twice what the plan keeps. Pieces must divide evenly.
    fn factor(&self, wanted: Wanted, alone: bool) -> usize {
        let even = |factor: usize| {
            let whole = |length: usize, share: usize| length.is_multiple_of(factor * share.max(1));
            alone || whole(self.width, self.across) && whole(self.height, self.down)
        };
        [8_u8, 4, 2]
            .into_iter()
            .find(|factor| f64::from(*factor) * wanted.scale <= 0.5 && even(usize::from(*factor)))
            .map_or(1, usize::from)
    }
}

/// What [`decode`] holds: the canvas, and the tiles that are decoded at once.
pub(super) fn held(parsed: &ParsedHeif, wanted: Wanted) -> Result<Held, Refusal> {
    let sps = declared(parsed.images.first().ok_or_else(advice::damaged)?).map_err(|e| refuse(&e))?;
    let kind = Kind::of(&sps)?;
    let (width, height) = parsed.grid.map_or((kind.width, kind.height), |grid| {
        (grid.output_width as usize, grid.output_height as usize)
    });
    let factor = kind.factor(wanted, parsed.grid.is_none());
    let colour = 2 / (kind.across * kind.down).max(1);
    let canvas = width.div_ceil(factor) * height.div_ceil(factor) * (1 + colour.max(1));
    let coded = sps.pic_width_in_luma_samples as usize * sps.pic_height_in_luma_samples as usize;
    let tiles = coded * kind.at_once().min(parsed.images.len()) * EACH;
    let [most, left, rows] = [canvas + tiles, canvas, height.div_ceil(factor)].map(|number| number as u64);
    Ok(Held { most, left, rows })
}

/// Decodes the primary picture as it is coded: neither cropped nor turned.
pub(super) fn decode(
    parsed: &ParsedHeif,
    wanted: Wanted,
    keep_going: &dyn Fn() -> bool,
) -> Result<(Vec<Grid>, Option<ColorInfo>), Refusal> {
    let first = parsed.images.first().ok_or_else(advice::damaged)?;
    let sps = declared(first).map_err(|e| refuse(&e))?;
    let kind = Kind::of(&sps)?;
    let [columns, rows, width, height] = parsed.grid.map_or([1, 1, kind.width, kind.height], |grid| {
        [grid.columns, grid.rows, grid.output_width, grid.output_height].map(|number| number as usize)
    });
    // Every column and row is needed, or decoding could be made to cost more than the picture has.
    let covers = |count: usize, piece: usize, length: usize| (length.div_ceil(piece)) == count;
    if parsed.images.len() != columns * rows
        || !covers(columns, kind.width, width)
        || !covers(rows, kind.height, height)
    {
        return Err(advice::damaged());
    }
    let factor = kind.factor(wanted, parsed.grid.is_none());
    let mut canvas = vec![blank(width, height, factor, factor)];
    if kind.across > 0 {
        canvas.extend([(); 2].map(|()| blank(width, height, factor * kind.across, factor * kind.down)));
    }
    let at_once = kind.at_once();
    for (batch, images) in parsed.images.chunks(at_once).enumerate() {
        if !keep_going() {
            return Err(advice::timeout());
        }
        let pieces: Result<Vec<_>, _> = images.par_iter().map(heic_decoder::decode_one_image).collect();
        for (offset, (sps, piece)) in pieces.map_err(|e| refuse(&e))?.into_iter().enumerate() {
            if Kind::of(&sps)? != kind {
                return Err(advice::unsupported("heic"));
            }
            let index = batch * at_once + offset;
            lay(piece, &kind, factor, (index % columns * kind.width, index / columns * kind.height), &mut canvas);
        }
    }
    Ok((canvas, sps.color_info))
}

/// Room for a component that has one sample for so many of the picture's.
fn blank(width: usize, height: usize, across: usize, down: usize) -> Grid {
    let share = |length: usize, part: usize| super::heic::length(length) / super::heic::length(part);
    let stride = width.div_ceil(across);
    Grid {
        samples: vec![0; stride * height.div_ceil(down)],
        stride,
        width: share(width, across),
        height: share(height, down),
    }
}

/// Puts one piece's components where they belong; `at` is in luma samples of the whole.
fn lay(piece: Picture, kind: &Kind, factor: usize, at: (usize, usize), canvas: &mut [Grid]) {
    let Picture { y, cb, cr, .. } = piece;
    let parts = [
        (y, 1, 1, kind.depths.0),
        (cb, kind.across, kind.down, kind.depths.1),
        (cr, kind.across, kind.down, kind.depths.1),
    ];
    for (grid, (plane, across, down, depth)) in canvas.iter_mut().zip(parts) {
        let (across, down) = (across.max(1), down.max(1));
        let window = Window {
            left: kind.left / across,
            top: kind.top / down,
            width: kind.width.div_ceil(across),
            height: kind.height.div_ceil(down),
        };
        let at = (at.0 / across / factor, at.1 / down / factor);
        let shift = depth.saturating_sub(8);
        match factor {
            8 => lay_plane::<8>(plane, &window, shift, at, grid),
            4 => lay_plane::<4>(plane, &window, shift, at, grid),
            2 => lay_plane::<2>(plane, &window, shift, at, grid),
            _ => lay_plane::<1>(plane, &window, shift, at, grid),
        }
    }
}

/// The samples of a plane that are shown.
struct Window {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// Writes the mean of each square of `FACTOR` samples a side, brought to 8 bits; what hangs over the grid is left out.
#[expect(clippy::cast_sign_loss, reason = "clamped to 0..=255")]
fn lay_plane<const FACTOR: usize>(plane: Plane, window: &Window, shift: u32, at: (usize, usize), grid: &mut Grid) {
    let stride = plane.width;
    let samples = plane.into_samples();
    let mut rows = samples.chunks_exact(stride.max(1)).skip(window.top).take(window.height);
    let mut sums = vec![0_i32; window.width.div_ceil(FACTOR)];
    for target in grid.samples.chunks_exact_mut(grid.stride).skip(at.1) {
        sums.fill(0);
        let mut taken = 0_i32;
        for row in rows.by_ref().take(FACTOR) {
            let row = row.get(window.left..window.left + window.width).unwrap_or_default();
            let (groups, rest) = row.as_chunks::<FACTOR>();
            sums.iter_mut().zip(groups).for_each(|(sum, group)| *sum += group.iter().sum::<i32>());
            if let (Some(sum), false) = (sums.last_mut(), rest.is_empty()) {
                // The last square is cut off: its mean stands for what is missing.
                let here = i32::try_from(rest.len()).unwrap_or(1);
                *sum += rest.iter().sum::<i32>() * i32::try_from(FACTOR).unwrap_or(1) / here;
            }
            taken += 1;
        }
        if taken == 0 {
            return;
        }
        let count = taken * i32::try_from(FACTOR).unwrap_or(1);
        for (slot, sum) in target.iter_mut().skip(at.0).zip(&sums) {
            let mean = if FACTOR == 1 { *sum } else { (sum + count / 2) / count };
            *slot = (mean >> shift).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_mirrorings_add_up() {
        use Transform::{MirrorHorizontal as H, MirrorVertical as V, Rotate90Ccw as R};
        for (list, want) in [
            (&[][..], 1),
            (&[R(1)], 8),
            (&[R(3)], 6),
            (&[R(2)], 3),
            (&[H], 2),
            (&[V], 4),
            (&[H, V], 3),
            (&[H, R(1)], 5),
            (&[R(1), V], 5),
            (&[R(1), H], 7),
        ] {
            assert_eq!(turn(list), Some(want), "{list:?}");
        }
    }
}
