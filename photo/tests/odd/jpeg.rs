//! JPEG: what stands between its markers, and how its components are sampled.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use photo::Code;

use crate::pictures::{draw, profiles, wrap};
use crate::{near, outcome, picture, refused, same, shown};

fn encoded(picture: &RgbImage, set: impl Fn(&mut Encoder<&mut Vec<u8>>), kind: ColorType) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    set(&mut encoder);
    let [width, height] = [picture.width(), picture.height()].map(|side| u16::try_from(side).unwrap());
    encoder.encode(picture.as_raw(), width, height, kind).unwrap();
    out
}

fn plain(picture: &RgbImage) -> Vec<u8> {
    encoded(picture, |_| {}, ColorType::Rgb)
}

pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

fn jfif() -> Vec<u8> {
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
}

fn adobe(transform: u8) -> Vec<u8> {
    segment(0xee, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat())
}

fn exif(block: &[u8]) -> Vec<u8> {
    segment(0xe1, &[b"Exif\0\0", block].concat())
}

/// The segments before the scan without the application's own, and the rest from the scan on.
fn parts(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut at, mut segments) = (2, Vec::new());
    while bytes[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if !matches!(bytes[at + 1], 0xe0..=0xef) {
            segments.push(bytes[at..end].to_vec());
        }
        at = end;
    }
    (segments, bytes[at..].to_vec())
}

/// The same picture behind other application segments.
fn behind(front: &[Vec<u8>], bytes: &[u8]) -> Vec<u8> {
    let (segments, scan) = parts(bytes);
    [vec![0xff, 0xd8], front.concat(), segments.concat(), scan].concat()
}

fn frame(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|pair| matches!(pair, [0xff, 0xc0..=0xc2])).unwrap()
}

#[test]
fn orientation_wherever_it_stands_and_however_broken_its_block() {
    let picture = picture();
    let upright = shown("upright", &plain(&picture));
    let stored = plain(&wrap::stored(&picture, 6));
    let turned = shown("as stored", &behind(&[jfif()], &stored));
    let turn = exif(&wrap::exif(6, true));
    let icc = segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", &profiles::display_p3().encode().unwrap()[..]].concat());
    let xmp = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>");
    let (segments, scan) = parts(&stored);
    let late = [&[0xff, 0xd8][..], &segments.concat(), &turn, &scan].concat();
    for (what, bytes) in [
        ("first", behind(&[turn.clone(), jfif()], &stored)),
        ("after JFIF", behind(&[jfif(), turn.clone()], &stored)),
        ("after XMP", behind(&[jfif(), xmp, turn.clone()], &stored)),
        ("twice", behind(&[turn.clone(), exif(&wrap::exif(3, false))], &stored)),
        ("after a broken one", behind(&[exif(b"II*\0\xff\xff\xff\xff"), turn.clone()], &stored)),
        ("after the frame", late),
    ] {
        assert!(draw::difference(&shown(what, &bytes), &upright) < 1.0, "{what}");
        assert_eq!(outcome(&bytes).input.orientation, Some(6), "{what}");
    }
    assert_eq!(outcome(&behind(&[icc, turn], &stored)).input.orientation, Some(6));
    let block = wrap::exif(6, false);
    let with = |at: usize, bytes: &[u8]| {
        let mut block = block.clone();
        block[at..at + bytes.len()].copy_from_slice(bytes);
        block
    };
    for (what, block, obeyed) in [
        ("its directory is cut off", block[..block.len() - 4].to_vec(), true),
        ("its directory claims more than there is", with(8, &[0xff, 0xff]), true),
        ("its next directory is itself", with(block.len() - 4, &[8, 0, 0, 0]), true),
        ("its directory is out of reach", with(4, &[0xff, 0xff, 0xff, 0x7f]), false),
        ("it has no such orientation", with(block.len() - 8, &[9, 0]), false),
        ("it is cut before its value", block[..block.len() - 9].to_vec(), false),
    ] {
        let got = shown(what, &behind(&[exif(&block)], &stored));
        assert!(if obeyed { draw::difference(&got, &upright) < 1.0 } else { got == turned }, "{what}");
    }
}

#[test]
fn pieces_of_a_profile_fit_together_or_are_left_out() {
    let patches = draw::patches(120, 90);
    let (stored, icc) = profiles::stored_in(&patches, &profiles::display_p3());
    let third = icc.len().div_ceil(3);
    let piece = |number: usize, of: u8, bytes: &[u8]| {
        segment(0xe2, &[b"ICC_PROFILE\0", &[u8::try_from(number).unwrap(), of][..], bytes].concat())
    };
    let three: Vec<Vec<u8>> = icc.chunks(third).zip(1..).map(|(bytes, number)| piece(number, 3, bytes)).collect();
    let bytes = plain(&stored);
    let as_stored = shown("no profile", &behind(&[jfif()], &bytes));
    let [one, two, last] = [0, 1, 2].map(|at: usize| three[at].clone());
    for (what, front, whole) in [
        ("in order", three.clone(), true),
        ("out of order", vec![last.clone(), one.clone(), two.clone()], true),
        ("with EXIF between", vec![one.clone(), exif(&wrap::exif(1, false)), two.clone(), last.clone()], true),
        ("one missing", vec![one.clone(), last.clone()], false),
        ("one twice", vec![one.clone(), two.clone(), two.clone(), last.clone()], false),
        ("counted from nought", vec![piece(0, 1, &icc)], false),
        ("fewer said than there are", icc.chunks(third).zip(1..).map(|(b, n)| piece(n, 2, b)).collect(), false),
    ] {
        let bytes = behind(&front, &bytes);
        let got = shown(what, &bytes);
        let known = outcome(&bytes).changes.iter().any(|change| change.step == "colour" && change.from.contains("P3"));
        assert_eq!(known, whole, "{what}");
        if whole {
            let close = |(got, want): (&[u8; 3], [u8; 3])| got.iter().zip(want).all(|(g, w)| g.abs_diff(w) <= 8);
            assert!(draw::read_patches(&got).iter().zip(draw::PATCHES).all(close), "{what}");
        } else {
            assert!(got == as_stored, "{what}");
        }
    }
}

