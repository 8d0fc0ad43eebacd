//! Profiles, transparency, grey: the colours a person saw are the colours that arrive.

use image::{ImageFormat, RgbImage};
use photo::{Colour, Format, Kind, Rule};

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{draw, profiles};
use crate::{near, ready, rule};

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
    let (inks, press) = (profiles::inks(&picture), profiles::press(9));
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
fn a_seal_keeps_its_red() {
    let page = draw::page(1240, 1754);
    let rule = Rule { kind: Kind::Document, max_bytes: 150_000, ..rule("") };
    let (_, got) = ready(&wrap::plain(&page, ImageFormat::Png), &rule);
    let [red, green, blue] = got.get_pixel(got.width() * 68 / 100, got.height() * 72 / 100).0;
    assert!(red > 170 && green < 70 && blue < 80, "{red} {green} {blue}");
}
