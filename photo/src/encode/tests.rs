use super::*;
use crate::picture::{Channels, Picture};
use crate::rule::Kind;
use jpeg_decoder::{Decoder, PixelFormat};
use proptest::prelude::*;

/// Finest, coarsest.
const RANGE: (f32, f32) = (0.1, 6.0);

/// Soft waves, hard edges and a little grain.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "levels of 8 bits")]
fn drawn(width: u32, height: u32, channels: Channels) -> Picture {
    let mut seed = 1_u32;
    let data = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = f64::from(seed >> 24) / 32.0;
            let wave = |by: f64| ((f64::from(x) / by).sin() + (f64::from(y) / by / 1.7).cos()) * 50.0;
            let edge = if (x / 23 + y / 31) % 3 == 0 { 60.0 } else { 0.0 };
            let level = |by: f64| (100.0 + wave(by) * 0.5 + edge + grain) as u8;
            let pixel = [level(40.0), level(55.0), level(70.0)];
            pixel.into_iter().take(channels.count())
        })
        .collect();
    Picture::new(width, height, channels, data).unwrap()
}

fn plan(picture: &Picture, full_colour: bool, kind: Kind) -> Plan {
    Plan::new(&Planes::of(picture), full_colour, Taste::of(kind), Some(200)).unwrap()
}

fn read(data: &[u8]) -> (u16, u16, PixelFormat, Vec<u8>) {
    let mut decoder = Decoder::new(data);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    (info.width, info.height, info.pixel_format, pixels)
}

