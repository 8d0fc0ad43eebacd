//! The picture as the checks look at it: luma only, at the size a reader takes it in.

use crate::advice::Refusal;
use crate::colour;
use crate::fit;
use crate::picture::Picture;

/// Longest side the checks look at, in pixels. Judged at one scale, a blur that a reader would notice has the same
/// width whatever camera took the photo; pixels beyond it hold noise more than strokes.
const LONG_PX: u32 = 1024;

/// Most pixels of a sight.
pub(crate) const MOST_PIXELS: u64 = LONG_PX as u64 * LONG_PX as u64;

/// Luma of the upright picture, at most [`LONG_PX`] long; one channel.
pub(crate) fn sight(picture: &Picture) -> Result<Picture, Refusal> {
    let luma = colour::luma(picture);
    let long = luma.width.max(luma.height);
    if long <= LONG_PX {
        return Ok(luma);
    }
    let scale = f64::from(LONG_PX) / f64::from(long);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the side it came from")]
    let side = |length: u32| (f64::from(length) * scale).round().max(1.0) as u32;
    let (width, height) = (side(luma.width), side(luma.height));
    fit::shrink_to(luma, width, height)
}
