//! Chooses what to keep of the picture and at which size, and shrinks it to that. Never enlarges.

use std::borrow::Cow;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::advice::{self, Refusal};
use crate::picture::{Channels, Picture};
use crate::planar::{Grid, Pixels, Scaled};
use crate::rule::Rule;
use crate::transpose::transposed;

/// What to keep of the upright picture, and the size it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    /// The part that is kept, as fractions of the width and height; always about the centre.
    pub(crate) keep: (f64, f64),
    /// Pixels of the result.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Result pixels per stored pixel, at most 1.
    pub(crate) scale: f64,
}

impl Plan {
    /// The same plan for the picture as stored, when turning it upright swaps its sides.
    pub(crate) fn turned(self, swap: bool) -> Self {
        if swap {
            Self { keep: (self.keep.1, self.keep.0), width: self.height, height: self.width, ..self }
        } else {
            self
        }
    }
}

/// The plan for an upright picture of this size; refused when it is too small for the rule, or too long.
pub(crate) fn plan(rule: &Rule, width: u32, height: u32) -> Result<Plan, Refusal> {
    let (wide, high) = (f64::from(width), f64::from(height));
    if let Some([to_width, to_height]) = rule.exact_px {
        if width < to_width || height < to_height {
            return Err(advice::too_small(width, height, rule));
        }
        let (to_wide, to_high) = (f64::from(to_width), f64::from(to_height));
        let scale = (to_wide / wide).max(to_high / high);
        return Ok(Plan {
            keep: (to_wide / scale / wide, to_high / scale / high),
            width: to_width,
            height: to_height,
            scale,
        });
    }
    let (short, long) = (width.min(height), width.max(height));
    if short < rule.min_short_px || long < rule.min_long_px {
        return Err(advice::too_small(width, height, rule));
    }
    let most = rule.max_long_px.unwrap_or(u32::MAX).min(16_384);
    let plan = scaled(width, height, f64::from(most.min(long)) / f64::from(long));
    if plan.width.min(plan.height) < rule.min_short_px { Err(advice::too_long(width, height, rule)) } else { Ok(plan) }
}

fn scaled(width: u32, height: u32, scale: f64) -> Plan {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the side it came from")]
    let side = |length: u32| (f64::from(length) * scale).round().max(1.0) as u32;
    Plan { keep: (1.0, 1.0), width: side(width), height: side(height), scale }
}

/// A smaller size for a picture that has too many bytes, with about `share` of its pixels; `None` at the rule's least.
pub(crate) fn smaller(rule: &Rule, width: u32, height: u32, share: f64) -> Option<(u32, u32)> {
    if rule.exact_px.is_some() {
        return None;
    }
    let (short, long) = (f64::from(width.min(height)), f64::from(width.max(height)));
    let least = (f64::from(rule.min_short_px) / short).max(f64::from(rule.min_long_px) / long);
    let scale = share.sqrt().max(least);
    let plan = scaled(width, height, scale.min(1.0));
    let enough = plan.width.min(plan.height) >= rule.min_short_px && plan.width.max(plan.height) >= rule.min_long_px;
    (enough && (plan.width, plan.height) != (width, height)).then_some((plan.width, plan.height))
}

/// Brings decoded pixels to the plan, which is for the picture as stored.
pub(crate) fn shrink(pixels: Pixels, plan: Plan) -> Result<Scaled, Refusal> {
    match pixels {
        Pixels::Whole(picture) => shrink_whole(picture, plan).map(Scaled::Pixels),
        Pixels::Planar(picture) => {
            let planes =
                picture.grids.into_iter().map(|grid| shrink_grid(&grid, plan)).collect::<Result<Vec<_>, _>>()?;
            Scaled::of(picture.model, plan.width, plan.height, planes)
        }
    }
}

fn shrink_whole(picture: Picture, plan: Plan) -> Result<Picture, Refusal> {
    let (width, height, channels) = (picture.width, picture.height, picture.channels);
    if plan.keep == (1.0, 1.0) && (plan.width, plan.height) == (width, height) {
        return Ok(picture);
    }
    let extent = (f64::from(width), f64::from(height));
    // One channel after another: only one is ever held beside the picture.
    let shrunk = (0..channels.count())
        .map(|channel| resize((width, height, &plane(&picture, channel)), extent, plan))
        .collect::<Result<_, _>>()?;
    drop(picture);
    Picture::new(plan.width, plan.height, channels, interleave(shrunk, channels))
}