#[expect(clippy::cast_precision_loss, reason = "a million samples at most")]
fn mean_off(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn the_density_is_written_and_nothing_else() {
    let data = plan(&drawn(16, 16, Channels::Rgb), false, Kind::Scene).plain(1.0, 0, 1 << 20).unwrap().data;
    assert_eq!(data[..20], [0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 2, 1, 0, 200, 0, 200, 0, 0]);
    let mut markers = Vec::new();
    let mut at = 2;
    while data[at + 1] != 0xda {
        markers.push(data[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([data[at + 2], data[at + 3]]));
    }
    assert_eq!(markers, [0xe0, 0xdb, 0xc0, 0xc4]);
    assert!(data.ends_with(&[0xff, 0xd9]));
}

#[test]
fn as_fine_as_can_be_is_nearly_exact() {
    for (channels, full_colour) in [(Channels::Grey, false), (Channels::Rgb, true)] {
        let picture = drawn(97, 61, channels);
        let data = plan(&picture, full_colour, Kind::Scene).plain(0.001, 0, 1 << 20).unwrap().data;
        let (width, height, _, pixels) = read(&data);
        assert_eq!((width, height), (97, 61));
        assert!(mean_off(&pixels, &picture.data) < 1.0, "{}", mean_off(&pixels, &picture.data));
    }
}

#[test]
fn coarser_is_smaller_and_worse() {
    let picture = drawn(320, 240, Channels::Rgb);
    let plan = plan(&picture, false, Kind::Scene);
    let mut last = (usize::MAX, 0.0, 101);
    for scale in [0.1, 0.4, 1.6, 6.0] {
        let encoded = plan.plain(scale, 0, 1 << 20).unwrap();
        let off = mean_off(&read(&encoded.data).3, &picture.data);
        assert!(encoded.data.len() < last.0 && off > last.1 && encoded.quality < last.2, "{scale}: {off}");
        last = (encoded.data.len(), off, encoded.quality);
    }
}

#[test]
fn a_budget_is_used_up_and_never_exceeded() {
    for (width, height) in [(900, 700), (2000, 1300)] {
        let picture = drawn(width, height, Channels::Rgb);
        let plan = plan(&picture, false, Kind::Scene);
        for share in [40, 20, 12] {
            let most = (width * height) as usize / share;
            let encoded = plan.fit(&plan.forecast(most, RANGE), most, RANGE, &|| true).unwrap().unwrap();
            assert!((most * 97 / 100..=most).contains(&encoded.data.len()), "{} of {most}", encoded.data.len());
        }
        assert_eq!(plan.fit(&plan.forecast(3_000, RANGE), 3_000, RANGE, &|| true), Ok(None));
    }
}

#[test]
fn more_bytes_are_made_of_longer_codes() {
    let picture = Picture::new(358, 441, Channels::Rgb, vec![200; 358 * 441 * 3]).unwrap();
    let plan = plan(&picture, true, Kind::Portrait);
    let encoded = plan.plain(0.001, 14_336, 40_960).unwrap();
    assert!((14_336..=40_960).contains(&encoded.data.len()));
    assert!(mean_off(&read(&encoded.data).3, &picture.data) < 1.0);
    assert_eq!(plan.plain(0.001, 400_000, 500_000), None);
}

#[test]
fn dropping_detail_saves_many_bytes_for_little_error() {
    let picture = drawn(640, 480, Channels::Grey);
    let plan = plan(&picture, false, Kind::Document);
    let off = |data: &[u8]| mean_off(&read(data).3, &picture.data);
    let simple = plan.plain(1.0, 0, 1 << 20).unwrap().data;
    let chosen = plan.fit(&plan.forecast(1 << 20, (1.0, 1.0)), 1 << 20, (1.0, 1.0), &|| true).unwrap().unwrap().data;
    assert!(chosen.len() * 100 < simple.len() * 95, "{} of {}", chosen.len(), simple.len());
    assert!(off(&chosen) < off(&simple) * 1.2, "{} over {}", off(&chosen), off(&simple));
}

/// A red seal over black strokes on paper.
fn sealed() -> Picture {
    let data = (0..480_i32)
        .flat_map(|y| (0..640_i32).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let (dx, dy) = (x - 320, y - 240);
            let from_middle = dx * dx + dy * dy;
            let ring = (100 * 100..106 * 106).contains(&from_middle) || (dx.abs() < 60 && dy.abs() < 3);
            if ring {
                [208, 24, 32]
            } else if (x / 3 * 7 + y / 4 * 13) % 11 < 2 && y % 24 < 14 {
                [20, 20, 20]
            } else {
                [246, 244, 238]
            }
        })
        .collect();
    Picture::new(640, 480, Channels::Rgb, data).unwrap()
}

#[test]
fn a_red_seal_stays_red_when_bytes_are_tight() {
    let picture = sealed();
    let plan = plan(&picture, true, Kind::Document);
    let most = 24_000;
    let encoded = plan.fit(&plan.forecast(most, RANGE), most, RANGE, &|| true).unwrap().unwrap();
    let pixels = read(&encoded.data).3;
    let reds = picture.data.chunks_exact(3).zip(pixels.chunks_exact(3)).filter(|(was, _)| was[0] == 208);
    let (mut count, mut redness) = (0, 0);
    for (_, is) in reds {
        count += 1;
        redness += i32::from(is[0]) - i32::midpoint(i32::from(is[1]), i32::from(is[2]));
    }
    // 180 before.
    assert!(redness / count > 140, "{}", redness / count);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_size_is_written_and_read_back(width in 1_u32..75, height in 1_u32..75, mode in 0_u8..3, scale in 0.05_f32..2.0) {
        let picture = drawn(width, height, if mode == 0 { Channels::Grey } else { Channels::Rgb });
        let plan = plan(&picture, mode == 2, Kind::Scene);
        let encoded = plan.plain(scale, 0, 1 << 20).unwrap();
        let (w, h, format, pixels) = read(&encoded.data);
        prop_assert_eq!((u32::from(w), u32::from(h)), (width, height));
        prop_assert_eq!(format, if mode == 0 { PixelFormat::L8 } else { PixelFormat::RGB24 });
        prop_assert!(mean_off(&pixels, &picture.data) < 9.0 + 12.0 * f64::from(scale));
        let most = encoded.data.len();
        if let Some(fitted) = plan.fit(&plan.forecast(most, RANGE), most, RANGE, &|| true).unwrap() {
            prop_assert!(fitted.data.len() <= most);
        }
    }
}
