//! Whether strokes are sharp enough to be read.
//!
//! A sharp edge has a gradient that falls quickly as the picture is smoothed, a blurred one hardly notices: from the
//! gradients at two scales the width of the blur follows, edge by edge. A picture is blurred when not even the sharpest
//! tenth of its strong edges is sharp; it is shaken when edges across one direction are wide while others are not.
//! One number over all pixels cannot tell these apart: a soft sign with few edges scores below a shaken street.

use crate::outcome::Check;
use crate::picture::Picture;

/// The two scales, in pixels of the sight.
const FINE: f32 = 1.0;
const COARSE: f32 = 3.0;
/// Coarse gradient, in levels a pixel, from which a pixel is an edge: a step of some 26 levels.
const EDGE: f32 = 3.5;
/// From which it is a strong edge: a stroke that stands out for anyone.
const STRONG: f32 = 7.0;
/// Edges needed before anything is judged, in all and in one direction.
const LEAST_EDGES: u32 = 200;
const LEAST_EDGES_ONE_WAY: u32 = 40;
/// Share of all edges that a direction needs before it is judged.
const LEAST_SHARE_ONE_WAY: f32 = 0.03;
/// Blur (standard deviation in pixels) of the sharpest tenth from which nothing in the picture is sharp. Sharp signs
/// reach 1.0, pictures nobody can read start at 1.8.
const BLUR_LIMIT: f64 = 1.45;
/// Median blur across one direction from which the camera was moved, if other directions are at most half of it and
/// even the sharpest edges are soft.
const SHAKE_LIMIT: f64 = 2.2;
const SHAKE_RATIO: f64 = 2.0;
const SHAKE_SHARPEST: f64 = 1.0;
/// Steps of the histograms of blur: up to 20 pixels in steps of 0.02.
const STEPS_A_PIXEL: f32 = 50.0;
const STEPS: usize = 1001; // the last holds all beyond
/// Pixels at the rim that are left out: smoothing there sees the rim itself.
const RIM: usize = 6;
/// Directions told apart.
const WAYS: usize = 4;

/// Measures blur and shake in the sight.
pub(crate) fn check(sight: &Picture) -> Vec<Check> {
    let edges = edges(sight);
    let strong = if edges.strong.total() >= LEAST_EDGES { &edges.strong } else { &edges.all };
    let sharpest = strong.widest(0.1).map_or(0.0, |(widest, _)| widest);
    let (across, along) = edges.all.widest(0.5).unwrap_or((0.0, 0.0));
    let shaken = across >= SHAKE_LIMIT && across >= SHAKE_RATIO * along.max(0.3) && sharpest >= SHAKE_SHARPEST;
    vec![
        Check { name: "blur".to_owned(), value: sharpest, limit: BLUR_LIMIT, pass: sharpest < BLUR_LIMIT },
        Check { name: "shake".to_owned(), value: across, limit: SHAKE_LIMIT, pass: !shaken },
    ]
}

/// Histograms of blur, one a direction.
struct Ways([Vec<u32>; WAYS]);

