//! Decoding to a part of the size, against decoding in full and taking means.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "drawn pictures are small"
)]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;

/// Smooth where the picture is, and anything but where a program's padding would be.
fn drawn((width, height): (u32, u32), (all_width, all_height): (u32, u32)) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        if x < width && y < height {
            let level = |a: u32, b: u32| u8::try_from(60 + (x * a + y * b) % 140).unwrap();
            [level(1, 1), level(1, 0), level(0, 2)]
        } else {
            [[255, 0, 0], [0, 0, 255], [0, 255, 0]][((x / 3 + y / 2) % 3) as usize]
        }
    };
    (0..all_height).flat_map(|y| (0..all_width).flat_map(move |x| pixel(x, y))).collect()
}

/// A JPEG of this size whose padding is not the picture's last samples repeated: one of whole units is written, and then
/// its header is told that there are fewer.
fn cut(size: (u32, u32), (sampling, unit): (SamplingFactor, (u32, u32)), progressive: bool) -> Vec<u8> {
    let all = (size.0.next_multiple_of(unit.0), size.1.next_multiple_of(unit.1));
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, 100);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    let [width, height] = [all.0, all.1].map(|side| u16::try_from(side).unwrap());
    encoder.encode(&drawn(size, all), width, height, ColorType::Rgb).unwrap();
    let frame = data.windows(2).position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2])).unwrap();
    for (at, side) in [(frame + 5, size.1), (frame + 7, size.0)] {
        data[at..at + 2].copy_from_slice(&u16::try_from(side).unwrap().to_be_bytes());
    }
    data
}

fn grids(data: &[u8], scale: f64) -> Vec<Grid> {
    let wanted = Wanted { scale: scale / super::super::SPARE, full_colour: false };
    match decode(data, wanted, &Limits::default(), &|| true).unwrap().pixels {
        crate::planar::Pixels::Planar(planar) => planar.grids,
        crate::planar::Pixels::Whole(_) => panic!("planes were expected"),
    }
}

/// The mean of a grid's samples over a rectangle, those cut by its edge in part.
fn mean(grid: &Grid, (left, right): (f64, f64), (top, bottom): (f64, f64)) -> f64 {
    let covered = |at: usize, from: f64, to: f64| (to.min(at as f64 + 1.0) - from.max(at as f64)).max(0.0);
    let (mut sum, mut area) = (0.0, 0.0);
    for (y, row) in grid.samples.chunks_exact(grid.stride).enumerate().filter(|(y, _)| covered(*y, top, bottom) > 0.0) {
        for (x, sample) in row.iter().enumerate() {
            let weight = covered(y, top, bottom) * covered(x, left, right);
            (sum, area) = (sum + weight * f64::from(*sample), area + weight);
        }
    }
    sum / area
}

fn compare(size: (u32, u32), sampling: (SamplingFactor, (u32, u32)), progressive: bool) {
    let data = cut(size, sampling, progressive);
    let whole = grids(&data, 1.0);
    for eighths in 1..8_u8 {
        let scale = f64::from(eighths) / 8.0;
        for (index, (small, full)) in grids(&data, scale).iter().zip(&whole).enumerate() {
            let case = format!("{size:?} {sampling:?} component {index} at {eighths}/8");
            let (across, down) = (small.width.ceil() as usize, small.height.ceil() as usize);
            // The last sample a component has may lie half outside the picture: it counts in full.
            let (full_width, full_height) = (full.width.ceil(), full.height.ceil());
            for (y, row) in small.samples.chunks_exact(small.stride).enumerate().take(down) {
                for (x, got) in row.iter().enumerate() {
                    let part = |at: usize, all: f64| (at as f64 / scale, ((at + 1) as f64 / scale).min(all));
                    let want = mean(full, part(x.min(across - 1), full_width), part(y, full_height));
                    let off = (f64::from(*got) - want).abs();
                    assert!(off < 3.0, "{case}: {got} for {want:.1} at {x}, {y}");
                }
            }
            assert!(
                small.samples.len() / small.stride < down + usize::from(eighths),
                "{case}: rows beyond the picture"
            );
        }
    }
}

#[test]
fn what_lies_beyond_the_picture_does_not_show_at_any_scale() {
    use SamplingFactor as S;
    let units = [(8, 8), (16, 8), (8, 16), (16, 16)];
    for sampling in [S::R_4_4_4, S::R_4_2_2, S::R_4_4_0, S::R_4_2_0].into_iter().zip(units) {
        for size in [(61, 43), (65, 57), (48, 34), (33, 64), (50, 50), (9, 3), (79, 17)] {
            compare(size, sampling, false);
        }
    }
    // One scan a component: it holds the blocks that this component has, of which the last must be the same.
    compare((58, 35), (S::R_4_4_4, (8, 8)), true);
    compare((61, 35), (S::R_4_1_1, (32, 8)), false);
}
