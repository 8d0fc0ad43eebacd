//! HEIC: clean apertures, tiles that do not divide the picture, opacity; turns and mirrorings are in `properties/turns.rs`.

use image::{RgbImage, imageops};
use photo::Code;

use crate::pictures::heif::{self, Container};
use crate::pictures::{self, draw};
use crate::{over_white, refused, shown};

fn clap(width: u32, height: u32, right: (i32, u32), down: (i32, u32)) -> ([u8; 4], Vec<u8>) {
    let sides = [width, 1, height, 1].map(u32::to_be_bytes).concat();
    let place = [right, down].map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()].concat()).concat();
    (*b"clap", [sides, place].concat())
}

/// With these properties, in their order.
fn single(properties: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut container = Container::single(&heif::coded(pictures::HEIC_SMALL), &[]);
    container.properties.extend_from_slice(properties);
    container.items[0].properties = (1..=u8::try_from(container.properties.len()).unwrap()).collect();
    container.bytes()
}

/// Alike but for colour that is spread across the edge of a cut.
fn alike(what: &str, bytes: &[u8], want: &RgbImage) {
    let got = shown(what, bytes);
    assert_eq!(got.dimensions(), want.dimensions(), "{what}");
    let off = draw::difference(&got, want);
    assert!(off < 1.0, "{what} is off by {off:.2}");
}

#[test]
fn a_clean_aperture_is_cut_out_before_and_after_turning() {
    let whole = shown("whole", pictures::HEIC_SMALL);
    let cut =
        |picture: &RgbImage, left, top, width, height| imageops::crop_imm(picture, left, top, width, height).to_image();
    // The middle of 96 x 64 lies at 47.5 and 31.5: a cut of 60 x 40 about it begins at 18 and 12.
    let middle = cut(&whole, 18, 12, 60, 40);
    alike("about the middle", &single(&[clap(60, 40, (0, 1), (0, 1))]), &middle);
    let aside = cut(&whole, 8, 18, 60, 40);
    let aperture = clap(60, 40, (-10, 1), (6, 1));
    alike("aside", &single(std::slice::from_ref(&aperture)), &aside);
    alike("in halves", &single(&[clap(60, 40, (-20, 2), (12, 2))]), &aside);
    for turns in 0..4_u8 {
        let turned = (0..turns).fold(aside.clone(), |picture, _| imageops::rotate270(&picture));
        let turn = (*b"irot", vec![turns]);
        alike(&format!("cut, then {turns} turns"), &single(&[aperture.clone(), turn.clone()]), &turned);
        for (axis, mirrored) in
            [imageops::flip_vertical(&turned), imageops::flip_horizontal(&turned)].iter().enumerate()
        {
            let mirror = (*b"imir", vec![u8::try_from(axis).unwrap()]);
            let steps = [aperture.clone(), turn.clone(), mirror];
            alike(&format!("cut, {turns} turns, axis {axis}"), &single(&steps), mirrored);
        }
    }
    let upright = cut(&imageops::rotate270(&whole), 12, 18, 40, 60);
    alike("turned, then cut", &single(&[(*b"irot", vec![1]), clap(40, 60, (0, 1), (0, 1))]), &upright);
    for (what, aperture) in [
        ("larger than its picture", clap(200, 40, (0, 1), (0, 1))),
        ("divided by nought", (*b"clap", [60_u32, 0, 40, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat())),
    ] {
        refused(what, &single(&[aperture]), Code::Damaged);
    }
}

#[test]
fn tiles_that_do_not_divide_the_picture_are_cut_at_its_edge() {
    let coded = heif::coded(pictures::HEIC_SMALL);
    let tile = shown("tile", pictures::HEIC_SMALL);
    let sea = |width, height| RgbImage::from_fn(width, height, |x, y| *tile.get_pixel(x % 96, y % 64));
    for (width, height) in [(280_u16, 120_u16), (289, 129), (191, 127), (193, 65), (288, 192)] {
        let [columns, rows] = [width.div_ceil(96), height.div_ceil(64)].map(|count| u8::try_from(count).unwrap());
        let want = sea(u32::from(width), u32::from(height));
        let grid = Container::grid(&coded, columns, rows, width, height);
        alike(&format!("{width} x {height}"), &grid.bytes(), &want);
        for turns in 1..4_u8 {
            let mut turned = grid.clone();
            turned.properties.extend([(*b"irot", vec![turns]), (*b"imir", vec![0])]);
            turned.items[0].properties = vec![2, 3];
            let want = (0..turns).fold(want.clone(), |picture, _| imageops::rotate270(&picture));
            alike(&format!("{width} x {height}, {turns} turns"), &turned.bytes(), &imageops::flip_vertical(&want));
        }
    }
    let mut cut = Container::grid(&coded, 3, 2, 280, 120);
    cut.properties.push(clap(200, 80, (-10, 1), (4, 1)));
    cut.items[0].properties = vec![2];
    alike("a clean aperture", &cut.bytes(), &imageops::crop_imm(&sea(280, 120), 30, 24, 200, 80).to_image());
}

#[test]
fn opacity_is_that_of_the_picture_as_it_is_turned() {
    let (coded, clear) = (heif::coded(pictures::HEIC_SMALL), heif::coded(pictures::HEIC_SMALL_GREY));
    let (picture, slope) = (shown("picture", pictures::HEIC_SMALL), shown("slope", pictures::HEIC_SMALL_GREY));
    let levels: Vec<u8> = slope.pixels().map(|pixel| pixel.0[0]).collect();
    let seen = over_white(&picture, &levels);
    let plain = Container::with_alpha(&coded, &clear);
    alike("opacity", &plain.bytes(), &seen);
    let mut turned = plain.clone();
    turned.properties.push((*b"irot", vec![1]));
    let last = u8::try_from(turned.properties.len()).unwrap();
    turned.items.iter_mut().for_each(|item| item.properties.push(last));
    alike("turned", &turned.bytes(), &imageops::rotate270(&seen));
    // A map of depths, or of light, is no opacity.
    for name in ["urn:mpeg:hevc:2015:auxid:2", "urn:com:apple:photo:2020:aux:hdrgainmap"] {
        let mut other = plain.clone();
        let body = [&[0; 4][..], name.as_bytes(), &[0]].concat();
        other.properties.iter_mut().filter(|property| &property.0 == b"auxC").for_each(|p| p.1.clone_from(&body));
        alike(name, &other.bytes(), &picture);
    }
}
