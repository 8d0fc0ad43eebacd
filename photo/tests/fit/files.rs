//! Files as phones, cameras and programs write them: format, orientation, what is hidden in them.

use image::ImageFormat;

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{self, draw};
use crate::{near, ready, rule};

#[test]
fn every_orientation_of_every_format_stands_upright() {
    let (upright, rule) = (draw::signboard(480, 362), rule(""));
    for orientation in 1..=8 {
        let beside = Beside { orientation: Some(orientation), gps: true, ..Beside::default() };
        for bytes in [
            wrap::jpeg(&upright, 90, &beside),
            wrap::png_turned(&upright, orientation),
            wrap::webp_turned(&upright, orientation),
            wrap::tiff_turned(&upright, orientation, None),
        ] {
            let (outcome, picture) = ready(&bytes, &rule);
            assert_eq!(outcome.input.orientation, Some(orientation));
            near(&picture, &upright, 2.5);
            assert_eq!(outcome.changes.iter().any(|c| c.step == "orient"), orientation > 1);
            assert!(!outcome.output.unwrap().data.windows(4).any(|w| w == b"Exif"));
        }
    }
}

#[test]
fn every_format_is_read() {
    let (picture, rule) = (draw::signboard(480, 360), rule(""));
    for (format, limit) in [
        (ImageFormat::Png, 2.0),
        (ImageFormat::WebP, 2.0),
        (ImageFormat::Gif, 6.0),
        (ImageFormat::Bmp, 2.0),
        (ImageFormat::Tiff, 2.0),
        (ImageFormat::Jpeg, 3.0),
    ] {
        let (outcome, got) = ready(&wrap::plain(&picture, format), &rule);
        near(&got, &picture, limit);
        assert_eq!(outcome.input.width, Some(480), "{format:?}");
    }
    near(&ready(&wrap::png16(&picture), &rule).1, &picture, 2.0);
    let progressive = Beside { progressive: true, ..Beside::default() };
    near(&ready(&wrap::jpeg(&picture, 90, &progressive), &rule).1, &picture, 2.5);
}

#[test]
fn heic_is_turned_exactly_once() {
    let (upright, rule) = (draw::signboard(480, 360), rule(""));
    for bytes in [pictures::HEIC, pictures::HEIC_TURNED] {
        let (outcome, picture) = ready(bytes, &rule);
        assert_eq!(picture.dimensions(), (480, 360));
        near(&picture, &upright, 4.0);
        assert_eq!(outcome.input.format.as_deref(), Some("heic"));
    }
}

#[test]
fn metadata_and_tails_go_without_touching_a_pixel() {
    let beside = Beside {
        orientation: Some(1),
        gps: true,
        tail: b"\0\0\0\x18ftypmp42 a film with a place".to_vec(),
        ..Beside::default()
    };
    let bytes = wrap::jpeg(&draw::signboard(480, 360), 85, &beside);
    let (outcome, got) = ready(&bytes, &rule(""));
    assert_eq!(got, wrap::read(&bytes));
    assert_eq!(outcome.output.unwrap().quality, Some(85));
}

/// Writes the drawn pictures the committed HEIC files were made from; see `pictures/README.md`.
#[test]
#[ignore = "writes files, for whoever makes the HEIC anew"]
fn draw_for_heif_enc() {
    let dir = std::env::var("PICTURES_DIR").unwrap();
    let upright = draw::signboard(480, 360);
    upright.save(format!("{dir}/signboard.png")).unwrap();
    draw::signboard(96, 64).save(format!("{dir}/small.png")).unwrap();
    // `heif-enc` takes the turning of a JPEG's EXIF into an `irot` and keeps the EXIF.
    let beside = Beside { orientation: Some(6), gps: false, ..Beside::default() };
    std::fs::write(format!("{dir}/signboard-turned.jpg"), wrap::jpeg(&upright, 100, &beside)).unwrap();
}
