//! Finds how coarsely a picture must be stored to fit its bytes, from a part of it.

use super::huffman::Histogram;
use super::plan::{Plan, STUFFING, bits_f64, to_f32, to_f64};
use super::quantise::Steps;

/// What a look at part of the picture says.
#[derive(Clone)]
pub(crate) struct Forecast {
    /// The scale of the tables at which the file should just fit.
    pub(crate) scale: f32,
    /// How much coarser it must be stored for each unit of the logarithm of its bytes.
    pub(super) slope: f32,
    pub(super) seen: Histogram,
    /// What part of the bits each row of units takes, about.
    pub(super) shares: Vec<f64>,
}

impl Forecast {
    /// What share of the pixels may stay so that the file fits at a finer scale: bytes fall with the number of pixels
    /// nearly as they do, for a smaller picture has more in each.
    pub(crate) fn share(&self, scale: f32) -> f64 {
        f64::from(scale / self.scale).powf(-1.0 / f64::from(self.slope) / 0.9).clamp(0.1, 1.0)
    }
}

/// Looks taken at part of the picture, at most.
const LOOKS: usize = 4;
/// Of a row only each fifth block is counted: five divides no unit, so that every plane has its turn.
const FIFTH: usize = 5;

impl Plan {
    /// Forecasts the scale between `finest` and `coarsest` at which the file takes `most` bytes, from an eighth of a
    /// large picture.
    pub(crate) fn forecast(&self, most: usize, (finest, coarsest): (f32, f32)) -> Forecast {
        let rows = self.blocks.rows();
        let (turn, every) = if self.blocks.coefficients.len() < 8_000 { (0, 1) } else { (3, 8) };
        let sample = || (turn..rows).step_by(every);
        let mut shares = vec![1.0 / to_f64(rows.max(1)); rows];
        let target = to_f64(most).ln();
        // Bytes fall about with this power of the scale, and most photos have this many bits a pixel at scale 1.
        let pixels = f64::from(self.blocks.width) * f64::from(self.blocks.height);
        let (mut slope, mut at) = (-0.8, (pixels * 0.1 / to_f64(most)).ln() / 0.8);
        let (low, high) = (f64::from(finest).ln(), f64::from(coarsest).ln());
        let mut seen: Option<Histogram> = None;
        let (mut last, mut known): (Option<(f64, f64)>, bool) = (None, false);
        for _ in 0..LOOKS {
            at = at.clamp(low, high);
            let mut pass = self.pass(to_f32(at.exp()));
            let rates = self.rates(seen.as_ref(), 1.0);
            sample().for_each(|row| self.say(row, &mut pass, &rates, false));
            let codes = pass.codes();
            if every > 1 && seen.is_some() && !known {
                shares = self.shares(&pass.steps);
                known = true;
            }
            let share: f64 = sample().filter_map(|row| shares.get(row)).sum();
            let bytes = bits_f64(&pass.histogram, &codes) / 8.0 / share * (1.0 + STUFFING);
            let bytes = (bytes + to_f64(self.head(&pass.tables, &codes).length())).ln();
            if let Some((x, y)) = last
                && (at - x).abs() > 0.02
            {
                slope = ((bytes - y) / (at - x)).clamp(-1.6, -0.3);
            }
            last = Some((at, bytes));
            // A first look goes by guessed rates and says little about the second.
            let sure = seen.replace(pass.histogram).is_some();
            let next = (at + (target - bytes) / slope).clamp(low, high);
            let close = (next - at).abs() < 0.03;
            at = next;
            if close && sure {
                break;
            }
        }
        Forecast {
            scale: to_f32(at.exp()),
            slope: to_f32(1.0 / slope),
            seen: seen.unwrap_or_else(Histogram::new),
            shares,
        }
    }

    /// What part of the bits each row takes, about: as many as it has coefficients worth storing.
    fn shares(&self, steps: &[Steps; 2]) -> Vec<f64> {
        let [luma, colour] = steps;
        let row = |row: usize| {
            let blocks = self.blocks.row(row).zip(self.blocks.unit.iter().cycle()).step_by(FIFTH);
            let count =
                |((block, _), plane): ((&[i16; 64], f32), &u8)| (if *plane == 0 { luma } else { colour }).count(block);
            f64::from(blocks.map(count).sum::<u32>()) + to_f64(self.blocks.per_row / FIFTH) * 0.7
        };
        let mut shares: Vec<f64> = (0..self.blocks.rows()).map(row).collect();
        let all: f64 = shares.iter().sum();
        for share in &mut shares {
            *share /= all;
        }
        shares
    }
}
