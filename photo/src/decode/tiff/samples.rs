//! Reads samples strip by strip or tile by tile, and puts them where they belong, 8 bits each.

use super::Reader;
use super::layout::{Layout, Meaning};
use crate::advice::{self, Refusal};

/// The samples that are wanted: pixel by pixel, but luma and colour differences plane by plane. Those of less than 8 bits
/// are spread to 0..=255, but for a palette's.
pub(super) fn read(
    decoder: &mut Reader<'_>,
    layout: &Layout,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<u8>, Refusal> {
    let (width, height) = (layout.width as usize, layout.height as usize);
    let (across, down) = (layout.chunk.0 as usize, layout.chunk.1 as usize);
    let (count, together) = (layout.meaning.samples(), layout.samples_together());
    let (step, next) = if layout.meaning == Meaning::Ycc { (1, width * height) } else { (count, 1) };
    let mut data = vec![0; width * height * count];
    let mut chunk = vec![0; layout.stride() * down];
    let places = (0..layout.grid().1).flat_map(|y| (0..layout.grid().0).map(move |x| (x, y)));
    for place in places {
        for first in (0..count).step_by(if together == 1 { 1 } else { count }) {
            if !keep_going() {
                return Err(advice::timeout());
            }
            let index = layout.index(place, first);
            let length = layout.stride() * layout.rows_of(index) as usize;
            let stored = chunk.get_mut(..length).ok_or_else(advice::damaged)?;
            decoder
                .read_chunk_bytes(u32::try_from(index).map_err(|_| advice::damaged())?, stored)
                .map_err(|e| super::refuse(&e))?;
            let (left, top) = (place.0 * across, place.1 * down);
            let shown = across.min(width - left);
            for (y, row) in (top..height).zip(stored.chunks_exact(layout.stride())) {
                for sample in 0..together.min(count) {
                    let at = (y * width + left) * step + (first + sample) * next;
                    let target = data.get_mut(at..).unwrap_or_default().iter_mut().step_by(step).take(shown);
                    put(target, row, layout, sample);
                }
            }
        }
    }
    Ok(data)
}

/// Writes one sample of each pixel in a row.
fn put<'a>(target: impl Iterator<Item = &'a mut u8>, row: &[u8], layout: &Layout, sample: usize) {
    let together = layout.samples_together();
    match layout.bits {
        16 => target
            .zip(row.as_chunks::<2>().0.iter().skip(sample).step_by(together))
            .for_each(|(slot, pair)| *slot = u16::from_ne_bytes(*pair).to_be_bytes()[0]),
        8 => target.zip(row.iter().skip(sample).step_by(together)).for_each(|(slot, byte)| *slot = *byte),
        bits => {
            let (bits, most) = (usize::from(bits), (1_u16 << bits) - 1);
            let scale = if layout.meaning == Meaning::Palette { 1 } else { 255 / most };
            for (x, slot) in target.enumerate() {
                let byte = u16::from(row.get(x * bits / 8).copied().unwrap_or(0));
                *slot = u8::try_from((byte >> (8 - bits - x * bits % 8) & most) * scale).unwrap_or(255);
            }
        }
    }
}

/// Levels that count from white, each the first of so many samples.
pub(super) fn inverted(mut data: Vec<u8>, samples: usize) -> Vec<u8> {
    data.iter_mut().step_by(samples).for_each(|level| *level = 255 - *level);
    data
}

/// Takes the opacity, which is the last of so many samples, out of the others.
pub(super) fn unmultiplied(mut data: Vec<u8>, samples: usize) -> Vec<u8> {
    for pixel in data.chunks_exact_mut(samples) {
        if let Some((alpha, colours)) = pixel.split_last_mut() {
            let alpha = u16::from(*alpha);
            for level in colours {
                let whole = (u16::from(*level) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0);
                *level = u8::try_from(whole).unwrap_or(255);
            }
        }
    }
    data
}
