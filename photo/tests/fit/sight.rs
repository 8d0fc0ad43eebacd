//! What a person could not read.

use image::ImageFormat;
use photo::{Code, Verdict, normalise};

use crate::pictures::{draw, wrap};
use crate::{ready, rule};

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
