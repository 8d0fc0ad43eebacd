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

use image::{GrayImage, Luma};

use crate::pictures::draw::Dice;

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

/// The kinds of [`Scene::draw`].
pub const KINDS: [&str; 9] =
    ["sign", "page", "few lines", "thin font", "night", "portrait", "screen", "skyline", "sign before a soft street"];

impl Scene {
    /// A sharp picture of one kind; the same for the same seed.
    pub fn draw(kind: &str, seed: u64) -> Self {
        let dice = &mut Dice::new(seed * 31 + kind.len() as u64 * 1009 + 5);
        let (width, height) = [(800, 600), (600, 800), (1024, 680), (480, 360)][dice.below(4) as usize];
        let mut scene = Self { width, height, levels: vec![0.0; width * height] };
        match kind {
            "page" | "few lines" | "thin font" => scene.page(kind, dice),
            "night" => scene.night(dice),
            "portrait" => scene.portrait(dice),
            "screen" => scene.screen(dice),
            "skyline" => scene.skyline(dice),
            _ => scene.sign(kind != "sign", dice),
        }
        // Optics are never quite sharp, a hand never quite level, and no sensor is without noise.
        scene.blurred(0.4 + dice.below(3) as f32 / 10.0).noisy(dice.below(4) as f32, seed)
    }

    fn fill(&mut self, left: f32, top: f32, width: f32, height: f32, level: f32) {
        let (left, top) = (left.max(0.0) as usize, top.max(0.0) as usize);
        let (right, bottom) = ((left + width as usize).min(self.width), (top + height as usize).min(self.height));
        for y in top..bottom {
            self.levels[y * self.width + left.min(right)..y * self.width + right].fill(level);
        }
    }

    /// A line between two points.
    fn stroke(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, level: f32) {
        let steps = ((to.0 - from.0).abs().max((to.1 - from.1).abs()) * 2.0) as usize + 1;
        for step in 0..=steps {
            let part = step as f32 / steps as f32;
            let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            self.fill(x - thick / 2.0, y - thick / 2.0, thick.max(1.0), thick.max(1.0), level);
        }
    }

    /// Strokes as of one character: level, upright and slanting ones.
    fn character(&mut self, left: f32, top: f32, size: f32, thick: f32, level: f32, dice: &mut Dice) {
        let at = |dice: &mut Dice| dice.below(100) as f32 / 100.0 * size;
        for number in 0..5 + dice.below(4) {
            let (a, b, c) = (at(dice), at(dice), at(dice));
            let (from, to) = match number % 4 {
                0 => ((0.0, a), (size, a)),
                1 => ((b, 0.0), (b, size)),
                2 => ((a, b * 0.5), (c, size)),
                _ => ((a * 0.3, b), (size - c * 0.3, b)),
            };
            self.stroke((left + from.0, top + from.1), (left + to.0, top + to.1), thick, level);
        }
    }

    fn sign(&mut self, soft_street: bool, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        let wall = 90.0 + dice.below(100) as f32;
        self.fill(0.0, 0.0, wide, high, wall);
        for _ in 0..14 {
            let (x, y) = (dice.below(self.width as u32) as f32, dice.below(self.height as u32) as f32);
            let level = dice.below(230) as f32;
            self.fill(x, y, wide / (4.0 + dice.below(16) as f32), high / (4.0 + dice.below(16) as f32), level);
        }
        let grain = 3.0 + dice.below(15) as f32;
        *self = self.noisy(grain, u64::from(dice.below(9999))).blurred(0.8);
        if soft_street {
            *self = self.blurred(wide * 0.01);
        }
        let board = (wide * (5 + dice.below(4)) as f32 / 10.0, high * (18 + dice.below(12)) as f32 / 100.0);
        let (left, top) = ((wide - board.0) * 0.5, (high - board.1) * dice.below(90) as f32 / 100.0);
        let dark = dice.below(2) == 0;
        let (back, front) = if dark { (30.0 + dice.below(50) as f32, 235.0) } else { (225.0, 30.0) };
        self.fill(left, top, board.0, board.1, back);
        let count = 3 + dice.below(4);
        let size = (board.1 * 0.6).min(board.0 / count as f32 * 0.85);
        for number in 0..count {
            let x = left + board.0 * 0.04 + number as f32 * board.0 * 0.95 / count as f32;
            self.character(x, top + board.1 * 0.08, size, size / (7 + dice.below(8)) as f32, front, dice);
        }
        for number in 0..16 {
            let small = (board.1 * 0.14).max(9.0);
            self.character(left + 8.0 + number as f32 * small * 1.3, top + board.1 * 0.8, small, 1.0, front, dice);
        }
    }

