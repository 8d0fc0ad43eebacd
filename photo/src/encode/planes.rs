//! The picture as JPEG sees it: one plane of lightness, two of colour.

use crate::advice::Refusal;
use crate::fit;
use crate::picture::{Channels, Picture};

/// One channel, padded on the right and below by its last samples to whole multiples of [`STEP`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) stride: usize,
    pub(crate) samples: Vec<u8>,
}

/// Pixels that one coding unit spans where colour is kept at half resolution.
pub(crate) const STEP: usize = 16;

/// Lightness, and colour at full resolution; no colour for a grey picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planes {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) luma: Plane,
    pub(crate) colour: Option<[Plane; 2]>,
}

impl Planes {
    /// Converts a picture of one or three channels with the weights of BT.601 in full range, as JFIF prescribes.
    pub(crate) fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width, picture.height);
        let (wide, high) = (width as usize, height as usize);
        if picture.channels != Channels::Rgb {
            return Self { width, height, luma: Plane::padded(picture.data.clone(), wide, high), colour: None };
        }
        let new = || Plane::new(wide, high);
        let (mut luma, mut blue, mut red) = (new(), new(), new());
        let lines = luma.rows().zip(blue.rows()).zip(red.rows());
        for (row, ((y, u), v)) in picture.data.chunks_exact(picture.stride().max(1)).zip(lines) {
            convert(row, y, u, v);
            for line in [y, u, v] {
                stretch(line, wide);
            }
        }
        for plane in [&mut luma, &mut blue, &mut red] {
            plane.fill_down(high);
        }
        Self { width, height, luma, colour: Some([blue, red]) }
    }

    /// Takes planes of one size that hold luma and colour differences already, no padding.
    pub(crate) fn of_ycc([luma, blue, red]: [Picture; 3]) -> Self {
        let (width, height) = (luma.width, luma.height);
        let padded = |plane: Picture| Plane::padded(plane.data, width as usize, height as usize);
        Self { width, height, luma: padded(luma), colour: Some([padded(blue), padded(red)]) }
    }

    /// The same without its colour.
    pub(crate) fn grey(self) -> Self {
        Self { colour: None, ..self }
    }

    /// The same at a smaller size.
    pub(crate) fn shrunk(self, width: u32, height: u32) -> Result<Self, Refusal> {
        let from = (self.width, self.height);
        let shrunk = |plane: Plane| plane.shrunk(from, (width, height));
        let colour = match self.colour {
            Some([blue, red]) => Some([shrunk(blue)?, shrunk(red)?]),
            None => None,
        };
        Ok(Self { width, height, luma: shrunk(self.luma)?, colour })
    }
}

impl Plane {
    fn new(wide: usize, high: usize) -> Self {
        let stride = wide.next_multiple_of(STEP);
        Self { stride, samples: vec![0; stride * high.next_multiple_of(STEP)] }
    }

    fn rows(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.samples.chunks_exact_mut(self.stride.max(STEP))
    }

    fn shrunk(self, from: (u32, u32), to: (u32, u32)) -> Result<Self, Refusal> {
        let samples = fit::shrink_plane(&self.samples, self.stride, from, to)?;
        drop(self);
        Ok(Self::padded(samples, to.0 as usize, to.1 as usize))
    }

    /// Pads samples that lie row by row.
    fn padded(mut samples: Vec<u8>, wide: usize, high: usize) -> Self {
        if wide.is_multiple_of(STEP) {
            samples.resize(wide * high.next_multiple_of(STEP), 0);
            let mut plane = Self { stride: wide, samples };
            plane.fill_down(high);
            return plane;
        }
        let mut plane = Self::new(wide, high);
        for (row, line) in samples.chunks_exact(wide.max(1)).zip(plane.rows()) {
            if let Some(drawn) = line.get_mut(..wide) {
                drawn.copy_from_slice(row);
            }
            stretch(line, wide);
        }
        plane.fill_down(high);
        plane
    }

