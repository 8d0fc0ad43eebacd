//! Chooses what to keep of the picture and at which size, and shrinks it to that. Never enlarges.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::advice::{self, Refusal};
use crate::picture::{Channels, Picture};
use crate::planar::{self, Grid, Pixels};
use crate::rule::Rule;

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
pub(crate) fn shrink(pixels: Pixels, plan: Plan) -> Result<Picture, Refusal> {
    match pixels {
        Pixels::Whole(picture) => {
            let (kind, alpha) = match picture.channels {
                Channels::Grey => (PixelType::U8, false),
                Channels::GreyAlpha => (PixelType::U8x2, true),
                Channels::Rgb => (PixelType::U8x3, false),
                Channels::Rgba => (PixelType::U8x4, true),
                Channels::Cmyk => (PixelType::U8x4, false),
            };
            if plan.keep == (1.0, 1.0) && (plan.width, plan.height) == (picture.width, picture.height) {
                return Ok(picture);
            }
            let extent = (f64::from(picture.width), f64::from(picture.height));
            let source =
                ImageRef::new(picture.width, picture.height, &picture.data, kind).map_err(|_| advice::damaged())?;
            let data = resize(&source, extent, plan, alpha)?;
            Picture::new(plan.width, plan.height, picture.channels, data)
        }
        Pixels::Planar(picture) => {
            let planes =
                picture.grids.into_iter().map(|grid| shrink_grid(&grid, plan)).collect::<Result<Vec<_>, _>>()?;
            planar::join(picture.model, plan.width, plan.height, &planes)
        }
    }
}

/// Brings a finished picture to a smaller size.
pub(crate) fn shrink_to(picture: Picture, width: u32, height: u32) -> Result<Picture, Refusal> {
    let scale = f64::from(width) / f64::from(picture.width);
    shrink(Pixels::Whole(picture), Plan { keep: (1.0, 1.0), width, height, scale })
}

fn shrink_grid(grid: &Grid, plan: Plan) -> Result<Vec<u8>, Refusal> {
    let width = u32::try_from(grid.stride).map_err(|_| advice::damaged())?;
    let height = grid
        .samples
        .len()
        .checked_div(grid.stride)
        .and_then(|rows| u32::try_from(rows).ok())
        .ok_or_else(advice::damaged)?;
    let source = ImageRef::new(width, height, &grid.samples, PixelType::U8).map_err(|_| advice::damaged())?;
    resize(&source, (grid.width, grid.height), plan, false)
}

/// Scales the kept part of `extent`, which starts at the source's top left corner, to the plan's size.
fn resize(source: &ImageRef<'_>, extent: (f64, f64), plan: Plan, alpha: bool) -> Result<Vec<u8>, Refusal> {
    let (width, height) = (extent.0 * plan.keep.0, extent.1 * plan.keep.1);
    let growing = width < f64::from(plan.width) || height < f64::from(plan.height);
    // Lanczos keeps text crisp when shrinking; components stored at half resolution grow, where it would ring.
    let filter = if growing { FilterType::CatmullRom } else { FilterType::Lanczos3 };
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop((extent.0 - width) / 2.0, (extent.1 - height) / 2.0, width, height)
        .use_alpha(alpha);
    let mut target = Image::new(plan.width, plan.height, source.pixel_type());
    Resizer::new().resize(source, &mut target, &options).map_err(|_| advice::damaged())?;
    Ok(target.into_vec())
}
