//! Pixels and bytes: shrunk, cut, made to fit, or refused with what would do.

use image::ImageFormat;
use photo::{Code, Kind, Rule, normalise};

use crate::pictures::draw;
use crate::pictures::wrap::{self, Beside};
use crate::{near, ready, refused, rule};

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
fn tight_bytes_cost_size_before_legibility_and_then_refuse() {
    let bytes = wrap::jpeg(&draw::signboard(1600, 1200), 95, &Beside::default());
    let (outcome, _) = ready(&bytes, &Rule { max_bytes: 20_000, ..rule("") });
    let output = outcome.output.unwrap();
    // 35 is the coarsest that is not exchanged for fewer pixels.
    assert!(output.quality.unwrap() >= 35 && output.width < 1600, "{output:?}");
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