/// Brings a finished picture to a smaller size.
pub(crate) fn shrink_to(picture: Picture, width: u32, height: u32) -> Result<Picture, Refusal> {
    let scale = f64::from(width) / f64::from(picture.width);
    shrink_whole(picture, Plan { keep: (1.0, 1.0), width, height, scale })
}

/// Brings a plane of `from` samples, padded to `stride`, to a smaller size.
pub(crate) fn shrink_plane(
    samples: &[u8],
    stride: usize,
    from: (u32, u32),
    (width, height): (u32, u32),
) -> Result<Vec<u8>, Refusal> {
    let rows = samples.len().checked_div(stride).unwrap_or(0);
    let [stride, rows] = [stride, rows].map(|side| u32::try_from(side).unwrap_or(0));
    let scale = f64::from(width) / f64::from(from.0);
    resize(
        (stride, rows, samples),
        (f64::from(from.0), f64::from(from.1)),
        Plan { keep: (1.0, 1.0), width, height, scale },
    )
}

fn shrink_grid(grid: &Grid, plan: Plan) -> Result<Vec<u8>, Refusal> {
    let width = u32::try_from(grid.stride).map_err(|_| advice::damaged())?;
    let height = grid
        .samples
        .len()
        .checked_div(grid.stride)
        .and_then(|rows| u32::try_from(rows).ok())
        .ok_or_else(advice::damaged)?;
    resize((width, height, &grid.samples), (grid.width, grid.height), plan)
}

/// One channel; colour weighed by its opacity, so that what cannot be seen does not bleed into what can.
fn plane(picture: &Picture, channel: usize) -> Cow<'_, [u8]> {
    let count = picture.channels.count();
    let alpha = matches!(picture.channels, Channels::GreyAlpha | Channels::Rgba) && channel + 1 < count;
    let level = |pixel: &[u8], channel: usize| pixel.get(channel).copied().unwrap_or(0);
    let pixels = picture.data.chunks_exact(count);
    match (count, alpha) {
        (1, _) => Cow::Borrowed(&picture.data),
        (_, false) => pixels.map(|pixel| level(pixel, channel)).collect(),
        (_, true) => pixels.map(|pixel| multiply(level(pixel, channel), level(pixel, count - 1))).collect(),
    }
}

/// The way back.
fn interleave(mut planes: Vec<Vec<u8>>, channels: Channels) -> Vec<u8> {
    let count = channels.count();
    if matches!(channels, Channels::GreyAlpha | Channels::Rgba)
        && let Some((opacity, colours)) = planes.split_last_mut()
    {
        for colour in colours {
            for (level, alpha) in colour.iter_mut().zip(opacity.iter()) {
                *level = divide(*level, *alpha);
            }
        }
    }
    if count == 1 {
        return planes.pop().unwrap_or_default();
    }
    let mut data = vec![0; planes.iter().map(Vec::len).sum()];
    for (channel, plane) in planes.iter().enumerate() {
        for (slot, level) in data.iter_mut().skip(channel).step_by(count).zip(plane) {
            *slot = *level;
        }
    }
    data
}

fn multiply(level: u8, alpha: u8) -> u8 {
    u8::try_from((u32::from(level) * u32::from(alpha) + 127) / 255).unwrap_or(255)
}

fn divide(level: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    u8::try_from((u32::from(level) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0)).unwrap_or(255)
}

