//! GIF: the first frame on its canvas. Later frames are not even looked at, so their number costs nothing.

use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};

use crate::advice::{self, Refusal};
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};

/// Reads the size of the canvas.
pub(super) fn header(bytes: &[u8]) -> Result<Header, Refusal> {
    let side = |at: usize| bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes).map(u32::from);
    let (width, height) = side(6).zip(side(8)).ok_or_else(advice::damaged)?;
    Ok(Header { container: Container::Gif, width, height, orientation: 1 })
}

/// Decodes the first frame and lays it on the canvas, which is transparent elsewhere.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Refusal> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.check_frame_consistency(false);
    let budget = u64::from(header.width) * u64::from(header.height) * 5 + (1 << 20);
    options.set_memory_limit(NonZeroU64::new(budget).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(bytes).map_err(|_| advice::damaged())?;
    let frame = decoder.read_next_frame().map_err(|_| advice::damaged())?.ok_or_else(advice::damaged)?;
    let (left, top, across) = (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width));
    let stride = header.width as usize * 4;
    let mut data = vec![0; stride * header.height as usize];
    let kept = across.min((header.width as usize).saturating_sub(left)) * 4;
    for (target, source) in data.chunks_exact_mut(stride).skip(top).zip(frame.buffer.chunks_exact((across * 4).max(4)))
    {
        if let (Some(target), Some(source)) = (target.get_mut(left * 4..left * 4 + kept), source.get(..kept)) {
            target.copy_from_slice(source);
        }
    }
    let profile = decoder.icc_profile().map(<[u8]>::to_vec);
    Ok(Decoded::whole(Picture::new(header.width, header.height, Channels::Rgba, data)?, profile))
}
