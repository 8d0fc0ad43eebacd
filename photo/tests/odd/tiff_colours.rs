//! TIFF: what samples mean.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use photo::Code;

use crate::pictures::{draw, profiles};
use crate::tiff_file::{Tiff, plane, strips, tiles};
use crate::{grey, near, of_levels, opacity, over_white, picture, refused, same};

/// Samples side by side: so many to a pixel.
fn woven(planes: &[Vec<u8>]) -> Vec<u8> {
    (0..planes[0].len()).flat_map(|at| planes.iter().map(move |plane| plane[at])).collect()
}

fn with_opacity(picture: &RgbImage, opacity: &[u8]) -> Vec<u8> {
    woven(&[plane(picture, 0), plane(picture, 1), plane(picture, 2), opacity.to_vec()])
}

fn multiplied(level: u8, alpha: u8) -> u8 {
    u8::try_from((u32::from(level) * u32::from(alpha) + 127) / 255).unwrap()
}

#[test]
fn opacity_is_what_is_said_of_it() {
    let (picture, clear) = (picture(), opacity());
    let seen = over_white(&picture, &clear);
    let file = |planes: Vec<u8>, extra: &[u32]| Tiff::new((61, 43), 2, 4, planes).with(338, 3, extra).bytes();
    same("beside the colours", &file(with_opacity(&picture, &clear), &[2]), &seen, 1);
    same("no opacity at all", &file(with_opacity(&picture, &clear), &[0]), &picture, 0);
    let taken = RgbImage::from_fn(61, 43, |x, y| {
        let alpha = clear[(y * 61 + x) as usize];
        image::Rgb(picture.get_pixel(x, y).0.map(|level| multiplied(level, alpha)))
    });
    same("in the colours", &file(with_opacity(&taken, &clear), &[1]), &seen, 1);
    let untold = Tiff::new((61, 43), 2, 4, with_opacity(&picture, &clear));
    same("a fourth of which nothing is said", &untold.bytes(), &seen, 1);
    let samples = woven(&[plane(&picture, 0), plane(&picture, 1), plane(&picture, 2), clear.clone(), grey()]);
    same("and another", &Tiff::new((61, 43), 2, 5, samples).with(338, 3, &[2, 0]).bytes(), &seen, 1);
}

#[test]
fn opacity_beside_grey() {
    let (levels, clear) = (grey(), opacity());
    let seen = over_white(&of_levels(&levels), &clear);
    let file = |photometric, first: &[u8], extra: u32| {
        Tiff::new((61, 43), photometric, 2, woven(&[first.to_vec(), clear.clone()])).with(338, 3, &[extra])
    };
    same("grey", &file(1, &levels, 2).bytes(), &seen, 1);
    let paper: Vec<u8> = levels.iter().map(|level| 255 - level).collect();
    same("white is 0", &file(0, &paper, 2).bytes(), &seen, 1);
    same("no opacity", &file(1, &levels, 0).bytes(), &of_levels(&levels), 0);
    let deep: Vec<u8> = woven(&[levels.clone(), clear.clone()]).iter().flat_map(|sample| [*sample; 2]).collect();
    let deep = Tiff::new((61, 43), 1, 2, deep).with(258, 3, &[16, 16]).with(338, 3, &[2]);
    same("16 bits", &deep.bytes(), &seen, 1);
    for big_endian in [false, true] {
        let wide = |level: &u8| if big_endian { [*level, 7] } else { [7, *level] };
        let deep: Vec<u8> = levels.iter().flat_map(wide).collect();
        let deep = Tiff { big_endian, ..Tiff::new((61, 43), 1, 1, deep).with(258, 3, &[16]) };
        same("16 bits of grey", &deep.bytes(), &of_levels(&levels), 0);
    }
}

#[test]
fn inks_with_anything_beside_them() {
    let picture = picture();
    let inks: Vec<Vec<u8>> = (0..4).map(|n| profiles::inks(&picture).chunks(4).map(|ink| ink[n]).collect()).collect();
    let file = Tiff::new((61, 43), 5, 4, woven(&inks));
    same("inks", &file.bytes(), &picture, 2);
    let planes = file.with(284, 3, &[2]).chunks(43, inks.clone());
    same("planes of ink", &planes.bytes(), &picture, 2);
    for extra in [0, 2] {
        let more = woven(&[inks.clone(), vec![opacity()]].concat());
        same("a spot ink", &Tiff::new((61, 43), 5, 5, more).with(338, 3, &[extra]).bytes(), &picture, 2);
    }
    let deep: Vec<u8> = woven(&inks).iter().flat_map(|ink| [*ink; 2]).collect();
    same("16 bits", &Tiff::new((61, 43), 5, 4, deep).with(258, 3, &[16; 4]).bytes(), &picture, 2);
}

