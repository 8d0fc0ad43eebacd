//! Pixels between two steps.

use crate::advice::{self, Refusal};

/// What one pixel of a [`Picture`] holds: 8 bits a channel, interleaved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    /// Alpha not multiplied in.
    Rgba,
    /// Ink: 0 is none, 255 is full.
    Cmyk,
}

impl Channels {
    /// Bytes a pixel.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }
}

/// A picture in memory: rows from top to bottom, no padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: Channels,
    pub(crate) data: Vec<u8>,
}

impl Picture {
    /// A picture of the given pixels; `damaged` when their number does not match its size.
    pub(crate) fn new(width: u32, height: u32, channels: Channels, data: Vec<u8>) -> Result<Self, Refusal> {
        let want = width as usize * height as usize * channels.count();
        if want == 0 || data.len() != want {
            return Err(advice::damaged());
        }
        Ok(Self { width, height, channels, data })
    }

    /// Bytes in a row.
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * self.channels.count()
    }
}
