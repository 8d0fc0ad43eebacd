//! PNG: every depth, with and without transparency, in one go and in seven, and what it says of its colours.

use image::RgbImage;
use photo::Code;

use crate::pictures::{draw, profiles, wrap};
use crate::{grey, indexed, of_indices, of_levels, opacity, over_white, pack, picture, refused, same, shown};

const GREY: u8 = 0;
const RGB: u8 = 2;
const PALETTE: u8 = 3;
const GREY_ALPHA: u8 = 4;
const RGBA: u8 = 6;

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], &named, &wrap::crc32(&named).to_be_bytes()].concat()
}

/// Samples of every pixel, and how they are kept.
#[derive(Clone, Copy)]
struct Kept<'a> {
    samples: &'a [u8],
    width: usize,
    bits: usize,
    colour: u8,
    interlaced: bool,
}

impl Kept<'_> {
    fn count(self) -> usize {
        match self.colour {
            RGB => 3,
            GREY_ALPHA => 2,
            RGBA => 4,
            _ => 1,
        }
    }

    /// Rows of the pixels that one pass takes, each after its filter. Samples of 16 bits have their level in both bytes.
    fn rows(self, (left, top, across, down): (usize, usize, usize, usize)) -> Vec<u8> {
        let (row, count) = (self.width * self.count(), self.count());
        let mut out = Vec::new();
        for line in self.samples.chunks(row).skip(top).step_by(down) {
            let kept: Vec<u8> = line.chunks(count).skip(left).step_by(across).flatten().copied().collect();
            if !kept.is_empty() {
                out.push(0);
                match self.bits {
                    16 => out.extend(kept.iter().flat_map(|sample| [*sample; 2])),
                    8 => out.extend(kept),
                    bits => out.extend(pack::bits(&kept, bits)),
                }
            }
        }
        out
    }

    fn data(self) -> Vec<u8> {
        let passes: &[(usize, usize, usize, usize)] = if self.interlaced {
            &[(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        } else {
            &[(0, 0, 1, 1)]
        };
        pack::zlib(&passes.iter().flat_map(|pass| self.rows(*pass)).collect::<Vec<_>>())
    }

    fn header(self) -> Vec<u8> {
        let height = self.samples.len() / self.width / self.count();
        let sides = [self.width, height].map(|side| u32::try_from(side).unwrap().to_be_bytes()).concat();
        let rest = [u8::try_from(self.bits).unwrap(), self.colour, 0, 0, u8::from(self.interlaced)];
        chunk(*b"IHDR", &[&sides[..], &rest].concat())
    }

    fn file(self, before: &[u8], after: &[u8]) -> Vec<u8> {
        let data = chunk(*b"IDAT", &self.data());
        [b"\x89PNG\r\n\x1a\n", &self.header()[..], before, &data, after, &chunk(*b"IEND", b"")].concat()
    }
}

fn rgb(picture: &RgbImage) -> Kept<'_> {
    let width = picture.width() as usize;
    Kept { samples: picture.as_raw(), width, bits: 8, colour: RGB, interlaced: false }
}

#[test]
fn grey_and_palettes_of_every_depth() {
    for bits in [1_usize, 2, 4, 8, 16] {
        let shift = 8_usize.saturating_sub(bits);
        let most = u8::try_from((1_u16 << bits.min(8)) - 1).unwrap();
        let samples: Vec<u8> = grey().iter().map(|level| level >> shift).collect();
        let want = of_levels(&samples.iter().map(|sample| sample * (255 / most)).collect::<Vec<_>>());
        for interlaced in [false, true] {
            let what = format!("{bits} bits, interlaced {interlaced}");
            let kept = Kept { samples: &samples, width: 61, bits, colour: GREY, interlaced };
            same(&what, &kept.file(&[], &[]), &want, 0);
            // One level is clear; of 16 bits both bytes must be the same.
            let key = samples[200];
            let high = if bits == 16 { key } else { 0 };
            let seen: Vec<u8> = samples.iter().map(|sample| if *sample == key { 0 } else { 255 }).collect();
            let clear = kept.file(&chunk(*b"tRNS", &[high, key]), &[]);
            same(&format!("{what}, one level clear"), &clear, &over_white(&want, &seen), 0);
            if bits == 16 {
                same("only its lower byte differs", &kept.file(&chunk(*b"tRNS", &[key, key ^ 1]), &[]), &want, 0);
                continue;
            }
            let (indices, palette) = indexed(1 << bits);
            let want = of_indices(&indices, &palette);
            let kept = Kept { samples: &indices, colour: PALETTE, ..kept };
            let colours = chunk(*b"PLTE", &palette.concat());
            same(&format!("palette, {what}"), &kept.file(&colours, &[]), &want, 0);
            // Fewer entries than colours: the others are opaque.
            let clear = kept.file(&[colours, chunk(*b"tRNS", &[0, 128])].concat(), &[]);
            let seen: Vec<u8> = indices.iter().map(|index| [0, 128, 255][usize::from(*index).min(2)]).collect();
            same(&format!("clear palette, {what}"), &clear, &over_white(&want, &seen), 1);
        }
    }
}

