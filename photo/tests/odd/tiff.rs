//! TIFF: how samples are kept. What they mean is in `tiff_colours.rs`.

use crate::pictures::wrap;
use crate::tiff_file::{Tiff, plane, strips, tiles};
use crate::{grey, indexed, of_indices, of_levels, pack, picture, refused, same};

/// Differences between neighbours, as the horizontal predictor keeps them.
fn differences(data: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    data.chunks(row)
        .flat_map(|row| {
            (0..row.len()).map(|at| if at < pixel { row[at] } else { row[at].wrapping_sub(row[at - pixel]) })
        })
        .collect()
}

fn packed(chunks: &[Vec<u8>], pack: fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    chunks.iter().map(|chunk| pack(chunk)).collect()
}

#[test]
fn strips_and_tiles_in_every_packing_show_the_same() {
    let (picture, levels) = (picture(), grey());
    let colour = |chunks| Tiff::new((61, 43), 2, 3, vec![]).chunks(9, chunks);
    let rows = strips(picture.as_raw(), 183, 9);
    let mut files =
        vec![
            ("plain", colour(rows.clone())),
            ("lzw", colour(packed(&rows, pack::lzw)).with(259, 3, &[5])),
            ("deflate", colour(packed(&rows, pack::zlib)).with(259, 3, &[8])),
            ("old deflate", colour(packed(&rows, pack::zlib)).with(259, 3, &[32_946])),
            (
                "runs",
                colour(packed(&rows, |strip| strip.chunks(183).flat_map(pack::runs).collect())).with(259, 3, &[32_773]),
            ),
            (
                "predictor",
                colour(packed(&strips(&differences(picture.as_raw(), 183, 3), 183, 9), pack::lzw))
                    .with(259, 3, &[5])
                    .with(317, 3, &[2]),
            ),
            ("one strip", Tiff::new((61, 43), 2, 3, picture.as_raw().clone()).with(278, 4, &[u32::MAX])),
            ("one depth for three", colour(rows).with(258, 3, &[8])),
        ];
    for size in [(16, 16), (64, 48), (16, 64), (256, 256)] {
        let (across, down) = (u32::try_from(size.0).unwrap(), u32::try_from(size.1).unwrap());
        let made = tiles(picture.as_raw(), 61, 3, size);
        let tiled = |chunks| Tiff::new((61, 43), 2, 3, vec![]).tiles((across, down), chunks);
        files.push(("tiles", tiled(made.clone())));
        files.push(("tiles in lzw", tiled(packed(&made, pack::lzw)).with(259, 3, &[5])));
    }
    for (what, file) in files {
        for (big_endian, wide) in [(false, false), (true, false), (false, true), (true, true)] {
            let file = Tiff { big_endian, wide, ..file.clone() };
            same(&format!("{what}, big endian {big_endian}, wide {wide}"), &file.bytes(), &picture, 0);
        }
    }
    // Little colour packs so well that the last rows of a tile are in its last byte.
    for size in [(16, 16), (32, 16), (32, 32), (48, 16)] {
        let (across, down) = (u32::try_from(size.0).unwrap(), u32::try_from(size.1).unwrap());
        let even: Vec<u8> = levels.iter().map(|level| level / 64 * 64).collect();
        let made = packed(&tiles(&even, 61, 1, size), pack::lzw);
        let file = Tiff::new((61, 43), 1, 1, vec![]).tiles((across, down), made).with(259, 3, &[5]);
        same(&format!("grey tiles of {size:?} in lzw"), &file.bytes(), &of_levels(&even), 0);
    }
}

#[test]
fn planes_show_the_same_as_pixels() {
    let picture = picture();
    let planes = |chunks: fn(&[u8]) -> Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        (0..3).flat_map(|channel| chunks(&plane(&picture, channel))).collect()
    };
    let file = Tiff::new((61, 43), 2, 3, vec![]).with(284, 3, &[2]);
    let in_strips = planes(|plane| strips(plane, 61, 9));
    let in_tiles = planes(|plane| tiles(plane, 61, 1, (16, 16)));
    let packed_tiles = packed(&in_tiles, pack::lzw);
    for (what, file) in [
        ("strips", file.clone().chunks(9, in_strips.clone())),
        ("strips in lzw", file.clone().chunks(9, packed(&in_strips, pack::lzw)).with(259, 3, &[5])),
        ("tiles", file.clone().tiles((16, 16), in_tiles)),
        ("tiles in lzw", file.clone().tiles((16, 16), packed_tiles).with(259, 3, &[5])),
        ("turned", {
            let stored = wrap::stored(&picture, 6);
            let chunks = (0..3).map(|channel| plane(&stored, channel)).collect();
            Tiff::new((43, 61), 2, 3, vec![]).with(284, 3, &[2]).with(274, 3, &[6]).chunks(61, chunks)
        }),
    ] {
        same(what, &file.bytes(), &picture, 0);
    }
    for big_endian in [false, true] {
        let wide = |data: &[u8]| data.iter().flat_map(|level| [*level, *level]).collect::<Vec<u8>>();
        let chunks = (0..3).map(|channel| wide(&plane(&picture, channel))).collect();
        let file = Tiff { big_endian, ..file.clone().with(258, 3, &[16; 3]).chunks(43, chunks) };
        same("16 bits", &file.bytes(), &picture, 0);
    }
}

#[test]
fn all_orientations_in_both_byte_orders() {
    let picture = picture();
    for orientation in 1..=8 {
        let stored = wrap::stored(&picture, orientation);
        let size = stored.dimensions();
        for (big_endian, kind) in [(false, 3), (true, 3), (false, 4), (true, 4)] {
            let whole = Tiff::new(size, 2, 3, stored.as_raw().clone()).with(274, kind, &[u32::from(orientation)]);
            let made = tiles(stored.as_raw(), size.0 as usize, 3, (32, 16));
            for file in [whole.clone(), whole.tiles((32, 16), made)] {
                let file = Tiff { big_endian, ..file };
                same(&format!("orientation {orientation}, {big_endian}"), &file.bytes(), &picture, 0);
            }
        }
    }
}