#[test]
fn what_the_components_mean() {
    let picture = picture();
    let (differences, colours) = (plain(&picture), encoded(&picture, |_| {}, ColorType::Ycbcr));
    // `colours` holds red, green and blue as if they were luma and differences.
    let named = |bytes: &[u8], ids: [u8; 3]| {
        let mut bytes = bytes.to_vec();
        let (frame, scan) = (frame(&bytes), bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap());
        for (number, id) in ids.into_iter().enumerate() {
            (bytes[frame + 10 + number * 3], bytes[scan + 5 + number * 2]) = (id, id);
        }
        bytes
    };
    for (what, bytes) in [
        ("nothing said", behind(&[], &differences)),
        ("Adobe, 1", behind(&[adobe(1)], &differences)),
        ("Adobe, 2, of three", behind(&[adobe(2)], &differences)),
        ("JFIF and Adobe, 0", behind(&[jfif(), adobe(0)], &differences)),
        ("JFIF, called RGB", named(&behind(&[jfif()], &differences), *b"RGB")),
        ("called 0, 1, 2", named(&behind(&[], &differences), [0, 1, 2])),
        ("all called the same", named(&behind(&[jfif()], &differences), [1; 3])),
        ("Adobe, 0", behind(&[adobe(0)], &colours)),
        ("called RGB", named(&behind(&[], &colours), *b"RGB")),
    ] {
        near(what, &bytes, &picture);
    }
}

#[test]
fn restarts_fill_bytes_and_strays() {
    let picture = draw::signboard(160, 123);
    let whole = shown("whole", &plain(&picture));
    for interval in [1, 3, 7, 1000] {
        for (sampling, progressive) in
            [(SamplingFactor::F_1_1, false), (SamplingFactor::F_2_2, false), (SamplingFactor::F_1_1, true)]
        {
            let set = |encoder: &mut Encoder<&mut Vec<u8>>| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
                encoder.set_restart_interval(interval);
            };
            near(&format!("restarts after {interval}"), &encoded(&picture, set, ColorType::Rgb), &picture);
        }
    }
    let (segments, scan) = parts(&plain(&picture));
    let between = |what: &[u8]| {
        let segments: Vec<u8> = segments.iter().flat_map(|segment| [segment, what].concat()).collect();
        [&[0xff, 0xd8][..], &jfif(), &segments, &scan].concat()
    };
    let end = |what: &[u8]| [&[0xff, 0xd8][..], &segments.concat(), &scan[..scan.len() - 2], what].concat();
    let thumbnail = plain(&draw::signboard(16, 12));
    for (what, bytes) in [
        ("fill bytes", between(&[0xff; 5])),
        ("stray bytes", between(&[0, 0x12, 0x34])),
        ("stuffed strays", between(&[0xff, 0, 0x34])),
        ("a comment with markers", between(&segment(0xfe, &[0xff, 0xd8, 0xff, 0xd9, 0xff, 0xda]))),
        ("an empty segment", between(&segment(0xe5, &[]))),
        ("a thumbnail", between(&segment(0xe0, &[b"JFXX\0\x10", &thumbnail[..]].concat()))),
        ("fill bytes at the end", end(&[0xff, 0xff, 0xff, 0xd9])),
        ("noughts before the end", end(&[0, 0, 0, 0, 0xff, 0xd9])),
        ("another picture", end(&[&[0xff, 0xd9], &thumbnail[..]].concat())),
        ("intervals without restarts", between(&segment(0xdd, &[0x7f, 0xff]))),
    ] {
        assert!(shown(what, &bytes) == whole, "{what}");
    }
}

#[test]
fn a_height_that_comes_later() {
    let picture = picture();
    let bytes = plain(&picture);
    let whole = shown("whole", &bytes);
    let at = frame(&bytes) + 5;
    let mut late = bytes.clone();
    late[at..at + 2].fill(0);
    refused("no height at all", &late, Code::Damaged);
    let end = late.len() - 2;
    late.splice(end..end, [0xff, 0xdc, 0, 4, 0, 43]);
    same("after the scan", &late, &whole, 0);
    let mut both = bytes;
    both.splice(end..end, [0xff, 0xdc, 0, 4, 0, 43]);
    same("both", &both, &whole, 0);
}

#[test]
fn what_is_not_read_is_refused_in_plain_words() {
    let bytes = plain(&picture());
    let at = frame(&bytes);
    for (marker, what) in
        [(0xc3, "lossless"), (0xc9, "arithmetic"), (0xca, "progressive arithmetic"), (0xf7, "JPEG-LS")]
    {
        let mut other = bytes.clone();
        other[at + 1] = marker;
        refused(what, &other, Code::Unsupported);
    }
    let mut deep = bytes;
    (deep[at + 1], deep[at + 4]) = (0xc1, 12);
    refused("12 bits", &deep, Code::Unsupported);
}