#[test]
fn colours_and_opacity_of_8_and_16_bits() {
    let (picture, levels, clear) = (picture(), grey(), opacity());
    let grey_alpha: Vec<u8> = levels.iter().zip(&clear).flat_map(|(level, alpha)| [*level, *alpha]).collect();
    let rgba: Vec<u8> = picture.pixels().zip(&clear).flat_map(|(p, alpha)| [p.0[0], p.0[1], p.0[2], *alpha]).collect();
    for bits in [8, 16] {
        for interlaced in [false, true] {
            let what = format!("{bits} bits, interlaced {interlaced}");
            let kept = Kept { bits, interlaced, ..rgb(&picture) };
            same(&what, &kept.file(&[], &[]), &picture, 0);
            let key = *picture.get_pixel(30, 30);
            let wide: Vec<u8> = key.0.iter().flat_map(|v| [if bits == 16 { *v } else { 0 }, *v]).collect();
            let seen: Vec<u8> = picture.pixels().map(|pixel| if *pixel == key { 0 } else { 255 }).collect();
            let clear_colour = kept.file(&chunk(*b"tRNS", &wide), &[]);
            same(&format!("{what}, one colour clear"), &clear_colour, &over_white(&picture, &seen), 0);
            let kept = Kept { samples: &grey_alpha, colour: GREY_ALPHA, ..kept };
            same(&format!("grey, {what}"), &kept.file(&[], &[]), &over_white(&of_levels(&levels), &clear), 1);
            let kept = Kept { samples: &rgba, colour: RGBA, ..kept };
            same(&format!("with opacity, {what}"), &kept.file(&[], &[]), &over_white(&picture, &clear), 1);
        }
    }
    for (width, height) in [(1, 1), (3, 2), (5, 5), (2, 7), (9, 4)] {
        let small = image::imageops::crop_imm(&picture, 20, 10, width, height).to_image();
        same(&format!("{width} x {height}"), &Kept { interlaced: true, ..rgb(&small) }.file(&[], &[]), &small, 0);
    }
}

#[test]
fn orientation_stands_before_or_after_the_pixels() {
    let picture = picture();
    for orientation in 1..=8 {
        let stored = wrap::stored(&picture, orientation);
        let turn = chunk(*b"eXIf", &wrap::exif(orientation, false));
        same(&format!("{orientation} before"), &rgb(&stored).file(&turn, &[]), &picture, 0);
        same(&format!("{orientation} after"), &rgb(&stored).file(&[], &turn), &picture, 0);
        let other = chunk(*b"eXIf", &wrap::exif(orientation % 8 + 1, false));
        same(&format!("{orientation} first"), &rgb(&stored).file(&turn, &other), &picture, 0);
    }
}

/// The patches come out as they were before they were stored in other colours.
fn patches_are_kept(what: &str, bytes: &[u8], most: u8) {
    for (got, want) in draw::read_patches(&shown(what, bytes)).iter().zip(draw::PATCHES) {
        let off = got.iter().zip(want).map(|(g, w)| g.abs_diff(w)).max().unwrap();
        assert!(off <= most, "{what}: {got:?} for {want:?}");
    }
}

