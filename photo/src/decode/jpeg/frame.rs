//! The frame header: size, components, sampling, and the geometry that follows from them.

use crate::advice::{self, Refusal};

/// How the coefficients are ordered in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Process {
    #[default]
    Sequential,
    Progressive,
    /// Lossless, hierarchical, arithmetic, 12 bits or two components: recognised, not read.
    Unread,
}

/// One colour component of the frame.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks across and down in one unit of interleaving.
    pub(super) across: usize,
    pub(super) down: usize,
    pub(super) quantisation: usize,
}

/// The frame header.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) process: Process,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: Vec<Component>,
    pub(super) most_across: usize,
    pub(super) most_down: usize,
}

impl Frame {
    /// Reads a SOF payload.
    pub(super) fn read(process: Process, payload: &[u8]) -> Result<Self, Refusal> {
        let [precision, h1, h0, w1, w0, count, rest @ ..] = payload else { return Err(advice::damaged()) };
        let count = usize::from(*count);
        if !(1..=4).contains(&count) || rest.len() != count * 3 || !matches!(precision, 2..=16) {
            return Err(advice::damaged());
        }
        let process = if *precision == 8 && count != 2 { process } else { Process::Unread };
        let components: Vec<_> = rest
            .chunks_exact(3)
            .filter_map(|c| match c {
                [id, sampling, quantisation] => Some(Component {
                    id: *id,
                    across: usize::from(sampling >> 4),
                    down: usize::from(sampling & 15),
                    quantisation: usize::from(*quantisation),
                }),
                _ => None,
            })
            .collect();
        if components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down) || c.quantisation > 3) {
            return Err(advice::damaged());
        }
        let mut frame = Self {
            process,
            width: u32::from(u16::from_be_bytes([*w1, *w0])),
            height: u32::from(u16::from_be_bytes([*h1, *h0])),
            most_across: components.iter().map(|c| c.across).max().unwrap_or(1),
            most_down: components.iter().map(|c| c.down).max().unwrap_or(1),
            components,
        };
        // One component has one block a unit, whatever its sampling says.
        if let [only] = frame.components.as_mut_slice() {
            (only.across, only.down) = (1, 1);
            (frame.most_across, frame.most_down) = (1, 1);
        }
        Ok(frame)
    }

    /// Units of interleaving across and down.
    pub(super) fn units(&self) -> (usize, usize) {
        ((self.width as usize).div_ceil(8 * self.most_across), (self.height as usize).div_ceil(8 * self.most_down))
    }

    /// Samples across and down that this component has.
    pub(super) fn own_samples(&self, component: &Component) -> (usize, usize) {
        let samples = |size: u32, own: usize, most: usize| (size as usize * own).div_ceil(most);
        (samples(self.width, component.across, self.most_across), samples(self.height, component.down, self.most_down))
    }

    /// Blocks across and down that a scan of this component alone holds.
    pub(super) fn own_blocks(&self, component: &Component) -> (usize, usize) {
        let (across, down) = self.own_samples(component);
        (across.div_ceil(8), down.div_ceil(8))
    }
}
