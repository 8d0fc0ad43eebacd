//! What decoders hand on: whole pixels, or one grid of samples a component, each at the resolution it was stored.
//! Grids are scaled one by one and joined at the final size, if at all: colour is computed for pixels that stay.

use crate::advice::{self, Refusal};
use crate::orient;
use crate::picture::{Channels, Picture};

/// One component's samples.
#[derive(Debug)]
pub(crate) struct Grid {
    pub(crate) samples: Vec<u8>,
    pub(crate) stride: usize,
    /// The picture's own extent in samples, which need not be whole: a half-resolution component of an odd width.
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Luma and two colour differences to red, green and blue, in 1/65536.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Matrix {
    luma: i32,
    black: i32,
    red_v: i32,
    green_u: i32,
    green_v: i32,
    blue_u: i32,
}

impl Matrix {
    /// The matrix for these weights of red and blue in luma (in 1/10000), for full or studio range.
    pub(crate) fn new(red: u16, blue: u16, full_range: bool) -> Self {
        let (red, blue) = (f64::from(red) / 1e4, f64::from(blue) / 1e4);
        let green = 1.0 - red - blue;
        let (luma, chroma) = if full_range { (1.0, 1.0) } else { (255.0 / 219.0, 255.0 / 224.0) };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "weights are below 3 and leave room for 16 fractional bits"
        )]
        let fixed = |v: f64| (v * 65_536.0).round() as i32;
        Self {
            luma: fixed(luma),
            black: if full_range { 0 } else { 16 },
            red_v: fixed(chroma * 2.0 * (1.0 - red)),
            green_u: fixed(-chroma * 2.0 * (1.0 - blue) * blue / green),
            green_v: fixed(-chroma * 2.0 * (1.0 - red) * red / green),
            blue_u: fixed(chroma * 2.0 * (1.0 - blue)),
        }
    }

    /// That of JPEG: BT.601 in full range.
    pub(crate) fn jpeg() -> Self {
        Self::new(2990, 1140, true)
    }

    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0..=255")]
    fn rgb(self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let y = (i32::from(y) - self.black) * self.luma + 32_768;
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        let sample = |sum: i32| (sum >> 16).clamp(0, 255) as u8;
        [sample(y + self.red_v * v), sample(y + self.green_u * u + self.green_v * v), sample(y + self.blue_u * u)]
    }
}

/// What the grids mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Grey,
    Rgb,
    /// Luma and two colour differences; a fourth grid is opacity.
    Ycc(Matrix),
    /// As Adobe writes it: luma and differences of the ink, then black, upside down.
    Ycck,
    Cmyk,
    /// 255 is no ink.
    InvertedCmyk,
}

/// A picture as grids.
#[derive(Debug)]
pub(crate) struct Planar {
    pub(crate) model: Model,
    pub(crate) grids: Vec<Grid>,
}

/// Pixels in one of two shapes.
#[derive(Debug)]
pub(crate) enum Pixels {
    Whole(Picture),
    Planar(Planar),
}

/// What a decoder hands on.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) pixels: Pixels,
    /// The embedded colour profile, untouched and unproven; empty when it was there but its pieces did not fit.
    pub(crate) profile: Option<Vec<u8>>,
    /// EXIF-style orientation of these pixels against what the header says: turning is cheaper once they are shrunk.
    pub(crate) turn: u8,
}

impl Decoded {
    pub(crate) fn whole(picture: Picture, profile: Option<Vec<u8>>) -> Self {
        Self { pixels: Pixels::Whole(picture), profile, turn: 1 }
    }

    pub(crate) fn planar(planar: Planar, profile: Option<Vec<u8>>) -> Self {
        Self { pixels: Pixels::Planar(planar), profile, turn: 1 }
    }
}

/// A picture at its final size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scaled {
    Pixels(Picture),
    /// Luma and two colour differences as JPEG has them, each a picture of one channel: where a JPEG comes out as well,
    /// red, green and blue need never be computed.
    Ycc([Picture; 3]),
}

impl Scaled {
    /// From component planes of one size, no padding; joined to pixels unless they can stay as they are.
    pub(crate) fn of(model: Model, width: u32, height: u32, planes: Vec<Vec<u8>>) -> Result<Self, Refusal> {
        if model != Model::Ycc(Matrix::jpeg()) {
            return join(model, width, height, &planes).map(Self::Pixels);
        }
        match <[_; 3]>::try_from(planes) {
            Ok([luma, blue, red]) => {
                let plane = |data| Picture::new(width, height, Channels::Grey, data);
                Ok(Self::Ycc([plane(luma)?, plane(blue)?, plane(red)?]))
            }
            Err(planes) => join(model, width, height, &planes).map(Self::Pixels),
        }
    }

