//! What the engine makes of the files that phones, cameras and programs write of drawn pictures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]

pub mod pictures;

use image::{ImageFormat, RgbImage};
use photo::{Code, Colour, Format, Kind, Limits, Outcome, Rule, Verdict, normalise, normalise_within};
use pictures::wrap::{self, Beside};
use pictures::{draw, profiles};

fn rule(extra: &str) -> Rule {
    let text = format!(
        "name = 'test'\nformat = 'jpeg'\nkind = 'scene'\nmax_bytes = 200000\nmin_short_px = 150\nmin_long_px = 200\ndpi = 200\n{extra}"
    );
    let rule: Rule = toml::from_str(&text).unwrap();
    assert_eq!(rule.validate(), Ok(()));
    rule
}

/// The finished picture of a photo that must be ready, after the checks that hold for every result.
fn ready(bytes: &[u8], rule: &Rule) -> (Outcome, RgbImage) {
    let outcome = normalise(bytes, rule);
    assert_eq!(outcome.verdict, Verdict::Ready, "{:?} {:?}", outcome.code, outcome.checks);
    let output = outcome.output.as_ref().unwrap();
    assert_eq!(rule.misfits(&output.facts()), []);
    assert_eq!(output.bytes, output.data.len() as u64);
    let picture = wrap::read(&output.data);
    assert_eq!(picture.dimensions(), (output.width, output.height));
    if output.format == Format::Jpeg {
        assert_clean(&output.data, rule.dpi);
    }
    (outcome, picture)
}

/// Baseline, JFIF first with the density, no other application segment, no comment, nothing after the end.
fn assert_clean(data: &[u8], dpi: Option<u32>) {
    assert!(data.ends_with(&[0xff, 0xd9]));
    let mut at = 2;
    let mut markers = Vec::new();
    loop {
        assert_eq!(data[at], 0xff);
        let (marker, length) = (data[at + 1], usize::from(u16::from_be_bytes([data[at + 2], data[at + 3]])));
        markers.push(marker);
        if marker == 0xe0 {
            let density = dpi.map_or([0, 0, 1, 0, 1], |dpi| {
                let [h, l] = u16::try_from(dpi).unwrap().to_be_bytes();
                [1, h, l, h, l]
            });
            assert_eq!(&data[at + 11..at + 16], density, "density");
        }
        if marker == 0xda {
            break;
        }
        at += 2 + length;
    }
    assert_eq!(markers[0], 0xe0);
    assert!(markers.iter().skip(1).all(|m| matches!(m, 0xc0 | 0xc4 | 0xdb | 0xdd | 0xda)), "{markers:x?}");
    let ends = data.windows(2).filter(|pair| *pair == [0xff, 0xd9]).count();
    assert_eq!(ends, 1, "nothing after the end");
}

fn near(got: &RgbImage, want: &RgbImage, limit: f64) {
    let off = draw::difference(got, want);
    assert!(off < limit, "off by {off:.2}");
}

fn refused(bytes: &[u8], rule: &Rule) -> Code {
    let outcome = normalise(bytes, rule);
    assert_eq!(outcome.verdict, Verdict::Refused, "{:?}", outcome.output);
    assert!(outcome.output.is_none());
    let advice = outcome.advice.unwrap();
    assert!(!advice.zh.is_empty() && !advice.en.is_empty());
    outcome.code.unwrap()
}

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
fn colours_survive_every_profile() {
    let (picture, rule) = (draw::patches(480, 360), rule(""));
    let close = |got: &RgbImage, limit: u8, what: &str| {
        for (got, want) in draw::read_patches(got).iter().zip(draw::PATCHES) {
            let off = got.iter().zip(want).map(|(g, w)| g.abs_diff(w)).max().unwrap();
            assert!(off <= limit, "{what}: {got:?} for {want:?}");
        }
    };
    for (name, profile) in [("p3", profiles::display_p3()), ("adobe", profiles::adobe_rgb())] {
        let (stored, icc) = profiles::stored_in(&picture, &profile);
        let beside = Beside { profile: Some(icc.clone()), ..Beside::default() };
        let (outcome, got) = ready(&wrap::jpeg(&stored, 97, &beside), &rule);
        assert!(outcome.changes.iter().any(|c| c.step == "colour" && c.to == "sRGB"));
        close(&got, 8, name);
        close(&ready(&wrap::tiff_turned(&stored, 1, Some(&icc)), &rule).1, 4, name);
    }
    let (inks, press) = (profiles::inks(&picture), profiles::press());
    for ycck in [false, true] {
        for profile in [None, Some(&press[..])] {
            let bytes = wrap::jpeg_inks(&inks, 480, 360, ycck, profile);
            close(&ready(&bytes, &rule).1, 8, &format!("inks, ycck {ycck}, profile {}", profile.is_some()));
        }
    }
}

