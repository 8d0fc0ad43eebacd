//! The picture as coefficients, transformed once; every try at a quality starts from them.

use super::dct;
use super::planes::{Plane, Planes};

/// Blocks in the order they are coded.
pub(crate) struct Blocks {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The plane of each block of a coding unit: 0 is lightness.
    pub(crate) unit: &'static [u8],
    /// Blocks in a row of coding units.
    pub(crate) per_row: usize,
    /// Coefficients in zigzag order, in units of 1/[`dct::FINE`].
    pub(crate) coefficients: Vec<[i16; 64]>,
    /// How much an error in each block counts, 1 where nothing hides it.
    pub(crate) weights: Vec<f32>,
}

/// How strongly a busy block hides errors: the mean square of its coefficients at which it starts to, and the power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Masking {
    pub(crate) onset: f32,
    pub(crate) power: f32,
}

impl Blocks {
    /// Transforms the planes, colour at full or at half resolution.
    pub(crate) fn of(planes: &Planes, full_colour: bool, masking: Masking) -> Self {
        let (width, height) = (planes.width, planes.height);
        let across = |step: u32| width.div_ceil(step) as usize;
        let down = |step: u32| height.div_ceil(step) as usize;
        let mut made =
            Self { width, height, unit: &[0], per_row: across(8), coefficients: Vec::new(), weights: Vec::new() };
        match &planes.colour {
            None => made.fill(down(8), &[(&planes.luma, 1)]),
            Some([blue, red]) if full_colour => {
                (made.unit, made.per_row) = (&[0, 1, 2], across(8) * 3);
                made.fill(down(8), &[(&planes.luma, 1), (blue, 1), (red, 1)]);
            }
            Some(colour) => {
                let [blue, red] = colour.each_ref().map(Plane::halved);
                (made.unit, made.per_row) = (&[0, 0, 0, 0, 1, 2], across(16) * 6);
                made.fill(down(16), &[(&planes.luma, 2), (&blue, 1), (&red, 1)]);
            }
        }
        made.weigh(masking);
        made
    }

    pub(crate) fn rows(&self) -> usize {
        self.coefficients.len() / self.per_row.max(1)
    }

    /// One row of coding units, with the weights of its blocks.
    pub(crate) fn row(&self, row: usize) -> impl DoubleEndedIterator<Item = (&[i16; 64], f32)> + ExactSizeIterator {
        let range = row * self.per_row..(row + 1) * self.per_row;
        let blocks = self.coefficients.get(range.clone()).unwrap_or_default();
        blocks.iter().zip(self.weights.get(range).unwrap_or_default().iter().copied())
    }

    /// Transforms each plane's share of each unit: as many blocks across and down as is said beside it.
    fn fill(&mut self, down: usize, planes: &[(&Plane, usize)]) {
        let factors = dct::factors();
        let units = self.per_row / self.unit.len().max(1);
        self.coefficients.reserve_exact(down * self.per_row);
        for row in 0..down {
            for unit in 0..units {
                for (plane, side) in planes {
                    for (y, x) in (0..*side).flat_map(|y| (0..*side).map(move |x| (y, x))) {
                        let at = (row * side + y) * 8 * plane.stride + (unit * side + x) * 8;
                        let mut rows = [[128; 8]; 8];
                        let lines = plane.samples.get(at..).unwrap_or_default().chunks(plane.stride);
                        for (row, line) in rows.iter_mut().zip(lines) {
                            if let Some(eight) = line.first_chunk() {
                                *row = *eight;
                            }
                        }
                        self.coefficients.push(dct::forward(&rows, &factors));
                    }
                }
            }
        }
    }

    fn weigh(&mut self, masking: Masking) {
        if masking.power == 0.0 {
            self.weights = vec![1.0; self.coefficients.len()];
            return;
        }
        let weight = |block: &[i16; 64]| {
            // Cannot overflow: all squares together are at most 64 · 128² · FINE².
            let squares = |values: &[i16]| values.iter().map(|c| i32::from(*c) * i32::from(*c)).sum::<i32>();
            let [mean, ..] = *block;
            #[expect(clippy::cast_precision_loss, reason = "a weight need not be exact")]
            let energy = (squares(block) - i32::from(mean) * i32::from(mean)) as f32;
            let busy = energy / (63.0 * dct::FINE * dct::FINE);
            (masking.onset / (masking.onset + busy)).powf(masking.power)
        };
        self.weights = self.coefficients.iter().map(weight).collect();
    }
}
