//! The forward cosine transform of one block, after Arai, Agui and Nakajima (1988): five multiplications a line, the
//! rest of the scaling in one factor a coefficient.

use std::ops::{Add, Mul, Sub};

/// Fractional steps a stored coefficient has: it keeps three bits below the unit of the standard.
pub(crate) const FINE: f32 = 8.0;

/// Where each coefficient of the zigzag order lies in a block written column by column.
const ORDER: [u8; 64] = [
    0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42,
    35, 28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54,
    61, 62, 55, 63,
];

/// Eight lines of the block, worked on at once.
#[derive(Clone, Copy)]
struct Lanes([f32; 8]);

impl Lanes {
    #[inline]
    fn with(mut self, other: Self, each: impl Fn(f32, f32) -> f32) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a = each(*a, b));
        self
    }
}

impl Add for Lanes {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }
}

impl Sub for Lanes {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }
}

impl Mul<f32> for Lanes {
    type Output = Self;
    #[inline]
    fn mul(mut self, factor: f32) -> Self {
        self.0.iter_mut().for_each(|a| *a *= factor);
        self
    }
}

/// One dimension, scaled: output `k` is too large by 2√2 times `aan(k)`.
#[inline]
fn lines([d0, d1, d2, d3, d4, d5, d6, d7]: [Lanes; 8]) -> [Lanes; 8] {
    let (s07, s16, s25, s34) = (d0 + d7, d1 + d6, d2 + d5, d3 + d4);
    let (e0, e1, e2, e3) = (s07 + s34, s16 + s25, s16 - s25, s07 - s34);
    let turned = (e2 + e3) * std::f32::consts::FRAC_1_SQRT_2;
    let (o4, o5, o6, o7) = (d3 - d4, d2 - d5, d1 - d6, d0 - d7);
    let (p0, p1, p2) = (o4 + o5, o5 + o6, o6 + o7);
    let z5 = (p0 - p2) * 0.382_683_43;
    let (z2, z4) = (p0 * 0.541_196_1 + z5, p2 * 1.306_563 + z5);
    let z3 = p1 * std::f32::consts::FRAC_1_SQRT_2;
    let (z11, z13) = (o7 + z3, o7 - z3);
    [e0 + e1, z11 + z4, e3 + turned, z13 - z2, e0 - e1, z13 + z2, e3 - turned, z11 - z4]
}

fn transposed(rows: &[Lanes; 8]) -> [Lanes; 8] {
    let mut columns = [Lanes([0.0; 8]); 8];
    for (at, row) in rows.iter().enumerate() {
        for (column, value) in columns.iter_mut().zip(row.0) {
            if let Some(slot) = column.0.get_mut(at & 7) {
                *slot = value;
            }
        }
    }
    columns
}

/// What brings each scaled coefficient, written column by column, to its stored size.
pub(crate) fn factors() -> [f32; 64] {
    const AAN: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_4];
    let mut factors = [0.0; 64];
    let pairs = AAN.iter().flat_map(|a| AAN.iter().map(move |b| a * b));
    factors.iter_mut().zip(pairs).for_each(|(factor, aan)| *factor = FINE / (8.0 * aan));
    factors
}

/// The coefficients of one block in zigzag order, in units of 1/[`FINE`]. Rows are 8 samples each.
#[expect(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
pub(crate) fn forward(rows: &[[u8; 8]; 8], factors: &[f32; 64]) -> [i16; 64] {
    let mut loaded = [Lanes([0.0; 8]); 8];
    for (lanes, row) in loaded.iter_mut().zip(rows) {
        for (lane, sample) in lanes.0.iter_mut().zip(row) {
            *lane = f32::from(i16::from(*sample) - 128);
        }
    }
    let done = lines(transposed(&lines(loaded)));
    let mut natural = [0_i16; 64];
    for ((out, lanes), factors) in natural.chunks_exact_mut(8).zip(done).zip(factors.chunks_exact(8)) {
        for ((slot, value), factor) in out.iter_mut().zip(lanes.0).zip(factors) {
            // Added to a number this large, the rest is rounded to nearest and lies in the low bits.
            *slot = (value * factor + 12_582_912.0).to_bits() as i16;
        }
    }
    let mut zigzag = [0; 64];
    for (slot, at) in zigzag.iter_mut().zip(ORDER) {
        *slot = natural.get(usize::from(at & 63)).copied().unwrap_or(0);
    }
    zigzag
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transform as the standard writes it (ITU-T T.81, A.3.3), for frequency `u` across and `v` down.
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    fn by_definition(samples: &[u8; 64], u: usize, v: usize) -> f64 {
        let half = |k: usize| if k == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let wave = |x: usize, k: usize| ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos();
        let sum: f64 = (0..64).map(|i| (f64::from(samples[i]) - 128.0) * wave(i % 8, u) * wave(i / 8, v)).sum();
        sum * half(u) * half(v) / 4.0
    }

    #[test]
    fn it_is_the_standards_transform() {
        let mut seed = 7_u32;
        for _ in 0..20 {
            let samples: [u8; 64] = std::array::from_fn(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed.to_be_bytes()[0]
            });
            let got = forward(samples.as_chunks().0.as_array().unwrap(), &factors());
            for (at, value) in got.iter().enumerate() {
                // `ORDER` counts down the columns.
                let (u, v) = (usize::from(ORDER[at]) / 8, usize::from(ORDER[at]) % 8);
                let want = by_definition(&samples, u, v) * f64::from(FINE);
                assert!((f64::from(*value) - want).abs() < 0.6, "{u},{v}: {value} for {want}");
            }
        }
    }

    #[test]
    fn the_order_is_the_zigzag() {
        let across_then_down: Vec<_> = ORDER[..6].iter().map(|at| (at / 8, at % 8)).collect();
        assert_eq!(across_then_down, [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0)]);
        let mut all = ORDER.to_vec();
        all.sort_unstable();
        assert_eq!(all, (0..64).collect::<Vec<_>>());
    }
}
