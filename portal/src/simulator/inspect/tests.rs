use std::io::Cursor;

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _};

use super::*;

fn picture_of(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x * 7, y * 5, x * y].map(|n| (n % 251).try_into().unwrap()))
    }))
}

pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 80);
    encoder.set_pixel_density(PixelDensity::dpi(200));
    encoder.encode_image(&picture_of(width, height)).unwrap();
    bytes
}

pub(super) fn rule() -> Rule {
    Rule {
        name: "scene".into(),
        format: "jpeg".into(),
        max_bytes: Some(100_000),
        min_short_px: Some(40),
        min_long_px: Some(60),
        max_long_px: Some(120),
        dpi: Some(200),
        colour: Some("srgb".into()),
        ..Rule::default()
    }
}

pub(super) fn code(bytes: &[u8], rule: &Rule) -> &'static str {
    check(bytes, rule).map_or_else(|flaw| flaw.code, |_| "good")
}

/// `bytes` with a segment after the JFIF header.
fn with_segment(bytes: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let after_jfif = 2 + 2 + 16;
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&bytes[..after_jfif], &[0xFF, marker], &length, data, &bytes[after_jfif..]].concat()
}

#[test]
fn a_good_picture_and_each_limit() {
    let good = jpeg(80, 60);
    assert_eq!(check(&good, &rule()), Ok("image/jpeg"));
    let size = good.len() as u64;
    let with = |change: fn(&mut Rule, u64)| {
        let mut rule = rule();
        change(&mut rule, size);
        code(&good, &rule)
    };
    assert_eq!(with(|rule, size| rule.max_bytes = Some(size)), "good");
    assert_eq!(with(|rule, size| rule.max_bytes = Some(size - 1)), "file.too_many_bytes");
    assert_eq!(with(|rule, size| rule.min_bytes = Some(size)), "good");
    assert_eq!(with(|rule, size| rule.min_bytes = Some(size + 1)), "file.too_few_bytes");
    assert_eq!(with(|rule, _| rule.min_short_px = Some(61)), "file.pixels");
    assert_eq!(with(|rule, _| rule.min_long_px = Some(81)), "file.pixels");
    assert_eq!(with(|rule, _| rule.max_long_px = Some(79)), "file.pixels");
    assert_eq!(with(|rule, _| rule.exact_px = Some((80, 60))), "good");
    assert_eq!(with(|rule, _| rule.exact_px = Some((60, 80))), "file.pixels");
    assert_eq!(with(|rule, _| rule.dpi = Some(300)), "file.density");
    assert_eq!(with(|rule, _| rule.dpi = None), "good");
    assert_eq!(with(|rule, _| rule.colour = Some("grey".into())), "file.colour");
    assert_eq!(with(|rule, _| rule.format = "png".into()), "file.format");
    assert_eq!(with(|rule, _| rule.format = "tiff".into()), "file.format");
}

#[test]
fn nothing_but_the_picture_may_be_in_a_jpeg() {
    let good = jpeg(80, 60);
    for marker in (0xE0..=0xEF).chain([0xFE]) {
        assert_eq!(code(&with_segment(&good, marker, b"Exif\0\0"), &rule()), "file.metadata", "{marker:x}");
    }
    assert_eq!(code(&[&good[..], b"\0"].concat(), &rule()), "file.trailing_bytes");
    assert_eq!(code(&[&good[..], &good[..]].concat(), &rule()), "file.trailing_bytes");
    let mut thumbnail = good.clone();
    thumbnail[18..20].copy_from_slice(&[1, 1]);
    assert_eq!(code(&thumbnail, &rule()), "file.metadata");
}

#[test]
fn only_baseline_of_one_or_three_components() {
    let good = jpeg(80, 60);
    let frame = good.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    for marker in [0xC1, 0xC2, 0xC3, 0xC9, 0xCA] {
        let mut other = good.clone();
        other[frame + 1] = marker;
        assert_eq!(code(&other, &rule()), "file.not_baseline");
    }
    let mut four = good.clone();
    four[frame + 9] = 4;
    assert_eq!(code(&four, &rule()), "file.colour");
    let mut twelve = good;
    twelve[frame + 4] = 12;
    assert_eq!(code(&twelve, &rule()), "file.damaged");
    let mut grey = Vec::new();
    let mut encoder = JpegEncoder::new(&mut grey);
    encoder.set_pixel_density(PixelDensity::dpi(200));
    encoder.write_image(&vec![90; 80 * 60], 80, 60, ExtendedColorType::L8).unwrap();
    assert_eq!(code(&grey, &Rule { colour: Some("grey".into()), ..rule() }), "good");
    assert_eq!(code(&grey, &rule()), "good");
}

#[test]
fn a_truncated_picture_is_damaged_wherever_it_ends() {
    let good = jpeg(80, 60);
    for end in 2..good.len() {
        assert_eq!(code(&good[..end], &rule()), "file.damaged", "{end} of {}", good.len());
    }
    assert_eq!(code(&[], &rule()), "file.format");
    assert_eq!(code(b"<svg/>", &rule()), "file.format");
}

#[test]
fn a_lying_size_is_found_by_decoding() {
    let mut bytes = jpeg(80, 60);
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    let unbounded = Rule { name: "x".into(), format: "jpeg".into(), ..Rule::default() };
    assert_eq!(code(&bytes, &unbounded), "file.pixels");
}

#[test]
fn png() {
    let mut png = Cursor::new(Vec::new());
    picture_of(80, 60).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let png = png.into_inner();
    let of = |format: &str| Rule { format: format.into(), dpi: None, ..rule() };
    assert_eq!(check(&png, &of("png")), Ok("image/png"));
    assert_eq!(code(&png, &Rule { format: "png".into(), ..rule() }), "file.density");
    assert_eq!(code(&[&png[..], b"x"].concat(), &of("png")), "file.trailing_bytes");
    let text = [&png[..33], b"\0\0\0\x01tEXtx\0\0\0\0", &png[33..]].concat();
    assert_eq!(code(&text, &of("png")), "file.metadata");
    for end in 8..png.len() {
        assert_eq!(code(&png[..end], &of("png")), "file.damaged");
    }
}
