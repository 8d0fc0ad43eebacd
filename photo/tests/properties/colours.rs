//! The colours of known patches after a profile, by CIEDE2000: 2 is what a person just sees when the patches touch.

use image::RgbImage;
use photo::{Rule, Verdict, normalise};

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{draw, profiles};

const MOST_DIFFERENT: f64 = 2.0;

fn check(what: &str, bytes: &[u8], converted: bool) {
    for format in ["png", "jpeg"] {
        let rule: Rule =
            toml::from_str(&format!("name = 'a'\nkind = 'scene'\nformat = '{format}'\nmax_bytes = 900000")).unwrap();
        let outcome = normalise(bytes, &rule);
        assert_eq!(outcome.verdict, Verdict::Ready, "{what}");
        assert_eq!(
            outcome.changes.iter().any(|change| change.step == "colour"),
            converted,
            "{what}: {:?}",
            outcome.changes
        );
        let got = draw::read_patches(&wrap::read(&outcome.output.unwrap().data));
        for (got, want) in got.iter().zip(draw::PATCHES) {
            let off = difference(*got, want);
            assert!(off <= MOST_DIFFERENT, "{what} as {format}: {got:?} for {want:?}, off by {off:.2}");
        }
    }
}

#[test]
fn display_p3_and_adobe_rgb_keep_their_colours() {
    let picture: RgbImage = draw::patches(480, 360);
    for (name, profile) in [("Display P3", profiles::display_p3()), ("Adobe RGB", profiles::adobe_rgb())] {
        let (stored, icc) = profiles::stored_in(&picture, &profile);
        check(name, &wrap::tiff_turned(&stored, 1, Some(&icc)), true);
        check(name, &wrap::jpeg(&stored, 97, &Beside { profile: Some(icc), ..Beside::default() }), true);
        // What is left of the difference when the profile is not obeyed is no accident.
        let ignored = draw::read_patches(&stored);
        assert!(ignored.iter().zip(draw::PATCHES).any(|(got, want)| difference(*got, want) > MOST_DIFFERENT));
    }
}

#[test]
fn inks_keep_their_colours_with_and_without_a_profile() {
    let picture = draw::patches(480, 360);
    let (inks, press) = (profiles::inks(&picture), profiles::press(17));
    for ycck in [false, true] {
        for profile in [None, Some(&press[..])] {
            let bytes = wrap::jpeg_inks(&inks, 480, 360, ycck, profile);
            check(&format!("inks, ycck {ycck}, profile {}", profile.is_some()), &bytes, true);
        }
    }
}

#[test]
fn the_measure_gives_the_published_differences() {
    // Sharma, Wu and Dalal, 2005: pairs 1, 7 and 17 of their test data.
    for (one, two, want) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
    ] {
        assert!((ciede2000(one, two) - want).abs() < 1e-4, "{}", ciede2000(one, two));
    }
}

fn difference(one: [u8; 3], two: [u8; 3]) -> f64 {
    let [one, two] = [one, two].map(|rgb| profiles::lab(rgb.map(|level| f64::from(level) / 255.0)));
    ciede2000(one, two)
}

/// The formula of CIE 142, with all weights 1.
fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let steep = |c: f64| (c.powi(7) / (c.powi(7) + 25_f64.powi(7))).sqrt();
    let stretch = 1.5 - 0.5 * steep(f64::midpoint(a1.hypot(b1), a2.hypot(b2)));
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = if grey { 0.0 } else { (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0 };
    let across = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let mean_h = if grey { h1 + h2 } else { h1 + turn / 2.0 };
    let (mean_l, mean_c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let cos = |times: f64, shift: f64| (times * mean_h + shift).to_radians().cos();
    let t = 1.0 - 0.17 * cos(1.0, -30.0) + 0.24 * cos(2.0, 0.0) + 0.32 * cos(3.0, 6.0) - 0.2 * cos(4.0, -63.0);
    let off = (mean_l - 50.0).powi(2);
    let light = (l2 - l1) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
    let chroma = (c2 - c1) / (1.0 + 0.045 * mean_c);
    let hue = across / (1.0 + 0.015 * mean_c * t);
    let bend = 60.0 * (-((mean_h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let turned = -bend.to_radians().sin() * 2.0 * steep(mean_c);
    (light * light + chroma * chroma + hue * hue + turned * chroma * hue).sqrt()
}
