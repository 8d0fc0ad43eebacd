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
        let (mut darkest, mut brightest) = (Vec::new(), Vec::new());
        let (mut least, mut most) = (vec![f32::MAX; plane.width()], vec![f32::MIN; plane.width()]);
        for rows in plane.bands(BLOCK) {
            least.fill(f32::MAX);
            most.fill(f32::MIN);
            for row in rows.chunks_exact(plane.width()) {
                for ((least, most), level) in least.iter_mut().zip(&mut most).zip(row) {
                    *least = lesser(*least, *level);
                    *most = greater(*most, *level);
                }
            }
            darkest.extend(least.chunks(BLOCK).filter_map(|block| block.iter().copied().reduce(lesser)));
            brightest.extend(most.chunks(BLOCK).filter_map(|block| block.iter().copied().reduce(greater)));
        }
        let darkest = spread(&darkest, across, lesser);
        let brightest = spread(&brightest, across, greater);
        Self { spans: darkest.iter().zip(brightest).map(|(least, most)| most - least).collect(), across }
    }

    /// Levels between the darkest and the brightest pixel around a place.
    pub(super) fn around(&self, x: usize, y: usize) -> f32 {
        self.spans.get(y / BLOCK * self.across + x / BLOCK).copied().unwrap_or(0.0)
    }
}

// As the processor compares: of levels none is unordered.
fn lesser(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

fn greater(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
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
