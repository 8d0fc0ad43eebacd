//! Smoothing of a plane of levels.

/// A plane of levels, row by row.
pub(super) struct Plane {
    levels: Vec<f32>,
    width: usize,
}

impl Plane {
    /// The levels as they are.
    pub(super) fn new(levels: Vec<f32>, width: usize) -> Self {
        Self { levels, width }
    }

    /// Pixels across.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The levels, so many rows at a time; fewer at the end.
    pub(super) fn bands(&self, rows: usize) -> impl Iterator<Item = &[f32]> {
        self.levels.chunks(self.width * rows)
    }

    /// Smooths both ways with a kernel of odd length. What was there before is of no use afterwards; planes are handed
    /// on because new memory costs more than the sums.
    pub(super) fn smooth(mut self, kernel: &[f32], mut spare: Vec<f32>) -> (Self, Vec<f32>) {
        along_rows(&self.levels, self.width, kernel, &mut spare);
        along_columns(&spare, self.width, kernel, &mut self.levels);
        (self, spare)
    }

    /// The same into a plane of its own.
    pub(super) fn smoothed(&self, kernel: &[f32], mut spare: Vec<f32>) -> (Self, Vec<f32>) {
        let mut levels = vec![0.0; self.levels.len()];
        along_rows(&self.levels, self.width, kernel, &mut spare);
        along_columns(&spare, self.width, kernel, &mut levels);
        (Self::new(levels, self.width), spare)
    }

    /// The slope at a place, in levels a pixel, by the difference of its neighbours; 0 at the rim.
    pub(super) fn slope(&self, at: usize) -> (f32, f32) {
        let level = |place: Option<usize>| place.and_then(|place| self.levels.get(place)).copied();
        let half = |more: Option<f32>, less: Option<f32>| Some((more? - less?) / 2.0);
        let across = half(level(at.checked_add(1)), level(at.checked_sub(1)));
        let down = half(level(at.checked_add(self.width)), level(at.checked_sub(self.width)));
        (across.unwrap_or(0.0), down.unwrap_or(0.0))
    }

    /// The length of the slope at every place, written into `steep`; 0 in the outermost rows and columns.
    pub(super) fn steepness(&self, mut steep: Vec<f32>) -> Vec<f32> {
        steep.fill(0.0);
        let rows = || self.levels.chunks_exact(self.width);
        let targets = steep.chunks_exact_mut(self.width).skip(1);
        for (((above, here), below), target) in rows().zip(rows().skip(1)).zip(rows().skip(2)).zip(targets) {
            let across = here.iter().zip(here.iter().skip(2)).map(|(left, right)| (right - left) / 2.0);
            let down = above.iter().zip(below).skip(1).map(|(above, below)| (below - above) / 2.0);
            for ((steep, x), y) in target.iter_mut().skip(1).zip(across).zip(down) {
                *steep = (x * x + y * y).sqrt();
            }
        }
        steep
    }
}

/// Pixels summed at a time: few enough to stay in registers.
const AT_ONCE: usize = 16;

/// Correlates each row with a kernel; the outermost pixels go on for ever.
pub(super) fn along_rows(source: &[f32], width: usize, kernel: &[f32], target: &mut [f32]) {
    let radius = kernel.len() / 2;
    let mut padded = vec![0.0; width + 2 * radius];
    for (row, out) in source.chunks_exact(width).zip(target.chunks_exact_mut(width)) {
        let (first, last) = (row.first().copied().unwrap_or(0.0), row.last().copied().unwrap_or(0.0));
        for (place, value) in padded
            .iter_mut()
            .zip(std::iter::repeat_n(first, radius).chain(row.iter().copied()).chain(std::iter::repeat_n(last, radius)))
        {
            *place = value;
        }
        weigh(&padded, kernel, |shift| shift, out);
    }
}

/// Correlates each column with a kernel, a whole row at a time.
pub(super) fn along_columns(source: &[f32], width: usize, kernel: &[f32], target: &mut [f32]) {
    let (radius, rows) = (kernel.len() / 2, source.len() / width);
    for (y, out) in target.chunks_exact_mut(width).enumerate() {
        weigh(source, kernel, |shift| (y + shift).saturating_sub(radius).min(rows - 1) * width, out);
    }
}

/// Sums what lies in `source` from `start` of each of the kernel's places on, weighed.
fn weigh(source: &[f32], kernel: &[f32], start: impl Fn(usize) -> usize, out: &mut [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<AT_ONCE>();
    let done = blocks.len() * AT_ONCE;
    for (number, block) in blocks.iter_mut().enumerate() {
        let mut sums = [0.0; AT_ONCE];
        for (shift, weight) in kernel.iter().enumerate() {
            let values = source.get(start(shift) + number * AT_ONCE..).and_then(|left| left.first_chunk::<AT_ONCE>());
            for (sum, value) in sums.iter_mut().zip(values.unwrap_or(&[0.0; AT_ONCE])) {
                *sum += weight * value;
            }
        }
        *block = sums;
    }
    for (place, sum) in rest.iter_mut().enumerate() {
        let value = |shift: usize| source.get(start(shift) + done + place).copied().unwrap_or(0.0);
        *sum = kernel.iter().enumerate().map(|(shift, weight)| weight * value(shift)).sum();
    }
}

/// The kernel that does what `kernel` does, `times` in a row.
pub(super) fn repeated(kernel: &[f32], times: usize) -> Vec<f32> {
    (0..times).fold(vec![1.0], |sofar, _| {
        let mut next = vec![0.0; sofar.len() + kernel.len() - 1];
        for (shift, weight) in kernel.iter().enumerate() {
            next.iter_mut().skip(shift).zip(&sofar).for_each(|(sum, value)| *sum += weight * value);
        }
        next
    })
}