    /// Repeats the last of `high` rows below it.
    fn fill_down(&mut self, high: usize) {
        let (drawn, rest) = self.samples.split_at_mut(high * self.stride);
        if let Some(last) = drawn.rchunks_exact(self.stride.max(STEP)).next() {
            rest.chunks_exact_mut(self.stride.max(STEP)).for_each(|row| row.copy_from_slice(last));
        }
    }

    /// Half the resolution: the mean of each four samples. Rounds up and down in turn, so that nothing drifts.
    pub(crate) fn halved(&self) -> Self {
        let stride = self.stride / 2;
        let mut samples = vec![0; self.samples.len() / 4];
        for (two, out) in self.samples.chunks_exact(self.stride * 2).zip(samples.chunks_exact_mut(stride)) {
            let (upper, lower) = two.split_at(self.stride);
            let pairs = upper.chunks_exact(4).zip(lower.chunks_exact(4));
            for (out, (a, b)) in out.chunks_exact_mut(2).zip(pairs) {
                if let ([first, second], [a, b, c, d], [e, f, g, h]) = (out, a, b) {
                    let sum = |w: u8, x: u8, y: u8, z: u8| u16::from(w) + u16::from(x) + u16::from(y) + u16::from(z);
                    [*first, _] = ((sum(*a, *b, *e, *f) + 1) >> 2).to_le_bytes();
                    [*second, _] = ((sum(*c, *d, *g, *h) + 2) >> 2).to_le_bytes();
                }
            }
        }
        Self { stride, samples }
    }
}

/// Repeats the last of the `wide` drawn samples to the end of the line.
fn stretch(line: &mut [u8], wide: usize) {
    let (drawn, rest) = line.split_at_mut(wide.min(line.len()));
    rest.fill(drawn.last().copied().unwrap_or(0));
}

/// One row from RGB; weights in 1/65536. Each sum stays within 0 to 255 shifted up by 16.
fn convert(row: &[u8], luma: &mut [u8], blue: &mut [u8], red: &mut [u8]) {
    const HALF: u32 = 32_768;
    const MIDDLE: u32 = (128 << 16) + HALF - 1;
    for (((pixel, y), u), v) in row.chunks_exact(3).zip(luma).zip(blue).zip(red) {
        let out = [y, u, v];
        if let [r, g, b] = *pixel {
            let [r, g, b] = [r, g, b].map(u32::from);
            let sums = [
                19_595 * r + 38_470 * g + 7_471 * b + HALF,
                MIDDLE + 32_768 * b - 11_059 * r - 21_709 * g,
                MIDDLE + 32_768 * r - 27_439 * g - 5_329 * b,
            ];
            for (level, sum) in out.into_iter().zip(sums) {
                [_, _, *level, _] = sum.to_le_bytes();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_convert_as_jfif_says() {
        for (rgb, want) in [
            ([255, 0, 0], [76, 85, 255]),
            ([0, 255, 0], [150, 44, 21]),
            ([0, 0, 255], [29, 255, 107]),
            ([255; 3], [255, 128, 128]),
            ([0; 3], [0, 128, 128]),
        ] {
            let planes = Planes::of(&Picture::new(1, 1, Channels::Rgb, rgb.to_vec()).unwrap());
            let [u, v] = planes.colour.unwrap();
            for (plane, want) in [planes.luma, u, v].iter().zip(want) {
                assert_eq!(plane.samples, vec![want; STEP * STEP], "{rgb:?}");
            }
        }
    }

    #[test]
    fn halving_keeps_the_mean_and_edges_repeat() {
        let picture = Picture::new(3, 2, Channels::Grey, vec![10, 20, 30, 30, 40, 50]).unwrap();
        let half = Planes::of(&picture).luma.halved();
        assert_eq!((half.stride, half.samples.len()), (8, 64));
        assert_eq!(half.samples[..4], [25, 40, 40, 40]);
        assert_eq!(half.samples[8..12], [35, 50, 50, 50]);
    }
}