    fn page(&mut self, kind: &str, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 215.0 + dice.below(36) as f32);
        let size = (high / (26 + dice.below(24)) as f32).max(10.0);
        let lines = if kind == "few lines" { 2 + dice.below(3) } else { 100 };
        let (ink, thick) = (15.0 + dice.below(50) as f32, if kind == "page" { (size / 9.0).max(1.5) } else { 1.0 });
        let mut top = high / 12.0;
        for _ in 0..lines {
            if top > high * 0.92 {
                break;
            }
            let mut left = wide / 12.0;
            while left < wide * (6 + dice.below(4)) as f32 / 10.0 {
                self.character(left, top, size * 0.85, thick, ink, dice);
                left += size * 1.05;
            }
            top += size * 1.7;
        }
    }

    fn night(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 4.0 + dice.below(14) as f32);
        let count = 3 + dice.below(3);
        let size = (high * 0.3).min(wide * 0.8 / count as f32);
        let bright = 170.0 + dice.below(85) as f32;
        let top = high * (10 + dice.below(45)) as f32 / 100.0;
        for number in 0..count {
            let left = wide * 0.08 + number as f32 * wide * 0.85 / count as f32;
            self.character(left, top, size * 0.9, (size / 12.0).max(3.0), bright, dice);
        }
        let glow = self.blurred(size * 0.1);
        for (level, glow) in self.levels.iter_mut().zip(glow.levels) {
            *level = (*level + glow * 0.5).min(255.0);
        }
    }

    fn portrait(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        let (wall, hair) = (195.0 + dice.below(50) as f32, 20.0 + dice.below(40) as f32);
        let (skin, coat) = (160.0 + dice.below(40) as f32, 30.0 + dice.below(90) as f32);
        let inside = |x: f32, y: f32, cx: f32, cy: f32, rx: f32, ry: f32| {
            ((x / wide - cx) / rx).powi(2) + ((y / high - cy) / ry).powi(2) < 1.0
        };
        for (at, level) in self.levels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            *level = if [0.42, 0.58].iter().any(|cx| inside(x, y, *cx, 0.44, 0.035, 0.014)) {
                30.0
            } else if inside(x, y, 0.5, 0.6, 0.07, 0.014) {
                100.0
            } else if inside(x, y, 0.5, 0.47, 0.18, 0.23) {
                skin
            } else if inside(x, y, 0.5, 0.4, 0.22, 0.27) {
                hair
            } else if inside(x, y, 0.5, 1.1, 0.44, 0.36) {
                coat
            } else {
                wall
            };
        }
    }

    fn screen(&mut self, dice: &mut Dice) {
        self.page("page", dice);
        let (angle, pitch) = (0.1 + dice.below(60) as f32 / 100.0, 2.5 + dice.below(60) as f32 / 10.0);
        let (along, down) = (angle.cos() / pitch, angle.sin() / pitch);
        for (at, level) in self.levels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            *level *= 1.0 + 0.12 * (std::f32::consts::TAU * (x * along + y * down)).sin();
        }
    }

    fn skyline(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        for (at, level) in self.levels.iter_mut().enumerate() {
            *level = 215.0 - 60.0 * (at / self.width) as f32 / high;
        }
        let mut left = 0.0;
        while left < wide {
            let house = (wide / (5 + dice.below(7)) as f32, high / (4 + dice.below(8)) as f32);
            let wall = 50.0 + dice.below(100) as f32;
            self.fill(left, high - house.1, house.0, house.1, wall);
            for number in 0..(house.0 / 16.0) as u32 * (house.1 / 18.0) as u32 {
                let (column, row) = (number % (house.0 / 16.0) as u32, number / (house.0 / 16.0) as u32);
                let (x, y) = (left + 5.0 + column as f32 * 16.0, high - house.1 + 6.0 + row as f32 * 18.0);
                self.fill(x, y, 7.0, 9.0, wall + if dice.below(2) == 0 { 40.0 } else { -35.0 });
            }
            left += house.0;
        }
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

    /// Shaken along a straight path of this length and angle in degrees.
    pub fn shaken(&self, length: f32, angle: f32) -> Self {
        let count = length.ceil() as usize | 1;
        let step = length / count as f32;
        let (down, across) = angle.to_radians().sin_cos();
        self.moved(&vec![1.0 / count as f32; count], (across * step, down * step))
    }

    /// The weighted sum of the picture moved step by step along a line.
    fn moved(&self, weights: &[f32], step: (f32, f32)) -> Self {
        let mut levels = vec![0.0; self.levels.len()];
        for (number, weight) in weights.iter().enumerate() {
            let away = number as f32 - (weights.len() / 2) as f32;
            let (x, y) = (away * step.0, away * step.1);
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

    /// As a picture file's pixels.
    pub fn picture(&self) -> GrayImage {
        GrayImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            Luma([self.levels[y as usize * self.width + x as usize].round().clamp(0.0, 255.0) as u8])
        })
    }
}