#[test]
fn a_broken_profile_is_ignored_and_said_so() {
    let picture = draw::signboard(480, 360);
    let beside = Beside { profile: Some(vec![7; 600]), ..Beside::default() };
    let (outcome, got) = ready(&wrap::jpeg(&picture, 95, &beside), &rule(""));
    near(&got, &picture, 2.5);
    assert!(outcome.changes.iter().any(|c| c.step == "colour" && c.from.contains("unusable")));
}

#[test]
fn transparency_shows_the_rules_background() {
    let picture = draw::with_hole(&draw::signboard(480, 360));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let bytes = wrap::plain_alpha(&picture, format);
        for (background, want) in [("#ffffff", [255_u8; 3]), ("#0050a0", [0, 0x50, 0xa0])] {
            let (outcome, got) = ready(&bytes, &rule(&format!("background = '{background}'")));
            let middle = got.get_pixel(240, 270).0;
            assert!(middle.iter().zip(want).all(|(g, w)| g.abs_diff(w) <= 6), "{middle:?}");
            assert!(outcome.changes.iter().any(|c| c.step == "flatten"));
        }
    }
}

#[test]
fn large_photos_are_shrunk_and_small_ones_left() {
    let picture = draw::signboard(1800, 1350);
    let (outcome, got) = ready(&wrap::jpeg(&picture, 90, &Beside::default()), &rule("max_long_px = 1000"));
    assert_eq!(got.dimensions(), (1000, 750));
    near(&got, &picture, 2.0);
    assert!(outcome.changes.iter().any(|c| c.step == "fit" && c.from == "1800x1350" && c.to == "1000x750"));
    // Every eighth the decoder can shrink to lands on the same picture.
    for long in [300, 500, 700, 950, 1150, 1400, 1600, 1799] {
        near(
            &ready(&wrap::jpeg(&picture, 90, &Beside::default()), &rule(&format!("max_long_px = {long}"))).1,
            &picture,
            2.0,
        );
    }
}

#[test]
fn an_exact_size_is_cut_about_the_centre() {
    let likeness = draw::portrait(900, 1000);
    let rule = Rule {
        kind: Kind::Portrait,
        max_bytes: 40_960,
        dpi: Some(350),
        ..rule("exact_px = [358, 441]\nmin_bytes = 14336")
    };
    for orientation in [1, 6] {
        let beside = Beside { orientation: Some(orientation), ..Beside::default() };
        let (outcome, got) = ready(&wrap::jpeg(&likeness, 92, &beside), &rule);
        assert_eq!(got.dimensions(), (358, 441));
        let size = outcome.output.unwrap().bytes;
        assert!((14_336..=40_960).contains(&size), "{size}");
        let cut = image::imageops::crop_imm(&likeness, 44, 0, 812, 1000).to_image();
        near(&got, &cut, 2.0);
    }
}

#[test]
fn too_few_bytes_are_made_up_without_rubbish() {
    let plain = draw::relit(&draw::portrait(716, 882), 0.2, 180.0);
    let rule = Rule { min_bytes: 60_000, max_bytes: 90_000, exact_px: Some([358, 441]), ..rule("") };
    let (outcome, _) = ready(&wrap::plain(&plain, ImageFormat::Png), &rule);
    assert!(outcome.output.unwrap().bytes >= 60_000);
}

#[test]
fn grey_and_png_are_made_where_the_rule_says() {
    let bytes = wrap::jpeg(&draw::signboard(480, 360), 90, &Beside::default());
    let grey = Rule { colour: Colour::Grey, ..rule("") };
    let data = ready(&bytes, &grey).0.output.unwrap().data;
    assert_eq!(image::load_from_memory(&data).unwrap().color(), image::ColorType::L8);
    let png = Rule { format: Format::Png, max_bytes: 90_000, ..rule("") };
    let (outcome, _) = ready(&bytes, &png);
    assert!(outcome.output.unwrap().data.starts_with(b"\x89PNG"));
}

