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
    idct: Idct,
}

impl Plane {
    /// Room for a component decoded at `size` eighths.
    pub(super) fn new(frame: &Frame, component: &Component, size: usize) -> Self {
        let (across, down) = frame.units();
        let stride = across * component.across * size;
        let extent =
            |length: u32, own: usize, most: usize| f64::from(length) * small(own) / small(most) * small(size) / 8.0;
        Self {
            samples: vec![0; stride * down * component.down * size],
            stride,
            width: extent(frame.width, component.across, frame.most_across),
            height: extent(frame.height, component.down, frame.most_down),
            idct: Idct::new(size),
        }
    }

    /// Writes the block at this place, counted in blocks.
    #[inline]
    pub(super) fn write(&mut self, x: usize, y: usize, block: &Block, last: usize) {
        let size = self.idct.size();
        if let Some(out) = self.samples.get_mut(y * size * self.stride + x * size..) {
            self.idct.write(block, last, out, self.stride);
        }
    }
}

fn small(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}