#[test]
fn the_first_page_counts() {
    let picture = picture();
    let first = Tiff::new((61, 43), 2, 3, picture.as_raw().clone()).bytes();
    // The next directory, of which the first one's last four bytes tell, is one that cannot be read.
    let end = first.len() - 6 - 4;
    let mut bytes = first.clone();
    bytes[end..end + 4].copy_from_slice(&u32::try_from(first.len()).unwrap().to_le_bytes());
    bytes.extend([1, 0, 0, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    same("a second page", &bytes, &picture, 0);
}

#[test]
fn few_bits_are_spread_and_both_ways_of_counting_grey_are_known() {
    for bits in [1_usize, 2, 4, 8] {
        let most = u8::try_from((1_u16 << bits) - 1).unwrap();
        let samples: Vec<u8> = grey().iter().map(|level| level >> (8 - bits)).collect();
        let want = of_levels(&samples.iter().map(|sample| sample * (255 / most)).collect::<Vec<_>>());
        for white_is_zero in [false, true] {
            let stored: Vec<u8> = samples.iter().map(|s| if white_is_zero { most - s } else { *s }).collect();
            let rows: Vec<Vec<u8>> = stored.chunks(61).map(|row| pack::bits(row, bits)).collect();
            let file = Tiff::new((61, 43), u32::from(!white_is_zero), 1, rows.concat());
            let file = file.with(258, 3, &[u32::try_from(bits).unwrap()]);
            let turned = |bytes: Vec<u8>| bytes.iter().map(|byte| byte.reverse_bits()).collect::<Vec<u8>>();
            let runs: Vec<u8> = rows.iter().flat_map(|row| pack::runs(row)).collect();
            let runs_of = |runs| file.clone().with(259, 3, &[32_773]).chunks(43, vec![runs]);
            for (what, file) in [
                ("plain", file.clone()),
                ("lowest bit first", file.clone().with(266, 3, &[2]).chunks(43, vec![turned(rows.concat())])),
                ("runs", runs_of(runs.clone())),
                ("runs, lowest bit first", runs_of(turned(runs)).with(266, 3, &[2])),
            ] {
                same(&format!("{bits} bits, {what}, white is 0: {white_is_zero}"), &file.bytes(), &want, 0);
            }
        }
    }
}

#[test]
fn palettes_of_every_depth() {
    for bits in [1_usize, 2, 4, 8] {
        let (indices, palette) = indexed(1 << bits);
        let want = of_indices(&indices, &palette);
        let rows: Vec<u8> = indices.chunks(61).flat_map(|row| pack::bits(row, bits)).collect();
        let map = |times: u32| -> Vec<u32> {
            (0..3).flat_map(|c| palette.iter().map(move |rgb| u32::from(rgb[c]) * times)).collect()
        };
        for (big_endian, wide) in [(false, false), (true, false), (true, true)] {
            let depth = u32::try_from(bits).unwrap();
            let file = Tiff::new((61, 43), 3, 1, rows.clone()).with(258, 3, &[depth]).with(320, 3, &map(257));
            let file = Tiff { big_endian, wide, ..file };
            same(&format!("palette of {bits} bits"), &file.bytes(), &want, 0);
            // Some writers give its levels 8 bits of the 16.
            same(&format!("pale palette of {bits} bits"), &file.with(320, 3, &map(1)).bytes(), &want, 0);
        }
    }
}

#[test]
fn what_is_not_read_is_refused_in_plain_words() {
    use photo::Code::{Damaged, Unsupported};
    let of = |bits: u32, bytes: usize| Tiff::new((61, 43), 1, 1, vec![0; 61 * 43 * bytes]).with(258, 3, &[bits]);
    for (what, file) in [
        ("float", of(32, 4).with(339, 3, &[3])),
        ("half float", of(16, 2).with(339, 3, &[3])),
        ("double", of(64, 8).with(339, 3, &[3])),
        ("32 bits", of(32, 4)),
        ("12 bits", of(12, 2)),
        ("signed", of(8, 1).with(339, 3, &[2])),
        ("signed, 16 bits", of(16, 2).with(339, 3, &[2])),
        ("Lab", Tiff::new((61, 43), 8, 3, vec![0; 61 * 43 * 3])),
        ("colour differences at half resolution", Tiff::new((62, 44), 6, 3, vec![0; 62 * 44 * 3])),
        ("mixed depths", Tiff::new((61, 43), 2, 3, vec![0; 61 * 43 * 2]).with(258, 3, &[5, 6, 5])),
        ("old JPEG", Tiff::new((61, 43), 6, 3, vec![0; 99]).with(259, 3, &[6])),
        ("fax in two dimensions", of(1, 1).with(259, 3, &[3]).with(292, 4, &[1])),
    ] {
        refused(what, &file.bytes(), Unsupported);
    }
    let strips = Tiff::new((61, 43), 1, 1, vec![]).with(266, 3, &[2]).chunks(1, vec![vec![0; 900]; 43]);
    let mut overlapping = strips.bytes();
    // All strips begin where the first does, and each is as long as all of them.
    let counts = overlapping.len() - 43 * 4;
    for at in (counts..overlapping.len()).step_by(4) {
        overlapping[at..at + 4].copy_from_slice(&(43 * 900_u32).to_le_bytes());
    }
    refused("strips that overlap", &overlapping, Damaged);
}
