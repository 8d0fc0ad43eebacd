//! What must hold for every picture and every run of bytes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]

#[path = "../pictures/mod.rs"]
pub mod pictures;

mod colours;
mod turns;

use image::ImageFormat;
use photo::{Colour, Format, Kind, Rule, Verdict, normalise};
use pictures::heif::{self, Container};
use pictures::wrap::{self, Beside};
use pictures::{draw, profiles};
use proptest::prelude::*;

fn rules() -> impl Strategy<Value = Rule> {
    let kinds = prop_oneof![Just(Kind::Document), Just(Kind::Scene), Just(Kind::Rendering), Just(Kind::Portrait)];
    let colours = prop_oneof![Just(Colour::Srgb), Just(Colour::Grey)];
    let formats = prop_oneof![4 => Just(Format::Jpeg), 1 => Just(Format::Png)];
    let exact = prop_oneof![3 => Just(None), 1 => (40_u32..300, 40_u32..300).prop_map(|(w, h)| Some([w, h]))];
    (kinds, colours, formats, exact, 3_000_u64..120_000, 0_u64..3, 100_u32..600, proptest::option::of(1_u32..700))
        .prop_map(|(kind, colour, format, exact_px, max_bytes, least, long, dpi)| Rule {
            name: "drawn".into(),
            version: 1,
            source: "assumed".into(),
            taken_on: None,
            kind,
            format,
            max_pages: None,
            max_bytes,
            min_bytes: least * max_bytes / 5,
            min_short_px: if exact_px.is_some() { 0 } else { 60 },
            min_long_px: if exact_px.is_some() { 0 } else { 80 },
            max_long_px: if exact_px.is_some() { None } else { Some(long) },
            exact_px,
            dpi,
            colour,
            background: "#ffffff".into(),
        })
}

fn files() -> impl Strategy<Value = Vec<u8>> {
    (0_u8..13, 70_u32..420, 70_u32..420, 1_u8..=8, 30_u8..=100).prop_map(
        |(kind, width, height, orientation, quality)| {
            let picture = draw::signboard(width, height);
            let beside =
                Beside { orientation: Some(orientation), gps: true, progressive: kind == 1, ..Beside::default() };
            match kind {
                0 | 1 => wrap::jpeg(&picture, quality, &beside),
                2 => wrap::png_turned(&picture, orientation),
                3 => wrap::webp_turned(&picture, orientation),
                4 => wrap::plain(&picture, ImageFormat::Gif),
                5 => wrap::plain(&picture, ImageFormat::Bmp),
                6 => wrap::tiff_turned(&picture, orientation, None),
                7 => wrap::png16(&picture),
                8 => wrap::plain_alpha(&draw::with_hole(&picture), ImageFormat::WebP),
                9 => wrap::jpeg_inks(&profiles::inks(&picture), width, height, quality % 2 == 0, None),
                10 => pictures::HEIC.to_vec(),
                11 => heic(width, height, orientation),
                _ => wrap::plain_alpha(&draw::with_hole(&picture), ImageFormat::Png),
            }
        },
    )
}

/// A grid of small pictures, turned and mirrored.
fn heic(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let [columns, rows] = [width / 96 + 1, height / 64 + 1].map(|count| u8::try_from(count).unwrap());
    let side = |length: u32| u16::try_from(length / 2 * 2).unwrap();
    let coded = heif::coded(if height.is_multiple_of(2) { pictures::HEIC_SMALL } else { pictures::HEIC_SMALL_10_BIT });
    let (columns, rows) = (columns - u8::from(width % 96 < 2), rows - u8::from(height % 64 < 2));
    let mut grid = Container::grid(&coded, columns, rows, side(width), side(height));
    grid.properties.extend([(*b"irot", vec![orientation % 4]), (*b"imir", vec![orientation / 4 % 2])]);
    grid.items[0].properties = vec![2, 3];
    grid.bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_result_always_meets_the_rule_and_stays(bytes in files(), rule in rules()) {
        prop_assert_eq!(rule.validate(), Ok(()));
        let outcome = normalise(&bytes, &rule);
        match &outcome.output {
            None => prop_assert_eq!(outcome.verdict, Verdict::Refused),
            Some(output) => {
                prop_assert_eq!(rule.misfits(&output.facts()), vec![]);
                let read = wrap::read(&output.data);
                prop_assert_eq!(read.dimensions(), (output.width, output.height));
                let longest = outcome.input.width.max(outcome.input.height).unwrap();
                prop_assert!(output.width.max(output.height) <= longest, "never enlarged");
                let again = normalise(&output.data, &rule);
                // What was accepted is not sent back later for what pressing it into the rule did to it.
                if outcome.verdict == Verdict::Ready {
                    prop_assert_eq!(again.verdict, Verdict::Ready, "{:?}: {:?}, then {:?}", output, outcome.checks, again.checks);
                }
                let again = again.output.unwrap();
                prop_assert!(again.data == output.data || rule.format == Format::Png && wrap::read(&again.data) == read);
            }
        }
        prop_assert_eq!(outcome.code.is_some(), outcome.verdict != Verdict::Ready);
        prop_assert_eq!(outcome.advice.is_some(), outcome.verdict != Verdict::Ready);
    }

    #[test]
    fn changed_files_are_answered(bytes in files(), changes in proptest::collection::vec((0_usize..1 << 20, any::<u8>()), 1..24), cut in 0_usize..1 << 20) {
        let mut bytes = bytes;
        let length = bytes.len();
        for (at, value) in changes {
            bytes[at % length] = value;
        }
        bytes.truncate(length / 4 + cut % length);
        let _ = normalise(&bytes, &toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 50000").unwrap());
    }

    #[test]
    fn changed_heics_are_answered(changes in proptest::collection::vec((0_usize..1 << 20, any::<u8>()), 1..8), header in any::<bool>()) {
        let mut bytes = pictures::HEIC.to_vec();
        // Half of the time only the container is touched, where the sizes and offsets are.
        let length = if header { 600 } else { bytes.len() };
        for (at, value) in changes {
            bytes[at % length] = value;
        }
        let _ = normalise(&bytes, &toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 50000").unwrap());
    }

    #[test]
    fn random_bytes_are_answered(magic in 0_usize..8, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let starts: [&[u8]; 8] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\x02\0\0WEBP", b"GIF89a", b"BM", b"II*\0", b"\0\0\0\x18ftypheic"];
        let bytes = [starts[magic], &bytes].concat();
        let outcome = normalise(&bytes, &toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 50000").unwrap());
        prop_assert!(outcome.verdict != Verdict::Ready || outcome.output.is_some());
    }
}
