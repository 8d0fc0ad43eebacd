//! From coefficients to samples, at 1/8 to 8/8 of the full size: the cheapest way to shrink a photo is never to
//! compute the pixels that would be thrown away.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "coefficients have at most 27 bits; samples are clamped to 0..=255 before they are cut to 8"
)]

/// Natural place of each coefficient in zigzag order.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// One block of dequantised coefficients in natural order.
pub(super) type Block = [i32; 64];

/// Eight numbers that are worked on together.
type Line = [f32; 8];

/// The cosines for one output size, and how far coefficients reach by their last zigzag index.
pub(super) struct Idct {
    /// Samples a side of a block, 1 to 8.
    size: usize,
    /// By coefficient: its weight at each sample.
    by_coefficient: [Line; 8],
    /// By sample: the weight of each coefficient there.
    by_sample: [Line; 8],
    /// By sample: the weight of each coefficient in a block that the picture ends in, on the right and below.
    cut_across: [Line; 8],
    cut_down: [Line; 8],
    /// Columns and rows in use when the last coefficient stands here.
    reach: [u8; 64],
}

impl Idct {
    /// For blocks of `size` samples a side; of the last blocks of a row and of a column so many of the eight samples
    /// across and down belong to the picture.
    pub(super) fn new(size: usize, shown: (usize, usize)) -> Self {
        let weight = |u: usize, x: usize| if u >= size || x >= size { 0.0 } else { cosine(size, u, x) };
        let (mut reach, mut most) = ([1; 64], 1);
        for (slot, place) in reach.iter_mut().zip(ZIGZAG) {
            most = (place % 8 + 1).max(place / 8 + 1).max(most);
            *slot = most;
        }
        Self {
            size,
            by_coefficient: std::array::from_fn(|u| std::array::from_fn(|x| weight(u, x))),
            by_sample: std::array::from_fn(|x| std::array::from_fn(|u| weight(u, x))),
            cut_across: cut(size, shown.0),
            cut_down: cut(size, shown.1),
            reach,
        }
    }

    /// Samples a side of a block.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Writes one block's samples to the top left of `out`. `last` is the zigzag index of the last coefficient that is not nought.
    #[inline]
    pub(super) fn write(&self, block: &Block, last: usize, out: &mut [u8], stride: usize) {
        match self.size {
            8 => self.reaching::<8>(block, last, out, stride),
            7 => self.reaching::<7>(block, last, out, stride),
            6 => self.reaching::<6>(block, last, out, stride),
            5 => self.reaching::<5>(block, last, out, stride),
            4 => self.reaching::<4>(block, last, out, stride),
            3 => self.reaching::<3>(block, last, out, stride),
            2 => self.reaching::<2>(block, last, out, stride),
            _ => self.reaching::<1>(block, last, out, stride),
        }
    }

    /// The same for a block that the picture ends in, on the right, below or both. What a file holds beyond the
    /// picture is any program's whim: the last sample that belongs to it takes its place.
    #[cold]
    pub(super) fn write_cut(&self, block: &Block, (right, below): (bool, bool), out: &mut [u8], stride: usize) {
        let across = if right { &self.cut_across } else { &self.by_sample };
        let down = if below { &self.cut_down } else { &self.by_sample };
        let dot = |a: &Line, b: &Line| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let rows = block.as_chunks::<8>().0;
        for (target, down) in out.chunks_mut(stride).zip(down).take(self.size) {
            let mut sums = [0.0; 8];
            for (weight, row) in down.iter().zip(rows) {
                sums.iter_mut().zip(row).for_each(|(sum, coefficient)| *sum += weight * *coefficient as f32);
            }
            for (slot, across) in target.iter_mut().zip(across).take(self.size) {
                *slot = to_sample(dot(across, &sums));
            }
        }
    }

    /// Most blocks hold few coefficients, near the corner: the others are left out.
    #[inline]
    fn reaching<const SIZE: usize>(&self, block: &Block, last: usize, out: &mut [u8], stride: usize) {
        if last == 0 || SIZE == 1 {
            let level = to_sample(block.first().copied().unwrap_or(0) as f32 / 8.0);
            out.chunks_mut(stride)
                .take(SIZE)
                .filter_map(|row| row.first_chunk_mut())
                .for_each(|row| *row = [level; SIZE]);
            return;
        }
        match self.reach.get(last) {
            Some(0..=2) => self.transform::<SIZE, 2>(block, out, stride),
            Some(3..=4) => self.transform::<SIZE, 4>(block, out, stride),
            _ => self.transform::<SIZE, 8>(block, out, stride),
        }
    }

