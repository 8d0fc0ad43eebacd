//! Samples of one component, written block by block.

use super::frame::{Component, Frame};
use super::idct::{Block, Idct};

/// One component at the size it is decoded to.
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    pub(super) stride: usize,
    /// The picture's own extent in samples; the rest is padding to whole blocks.
    pub(super) width: f64,
    pub(super) height: f64,
    /// Whole blocks across and down that belong to the picture with all their samples.
    whole: (usize, usize),
    /// Blocks across and down that belong to it at all.
    blocks: (usize, usize),
    idct: Idct,
}

impl Plane {
    /// Room for a component decoded at `size` eighths.
    pub(super) fn new(frame: &Frame, component: &Component, size: usize) -> Self {
        let (across, down) = frame.units();
        let stride = across * component.across * size;
        let extent =
            |length: u32, own: usize, most: usize| f64::from(length) * small(own) / small(most) * small(size) / 8.0;
        let own = frame.own_samples(component);
        Self {
            samples: vec![0; stride * down * component.down * size],
            stride,
            width: extent(frame.width, component.across, frame.most_across),
            height: extent(frame.height, component.down, frame.most_down),
            whole: (own.0 / 8, own.1 / 8),
            blocks: (own.0.div_ceil(8), own.1.div_ceil(8)),
            idct: Idct::new(size, (last_of_eight(own.0), last_of_eight(own.1))),
        }
    }

    /// Writes the block at this place, counted in blocks.
    #[inline]
    pub(super) fn write(&mut self, x: usize, y: usize, block: &Block, last: usize) {
        let size = self.idct.size();
        let Some(out) = self.samples.get_mut(y * size * self.stride + x * size..) else { return };
        if x < self.whole.0 && y < self.whole.1 {
            self.idct.write(block, last, out, self.stride);
        } else if x < self.blocks.0 && y < self.blocks.1 {
            self.idct.write_cut(block, (x >= self.whole.0, y >= self.whole.1), out, self.stride);
        }
    }

    /// Leaves out the rows beyond the picture, and lets those columns beyond it be like its last: they are within
    /// reach of the filter that shrinks what is left.
    pub(super) fn finish(&mut self) {
        let size = self.idct.size();
        self.samples.truncate(self.stride * self.blocks.1 * size);
        let shown = self.blocks.0 * size;
        for row in self.samples.chunks_exact_mut(self.stride) {
            if let Some((drawn, beyond)) = row.split_at_mut_checked(shown)
                && let Some(last) = drawn.last()
            {
                beyond.fill(*last);
            }
        }
    }
}

/// How many of the last block's eight samples there are.
fn last_of_eight(samples: usize) -> usize {
    (samples + 7) % 8 + 1
}

fn small(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}
