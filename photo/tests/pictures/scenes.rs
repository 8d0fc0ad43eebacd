//! Many different pictures from seeds, and the faults a camera adds to them; for judging the clarity check.
//!
//! All are planes of grey levels between 0 and 255, row by row: clarity looks at nothing else.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "drawing for tests: what cannot be drawn should end the test"
)]

mod kinds;

use image::{GrayImage, Luma};

use crate::pictures::draw::Dice;

pub use kinds::{FIT_KINDS, HELD_BACK_KINDS};

/// A picture of grey levels that may lie between two steps.
#[derive(Clone)]
#[must_use]
pub struct Scene {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// One level a pixel.
    pub levels: Vec<f32>,
}

impl Scene {
    /// A sharp picture of one kind; the same for the same seed.
    pub fn draw(kind: &str, seed: u64) -> Self {
        let dice = &mut Dice::new(seed * 31 + kind.bytes().fold(7, |sum, byte| sum * 131 % 99_991 + u64::from(byte)));
        let sizes = [(800, 600), (600, 800), (1024, 680), (480, 360), (1280, 960), (768, 1024)];
        let (width, height) = sizes[dice.below(6) as usize];
        let mut scene = Self { width, height, levels: vec![0.0; width * height] };
        scene.paint(kind, dice);
        // Optics are never quite sharp, a hand never quite level, and no sensor is without noise.
        scene.blurred(0.4 + dice.below(3) as f32 / 10.0).noisy(dice.below(4) as f32, seed)
    }

    /// Out of focus: a Gaussian of this standard deviation, as three boxes whose fractions lie on their outer pixels.
    pub fn blurred(&self, sigma: f32) -> Self {
        let variance = sigma * sigma;
        // Exact for boxes of up to three pixels, and near enough beyond.
        let half = if variance < 1.5 {
            variance / (6.0 - 2.0 * variance)
        } else {
            ((4.0 * variance + 1.0).sqrt() - 1.0) / 2.0
        };
        let weights: Vec<f32> = {
            let radius = half.ceil() as i32;
            let raw: Vec<f32> = (-radius..=radius).map(|at| (half + 1.0 - at.abs() as f32).clamp(0.0, 1.0)).collect();
            let sum: f32 = raw.iter().sum();
            raw.into_iter().map(|weight| weight / sum).collect()
        };
        let mut out = self.clone();
        for _ in 0..3 {
            for path in [(1.0, 0.0), (0.0, 1.0)] {
                out = out.moved(&weights, path);
            }
        }
        out
    }

    /// Shaken along a path of this length and angle in degrees, which turns by `bend` degrees on its way.
    pub fn shaken(&self, length: f32, angle: f32, bend: f32) -> Self {
        let count = length.ceil() as usize | 1;
        let step = length / count as f32;
        let mut path = vec![(0.0, 0.0)];
        for number in 1..count {
            let turned = (angle + bend * (number as f32 / count as f32 - 0.5)).to_radians();
            let (x, y) = path[number - 1];
            path.push((x + step * turned.cos(), y + step * turned.sin()));
        }
        let middle = path[count / 2];
        self.gathered(&path.iter().map(|(x, y)| (1.0 / count as f32, x - middle.0, y - middle.1)).collect::<Vec<_>>())
    }

    /// The weighted sum of the picture moved step by step along a line.
    fn moved(&self, weights: &[f32], step: (f32, f32)) -> Self {
        let away = |number: usize| number as f32 - (weights.len() / 2) as f32;
        let places = weights.iter().enumerate().map(|(at, weight)| (*weight, away(at) * step.0, away(at) * step.1));
        self.gathered(&places.collect::<Vec<_>>())
    }

