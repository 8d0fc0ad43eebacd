//! What the engine makes of the files that phones, cameras and programs write of drawn pictures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]

#[path = "../pictures/mod.rs"]
pub mod pictures;

mod colours;
mod damage;
mod files;
mod previews;
mod sight;
mod sizes;

use image::RgbImage;
use photo::{Code, Format, Outcome, Rule, Verdict, normalise};
use pictures::{draw, wrap};

pub(crate) fn rule(extra: &str) -> Rule {
    let text = format!(
        "name = 'test'\nformat = 'jpeg'\nkind = 'scene'\nmax_bytes = 200000\nmin_short_px = 150\nmin_long_px = 200\ndpi = 200\n{extra}"
    );
    let rule: Rule = toml::from_str(&text).unwrap();
    assert_eq!(rule.validate(), Ok(()));
    rule
}

/// The finished picture of a photo that must be ready, after the checks that hold for every result.
pub(crate) fn ready(bytes: &[u8], rule: &Rule) -> (Outcome, RgbImage) {
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

pub(crate) fn near(got: &RgbImage, want: &RgbImage, limit: f64) {
    let off = draw::difference(got, want);
    assert!(off < limit, "off by {off:.2}");
}

pub(crate) fn refused(bytes: &[u8], rule: &Rule) -> Code {
    let outcome = normalise(bytes, rule);
    assert_eq!(outcome.verdict, Verdict::Refused, "{:?}", outcome.output);
    assert!(outcome.output.is_none());
    let advice = outcome.advice.unwrap();
    assert!(!advice.zh.is_empty() && !advice.en.is_empty());
    outcome.code.unwrap()
}