#[test]
fn a_result_is_kept_as_it_is() {
    for extra in ["", "max_long_px = 400", "colour = 'grey'", "exact_px = [300, 300]"] {
        let rule = rule(extra);
        let first = ready(&wrap::plain(&draw::signboard(640, 480), ImageFormat::Png), &rule).0.output.unwrap();
        let (outcome, _) = ready(&first.data, &rule);
        assert!(outcome.output.unwrap().data == first.data, "{extra}");
        assert_eq!(outcome.changes, [], "{extra}");
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

#[test]
fn tight_bytes_cost_size_before_legibility_and_then_refuse() {
    let bytes = wrap::jpeg(&draw::signboard(1600, 1200), 95, &Beside::default());
    let (outcome, _) = ready(&bytes, &Rule { max_bytes: 20_000, ..rule("") });
    let output = outcome.output.unwrap();
    assert!(output.quality.unwrap() >= 50 && output.width < 1600, "{output:?}");
    assert_eq!(
        refused(&bytes, &Rule { max_bytes: 5_000, min_short_px: 1200, min_long_px: 1600, ..rule("") }),
        Code::CannotFit
    );
}

#[test]
fn what_a_rule_cannot_be_met_with_is_refused_with_what_would_do() {
    let small = wrap::plain(&draw::signboard(120, 90), ImageFormat::Png);
    assert_eq!(refused(&small, &rule("")), Code::TooSmall);
    let advice = normalise(&small, &rule("")).advice.unwrap();
    assert!(advice.zh.contains("150") && advice.en.contains("200"));
    let strip = wrap::plain(&draw::signboard(2000, 160), ImageFormat::Png);
    assert_eq!(refused(&strip, &rule("max_long_px = 1000")), Code::CannotFit);
}

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

#[test]
fn what_cannot_be_read_is_to_be_taken_again_and_may_be_kept() {
    let (picture, rule) = (draw::signboard(1200, 900), rule(""));
    for (made, code) in [
        (draw::blurred(&picture, 15, 15), Code::Blurred),
        (draw::blurred(&picture, 13, 1), Code::Blurred),
        (draw::blurred(&picture, 1, 13), Code::Blurred),
        (draw::relit(&picture, 0.05, 1.0), Code::TooDark),
        (draw::relit(&picture, 4.0, 170.0), Code::TooBright),
    ] {
        let outcome = normalise(&wrap::plain(&made, ImageFormat::Png), &rule);
        assert_eq!((outcome.verdict, outcome.code), (Verdict::Retake, Some(code)), "{:?}", outcome.checks);
        let output = outcome.output.unwrap();
        assert_eq!(rule.misfits(&output.facts()), []);
    }
    for made in [
        draw::page(1240, 1754),
        draw::portrait(700, 900),
        draw::relit(&picture, 0.4, 0.0),
        draw::blurred(&picture, 3, 3),
    ] {
        let _ = ready(&wrap::plain(&made, ImageFormat::Png), &rule);
    }
}

#[test]
fn a_seal_keeps_its_red() {
    let page = draw::page(1240, 1754);
    let rule = Rule { kind: Kind::Document, max_bytes: 150_000, ..rule("") };
    let (_, got) = ready(&wrap::plain(&page, ImageFormat::Png), &rule);
    let [red, green, blue] = got.get_pixel(got.width() * 68 / 100, got.height() * 72 / 100).0;
    assert!(red > 170 && green < 70 && blue < 80, "{red} {green} {blue}");
}

/// Writes the drawn pictures the committed HEIC files were made from; see `pictures/README.md`.
#[test]
#[ignore = "writes files, for whoever makes the HEIC anew"]
fn draw_for_heif_enc() {
    let dir = std::env::var("PICTURES_DIR").unwrap();
    let upright = draw::signboard(480, 360);
    upright.save(format!("{dir}/signboard.png")).unwrap();
    // `heif-enc` takes the turning of a JPEG's EXIF into an `irot` and keeps the EXIF.
    let beside = Beside { orientation: Some(6), gps: false, ..Beside::default() };
    std::fs::write(format!("{dir}/signboard-turned.jpg"), wrap::jpeg(&upright, 100, &beside)).unwrap();
}
