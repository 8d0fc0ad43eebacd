//! How far the levels around a place lie apart.

use super::smooth::Plane;

/// Side of a block in pixels.
const BLOCK: usize = 8;
/// Blocks looked at on either side of a place's own: some forty pixels in all, more than a moved camera smears.
const REACH: usize = 2;

/// The darkest and the brightest level around every block.
pub(super) struct Contrast {
    spans: Vec<f32>,
    across: usize,
}

impl Contrast {
    /// Looks through a plane once.
    pub(super) fn new(plane: &Plane) -> Self {
        let across = plane.width().div_ceil(BLOCK);
        let down = plane.rows().count().div_ceil(BLOCK);
        let mut darkest = vec![f32::MAX; across * down];
        let mut brightest = vec![f32::MIN; across * down];
        for (y, row) in plane.rows().enumerate() {
            let least = darkest.iter_mut().skip(y / BLOCK * across);
            let most = brightest.iter_mut().skip(y / BLOCK * across);
            for ((least, most), levels) in least.zip(most).zip(row.chunks(BLOCK)) {
                for level in levels {
                    *least = if level < least { *level } else { *least };
                    *most = if level > most { *level } else { *most };
                }
            }
        }
        let darkest = spread(&darkest, across, f32::min);
        let brightest = spread(&brightest, across, f32::max);
        Self { spans: darkest.iter().zip(brightest).map(|(least, most)| most - least).collect(), across }
    }

    /// Levels between the darkest and the brightest pixel around a place.
    pub(super) fn around(&self, x: usize, y: usize) -> f32 {
        self.spans.get(y / BLOCK * self.across + x / BLOCK).copied().unwrap_or(0.0)
    }
}

/// Gives every block what `of` chooses among those around it: first along the rows, then along the columns.
fn spread(blocks: &[f32], across: usize, of: fn(f32, f32) -> f32) -> Vec<f32> {
    let down = blocks.len() / across;
    let chosen = |from: &[f32], start: usize, step: usize, place: usize, count: usize| {
        let near = place.saturating_sub(REACH)..=(place + REACH).min(count - 1);
        near.filter_map(|place| from.get(start + place * step).copied()).reduce(of).unwrap_or(0.0)
    };
    let rows: Vec<f32> =
        (0..blocks.len()).map(|at| chosen(blocks, at / across * across, 1, at % across, across)).collect();
    (0..blocks.len()).map(|at| chosen(&rows, at % across, across, at / across, down)).collect()
}
