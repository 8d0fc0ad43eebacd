//! Turns and mirrors the picture so that it stands upright without any tag.

use crate::picture::Picture;
use crate::transpose::transposed;

/// Side of the square of pixels moved at once: source and target of one square stay in the nearest cache.
const SQUARE: usize = 32;

/// Applies an EXIF orientation, 1 to 8; anything else leaves the picture as it is.
pub(crate) fn upright(picture: Picture, orientation: u8) -> Picture {
    match picture.channels.count() {
        1 => turn::<1>(picture, orientation),
        2 => turn::<2>(picture, orientation),
        3 => turn::<3>(picture, orientation),
        _ => turn::<4>(picture, orientation),
    }
}

fn turn<const BYTES: usize>(mut picture: Picture, orientation: u8) -> Picture {
    match orientation {
        2 => {
            let (pixels, _) = picture.data.as_chunks_mut::<BYTES>();
            pixels.chunks_exact_mut(picture.width as usize).for_each(<[_]>::reverse);
        }
        3 => picture.data.as_chunks_mut::<BYTES>().0.reverse(),
        4 => turn_over(&mut picture),
        // 5 mirrors along the main diagonal; 6, 7 and 8 are the same with the rows of what goes in or comes out in reverse.
        5..=8 => {
            if matches!(orientation, 6 | 7) {
                turn_over(&mut picture);
            }
            picture = transpose::<BYTES>(&picture);
            if matches!(orientation, 7 | 8) {
                turn_over(&mut picture);
            }
        }
        _ => {}
    }
    picture
}

/// Puts the rows in reverse order.
fn turn_over(picture: &mut Picture) {
    let stride = picture.stride();
    let mut rows = picture.data.chunks_exact_mut(stride);
    while let (Some(top), Some(bottom)) = (rows.next(), rows.next_back()) {
        top.swap_with_slice(bottom);
    }
}

/// Swaps rows and columns.
fn transpose<const BYTES: usize>(picture: &Picture) -> Picture {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let data = if BYTES == 1 {
        transposed(&picture.data, width)
    } else {
        let (source, _) = picture.data.as_chunks::<BYTES>();
        let mut data = vec![0; picture.data.len()];
        let (target, _) = data.as_chunks_mut::<BYTES>();
        for (band, rows) in target.chunks_mut(height * SQUARE).enumerate() {
            for start in (0..height).step_by(SQUARE) {
                for (row, line) in rows.chunks_exact_mut(height).enumerate() {
                    for (y, slot) in line.iter_mut().enumerate().skip(start).take(SQUARE) {
                        if let Some(pixel) = source.get(y * width + band * SQUARE + row) {
                            *slot = *pixel;
                        }
                    }
                }
            }
        }
        data
    };
    Picture { width: picture.height, height: picture.width, channels: picture.channels, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Channels;

    /// The stored pixels of a picture that is `upright` once the orientation is obeyed, by the table of the EXIF standard:
    /// where row 0 and column 0 of what is stored stand in what is seen.
    fn stored(upright: &Picture, orientation: u8) -> Picture {
        let (w, h) = (upright.width as usize, upright.height as usize);
        let (sw, sh) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut data = vec![0; upright.data.len()];
        for y in 0..sh {
            for x in 0..sw {
                let (ux, uy) = match orientation {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (w - 1 - y, x),
                    7 => (w - 1 - y, h - 1 - x),
                    8 => (y, h - 1 - x),
                    _ => (x, y),
                };
                let n = upright.channels.count();
                data[(y * sw + x) * n..][..n].copy_from_slice(&upright.data[(uy * w + ux) * n..][..n]);
            }
        }
        Picture::new(u32::try_from(sw).unwrap(), u32::try_from(sh).unwrap(), upright.channels, data).unwrap()
    }

    #[test]
    fn all_eight_are_exact_at_odd_sizes_and_all_depths() {
        for channels in [Channels::Grey, Channels::GreyAlpha, Channels::Rgb, Channels::Rgba] {
            for (width, height) in [(1_u32, 1_u32), (5, 3), (33, 70), (70, 33), (64, 64)] {
                let count = (width * height) as usize * channels.count();
                let data = (0..count).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect();
                let want = Picture::new(width, height, channels, data).unwrap();
                for orientation in 1..=8 {
                    assert_eq!(
                        upright(stored(&want, orientation), orientation),
                        want,
                        "{channels:?} {width}x{height} {orientation}"
                    );
                }
            }
        }
    }
}
