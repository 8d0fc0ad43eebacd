//! Edges, and how wide and steep each is.

use super::contrast::Contrast;
use super::smooth::{Plane, repeated};
use crate::picture::Picture;

/// Directions told apart.
pub(super) const WAYS: usize = 8;
/// Variances of the two scales in square pixels, each a third more than the smoothing's own, by which the difference
/// of neighbours smooths.
const FINE: f32 = 2.0 + 1.0 / 3.0;
const COARSE: f32 = 14.0 + 1.0 / 3.0;
/// Coarse gradient in levels a pixel from which a pixel is an edge: a step of some 15 levels.
const EDGE: f32 = 1.5;
/// The same where next to nothing is that steep: what strong blur leaves of thin print.
const FAINT_EDGE: f32 = 0.9;
/// Edges that are enough not to look for faint ones, and how many of these are needed. Those wider than can be told are
/// no edges but the shades of a wall or a rainbow.
pub(super) const ENOUGH: usize = 60;
const ENOUGH_FAINT: usize = 200;
/// How often the noise an edge has to be.
const EDGE_NOISE: f32 = 5.0;
/// Coarse gradient below which there is nothing but noise …
const FLAT: f32 = 2.0;
/// … and levels between which there is noise at all: what is clipped has none.
const LEAST_LEVEL: u8 = 3;
const MOST_LEVEL: u8 = 252;
/// The share of the flat places that noise is read from, and the gradient there if noise is Gaussian with a standard
/// deviation of 1: √(−2 · ln 0.7), by Rayleigh's distribution. Texture is not noise; it is in the rest.
const FLAT_SHARE: f32 = 0.3;
const FLAT_GRADIENT: f32 = 0.845;
/// Share of all places (as a divisor) that must be flat before noise is told from texture.
const LEAST_FLAT: usize = 20;
/// Steps a level of the histogram of gradients in flat places, and their number: up to 20 levels.
const STEPS_A_LEVEL: f32 = 50.0;
const STEPS: usize = 1001; // the last holds all beyond
/// Pixels at the rim that are left out: smoothing there sees the rim itself.
const RIM: usize = 8;
/// How far from the ridge of the coarse gradient the steepest place is looked for, in pixels.
const REACH: isize = 2;
/// What noise adds to the span of levels, as a multiple of its standard deviation in the gradient.
const SPAN_NOISE: f32 = 4.0;
/// Pixels in which a step rises at the fine scale, √(2π · FINE), and the steepness that counts as none.
pub(super) const STEP_RISE: f32 = 3.83;
const LEAST_STEEPNESS: f32 = 0.05;
/// Width of an edge that hardly changes between the scales.
const MOST_WIDTH: f32 = 20.0;

/// A pixel on the ridge of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) x: usize,
    pub(super) y: usize,
    /// Which eighth of a half turn the edge's normal lies in.
    pub(super) way: usize,
    /// Standard deviation of the edge's profile as seen at the fine scale, in pixels: 1.5 if it is a step.
    pub(super) width: f32,
    /// Pixels in which it would rise through all levels that lie around it, were it everywhere as steep as at its
    /// steepest: the length of the smear, or little more than [`STEP_RISE`] if it is sharp.
    pub(super) rise: f32,
}

/// The picture at both scales.
struct Scales {
    fine: Plane,
    coarse: Plane,
    strength: Vec<f32>,
    contrast: Contrast,
    noise: f32,
}

/// The edges of a grey picture.
pub(super) fn edges(sight: &Picture) -> Vec<Edge> {
    let (width, height) = (sight.width as usize, sight.height as usize);
    if width <= 2 * RIM || height <= 2 * RIM {
        return Vec::new();
    }
    // Binomials and boxes: near enough to Gaussians of variances 2 and 3 · (49 − 1) / 12 = 12.
    let binomial = [1.0, 4.0, 6.0, 4.0, 1.0].map(|weight: f32| weight / 16.0);
    let luma = Plane::new(sight.data.iter().map(|level| f32::from(*level)).collect(), width);
    let (fine, spare) = luma.smooth(&repeated(&binomial, 2), vec![0.0; sight.data.len()]);
    let (coarse, spare) = fine.smoothed(&repeated(&[1.0 / 7.0; 7], 3), spare);
    let strength = coarse.steepness(spare);
    let noise = noise(sight, &fine, &strength);
    let scales = Scales { contrast: Contrast::new(&fine), fine, coarse, strength, noise };
    let found = scales.ridges(EDGE);
    if found.len() >= ENOUGH {
        return found;
    }
    let mut faint = scales.ridges(FAINT_EDGE);
    faint.retain(|edge| edge.width < MOST_WIDTH);
    if faint.len() >= ENOUGH_FAINT { faint } else { found }
}

