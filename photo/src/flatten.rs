//! Lays the picture on the rule's background where it is transparent.

use crate::picture::{Channels, Picture};
use crate::planar::Scaled;

/// Removes transparency. Answers whether there was any to be seen.
pub(crate) fn onto(scaled: Scaled, background: [u8; 3]) -> (Scaled, bool) {
    let Scaled::Pixels(picture) = scaled else { return (scaled, false) };
    let (picture, seen) = match picture.channels {
        Channels::Rgba => lay::<4>(&picture, background),
        Channels::GreyAlpha => lay::<2>(&picture, background),
        _ => (picture, false),
    };
    (Scaled::Pixels(picture), seen)
}

fn lay<const BYTES: usize>(picture: &Picture, background: [u8; 3]) -> (Picture, bool) {
    let mut seen = false;
    let mut data = Vec::with_capacity(picture.width as usize * picture.height as usize * 3);
    for pixel in picture.data.chunks_exact(BYTES) {
        let (colour, alpha) = match pixel {
            [r, g, b, a] => ([*r, *g, *b], *a),
            [grey, a] => ([*grey; 3], *a),
            _ => continue,
        };
        seen |= alpha < 255;
        data.extend(colour.iter().zip(background).map(|(top, under)| mix(*top, under, alpha)));
    }
    (Picture { channels: Channels::Rgb, data, ..*picture }, seen)
}

fn mix(top: u8, under: u8, alpha: u8) -> u8 {
    let sum = u32::from(top) * u32::from(alpha) + u32::from(under) * u32::from(255 - alpha);
    u8::try_from((sum + 127) / 255).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_shows_through() {
        let picture = Picture::new(3, 1, Channels::Rgba, vec![255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 128]).unwrap();
        let (flat, seen) = onto(Scaled::Pixels(picture), [0, 0, 255]);
        assert!(seen);
        assert_eq!(flat.joined().unwrap().data, [255, 0, 0, 0, 0, 255, 0, 0, 127]);
    }

    #[test]
    fn full_opacity_is_no_change() {
        let picture = Picture::new(1, 1, Channels::GreyAlpha, vec![9, 255]).unwrap();
        let flat = Picture::new(1, 1, Channels::Rgb, vec![9; 3]).unwrap();
        assert_eq!(onto(Scaled::Pixels(picture), [0; 3]), (Scaled::Pixels(flat), false));
    }
}
