//! BMP: every depth, header and packing.

use image::RgbImage;
use photo::Code;

use crate::pictures::{draw, profiles};
use crate::{indexed, of_indices, opacity, over_white, pack, picture, refused, same, shown};

const PLAIN: u32 = 0;
const RLE8: u32 = 1;
const RLE4: u32 = 2;
const MASKS: u32 = 3;

/// A BMP of 61 x 43.
#[derive(Clone)]
struct Bmp {
    /// Bytes of the header: 12, 40, 64, 108 or 124.
    header: u32,
    bits: u16,
    packing: u32,
    from_top: bool,
    /// What stands in the header after its 40 bytes, or after the header.
    masks: Vec<u32>,
    palette: Vec<u8>,
    data: Vec<u8>,
}

impl Bmp {
    fn new(bits: u16, data: Vec<u8>) -> Self {
        Self { header: 40, bits, packing: PLAIN, from_top: false, masks: vec![], palette: vec![], data }
    }

    fn bytes(&self) -> Vec<u8> {
        let height = if self.from_top { -43_i32 } else { 43 };
        let mut info = self.header.to_le_bytes().to_vec();
        if self.header == 12 {
            info.extend([61_u16, 43, 1, self.bits].map(u16::to_le_bytes).concat());
        } else {
            info.extend([61_i32, height].map(i32::to_le_bytes).concat());
            info.extend([1, self.bits].map(u16::to_le_bytes).concat());
            info.extend([self.packing, 0, 2835, 2835, 0, 0].map(u32::to_le_bytes).concat());
            info.extend(self.masks.iter().flat_map(|mask| mask.to_le_bytes()));
            info.resize(info.len().max(self.header as usize), 0);
        }
        info.extend(&self.palette);
        let start = u32::try_from(14 + info.len()).unwrap();
        let all = start + u32::try_from(self.data.len()).unwrap();
        [b"BM", &all.to_le_bytes()[..], &[0; 4], &start.to_le_bytes(), &info, &self.data].concat()
    }
}

/// Rows filled up to four bytes, from the last or from the first.
fn rows(list: impl DoubleEndedIterator<Item = Vec<u8>>, from_top: bool) -> Vec<u8> {
    let filled = |mut row: Vec<u8>| {
        row.resize(row.len().next_multiple_of(4), 0);
        row
    };
    let list: Vec<_> = list.map(filled).collect();
    if from_top { list.concat() } else { list.into_iter().rev().flatten().collect() }
}

/// Rows of whole pixels.
fn pixels(picture: &RgbImage, from_top: bool, pixel: impl Fn(usize, [u8; 3]) -> Vec<u8>) -> Vec<u8> {
    let of_row = |y: usize| {
        let row = picture.as_raw().as_chunks::<3>().0.iter().enumerate().skip(y * 61).take(61);
        row.flat_map(|(at, rgb)| pixel(at, *rgb)).collect::<Vec<u8>>()
    };
    rows((0..43).map(of_row), from_top)
}

#[test]
fn indices_under_every_header() {
    for bits in [1_usize, 4, 8] {
        let (indices, palette) = indexed(1 << bits);
        let want = of_indices(&indices, &palette);
        for from_top in [false, true] {
            let data = rows(indices.chunks(61).map(|row| pack::bits(row, bits)), from_top);
            for header in [12, 40, 64, 108, 124] {
                // OS/2 counts from the bottom only, and has no byte to spare in its palette.
                if header == 12 && from_top {
                    continue;
                }
                let entry = |rgb: &[u8; 3]| [rgb[2], rgb[1], rgb[0], 0][..if header == 12 { 3 } else { 4 }].to_vec();
                let file = Bmp {
                    header,
                    from_top,
                    palette: palette.iter().flat_map(entry).collect(),
                    ..Bmp::new(u16::try_from(bits).unwrap(), data.clone())
                };
                same(&format!("{bits} bits, header of {header}, from top {from_top}"), &file.bytes(), &want, 0);
            }
        }
    }
}

