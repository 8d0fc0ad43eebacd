//! What must hold for every picture and every run of bytes.
pub mod pictures;

use image::ImageFormat;
use photo::{Colour, Format, Kind, Rule, Verdict, normalise};
use pictures::draw;
use pictures::wrap::{self, Beside};
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
    (0_u8..7, 70_u32..420, 70_u32..420, 1_u8..=8, 30_u8..=100).prop_map(
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
                _ => wrap::plain_alpha(&draw::with_hole(&picture), ImageFormat::Png),
            }
        },
    )
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
                prop_assert_eq!(again.verdict, outcome.verdict);
                prop_assert!(rule.format != Format::Jpeg || again.output.as_ref().map(|o| &o.data) == Some(&output.data));
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
