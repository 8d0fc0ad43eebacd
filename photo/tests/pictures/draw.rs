//! What is in the pictures: a shop sign in its street, a stamped page, a likeness, and plain patches.

use image::{Rgb, RgbImage, Rgba, RgbaImage};

/// A small generator of repeatable numbers, for texture and strokes.
pub struct Dice(u64);

impl Dice {
    /// The same seed, the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}

fn fill(picture: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, colour: [u8; 3]) {
    for y in top..(top + height).min(picture.height()) {
        for x in left..(left + width).min(picture.width()) {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

/// Strokes that look like one character of print, in a square of `size`.
fn character(picture: &mut RgbImage, left: u32, top: u32, size: u32, colour: [u8; 3], dice: &mut Dice) {
    let stroke = (size / 10).max(1);
    for _ in 0..3 + dice.below(3) {
        let row = dice.below(size.saturating_sub(stroke));
        let start = dice.below(size / 4 + 1);
        fill(picture, left + start, top + row, size - start - dice.below(size / 4 + 1), stroke, colour);
    }
    for _ in 0..2 + dice.below(3) {
        let column = dice.below(size.saturating_sub(stroke));
        let start = dice.below(size / 4 + 1);
        fill(picture, left + column, top + start, stroke, size - start - dice.below(size / 4 + 1), colour);
    }
}

/// A shop front with a sign: sky, wall with texture, a red board with light characters, door and windows.
/// Left and right, top and bottom differ, so that no turning can pass unnoticed.
pub fn signboard(width: u32, height: u32) -> RgbImage {
    let mut dice = Dice::new(7);
    let mut picture = RgbImage::from_fn(width, height, |x, y| {
        if y < height / 6 {
            Rgb([150, 190, 225])
        } else {
            let brick = if (y * 24 / height + x * 16 / width).is_multiple_of(2) { 150 } else { 162 };
            Rgb([brick, brick - 18, brick - 40])
        }
    });
    for pixel in picture.pixels_mut() {
        let grain = dice.below(13);
        pixel.0 = pixel.0.map(|level| level.saturating_add(u8::try_from(grain).unwrap()).saturating_sub(6));
    }
    let (board_left, board_top, board_width, board_height) = (width / 12, height / 4, width * 10 / 12, height / 4);
    fill(&mut picture, board_left, board_top, board_width, board_height, [176, 24, 30]);
    let size = board_height * 6 / 10;
    for number in 0..5 {
        let left = board_left + board_width / 24 + number * (board_width * 19 / 100);
        character(&mut picture, left, board_top + board_height / 5, size, [250, 232, 170], &mut dice);
    }
    fill(&mut picture, width / 10, height * 6 / 10, width / 4, height * 4 / 10, [58, 66, 92]);
    fill(&mut picture, width / 2, height * 6 / 10, width * 2 / 5, height / 4, [205, 222, 230]);
    for number in 0..8 {
        character(
            &mut picture,
            width / 2 + number * (width / 21),
            height * 9 / 10,
            height / 18,
            [30, 30, 34],
            &mut dice,
        );
    }
    // One corner each has its own colour.
    let mark = (width.min(height) / 16).max(2);
    fill(&mut picture, 0, 0, mark, mark, [255, 255, 0]);
    fill(&mut picture, width - mark, 0, mark, mark, [0, 160, 60]);
    fill(&mut picture, 0, height - mark, mark, mark, [20, 60, 220]);
    picture
}

/// A page of print with a red seal.
pub fn page(width: u32, height: u32) -> RgbImage {
    let mut dice = Dice::new(21);
    let mut picture = RgbImage::from_pixel(width, height, Rgb([248, 247, 243]));
    let size = (height / 52).max(7);
    for line in 0..30 {
        let top = height / 16 + line * size * 3 / 2;
        if top + size * 2 > height {
            break;
        }
        let characters = if line == 0 { 12 } else { width * 8 / 10 / (size * 5 / 4) };
        for number in 0..characters {
            character(&mut picture, width / 10 + number * size * 5 / 4, top, size, [24, 24, 26], &mut dice);
        }
    }
    let (cx, cy, radius) = (f64::from(width) * 0.68, f64::from(height) * 0.72, f64::from(width) * 0.14);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (dx, dy) = (f64::from(x) - cx, f64::from(y) - cy);
        let away = dx.hypot(dy) / radius;
        let star = (dy.atan2(dx) * 5.0 / 2.0).cos().abs();
        if (0.9..1.0).contains(&away) || away < 0.18 + 0.2 * star {
            pixel.0 = [206, 32, 38];
        }
    }
    picture
}

/// A likeness before a plain wall.
pub fn portrait(width: u32, height: u32) -> RgbImage {
    let mut dice = Dice::new(5);
    let inside = |x: u32, y: u32, cx: f64, cy: f64, rx: f64, ry: f64| {
        let (dx, dy) = (f64::from(x) / f64::from(width) - cx, f64::from(y) / f64::from(height) - cy);
        (dx / rx).powi(2) + (dy / ry).powi(2) < 1.0
    };
    RgbImage::from_fn(width, height, |x, y| {
        let base = if inside(x, y, 0.42, 0.42, 0.025, 0.015) || inside(x, y, 0.58, 0.42, 0.025, 0.015) {
            [32, 24, 22]
        } else if inside(x, y, 0.5, 0.57, 0.07, 0.015) {
            [168, 70, 72]
        } else if inside(x, y, 0.5, 0.27, 0.21, 0.13) {
            [28, 24, 26]
        } else if inside(x, y, 0.5, 0.44, 0.19, 0.24) {
            [224, 182, 156]
        } else if inside(x, y, 0.5, 1.05, 0.46, 0.36) {
            [44, 62, 104]
        } else {
            [232, 236, 240]
        };
        let grain = u8::try_from(dice.below(7)).unwrap();
        Rgb(base.map(|level: u8| level.saturating_add(grain).saturating_sub(3)))
    })
}

/// The colours of [`patches`], in order.
pub const PATCHES: [[u8; 3]; 12] = [
    [200, 40, 40],
    [40, 160, 60],
    [50, 70, 190],
    [220, 200, 60],
    [180, 70, 160],
    [60, 170, 180],
    [245, 245, 245],
    [190, 190, 190],
    [128, 128, 128],
    [64, 64, 64],
    [20, 20, 20],
    [224, 182, 156],
];

/// Plain patches, four across and three down.
pub fn patches(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb(PATCHES[(y * 3 / height * 4 + x * 4 / width) as usize]))
}

/// The mean colour in the middle of each patch.
pub fn read_patches(picture: &RgbImage) -> Vec<[u8; 3]> {
    let (w, h) = (picture.width() / 4, picture.height() / 3);
    (0..12)
        .map(|number| {
            let (left, top) = (number % 4 * w + w / 4, number / 4 * h + h / 4);
            let mut sums = [0_u32; 3];
            for y in top..top + h / 2 {
                for x in left..left + w / 2 {
                    for (sum, level) in sums.iter_mut().zip(picture.get_pixel(x, y).0) {
                        *sum += u32::from(level);
                    }
                }
            }
            let count = (h / 2) * (w / 2);
            sums.map(|sum| u8::try_from((sum + count / 2) / count).unwrap())
        })
        .collect()
}

/// The picture with a round hole that lets the background through, softly at its rim.
pub fn with_hole(picture: &RgbImage) -> RgbaImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    RgbaImage::from_fn(picture.width(), picture.height(), |x, y| {
        let away = ((f64::from(x) / w - 0.5).powi(2) + (f64::from(y) / h - 0.75).powi(2)).sqrt();
        let alpha = ((away - 0.08) * 60.0).clamp(0.0, 1.0) * 255.0;
        let [r, g, b] = picture.get_pixel(x, y).0;
        Rgba([r, g, b, alpha.round() as u8])
    })
}

/// Blurs by a box of `across` × `down` pixels, thrice: defocus when both are the same, shake when one is 1.
pub fn blurred(picture: &RgbImage, across: u32, down: u32) -> RgbImage {
    let mut out = picture.clone();
    for _ in 0..3 {
        out = box_rows(&out, across);
        out = image::imageops::rotate270(&box_rows(&image::imageops::rotate90(&out), down));
    }
    out
}

fn box_rows(picture: &RgbImage, size: u32) -> RgbImage {
    let (size, most) = (i64::from(size), i64::from(picture.width()) - 1);
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let mut sums = [0_i64; 3];
        for shift in 0..size {
            let from = (i64::from(x) + shift - size / 2).clamp(0, most);
            for (sum, level) in sums.iter_mut().zip(picture.get_pixel(u32::try_from(from).unwrap(), y).0) {
                *sum += i64::from(level);
            }
        }
        Rgb(sums.map(|sum| u8::try_from(sum / size).unwrap()))
    })
}

/// Every level times `gain`, plus `lift`.
pub fn relit(picture: &RgbImage, gain: f64, lift: f64) -> RgbImage {
    let mut out = picture.clone();
    for pixel in out.pixels_mut() {
        pixel.0 = pixel.0.map(|level| (f64::from(level) * gain + lift).clamp(0.0, 255.0).round() as u8);
    }
    out
}

/// Mean absolute difference of two pictures, compared at 32 × 32; position and colour both count.
pub fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let small = |p: &RgbImage| image::imageops::resize(p, 32, 32, image::imageops::FilterType::Triangle);
    let (a, b) = (small(a), small(b));
    let sum: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| f64::from(x.abs_diff(*y))).sum();
    sum / a.as_raw().len() as f64
}