impl Scales {
    /// The edges with at least this coarse gradient, and more than noise has.
    fn ridges(&self, least: f32) -> Vec<Edge> {
        let width = self.fine.width();
        let rows = self.strength.len() / width;
        // Noise in the gradient falls with the variance of the smoothing.
        let least = least.max(EDGE_NOISE * self.noise * FINE / COARSE);
        let mut found = Vec::new();
        for (y, row) in self.strength.chunks_exact(width).enumerate().take(rows - RIM).skip(RIM) {
            for (x, here) in row.iter().copied().enumerate().take(width - RIM).skip(RIM) {
                if here >= least {
                    found.extend(self.edge(x, y, here));
                }
            }
        }
        found
    }

    /// The edge whose ridge this place with its coarse gradient is on, if it is on one.
    fn edge(&self, x: usize, y: usize, here: f32) -> Option<Edge> {
        let width = self.fine.width();
        let at = y * width + x;
        let (across, down) = self.coarse.slope(at);
        let (across, down) = (across / here, down / here);
        let step = offset(across, down, width);
        let level = |place: isize| self.strength.get(at.wrapping_add_signed(place)).copied().unwrap_or(0.0);
        if here < level(step) || here <= level(-step) {
            return None;
        }
        let steepest = (-REACH..=REACH)
            .map(|place| self.fine.slope(at.wrapping_add_signed(place * step)))
            .fold(0.0_f32, |most, (x, y)| most.max(x * across + y * down));
        let steepness = steepest - self.noise;
        let span = self.contrast.around(x, y) - SPAN_NOISE * self.noise;
        Some(Edge {
            x,
            y,
            way: way(across, down),
            width: spread(steepness / here),
            rise: (span / steepness.max(LEAST_STEEPNESS)).max(STEP_RISE / 2.0),
        })
    }
}

/// The width of a step edge whose gradient is `ratio` times as steep at the fine scale as at the coarse one, from
/// ratio² = (width² + coarse − fine) / width².
fn spread(ratio: f32) -> f32 {
    ((COARSE - FINE) / (ratio.max(1.001).powi(2) - 1.0)).sqrt().min(MOST_WIDTH)
}

/// Standard deviation of the noise in the fine gradient; 0 when too little of the picture is flat.
fn noise(sight: &Picture, fine: &Plane, strength: &[f32]) -> f32 {
    let (width, height) = (sight.width as usize, sight.height as usize);
    let mut counts = vec![0_usize; STEPS];
    for y in (RIM..height - RIM).step_by(2) {
        for at in (y * width + RIM..(y + 1) * width - RIM).step_by(2) {
            let flat = strength.get(at).is_some_and(|strength| *strength < FLAT);
            if !flat || !sight.data.get(at).is_some_and(|level| (LEAST_LEVEL..=MOST_LEVEL).contains(level)) {
                continue;
            }
            let (across, down) = fine.slope(at);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited to the histogram")]
            let step = (((across * across + down * down).sqrt() * STEPS_A_LEVEL) as usize).min(STEPS - 1);
            if let Some(count) = counts.get_mut(step) {
                *count += 1;
            }
        }
    }
    let total: usize = counts.iter().sum();
    if total * LEAST_FLAT < (height - 2 * RIM) * (width - 2 * RIM) / 4 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a million places at most")]
    let wanted = total as f32 * FLAT_SHARE;
    let mut seen = 0;
    let step = counts.iter().position(|count| {
        seen += count;
        #[expect(clippy::cast_precision_loss, reason = "a million places at most")]
        let seen = seen as f32;
        seen > wanted
    });
    #[expect(clippy::cast_precision_loss, reason = "at most STEPS")]
    let gradient = step.unwrap_or(0) as f32 / STEPS_A_LEVEL;
    gradient / FLAT_GRADIENT
}

/// How far the next pixel in a direction lies in the row-by-row order.
fn offset(across: f32, down: f32, width: usize) -> isize {
    let step = |part: f32| isize::from(part > 0.5) - isize::from(part < -0.5);
    step(down) * width.cast_signed() + step(across)
}

/// Which eighth of a half turn a direction lies in.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an eighth of a half turn")]
fn way(across: f32, down: f32) -> usize {
    let turn = down.atan2(across).rem_euclid(std::f32::consts::PI) / std::f32::consts::PI;
    ((turn * 8.0) as usize).min(WAYS - 1)
}