    /// What its pixels hold, or will once they are joined.
    pub(crate) fn channels(&self) -> Channels {
        match self {
            Self::Pixels(picture) => picture.channels,
            Self::Ycc(_) => Channels::Rgb,
        }
    }

    /// Turned and mirrored by an EXIF orientation.
    pub(crate) fn upright(self, orientation: u8) -> Self {
        match self {
            Self::Pixels(picture) => Self::Pixels(orient::upright(picture, orientation)),
            Self::Ycc(planes) => Self::Ycc(planes.map(|plane| orient::upright(plane, orientation))),
        }
    }

    /// Its pixels.
    pub(crate) fn joined(self) -> Result<Picture, Refusal> {
        match self {
            Self::Pixels(picture) => Ok(picture),
            Self::Ycc(planes) => {
                let [Picture { width, height, .. }, ..] = planes;
                join(Model::Ycc(Matrix::jpeg()), width, height, &planes.map(|plane| plane.data))
            }
        }
    }
}

/// Joins component planes of one size, no padding, to pixels.
fn join(model: Model, width: u32, height: u32, planes: &[Vec<u8>]) -> Result<Picture, Refusal> {
    let jpeg = Matrix::jpeg();
    match (model, planes) {
        (Model::Grey, [only]) => Picture::new(width, height, Channels::Grey, only.clone()),
        (Model::Rgb, [r, g, b]) => three(width, height, r, g, b, |r, g, b| [r, g, b]),
        (Model::Ycc(matrix), [y, u, v]) => three(width, height, y, u, v, |y, u, v| matrix.rgb(y, u, v)),
        (Model::Ycc(matrix), [y, u, v, alpha]) => {
            four(width, height, Channels::Rgba, [y, u, v, alpha], |[y, u, v, alpha]| {
                let [red, green, blue] = matrix.rgb(y, u, v);
                [red, green, blue, alpha]
            })
        }
        (Model::Ycck, [y, u, v, black]) => four(width, height, Channels::Cmyk, [y, u, v, black], |[y, u, v, black]| {
            let [cyan, magenta, yellow] = jpeg.rgb(y, u, v);
            [cyan, magenta, yellow, 255 - black]
        }),
        (Model::Cmyk, [c, m, y, k]) => four(width, height, Channels::Cmyk, [c, m, y, k], |inks| inks),
        (Model::InvertedCmyk, [c, m, y, k]) => {
            four(width, height, Channels::Cmyk, [c, m, y, k], |inks| inks.map(|ink| 255 - ink))
        }
        _ => Err(advice::damaged()),
    }
}

fn three(
    width: u32,
    height: u32,
    a: &[u8],
    b: &[u8],
    c: &[u8],
    pixel: impl Fn(u8, u8, u8) -> [u8; 3],
) -> Result<Picture, Refusal> {
    let mut data = vec![0; a.len() * 3];
    for (out, ((a, b), c)) in data.chunks_exact_mut(3).zip(a.iter().zip(b).zip(c)) {
        out.copy_from_slice(&pixel(*a, *b, *c));
    }
    Picture::new(width, height, Channels::Rgb, data)
}

fn four(
    width: u32,
    height: u32,
    channels: Channels,
    planes: [&Vec<u8>; 4],
    pixel: impl Fn([u8; 4]) -> [u8; 4],
) -> Result<Picture, Refusal> {
    let [a, b, c, d] = planes;
    let mut data = vec![0; a.len() * 4];
    for (out, (((a, b), c), d)) in data.chunks_exact_mut(4).zip(a.iter().zip(b).zip(c).zip(d)) {
        out.copy_from_slice(&pixel([*a, *b, *c, *d]));
    }
    Picture::new(width, height, channels, data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jpeg_colours_come_out_as_the_standard_says() {
        let matrix = Matrix::jpeg();
        for (ycc, want) in [
            ([76, 85, 255], [254, 0, 0]),
            ([150, 44, 21], [0, 255, 1]),
            ([29, 255, 107], [0, 0, 254]),
            ([128, 128, 128], [128; 3]),
        ] {
            let got = matrix.rgb(ycc[0], ycc[1], ycc[2]);
            assert!(
                got.iter().zip(want).all(|(g, w): (&u8, i32)| (i32::from(*g) - w).abs() <= 2),
                "{ycc:?} gave {got:?}"
            );
        }
    }

    #[test]
    fn studio_range_reaches_black_and_white() {
        let matrix = Matrix::new(2126, 722, false);
        assert_eq!(matrix.rgb(16, 128, 128), [0; 3]);
        assert_eq!(matrix.rgb(235, 128, 128), [255; 3]);
    }
}
