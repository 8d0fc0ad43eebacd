//! JPEG: components of any sampling, also where one does not divide the other.

use photo::{Rule, Verdict, normalise};

use crate::jpeg::segment;
use crate::pictures::wrap;
use crate::shown;

/// A JPEG of one colour whose components are sampled like this, in one scan or one for each.
fn flat(size: (u16, u16), sampling: &[(u8, u8)], levels: &[u8], apart: bool) -> Vec<u8> {
    // A component alone has one block a unit, whatever its sampling says.
    let apart = apart || sampling.len() == 1;
    let numbers = || (1_u8..).zip(sampling);
    let mut out = vec![0xff, 0xd8];
    out.extend(segment(0xdb, &[&[0][..], &[8; 64]].concat()));
    let components: Vec<u8> = numbers().flat_map(|(id, (across, down))| [id, across << 4 | down, 0]).collect();
    let sides = [size.1, size.0].map(u16::to_be_bytes).concat();
    out.extend(segment(0xc0, &[&[8][..], &sides, &[u8::try_from(sampling.len()).unwrap()], &components].concat()));
    // Two codes of one bit would leave none that is all ones: 0 is no difference, 10 one of seven bits; 0 ends a block.
    out.extend(segment(0xc4, &[&[0, 1, 1][..], &[0; 14], &[0, 7]].concat()));
    out.extend(segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat()));
    let most = sampling.iter().fold((1, 1), |most, s| (most.0.max(s.0), most.1.max(s.1)));
    let units =
        [(size.0, most.0), (size.1, most.1)].map(|(side, most)| usize::from(side).div_ceil(8 * usize::from(most)));
    let own =
        |side: u16, own: u8, most: u8| (usize::from(side) * usize::from(own)).div_ceil(usize::from(most)).div_ceil(8);
    let scans: Vec<Vec<(u8, (u8, u8))>> = if apart {
        numbers().map(|(id, s)| vec![(id, *s)]).collect()
    } else {
        vec![numbers().map(|(id, s)| (id, *s)).collect()]
    };
    for scan in scans {
        let list: Vec<u8> = scan.iter().flat_map(|(id, _)| [*id, 0]).collect();
        out.extend(segment(0xda, &[&[u8::try_from(scan.len()).unwrap()][..], &list, &[0, 63, 0]].concat()));
        let mut bits = String::new();
        let units = if apart {
            let (across, down) = scan[0].1;
            own(size.0, across, most.0) * own(size.1, down, most.1)
        } else {
            units[0] * units[1]
        };
        for unit in 0..units {
            for (id, (across, down)) in &scan {
                for block in 0..if apart { 1 } else { across * down } {
                    let level = i32::from(levels[usize::from(*id) - 1]) - 128;
                    // A DC coefficient of eight a level, in steps of eight.
                    if unit == 0 && block == 0 && level.abs() >= 64 {
                        let code = if level < 0 { level + 127 } else { level };
                        bits += &format!("10{code:07b}0");
                    } else {
                        bits += "00";
                    }
                }
            }
        }
        bits += &"1".repeat((8 - bits.len() % 8) % 8);
        for byte in bits.as_bytes().chunks(8) {
            let byte = byte.iter().fold(0_u8, |sum, bit| sum << 1 | (bit - b'0'));
            out.push(byte);
            if byte == 0xff {
                out.push(0);
            }
        }
    }
    out.extend([0xff, 0xd9]);
    out
}

#[test]
fn components_of_any_sampling_fill_the_picture() {
    let samplings: [&[(u8, u8)]; 12] = [
        &[(4, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 1)],
        &[(1, 4), (1, 1), (1, 1)],
        &[(4, 4), (1, 1), (1, 1)],
        &[(3, 1), (2, 1), (1, 1)],
        &[(3, 2), (2, 1), (1, 2)],
        &[(1, 1), (2, 2), (2, 2)],
        &[(2, 1), (1, 2), (1, 1)],
        &[(2, 2), (2, 1), (1, 2)],
        &[(1, 1), (3, 3), (4, 4)],
        &[(2, 2)],
        &[(2, 2), (1, 1), (1, 1), (2, 2)],
    ];
    // Luma, differences and black; each far enough from the middle for its seven bits.
    let levels = [200, 60, 210, 40];
    for sampling in samplings {
        for size in [(61, 43), (1, 1), (8, 8), (17, 1), (3, 33), (200, 150)] {
            for apart in [false, true] {
                let what = format!("{sampling:?} at {size:?}, apart {apart}");
                let bytes = flat(size, sampling, &levels, apart);
                let got = shown(&what, &bytes);
                assert_eq!(got.dimensions(), (u32::from(size.0), u32::from(size.1)), "{what}");
                let want = match sampling.len() {
                    1 => [200; 3],
                    3 => [255, 165, 80],
                    // As inks, each times what black leaves.
                    _ => *got.get_pixel(0, 0).0.first_chunk().unwrap(),
                };
                for pixel in got.pixels() {
                    assert!(
                        pixel.0.iter().zip(want).all(|(g, w)| g.abs_diff(w) <= 1),
                        "{what}: {pixel:?}, not {want:?}"
                    );
                }
            }
        }
        for long in [25, 50, 75, 100, 125, 150, 175] {
            let rule: Rule = toml::from_str(&format!(
                "name = 'a'\nkind = 'scene'\nformat = 'png'\nmax_bytes = 900000\nmax_long_px = {long}"
            ))
            .unwrap();
            let outcome = normalise(&flat((200, 150), sampling, &levels, false), &rule);
            assert_ne!(outcome.verdict, Verdict::Refused);
            let got = wrap::read(&outcome.output.unwrap().data);
            let first = *got.get_pixel(0, 0);
            let even = got.pixels().all(|pixel| pixel.0.iter().zip(first.0).all(|(g, w)| g.abs_diff(w) <= 1));
            assert!(even, "{sampling:?} at {long}");
        }
    }
}
