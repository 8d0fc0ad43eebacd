//! Fax pages in TIFF (group 3, one dimension), which the `tiff` crate does not read.

use fax::Color;
use fax::decoder::{decode_g3, pels};

/// The code that ends a line, and room for it to be found.
const END_OF_LINE: [u8; 4] = [0, 1, 0, 0];

/// Decodes the strips of a page to one byte a pixel, 0 for ink and 255 for paper; nothing when a line is missing or short.
pub(super) fn decode(strips: &[&[u8]], width: u32, height: u32, bits_reversed: bool) -> Option<Vec<u8>> {
    let across = u16::try_from(width).ok()?;
    let (mut data, mut sound) = (Vec::with_capacity(width as usize * height as usize), true);
    for strip in strips {
        let bytes = strip.iter().map(|byte| if bits_reversed { byte.reverse_bits() } else { *byte });
        // Many writers leave out what ends the last line.
        let bytes = bytes.chain(END_OF_LINE);
        // The end is told by the number of lines: many writers leave the closing code out.
        let _ = decode_g3(bytes, |line| {
            if line.is_empty() || data.len() >= width as usize * height as usize {
                return;
            }
            sound &= line.last() == Some(&across);
            data.extend(pels(line, across).map(|colour| if colour == Color::Black { 0 } else { 255 }));
        });
    }
    (sound && data.len() == width as usize * height as usize).then_some(data)
}
