//! Damaged and hostile files, and work that takes too long.

use image::ImageFormat;
use photo::{Code, Limits, Verdict, normalise, normalise_within};

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{self, draw};
use crate::{ready, refused, rule};

#[test]
fn damage_is_noticed_and_a_missing_end_marker_forgiven() {
    let rule = rule("");
    let whole = wrap::jpeg(&draw::signboard(480, 360), 90, &Beside::default());
    let _ = ready(&whole[..whole.len() - 2], &rule);
    for cut in [whole.len() - 40, whole.len() / 2, 700, 300, 20] {
        assert_eq!(refused(&whole[..cut], &rule), Code::Damaged, "cut at {cut}");
    }
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff] {
        let whole = wrap::plain(&draw::signboard(480, 360), format);
        assert_eq!(refused(&whole[..whole.len() * 2 / 3], &rule), Code::Damaged, "{format:?}");
    }
    for bytes in [pictures::HEIC, pictures::HEIC_TURNED] {
        assert_eq!(refused(&bytes[..bytes.len() * 2 / 3], &rule), Code::Damaged);
    }
    let progressive = wrap::jpeg(&draw::signboard(480, 360), 90, &Beside { progressive: true, ..Beside::default() });
    assert_eq!(refused(&progressive[..progressive.len() * 2 / 3], &rule), Code::Damaged);
}

#[test]
fn flipped_bits_are_noticed_or_harmless() {
    let (picture, rule) = (draw::signboard(480, 360), rule(""));
    let whole = wrap::jpeg(&picture, 85, &Beside::default());
    let (mut dice, mut noticed) = (draw::Dice::new(3), 0);
    for _ in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..12 {
            let at = 700 + dice.below(u32::try_from(bytes.len()).unwrap() - 710) as usize;
            bytes[at] ^= 1 << dice.below(8);
        }
        noticed += usize::from(normalise(&bytes, &rule).verdict == Verdict::Refused);
    }
    assert!(noticed >= 57, "{noticed} of 60");
}

#[test]
fn limits_hold_before_a_pixel_is_decoded() {
    let bytes = wrap::jpeg(&draw::signboard(480, 360), 85, &Beside::default());
    let with = |limits: Limits| normalise_within(&bytes, &rule(""), &limits, &|| true).code;
    assert_eq!(with(Limits { max_bytes: 1000, ..Limits::default() }), Some(Code::TooLarge));
    assert_eq!(with(Limits { max_jpeg_pixels: 100_000, ..Limits::default() }), Some(Code::TooManyPixels));
    assert_eq!(with(Limits { max_side_px: 400, ..Limits::default() }), Some(Code::TooManyPixels));
    let mut bomb = wrap::plain(&draw::signboard(32, 32), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(refused(&bomb, &rule("")), Code::TooManyPixels);
}

#[test]
fn a_deadline_ends_the_work() {
    let bytes = wrap::jpeg(&draw::signboard(1600, 1200), 85, &Beside::default());
    for after in [0_u32, 1, 5, 40] {
        let left = std::cell::Cell::new(after);
        let keep_going = || left.replace(left.get().saturating_sub(1)) > 0;
        let outcome = normalise_within(&bytes, &rule("max_long_px = 800"), &Limits::default(), &keep_going);
        assert_eq!(outcome.code, Some(Code::Timeout), "after {after}");
    }
}