    #[inline]
    fn transform<const SIZE: usize, const REACH: usize>(&self, block: &Block, out: &mut [u8], stride: usize) {
        if SIZE <= 4 {
            self.transform_lanes::<SIZE, REACH, 4>(block, out, stride);
        } else {
            self.transform_lanes::<SIZE, REACH, 8>(block, out, stride);
        }
    }

    /// `LANES` numbers are worked on together: no fewer than samples a side.
    #[inline]
    fn transform_lanes<const SIZE: usize, const REACH: usize, const LANES: usize>(
        &self,
        block: &Block,
        out: &mut [u8],
        stride: usize,
    ) {
        let mut half = [[0.0; LANES]; REACH];
        for (line, coefficients) in half.iter_mut().zip(block.as_chunks::<8>().0).take(SIZE) {
            *line = weighed(coefficients.map(|c| c as f32), &self.by_coefficient, REACH.min(SIZE));
        }
        for (target, weights) in out.chunks_mut(stride).zip(&self.by_sample).take(SIZE) {
            let samples = weighed::<LANES, LANES>(*weights, &half, SIZE).map(to_sample);
            if let (Some(target), Some(samples)) = (target.first_chunk_mut::<SIZE>(), samples.first_chunk()) {
                *target = *samples;
            }
        }
    }
}

/// The weight of one coefficient at one sample, of a transform of this size that keeps levels as those of size 8.
fn cosine(size: usize, u: usize, x: usize) -> f32 {
    let scale = if u == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 } * 0.5;
    (scale * ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / (2 * size) as f64).cos()) as f32
}

/// By sample: the weight of each coefficient where only the first `shown` of eight samples belong to the picture. The
/// block is brought to its eight samples, those beyond the last one shown become like it, and these are shrunk as any
/// other block is; all of it is linear, so that one table does it at once.
fn cut(size: usize, shown: usize) -> [Line; 8] {
    let full = |u: usize, at: usize| cosine(8, u, at.min(shown.clamp(1, 8) - 1));
    // How much of a full-size sample is in a small one.
    let part = |at: usize, x: usize| (0..size).map(|u| cosine(8, u, at) * cosine(size, u, x)).sum::<f32>();
    std::array::from_fn(|x| {
        let parts: Line = std::array::from_fn(|at| if x < size { part(at, x) } else { 0.0 });
        std::array::from_fn(|u| parts.iter().enumerate().map(|(at, part)| part * full(u, at)).sum())
    })
}

/// The sum of the first `count` lines, each times its weight; of each line its first numbers.
#[inline]
fn weighed<const LANES: usize, const LONG: usize>(weights: Line, lines: &[[f32; LONG]], count: usize) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (weight, line) in weights.iter().zip(lines).take(count) {
        for (sum, number) in sums.iter_mut().zip(line) {
            *sum += weight * number;
        }
    }
    sums
}

/// Level shift, clamp and round. Adding 2^23 leaves the rounded value in the lowest bits of the float, which the
/// compiler turns into vector code; a plain cast it does not.
#[inline]
fn to_sample(level: f32) -> u8 {
    let clamped = (level + 128.0).clamp(0.0, 255.0);
    (clamped + 8_388_608.0).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_size_inverts_the_forward_transform() {
        let samples: [f32; 64] = std::array::from_fn(|i| ((i * 37 + i * i * 11) % 256) as f32);
        let mut block = [0; 64];
        for (place, slot) in block.iter_mut().enumerate() {
            let (v, u) = (place / 8, place % 8);
            let scale = |k: usize| if k == 0 { std::f32::consts::FRAC_1_SQRT_2 } else { 1.0 };
            let mut sum = 0.0;
            for (at, sample) in samples.iter().enumerate() {
                let (y, x) = ((at / 8) as f32, (at % 8) as f32);
                sum += (sample - 128.0)
                    * ((2.0 * x + 1.0) * u as f32 * std::f32::consts::PI / 16.0).cos()
                    * ((2.0 * y + 1.0) * v as f32 * std::f32::consts::PI / 16.0).cos();
            }
            *slot = (0.25 * scale(u) * scale(v) * sum).round() as i32;
        }
        let mut out = [0; 64];
        Idct::new(8, (8, 8)).write(&block, 63, &mut out, 8);
        for (got, want) in out.iter().zip(samples) {
            assert!((f32::from(*got) - want).abs() <= 1.0, "{got} for {want}");
        }
        for size in 1..=8 {
            let mut small = [0; 64];
            Idct::new(size, (8, 8)).write(&block, 63, &mut small, 8);
            let mean = |list: &[f32]| list.iter().sum::<f32>() / list.len() as f32;
            let used: Vec<f32> = (0..size * size).map(|i| f32::from(small[i / size * 8 + i % size])).collect();
            assert!((mean(&used) - mean(&samples)).abs() < 6.0, "size {size} keeps the mean");
        }
    }
}