impl Ways {
    fn new() -> Self {
        Self(std::array::from_fn(|_| vec![0; STEPS]))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the histogram")]
    fn add(&mut self, way: usize, blur: f32) {
        let step = (blur * STEPS_A_PIXEL).clamp(0.0, 1000.0) as usize;
        if let Some(count) = self.0.get_mut(way % WAYS).and_then(|steps| steps.get_mut(step)) {
            *count += 1;
        }
    }

    fn total(&self) -> u32 {
        self.0.iter().flatten().sum()
    }

    /// The blur below which `share` of a direction's edges lie: the widest and the narrowest of all directions that
    /// hold enough edges. Nothing when the picture holds too few.
    #[expect(clippy::cast_precision_loss, reason = "a million edges at most")]
    fn widest(&self, share: f32) -> Option<(f64, f64)> {
        let total = self.total();
        if total < LEAST_EDGES {
            return None;
        }
        let least = (total as f32 * LEAST_SHARE_ONE_WAY).max(LEAST_EDGES_ONE_WAY as f32);
        let values =
            self.0.iter().filter(|steps| steps.iter().sum::<u32>() as f32 >= least).map(|steps| quantile(steps, share));
        values.fold(None, |found: Option<(f64, f64)>, value| {
            Some(found.map_or((value, value), |(most, least)| (most.max(value), least.min(value))))
        })
    }
}

/// The blur below which `share` of the counted edges lie.
#[expect(clippy::cast_precision_loss, reason = "a million edges at most")]
fn quantile(steps: &[u32], share: f32) -> f64 {
    let wanted = steps.iter().sum::<u32>() as f32 * share;
    let mut seen = 0;
    let step = steps.iter().position(|count| {
        seen += count;
        seen as f32 > wanted
    });
    f64::from(step.unwrap_or(0) as f32 / STEPS_A_PIXEL)
}

/// Edges by direction.
struct Edges {
    all: Ways,
    strong: Ways,
}

fn edges(sight: &Picture) -> Edges {
    let (width, height) = (sight.width as usize, sight.height as usize);
    let mut found = Edges { all: Ways::new(), strong: Ways::new() };
    if width <= 2 * RIM || height <= 2 * RIM {
        return found;
    }
    let luma: Vec<f32> = sight.data.iter().map(|level| f32::from(*level)).collect();
    let fine = Gradient::new(&luma, width, FINE);
    let coarse = Gradient::new(&luma, width, COARSE);
    let strength: Vec<f32> = coarse.across.iter().zip(&coarse.down).map(|(x, y)| x.hypot(*y)).collect();
    for y in RIM..height - RIM {
        for x in RIM..width - RIM {
            let at = y * width + x;
            let here = strength.get(at).copied().unwrap_or(0.0);
            if here < EDGE {
                continue;
            }
            let (dx, dy) =
                (coarse.across.get(at).map_or(0.0, |v| v / here), coarse.down.get(at).map_or(0.0, |v| v / here));
            let step = offset(dx, dy, width);
            let level = |place: isize| strength.get(at.wrapping_add_signed(place)).copied().unwrap_or(0.0);
            if here < level(step) || here < level(-step) {
                continue;
            }
            let steepest = (-2..=2)
                .map(|k| at.wrapping_add_signed(k * step))
                .map(|place| {
                    fine.across.get(place).map_or(0.0, |v| v * dx) + fine.down.get(place).map_or(0.0, |v| v * dy)
                })
                .fold(0.0_f32, f32::max);
            let blur = blur(steepest / here);
            let way = way(dx, dy);
            found.all.add(way, blur);
            if here >= STRONG {
                found.strong.add(way, blur);
            }
        }
    }
    found
}

/// The blur of a step edge whose gradient is `ratio` times as steep at the fine scale as at the coarse one.
fn blur(ratio: f32) -> f32 {
    let squared = ratio.max(1.001).powi(2);
    ((COARSE * COARSE - squared * FINE * FINE) / (squared - 1.0)).max(0.0).sqrt().min(20.0)
}

/// How far the next pixel in a direction lies in the row-by-row order.
#[expect(clippy::cast_possible_truncation, reason = "-1, 0 or 1")]
fn offset(dx: f32, dy: f32, width: usize) -> isize {
    dy.round() as isize * width.cast_signed() + dx.round() as isize
}

/// Which of the four directions an edge's normal is nearest to: 0, 45, 90 or 135 degrees.
fn way(dx: f32, dy: f32) -> usize {
    // tan 22.5°: below it a normal is nearer to an axis than to a diagonal.
    const HALF: f32 = 0.414_213_57;
    if dy.abs() < HALF * dx.abs() {
        0
    } else if dx.abs() < HALF * dy.abs() {
        2
    } else if (dx > 0.0) == (dy > 0.0) {
        1
    } else {
        3
    }
}

/// Derivatives of the smoothed picture.
struct Gradient {
    across: Vec<f32>,
    down: Vec<f32>,
}

impl Gradient {
    fn new(luma: &[f32], width: usize, sigma: f32) -> Self {
        let (smooth, slope) = kernels(sigma);
        let sloped = along_rows(luma, width, &slope);
        let across = along_columns(&sloped, width, &smooth);
        let smoothed = along_rows(luma, width, &smooth);
        Self { across, down: along_columns(&smoothed, width, &slope) }
    }
}

/// A Gaussian and its derivative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a radius of a few pixels"
)]
fn kernels(sigma: f32) -> (Vec<f32>, Vec<f32>) {
    let radius = (3.0 * sigma + 0.5) as usize;
    let at = |i: usize| i as f32 - radius as f32;
    let raw: Vec<f32> = (0..=2 * radius).map(|i| (-at(i).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = raw.iter().sum();
    let smooth: Vec<f32> = raw.iter().map(|v| v / sum).collect();
    let slope = smooth.iter().enumerate().map(|(i, v)| v * at(i) / (sigma * sigma)).collect();
    (smooth, slope)
}

/// Correlates each row with a kernel; the outermost pixels go on for ever.
fn along_rows(source: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let radius = kernel.len() / 2;
    let mut target = vec![0.0; source.len()];
    let mut padded = vec![0.0; width + 2 * radius];
    for (row, out) in source.chunks_exact(width).zip(target.chunks_exact_mut(width)) {
        let (first, last) = (row.first().copied().unwrap_or(0.0), row.last().copied().unwrap_or(0.0));
        for (place, value) in padded
            .iter_mut()
            .zip(std::iter::repeat_n(first, radius).chain(row.iter().copied()).chain(std::iter::repeat_n(last, radius)))
        {
            *place = value;
        }
        for (shift, weight) in kernel.iter().enumerate() {
            for (sum, value) in out.iter_mut().zip(padded.iter().skip(shift)) {
                *sum += weight * value;
            }
        }
    }
    target
}

/// Correlates each column with a kernel, a whole row at a time.
fn along_columns(source: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let (radius, rows) = (kernel.len() / 2, source.len() / width);
    let mut target = vec![0.0; source.len()];
    for (y, out) in target.chunks_exact_mut(width).enumerate() {
        for (shift, weight) in kernel.iter().enumerate() {
            let from = (y + shift).saturating_sub(radius).min(rows - 1);
            let row = source.get(from * width..(from + 1) * width).unwrap_or_default();
            for (sum, value) in out.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Channels;

    /// Squares of several sizes, smoothed by a box of this many pixels across and down, thrice.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "levels of 8 bits"
    )]
    fn squares(across: usize, down: usize) -> Picture {
        let (width, height) = (400_usize, 300_usize);
        let mut luma: Vec<f32> = (0..width * height)
            .map(|i| if (i % width / 25 + i / width / 20) % 2 == 0 { 210.0 } else { 60.0 })
            .collect();
        for _ in 0..3 {
            luma = along_rows(&luma, width, &vec![1.0 / across as f32; across]);
            luma = along_columns(&luma, width, &vec![1.0 / down as f32; down]);
        }
        Picture::new(400, 300, Channels::Grey, luma.into_iter().map(|v| v.round() as u8).collect()).unwrap()
    }

    fn passes(picture: &Picture) -> bool {
        check(picture).iter().all(|check| check.pass)
    }

    #[test]
    fn sharp_and_slightly_soft_pass_and_blur_does_not() {
        assert!(passes(&squares(1, 1)));
        assert!(passes(&squares(3, 3)));
        assert!(!passes(&squares(9, 9)));
    }

    #[test]
    fn the_blur_is_measured_in_pixels() {
        // Three boxes of 9 have a variance of 3 · (81 − 1) / 12 = 20.
        let value = check(&squares(9, 9)).first().unwrap().value;
        assert!((value - 20_f64.sqrt()).abs() < 1.0, "{value}");
    }

    #[test]
    fn shake_in_one_direction_is_noticed() {
        assert!(!passes(&squares(9, 1)));
        assert!(!passes(&squares(1, 9)));
    }

    #[test]
    fn nothing_to_see_is_nothing_to_blame() {
        assert!(passes(&Picture::new(300, 300, Channels::Grey, vec![128; 90_000]).unwrap()));
        assert!(passes(&Picture::new(5, 5, Channels::Grey, vec![0; 25]).unwrap()));
    }
}
