//! What the standards allow and few programs write: every way of keeping a picture shows the same pixels, or is refused in
//! plain words.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "drawn levels")]

#[path = "../pictures/mod.rs"]
pub mod pictures;

mod bmp;
mod gif;
mod heic;
mod jpeg;
mod pack;
mod png;
mod sampling;
mod tiff;
mod tiff_colours;
mod tiff_file;
mod webp;

use image::{Rgb, RgbImage};
use photo::{Code, Outcome, Rule, Verdict, normalise};
use pictures::{draw, wrap};

/// What comes out under a rule that neither shrinks nor loses anything. A picture of a few pixels may be called blurred.
pub(crate) fn outcome(bytes: &[u8]) -> Outcome {
    let rule: Rule = toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'png'\nmax_bytes = 9000000").unwrap();
    normalise(bytes, &rule)
}

/// The pixels of a file that must be read.
pub(crate) fn shown(what: &str, bytes: &[u8]) -> RgbImage {
    let outcome = outcome(bytes);
    assert_ne!(outcome.verdict, Verdict::Refused, "{what}: {:?}", outcome.code);
    wrap::read(&outcome.output.unwrap().data)
}

/// Every level is off by so much at most.
pub(crate) fn same(what: &str, bytes: &[u8], want: &RgbImage, most: u8) {
    let got = shown(what, bytes);
    assert_eq!(got.dimensions(), want.dimensions(), "{what}");
    for (x, y, pixel) in got.enumerate_pixels() {
        let off = pixel.0.iter().zip(want.get_pixel(x, y).0).map(|(g, w)| g.abs_diff(w)).max().unwrap();
        assert!(off <= most, "{what} at {x}, {y}: {pixel:?}, not {:?}", want.get_pixel(x, y));
    }
}

/// Alike as a person sees it.
pub(crate) fn near(what: &str, bytes: &[u8], want: &RgbImage) {
    let off = draw::difference(&shown(what, bytes), want);
    assert!(off < 3.0, "{what} is off by {off:.2}");
}

pub(crate) fn refused(what: &str, bytes: &[u8], want: Code) {
    let outcome = outcome(bytes);
    assert_eq!((outcome.verdict, outcome.code), (Verdict::Refused, Some(want)), "{what}");
    assert!(outcome.advice.is_some_and(|advice| !advice.zh.is_empty() && !advice.en.is_empty()), "{what}");
}

/// A small picture with sides that divide by nothing.
pub(crate) fn picture() -> RgbImage {
    draw::signboard(61, 43)
}

/// Its luma, or something like it.
pub(crate) fn grey() -> Vec<u8> {
    picture().pixels().map(|pixel| pixel.0[1]).collect()
}

/// A picture of one level a pixel.
pub(crate) fn of_levels(levels: &[u8]) -> RgbImage {
    of_size(61, levels)
}

pub(crate) fn of_size(width: u32, levels: &[u8]) -> RgbImage {
    let height = u32::try_from(levels.len()).unwrap() / width;
    RgbImage::from_fn(width, height, |x, y| Rgb([levels[(y * width + x) as usize]; 3]))
}

/// Indices into so many colours, and those colours.
pub(crate) fn indexed(colours: usize) -> (Vec<u8>, Vec<[u8; 3]>) {
    let index = |at: usize| u8::try_from((at % 61 + at / 61 * 2) / 3 % colours).unwrap();
    let level = |n: usize, times: usize, from: usize| u8::try_from((from + n * times) % 256).unwrap();
    let palette = (0..colours).map(|n| [level(n, 37, 9), level(n, 91, 40), level(n, 203, 255)]).collect();
    ((0..61 * 43).map(index).collect(), palette)
}

/// The colours that indices stand for.
pub(crate) fn of_indices(indices: &[u8], palette: &[[u8; 3]]) -> RgbImage {
    RgbImage::from_fn(61, 43, |x, y| Rgb(palette[usize::from(indices[(y * 61 + x) as usize])]))
}

/// What is seen of a picture on white: opacity by pixel.
pub(crate) fn over_white(picture: &RgbImage, opacity: &[u8]) -> RgbImage {
    let blend = |level: u8, alpha: u8| {
        let (level, alpha) = (u32::from(level), u32::from(alpha));
        u8::try_from((level * alpha + 255 * (255 - alpha) + 127) / 255).unwrap()
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let alpha = opacity[(y * picture.width() + x) as usize];
        Rgb(picture.get_pixel(x, y).0.map(|level| blend(level, alpha)))
    })
}

/// Opacity that grows from left to right.
pub(crate) fn opacity() -> Vec<u8> {
    (0..61 * 43).map(|at: usize| u8::try_from((at % 61 * 5).min(255)).unwrap()).collect()
}