/// Luma and colour differences by these weights of red and blue, in full or studio range.
fn differences(picture: &RgbImage, red: f64, blue: f64, full: bool) -> Vec<Vec<u8>> {
    let (luma, chroma, black) = if full { (1.0, 1.0, 0.0) } else { (219.0 / 255.0, 224.0 / 255.0, 16.0) };
    let rgb = |at: usize| -> [f64; 3] {
        let pixel = picture.get_pixel(u32::try_from(at % 61).unwrap(), u32::try_from(at / 61).unwrap());
        pixel.0.map(f64::from)
    };
    let sample = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    let y = |[r, g, b]: [f64; 3]| red * r + (1.0 - red - blue) * g + blue * b;
    let all = 0..61 * 43;
    vec![
        all.clone().map(|at| sample(y(rgb(at)) * luma + black)).collect(),
        all.clone().map(|at| sample((rgb(at)[2] - y(rgb(at))) / (2.0 - 2.0 * blue) * chroma + 128.0)).collect(),
        all.map(|at| sample((rgb(at)[0] - y(rgb(at))) / (2.0 - 2.0 * red) * chroma + 128.0)).collect(),
    ]
}

#[test]
fn colour_differences_become_colours() {
    let picture = picture();
    let file = |planes: &[Vec<u8>]| Tiff::new((61, 43), 6, 3, woven(planes)).with(530, 3, &[1, 1]);
    let common = differences(&picture, 0.299, 0.114, true);
    same("as in a JPEG", &file(&common).bytes(), &picture, 3);
    let apart = file(&common).with(284, 3, &[2]).chunks(9, common.iter().flat_map(|p| strips(p, 61, 9)).collect());
    same("in planes", &apart.bytes(), &picture, 3);
    let weights = [2126, 10_000, 7152, 10_000, 722, 10_000];
    let other = file(&differences(&picture, 0.2126, 0.0722, true)).with(529, 5, &weights);
    same("with other weights", &other.bytes(), &picture, 3);
    let studio = [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1];
    let narrow = file(&differences(&picture, 0.299, 0.114, false)).with(532, 5, &studio);
    same("in studio range", &Tiff { big_endian: true, ..narrow }.bytes(), &picture, 4);
}

fn jpeg(data: &[u8], (width, height): (u16, u16), kind: ColorType) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(data, width, height, kind).unwrap();
    out
}

#[test]
fn a_jpeg_in_a_strip_or_tile_has_its_colours() {
    let picture = draw::signboard(160, 96);
    let colour =
        |chunks| Tiff::new((160, 96), 6, 3, vec![]).with(259, 3, &[7]).with(530, 3, &[2, 2]).chunks(48, chunks);
    let halves: Vec<_> = strips(picture.as_raw(), 480, 48).iter().map(|s| jpeg(s, (160, 48), ColorType::Rgb)).collect();
    near("strips", &colour(halves.clone()).bytes(), &picture);
    let made: Vec<_> =
        tiles(picture.as_raw(), 160, 3, (64, 64)).iter().map(|tile| jpeg(tile, (64, 64), ColorType::Rgb)).collect();
    near("tiles", &colour(vec![]).tiles((64, 64), made).bytes(), &picture);
    let levels = plane(&picture, 1);
    let dark = Tiff::new((160, 96), 1, 1, jpeg(&levels, (160, 96), ColorType::Luma)).with(259, 3, &[7]);
    near("grey", &dark.bytes(), &crate::of_size(160, &levels));
    let planes = (0..3).map(|channel| jpeg(&plane(&picture, channel), (160, 96), ColorType::Luma)).collect();
    let apart = Tiff::new((160, 96), 2, 3, vec![]).with(259, 3, &[7]).with(284, 3, &[2]).chunks(96, planes);
    near("planes", &apart.bytes(), &picture);
    // A strip that is not as large as its JPEG: what the library would make room for is not ours to know.
    let mut lies = halves.clone();
    let frame = lies[0].windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    lies[0][frame + 5..frame + 9].copy_from_slice(&[0x3f, 0xff, 0x3f, 0xff]);
    refused("a JPEG larger than its strip", &colour(lies).bytes(), Code::Damaged);
    let short = vec![halves[0].clone(), jpeg(&picture.as_raw()[..480 * 16], (160, 16), ColorType::Rgb)];
    refused("a JPEG shorter than its strip", &colour(short).bytes(), Code::Damaged);
    let grey_strips = vec![jpeg(&levels[..160 * 48], (160, 48), ColorType::Luma); 2];
    refused("a grey JPEG for a colour", &colour(grey_strips).bytes(), Code::Damaged);
}