#[test]
fn what_is_said_of_colours_is_obeyed_in_the_order_of_the_standard() {
    let plain = draw::patches(120, 90);
    let (stored, icc) = profiles::stored_in(&plain, &profiles::display_p3());
    let numbers = |list: &[u32]| list.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let gamma = |gamma: u32| chunk(*b"gAMA", &numbers(&[gamma]));
    let p3 = chunk(*b"cHRM", &numbers(&[31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000]));
    let srgb_primaries = chunk(*b"cHRM", &numbers(&[31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000]));
    let profile = chunk(*b"iCCP", &[b"p3\0\0", &pack::zlib(&icc)[..]].concat());
    let (code, srgb) = (|first| chunk(*b"cICP", &[first, 13, 0, 1]), chunk(*b"sRGB", &[0]));
    patches_are_kept("a profile", &rgb(&stored).file(&profile, &[]), 4);
    patches_are_kept("code points", &rgb(&stored).file(&code(12), &[]), 4);
    patches_are_kept("primaries", &rgb(&stored).file(&p3, &[]), 4);
    patches_are_kept("gamma and primaries", &rgb(&stored).file(&[gamma(45_455), p3.clone()].concat(), &[]), 4);
    patches_are_kept("a profile before them", &rgb(&stored).file(&[profile, gamma(99_999)].concat(), &[]), 4);
    // Each says sRGB, and what comes later in the order does not count.
    for before in [
        vec![],
        [code(1), p3.clone()].concat(),
        [srgb, gamma(20_000), p3].concat(),
        [gamma(45_455), srgb_primaries].concat(),
        gamma(45_455),
        gamma(1),
        // Colours brighter than any screen are shown as they are.
        chunk(*b"cICP", &[9, 16, 0, 1]),
        chunk(*b"cHRM", &[0; 32]),
        chunk(*b"iCCP", b"broken\0\0no data at all"),
    ] {
        assert!(shown("sRGB", &rgb(&plain).file(&before, &[])) == plain, "{before:?}");
    }
    let light = |level: u8| {
        let level = f64::from(level) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    let linear = |level: u8| (light(level) * 255.0).round() as u8;
    let dark = RgbImage::from_fn(120, 90, |x, y| image::Rgb(plain.get_pixel(x, y).0.map(linear)));
    patches_are_kept("light itself", &rgb(&dark).file(&gamma(100_000), &[]), 6);
    let steps: Vec<u8> = (0..=255).collect();
    let stored: Vec<u8> = steps.iter().map(|level| linear(*level)).collect();
    let kept = Kept { samples: &stored, width: 16, bits: 8, colour: GREY, interlaced: false };
    let got = shown("grey light", &kept.file(&gamma(100_000), &[]));
    for (pixel, want) in got.pixels().zip(steps).skip(64) {
        assert!(pixel.0[0].abs_diff(want) <= 4, "{pixel:?} for {want}");
    }
}

#[test]
fn of_an_animation_the_picture_that_every_viewer_shows() {
    let picture = picture();
    let other = RgbImage::from_fn(61, 43, |x, y| image::Rgb(picture.get_pixel(x, y).0.map(|level| 255 - level)));
    let numbers = |list: &[u32]| list.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let frame = |number: u32| chunk(*b"fcTL", &[numbers(&[number, 61, 43, 0, 0]), vec![0, 1, 0, 10, 0, 0]].concat());
    let data = |number: u32| chunk(*b"fdAT", &[numbers(&[number]), rgb(&other).data()].concat());
    let shown_first = [chunk(*b"acTL", &numbers(&[2, 0])), frame(0)].concat();
    same("first frame", &rgb(&picture).file(&shown_first, &[frame(1), data(2)].concat()), &picture, 0);
    let hidden = chunk(*b"acTL", &numbers(&[1, 0]));
    same("beside the animation", &rgb(&picture).file(&hidden, &[frame(0), data(1)].concat()), &picture, 0);
}

#[test]
fn pngs_for_apples_programs_are_refused_in_plain_words() {
    let bytes = rgb(&picture()).file(&[], &[]);
    let apple = [&bytes[..8], &chunk(*b"CgBI", &[0x50, 0, 0x20, 2]), &bytes[8..]].concat();
    refused("CgBI", &apple, Code::Unsupported);
}
