//! Turning and mirroring is exact: the picture stored any of eight ways comes out as the very pixels it shows.

use image::{ImageFormat, RgbImage};
use photo::{Rule, Verdict, normalise};

use crate::pictures::heif::{self, Container};
use crate::pictures::wrap::{self, Beside};
use crate::pictures::{self, draw};

/// A rule that neither shrinks nor loses anything.
fn lossless() -> Rule {
    toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'png'\nmax_bytes = 9000000").unwrap()
}

fn shown(bytes: &[u8]) -> RgbImage {
    let outcome = normalise(bytes, &lossless());
    assert_eq!(outcome.verdict, Verdict::Ready, "{outcome:?}");
    wrap::read(&outcome.output.unwrap().data)
}

/// The orientations, as what must be done to the stored pixels to see them upright.
fn obeyed(stored: &RgbImage, orientation: u8) -> RgbImage {
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    match orientation {
        2 => flip_horizontal(stored),
        3 => rotate180(stored),
        4 => flip_vertical(stored),
        5 => flip_horizontal(&rotate90(stored)),
        6 => rotate90(stored),
        7 => flip_horizontal(&rotate270(stored)),
        8 => rotate270(stored),
        _ => stored.clone(),
    }
}

#[test]
fn lossless_files_come_out_pixel_for_pixel() {
    let upright = draw::signboard(211, 150);
    for orientation in 1..=8 {
        for (name, bytes) in [
            ("png", wrap::png_turned(&upright, orientation)),
            ("webp", wrap::webp_turned(&upright, orientation)),
            ("tiff", wrap::tiff_turned(&upright, orientation, None)),
        ] {
            assert!(shown(&bytes) == upright, "{name}, orientation {orientation}");
        }
    }
    assert!(shown(&wrap::plain(&upright, ImageFormat::Bmp)) == upright);
}

#[test]
fn a_jpeg_is_turned_after_it_is_read_and_not_otherwise_touched() {
    // Sides that end within a block, and within a sample of colour.
    for (width, height) in [(211, 150), (160, 123)] {
        let upright = draw::signboard(width, height);
        for progressive in [false, true] {
            for orientation in 1..=8 {
                let beside = Beside { orientation: Some(orientation), progressive, ..Beside::default() };
                let turned = shown(&wrap::jpeg(&upright, 85, &beside));
                let stored = wrap::stored(&upright, orientation);
                let as_stored = shown(&wrap::jpeg(&stored, 85, &Beside { progressive, ..Beside::default() }));
                assert!(turned == obeyed(&as_stored, orientation), "orientation {orientation}");
            }
        }
    }
}

#[test]
fn a_heic_obeys_every_turn_and_mirroring_in_order() {
    for file in [pictures::HEIC_SMALL, pictures::HEIC_SMALL_10_BIT] {
        let coded = heif::coded(file);
        let stored = shown(file);
        assert!(shown(&Container::single(&coded, &[]).bytes()) == stored);
        for turns in 0..4_u8 {
            // A turn to the left is three to the right.
            let turned = (0..turns).fold(stored.clone(), |picture, _| image::imageops::rotate270(&picture));
            for (axis, mirrored) in
                [image::imageops::flip_vertical(&turned), image::imageops::flip_horizontal(&turned)].iter().enumerate()
            {
                let steps = [(b"irot", turns), (b"imir", u8::try_from(axis).unwrap())];
                assert!(shown(&Container::single(&coded, &steps).bytes()) == *mirrored, "{turns} turns, axis {axis}");
            }
            let first = image::imageops::flip_horizontal(&stored);
            let then = (0..turns).fold(first, |picture, _| image::imageops::rotate270(&picture));
            let steps = [(b"imir", 1), (b"irot", turns)];
            assert!(shown(&Container::single(&coded, &steps).bytes()) == then, "mirrored, then {turns} turns");
        }
    }
}

#[test]
fn grids_and_overlays_are_put_together_exactly() {
    let coded = heif::coded(pictures::HEIC_SMALL);
    let tile = shown(pictures::HEIC_SMALL);
    let grid = shown(&Container::grid(&coded, 3, 2, 280, 120).bytes());
    assert_eq!(grid.dimensions(), (280, 120));
    let laid = shown(&Container::overlay(&coded, 120, 90, &[(0, 0), (30, 40), (-50, -30)]).bytes());
    assert_eq!((laid.dimensions(), laid.get_pixel(110, 10).0), ((120, 90), [0, 0, 255]));
    for (x, y, pixel) in laid.enumerate_pixels() {
        let (x, y) = (i64::from(x), i64::from(y));
        let want = [(-50, -30), (30, 40), (0, 0)].into_iter().find_map(|(left, top)| {
            let at = (u32::try_from(x - left).ok()?, u32::try_from(y - top).ok()?);
            tile.get_pixel_checked(at.0, at.1)
        });
        assert_eq!(pixel.0, want.map_or([0, 0, 255], |pixel| pixel.0), "overlay at {x}, {y}");
    }
    // Colour is spread across the tiles' seams, so only light is the same to the last level.
    for (x, y, pixel) in
        grid.enumerate_pixels().filter(|(x, y, _)| (4..92).contains(&(x % 96)) && (4..60).contains(&(y % 64)))
    {
        assert_eq!(pixel, tile.get_pixel(x % 96, y % 64), "grid at {x}, {y}");
    }
}
