//! Fax pages in TIFF (group 3, one dimension), which the `tiff` crate does not read.

use fax::Color;
use fax::decoder::{decode_g3, pels};

/// The code that ends a line, and bits that are not the start of another.
const END_OF_LINE: [u8; 4] = [0, 1, 0xff, 0xff];

/// Decodes the strips of a page to one byte a pixel, 0 for ink and 255 for paper; nothing when a line is missing or short.
pub(super) fn decode(strips: &[&[u8]], width: u32, height: u32) -> Option<Vec<u8>> {
    let across = u16::try_from(width).ok()?;
    let (mut data, mut sound) = (Vec::with_capacity(width as usize * height as usize), true);
    for strip in strips {
        // Many writers leave out what ends the last line.
        let bytes = strip.iter().copied().chain(END_OF_LINE);
        // The end is told by the number of lines: many writers leave the closing code out.
        let _ = decode_g3(bytes, |line| {
            if line.is_empty() || data.len() >= width as usize * height as usize {
                return;
            }
            sound &= line.last() == Some(&across);
            data.extend(pels(line, across).map(|colour| if colour == Color::Black { 0 } else { 255 }));
        });
    }
    // Fax machines count the line they were told to send, not the one they sent: one may be missing, and is paper.
    let total = width as usize * height as usize;
    if sound && data.len() + width as usize == total {
        data.resize(total, 255);
    }
    (sound && data.len() == total).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line of 8 white, 3 black and 5 white pixels: EOL, then the codes of T.4.
    fn line() -> &'static str {
        "000000000001\
         10011\
         10\
         1100"
    }

    fn packed(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().map(|b| b - b'0').collect();
        bits.chunks(8).map(|c| c.iter().enumerate().fold(0, |sum, (i, bit)| sum | bit << (7 - i))).collect()
    }

    #[test]
    fn lines_are_read() {
        let want = [[255; 8].as_slice(), &[0; 3], &[255; 5]].concat().repeat(3);
        let bytes = packed(&line().repeat(3));
        assert_eq!(decode(&[&bytes], 16, 3), Some(want));
    }

    #[test]
    fn one_missing_line_is_paper_and_two_are_damage() {
        let bytes = packed(&line().repeat(3));
        assert_eq!(decode(&[&bytes], 16, 4).map(|data| data[48..].to_vec()), Some(vec![255; 16]));
        assert_eq!(decode(&[&bytes], 16, 5), None);
        assert_eq!(decode(&[&bytes], 17, 3), None);
    }
}
