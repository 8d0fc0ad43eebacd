//! The picture as the checks look at it: luma only, at the size a reader takes it in.

use crate::advice::Refusal;
use crate::canvas::Canvas;
use crate::colour;
use crate::encode::Plane;
use crate::fit;
use crate::picture::{Channels, Picture};

/// Longest side the checks look at, in pixels. Judged at one scale, a blur that a reader would notice has the same
/// width whatever camera took the photo; pixels beyond it hold noise more than strokes.
const LONG_PX: u32 = 1024;

/// Most pixels of a sight.
pub(crate) const MOST_PIXELS: u64 = LONG_PX as u64 * LONG_PX as u64;

/// Luma of the upright picture, at most [`LONG_PX`] long; one channel.
pub(crate) fn sight(canvas: &Canvas) -> Result<Picture, Refusal> {
    match canvas {
        Canvas::Pixels(picture) => look(&colour::luma(picture).data, (picture.width, picture.height), picture.width),
        Canvas::Planes(planes) => {
            let Plane { samples, stride } = &planes.luma;
            look(samples, (planes.width, planes.height), u32::try_from(*stride).unwrap_or(planes.width))
        }
    }
}

/// The same of a plane of this size, padded to `stride`.
fn look(samples: &[u8], (width, height): (u32, u32), stride: u32) -> Result<Picture, Refusal> {
    let long = width.max(height);
    if long <= LONG_PX {
        let rows = samples.chunks_exact(stride.max(1) as usize).take(height as usize);
        let data = rows.flat_map(|row| row.iter().take(width as usize)).copied().collect();
        return Picture::new(width, height, Channels::Grey, data);
    }
    let scale = f64::from(LONG_PX) / f64::from(long);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the side it came from")]
    let side = |length: u32| (f64::from(length) * scale).round().max(1.0) as u32;
    let small = (side(width), side(height));
    Picture::new(small.0, small.1, Channels::Grey, fit::shrink_plane(samples, stride as usize, (width, height), small)?)
}