/// Scales the kept part of `extent`, which starts at the source's top left corner, to the plan's size. One channel
/// only: the library is generic over pixels and is compiled anew, at length, for each kind that is used.
fn resize(source: (u32, u32, &[u8]), extent: (f64, f64), plan: Plan) -> Result<Vec<u8>, Refusal> {
    let (width, height) = (extent.0 * plan.keep.0, extent.1 * plan.keep.1);
    let across = Span { start: (extent.0 - width) / 2.0, length: width, to: plan.width };
    let down = Span { start: (extent.1 - height) / 2.0, length: height, to: plan.height };
    let growing = width < f64::from(plan.width) || height < f64::from(plan.height);
    // Lanczos keeps text crisp when shrinking; components stored at half resolution grow, where it would ring.
    let filter = if growing { FilterType::CatmullRom } else { FilterType::Lanczos3 };
    if across.stays() {
        return convolve(source, (across, down), filter);
    }
    // The library adds rows to rows far faster than neighbours in a row: for these, the plane is turned.
    let along = |turned: Vec<u8>, (wide, high): (u32, u32)| {
        let done = convolve((high, wide, &turned), (Span::all(high), across), filter)?;
        drop(turned);
        Ok(transposed(&done, high as usize))
    };
    if growing {
        let done = along(transposed(source.2, source.0 as usize), (source.0, source.1))?;
        return convolve((plan.width, source.1, &done), (Span::all(plan.width), down), filter);
    }
    let done = convolve(source, (Span::all(source.0), down), filter)?;
    let turned = transposed(&done, source.0 as usize);
    drop(done);
    along(turned, (source.0, plan.height))
}

/// What becomes of one side of a plane.
#[derive(Clone, Copy)]
struct Span {
    start: f64,
    length: f64,
    to: u32,
}

impl Span {
    fn all(side: u32) -> Self {
        Self { start: 0.0, length: f64::from(side), to: side }
    }

    /// Whether samples are at most left out.
    fn stays(self) -> bool {
        (self.length - f64::from(self.to)).abs() < f64::EPSILON && self.start.fract() == 0.0
    }
}

fn convolve(
    (wide, high, samples): (u32, u32, &[u8]),
    (across, down): (Span, Span),
    filter: FilterType,
) -> Result<Vec<u8>, Refusal> {
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(across.start, down.start, across.length, down.length)
        .use_alpha(false);
    let view = TypedImageRef::<U8>::from_buffer(wide, high, samples).map_err(|_| advice::damaged())?;
    let mut data = vec![0; across.to as usize * down.to as usize];
    let mut target = TypedImage::<U8>::from_buffer(across.to, down.to, &mut data).map_err(|_| advice::damaged())?;
    Resizer::new().resize_typed(&view, &mut target, &options).map_err(|_| advice::damaged())?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(extra: &str) -> Rule {
        toml::from_str(&format!("name='a'\nkind='scene'\nformat='jpeg'\nmax_bytes=9000\n{extra}")).unwrap()
    }

    #[test]
    fn plans_keep_to_the_rule() {
        let size = |extra: &str, w, h| plan(&rule(extra), w, h).map(|p| (p.width, p.height));
        assert_eq!(size("max_long_px = 2048", 4032, 3024), Ok((2048, 1536)));
        assert_eq!(size("max_long_px = 2048", 800, 600), Ok((800, 600)));
        assert_eq!(size("exact_px = [358, 441]", 900, 1000), Ok((358, 441)));
        assert!(size("exact_px = [358, 441]", 357, 1000).is_err());
        assert!(size("min_short_px = 480", 479, 1000).is_err());
        assert!(size("min_short_px = 480\nmin_long_px = 480\nmax_long_px = 1000", 5000, 1000).is_err());
    }

    #[test]
    fn the_kept_part_has_the_wanted_shape() {
        let plan = plan(&rule("exact_px = [300, 100]"), 900, 900).unwrap();
        assert_eq!(plan.keep, (1.0, 1.0 / 3.0));
        assert_eq!(plan.turned(true).keep, (1.0 / 3.0, 1.0));
    }

    #[test]
    fn hidden_colour_does_not_bleed() {
        let hidden_red: Vec<u8> =
            (0..64 * 64).flat_map(|i| if i % 64 < 32 { [255, 0, 0, 0] } else { [0, 0, 255, 255] }).collect();
        let picture = Picture::new(64, 64, Channels::Rgba, hidden_red).unwrap();
        let small = shrink_to(picture, 15, 15).unwrap();
        assert!(small.data.chunks_exact(4).filter(|p| p[3] > 20).all(|p| p[0] < 20), "{:?}", &small.data[..60]);
    }
}