#[test]
fn colours_of_16_24_and_32_bits() {
    let (picture, clear) = (picture(), opacity());
    for from_top in [false, true] {
        let file = |bits, data| Bmp { from_top, ..Bmp::new(bits, data) };
        let three = file(24, pixels(&picture, from_top, |_, [r, g, b]| vec![b, g, r]));
        for header in [40, 64, 108, 124] {
            same("24 bits", &Bmp { header, ..three.clone() }.bytes(), &picture, 0);
        }
        // The fourth byte says nothing where no mask names it.
        for fourth in [0, 255, 77] {
            let four = file(32, pixels(&picture, from_top, |_, [r, g, b]| vec![b, g, r, fourth]));
            same(&format!("32 bits, {fourth}"), &four.bytes(), &picture, 0);
        }
        let coarse = |level: u8, bits: u32| u16::from(level) >> (8 - bits);
        let fifths = pixels(&picture, from_top, |_, [r, g, b]| {
            (coarse(r, 5) << 10 | coarse(g, 5) << 5 | coarse(b, 5)).to_le_bytes().to_vec()
        });
        same("5 bits each", &file(16, fifths).bytes(), &picture, 7);
        let sixths = pixels(&picture, from_top, |_, [r, g, b]| {
            (coarse(r, 5) << 11 | coarse(g, 6) << 5 | coarse(b, 5)).to_le_bytes().to_vec()
        });
        for header in [40, 108] {
            let masks = vec![0xf800, 0x07e0, 0x001f];
            same("5, 6 and 5", &Bmp { header, packing: MASKS, masks, ..file(16, sixths.clone()) }.bytes(), &picture, 7);
        }
    }
    let turned = pixels(&picture, false, |_, [r, g, b]| vec![r, g, b, 9]);
    let masks = vec![0xff, 0xff00, 0x00ff_0000];
    same("red first", &Bmp { packing: MASKS, masks, ..Bmp::new(32, turned) }.bytes(), &picture, 0);
    let four = pixels(&picture, false, |at, [r, g, b]| vec![b, g, r, clear[at]]);
    for header in [108, 124] {
        let masks = vec![0x00ff_0000, 0xff00, 0xff, 0xff00_0000];
        let file = Bmp { header, packing: MASKS, masks, ..Bmp::new(32, four.clone()) };
        same("opacity", &file.bytes(), &over_white(&picture, &clear), 1);
    }
}

/// Runs of so many pixels: a pair of bytes each, a pair for the end of each line, and one for the end.
fn runs(indices: &[u8], value: impl Fn(u8) -> u8) -> Vec<u8> {
    let mut out = Vec::new();
    for row in indices.chunks(61).rev() {
        for run in row.chunk_by(|one, two| one == two) {
            out.extend([u8::try_from(run.len()).unwrap(), value(run[0])]);
        }
        out.extend([0, 0]);
    }
    [out, vec![0, 1]].concat()
}

/// The same as they are, behind their number, each line filled up to pairs of bytes.
fn as_they_are(indices: &[u8], bits: usize) -> Vec<u8> {
    let row = |row: &[u8]| {
        let mut packed = pack::bits(row, bits);
        packed.resize(packed.len().next_multiple_of(2), 0);
        [&[0, 61][..], &packed, &[0, 0]].concat()
    };
    [indices.chunks(61).rev().flat_map(row).collect::<Vec<u8>>(), vec![0, 1]].concat()
}

#[test]
fn runs_of_pixels() {
    for (bits, packing) in [(8, RLE8), (4, RLE4)] {
        let (indices, palette) = indexed(1 << bits);
        let want = of_indices(&indices, &palette);
        let twice = |index: u8| if bits == 4 { index << 4 | index } else { index };
        for data in [runs(&indices, twice), as_they_are(&indices, bits)] {
            for header in [40, 64, 124] {
                let palette = palette.iter().flat_map(|rgb| [rgb[2], rgb[1], rgb[0], 0]).collect();
                let depth = u16::try_from(bits).unwrap();
                let file = Bmp { header, packing, palette, ..Bmp::new(depth, data.clone()) };
                same(&format!("runs of {bits} bits, header of {header}"), &file.bytes(), &want, 0);
            }
        }
    }
}

#[test]
fn a_profile_in_the_header_is_obeyed() {
    let patches = draw::patches(61, 43);
    let (stored, icc) = profiles::stored_in(&patches, &profiles::display_p3());
    let data = pixels(&stored, false, |_, [r, g, b]| vec![b, g, r]);
    let at = 124 + u32::try_from(data.len()).unwrap();
    let mut rest = vec![0; 21];
    rest[4] = u32::from_be_bytes(*b"MBED");
    (rest[18], rest[19]) = (at, u32::try_from(icc.len()).unwrap());
    let file = Bmp { header: 124, masks: rest, ..Bmp::new(24, [data, icc].concat()) };
    for (got, want) in draw::read_patches(&shown("profile", &file.bytes())).iter().zip(draw::PATCHES) {
        assert!(got.iter().zip(want).all(|(g, w)| g.abs_diff(w) <= 4), "{got:?} for {want:?}");
    }
}

#[test]
fn what_is_not_read_is_refused_in_plain_words() {
    let plain = Bmp::new(24, pixels(&picture(), false, |_, rgb| rgb.to_vec()));
    for packing in [4, 5, 6, 11] {
        refused(&format!("packing {packing}"), &Bmp { packing, ..plain.clone() }.bytes(), Code::Unsupported);
    }
    refused("OS/2 packing", &Bmp { header: 64, packing: 3, ..plain.clone() }.bytes(), Code::Unsupported);
    refused("short OS/2 header", &Bmp { header: 16, ..plain.clone() }.bytes(), Code::Unsupported);
    let mut early = plain.bytes();
    early[10..14].fill(0);
    refused("pixels before their header", &early, Code::Damaged);
}
