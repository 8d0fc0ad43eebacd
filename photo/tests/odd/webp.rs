//! WebP: what stands around the pictures.

use image::{ImageFormat, Rgb, RgbImage, imageops};
use photo::Code;

use crate::pictures::{draw, profiles, wrap};
use crate::{opacity, over_white, picture, refused, same, shown};

const ANIMATED: u8 = 2;
const EXIF: u8 = 8;
const ALPHA: u8 = 16;
const PROFILE: u8 = 32;

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&name[..], &length, body, &[0][..body.len() % 2]].concat()
}

fn three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

/// A file with a header of its own.
fn file(flags: u8, (width, height): (u32, u32), chunks: &[Vec<u8>]) -> Vec<u8> {
    let canvas = [&[flags, 0, 0, 0][..], &three(width - 1), &three(height - 1)].concat();
    let body = [b"WEBP".to_vec(), chunk(*b"VP8X", &canvas), chunks.concat()].concat();
    [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
}

/// The chunk of a lossless picture.
fn lossless(picture: &RgbImage) -> Vec<u8> {
    wrap::plain(picture, ImageFormat::WebP).split_off(12)
}

/// The chunks of a lossy picture with opacity.
fn lossy_with_opacity() -> Vec<u8> {
    let bytes = include_bytes!("../../fuzz/seeds/webp/lossy-alpha.webp");
    bytes[30..].to_vec()
}

fn frame((left, top): (u32, u32), (width, height): (u32, u32), picture: &[u8]) -> Vec<u8> {
    let place = [left / 2, top / 2, width - 1, height - 1, 100].map(three).concat();
    chunk(*b"ANMF", &[&place[..], &[2], picture].concat())
}

fn animation() -> Vec<u8> {
    // Its background is blue, which no viewer shows.
    chunk(*b"ANIM", &[255, 0, 0, 255, 0, 0])
}

#[test]
fn orientation_turns_a_lossy_picture_and_its_opacity() {
    let plain = include_bytes!("../../fuzz/seeds/webp/lossy-alpha.webp");
    let size = [24, 27].map(|at| u32::from_le_bytes([plain[at], plain[at + 1], plain[at + 2], 0]) + 1);
    let stored = shown("as it is", plain);
    assert_eq!(stored.dimensions(), (size[0], size[1]));
    for orientation in 1..=8 {
        let turn = chunk(*b"EXIF", &wrap::exif(orientation, false));
        let bytes = file(EXIF | ALPHA, (size[0], size[1]), &[lossy_with_opacity(), turn]);
        let want = match orientation {
            2 => imageops::flip_horizontal(&stored),
            3 => imageops::rotate180(&stored),
            4 => imageops::flip_vertical(&stored),
            5 => imageops::flip_horizontal(&imageops::rotate90(&stored)),
            6 => imageops::rotate90(&stored),
            7 => imageops::flip_horizontal(&imageops::rotate270(&stored)),
            8 => imageops::rotate270(&stored),
            _ => stored.clone(),
        };
        same(&format!("orientation {orientation}"), &bytes, &want, 0);
    }
    let picture = picture();
    let turned = lossless(&wrap::stored(&picture, 6));
    let block = [b"Exif\0\0".to_vec(), wrap::exif(6, true)].concat();
    same("behind the name", &file(EXIF, (43, 61), &[turned, chunk(*b"EXIF", &block)]), &picture, 0);
}

#[test]
fn opacity_and_profile() {
    let (picture, clear) = (picture(), opacity());
    let rgba = image::RgbaImage::from_fn(61, 43, |x, y| {
        let [r, g, b] = picture.get_pixel(x, y).0;
        image::Rgba([r, g, b, clear[(y * 61 + x) as usize]])
    });
    same("opacity", &wrap::plain_alpha(&rgba, ImageFormat::WebP), &over_white(&picture, &clear), 1);
    let patches = draw::patches(120, 90);
    let (stored, icc) = profiles::stored_in(&patches, &profiles::display_p3());
    let still = file(PROFILE, (120, 90), &[chunk(*b"ICCP", &icc), lossless(&stored)]);
    let whole = frame((0, 0), (120, 90), &lossless(&stored));
    let moving = file(PROFILE | ANIMATED, (120, 90), &[chunk(*b"ICCP", &icc), animation(), whole]);
    for bytes in [still, moving] {
        for (got, want) in draw::read_patches(&shown("profile", &bytes)).iter().zip(draw::PATCHES) {
            assert!(got.iter().zip(want).all(|(g, w)| g.abs_diff(w) <= 4), "{got:?} for {want:?}");
        }
    }
    let broken = file(PROFILE, (61, 43), &[chunk(*b"ICCP", b"broken"), lossless(&picture)]);
    same("a broken profile", &broken, &picture, 0);
}

#[test]
fn what_the_first_frame_leaves_bare_is_bare() {
    let picture = picture();
    let small = imageops::crop_imm(&picture, 0, 0, 30, 20).to_image();
    let seen = RgbImage::from_fn(61, 43, |x, y| match (x.checked_sub(10), y.checked_sub(6)) {
        (Some(x), Some(y)) if x < 30 && y < 20 => *picture.get_pixel(x, y),
        _ => Rgb([255; 3]),
    });
    let frames =
        [animation(), frame((10, 6), (30, 20), &lossless(&small)), frame((0, 0), (61, 43), &lossless(&picture))];
    for flags in [ANIMATED, ANIMATED | ALPHA] {
        same(&format!("flags {flags}"), &file(flags, (61, 43), &frames), &seen, 0);
    }
    let whole = [animation(), frame((0, 0), (61, 43), &lossless(&picture)), frames[1].clone()];
    same("a whole frame", &file(ANIMATED, (61, 43), &whole), &picture, 0);
    // A lossy frame has no opacity of its own.
    let lossy = &include_bytes!("../../fuzz/seeds/webp/lossy.webp")[12..];
    let alone = shown("lossy", include_bytes!("../../fuzz/seeds/webp/lossy.webp"));
    let (width, height) = alone.dimensions();
    let first = frame((4, 2), (width, height), lossy);
    let got = shown("lossy frame", &file(ANIMATED, (width + 8, height + 8), &[animation(), first]));
    assert_eq!(*got.get_pixel(0, 0), Rgb([255; 3]));
    assert!(imageops::crop_imm(&got, 4, 2, width, height).to_image() == alone);
}

#[test]
fn a_canvas_that_is_told_twice_or_too_small_is_no_way_in() {
    let picture = picture();
    let said = |side: u32| chunk(*b"VP8X", &[&[0; 4][..], &three(side - 1), &three(side - 1)].concat());
    same("the first counts", &file(0, (61, 43), &[said(9000), lossless(&picture)]), &picture, 0);
    let frames = [animation(), frame((40, 6), (61, 43), &lossless(&picture))];
    refused("a frame beyond its canvas", &file(ANIMATED, (61, 43), &frames), Code::Damaged);
    refused("a picture larger than its canvas", &file(0, (60, 43), &[lossless(&picture)]), Code::Damaged);
    refused("a picture smaller than its canvas", &file(0, (62, 43), &[lossless(&picture)]), Code::Damaged);
}