    /// The weighted sum of the picture moved by each of these.
    fn gathered(&self, places: &[(f32, f32, f32)]) -> Self {
        let mut levels = vec![0.0; self.levels.len()];
        for (weight, x, y) in places.iter().copied() {
            let (left, top) = (x.floor(), y.floor());
            for (more_x, more_y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let part = |part: f32, more: i32| if more == 1 { part } else { 1.0 - part };
                let share = weight * part(x - left, more_x) * part(y - top, more_y);
                if share < 1e-6 {
                    continue;
                }
                let (dx, dy) = (left as i64 + i64::from(more_x), top as i64 + i64::from(more_y));
                for (row, target) in levels.chunks_exact_mut(self.width).enumerate() {
                    let from = (row as i64 + dy).clamp(0, self.height as i64 - 1) as usize * self.width;
                    let source = &self.levels[from..from + self.width];
                    let skip = dx.unsigned_abs() as usize;
                    let (first, last) = (source[0], source[self.width - 1]);
                    if dx >= 0 {
                        target.iter_mut().zip(&source[skip..]).for_each(|(sum, level)| *sum += share * level);
                        target[self.width - skip..].iter_mut().for_each(|sum| *sum += share * last);
                    } else {
                        target[skip..].iter_mut().zip(source).for_each(|(sum, level)| *sum += share * level);
                        target[..skip].iter_mut().for_each(|sum| *sum += share * first);
                    }
                }
            }
        }
        Self { levels, ..*self }
    }

    /// With noise of this standard deviation.
    pub fn noisy(&self, sigma: f32, seed: u64) -> Self {
        let dice = &mut Dice::new(seed + 77);
        // Twelve even throws less six are all but Gaussian; four with more weight are enough here.
        let mut throw = || (0..4).map(|_| dice.below(1001) as f32 / 1000.0 - 0.5).sum::<f32>() * 3.0_f32.sqrt();
        Self { levels: self.levels.iter().map(|level| level + sigma * throw()).collect(), ..*self }
    }

    /// Every level times `gain`, plus `lift`.
    pub fn relit(&self, gain: f32, lift: f32) -> Self {
        Self { levels: self.levels.iter().map(|level| (level * gain + lift).clamp(0.0, 255.0)).collect(), ..*self }
    }

    /// With a lamp's reflection where strokes are: light that burns out all within `radius` (in parts of the longer side)
    /// and ebbs away in half to one and a half radii more, round or up to three times longer than wide. Answers also what
    /// share of the strokes is lost in it.
    pub fn glaring(&self, radius: f32, seed: u64) -> (Self, f32) {
        let dice = &mut Dice::new(seed + 991);
        let steep = |at: usize| {
            let next = self.levels.get(at + 1).copied().unwrap_or(0.0) - self.levels[at];
            let below = self.levels.get(at + self.width).copied().unwrap_or(0.0) - self.levels[at];
            next.abs().max(below.abs()) > 25.0
        };
        let middle = |at: &usize| {
            let part = |place: usize, of: usize| (of / 6..of - of / 6).contains(&place);
            part(at % self.width, self.width) && part(at / self.width, self.height)
        };
        let strokes: Vec<usize> = (0..self.levels.len()).filter(|at| steep(*at)).collect();
        let places: Vec<usize> = strokes.iter().copied().filter(middle).collect();
        let Some(place) = places.get(dice.below(places.len().max(1) as u32) as usize) else {
            return (self.clone(), 0.0);
        };
        let (x, y) = ((place % self.width) as f32, (place / self.width) as f32);
        let long = radius * self.width.max(self.height) as f32;
        let wide = long * (1.0 - dice.below(3) as f32 / 3.0);
        let (ebb, angle) = (0.35 + dice.below(8) as f32 / 10.0, dice.below(180) as f32);
        let (sin, cos) = angle.to_radians().sin_cos();
        let light = |at: usize| {
            let (dx, dy) = ((at % self.width) as f32 - x, (at / self.width) as f32 - y);
            let away = ((dx * cos + dy * sin) / long).hypot((dy * cos - dx * sin) / wide);
            300.0 * (-(away - 1.0).max(0.0).powi(2) / (2.0 * ebb * ebb)).exp()
        };
        let lost = strokes.iter().filter(|at| light(**at) >= 250.0).count() as f32 / strokes.len() as f32;
        let levels = self.levels.iter().enumerate().map(|(at, level)| (level + light(at)).clamp(0.0, 255.0)).collect();
        (Self { levels, ..*self }, lost)
    }

    /// As a picture file's pixels.
    pub fn picture(&self) -> GrayImage {
        GrayImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            Luma([self.levels[y as usize * self.width + x as usize].round().clamp(0.0, 255.0) as u8])
        })
    }
}
