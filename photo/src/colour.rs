//! Brings every colour to sRGB, through the embedded profile where it is sound and fits the pixels.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, ProfileText, TransformExecutor, TransformOptions};

use crate::advice::Refusal;
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Scaled;

/// Pixels converted in one call: small enough to be asked about time in between.
const CHUNK: usize = 1 << 18;

/// What is noted of a profile that could not be used.
const UNUSABLE: &str = "unusable colour profile";

/// What was done: (from, to), or nothing.
pub(crate) type Note = Option<(String, String)>;

/// Converts to sRGB (or leaves grey as it is, when nothing is known against it). Opacity passes through.
/// A profile that is broken, or made for other pixels, is ignored and said so.
pub(crate) fn to_srgb(scaled: Scaled, profile: Option<&[u8]>, limits: &Limits) -> Result<(Scaled, Note), Refusal> {
    let channels = scaled.channels();
    let ink = channels == Channels::Cmyk;
    let note = |from: String| Some((from, "sRGB".to_owned()));
    let mixed = |scaled: Scaled| Ok::<_, Refusal>(Scaled::Pixels(mix_inks(&scaled.joined()?)));
    let Some(bytes) = profile else {
        return Ok(if ink { (mixed(scaled)?, note("CMYK".to_owned())) } else { (scaled, None) });
    };
    let read = caught(|| Conversion::read(bytes, channels, limits));
    if read.as_ref().is_some_and(|conversion| conversion.changes_nothing) {
        return Ok((scaled, None));
    }
    let Some(conversion) = read else {
        return Ok((if ink { mixed(scaled)? } else { scaled }, note(UNUSABLE.to_owned())));
    };
    let picture = scaled.joined()?;
    Ok(match caught(|| conversion.convert(&picture)) {
        Some(converted) if converted == picture => (Scaled::Pixels(picture), None),
        Some(converted) => (Scaled::Pixels(converted), note(conversion.name)),
        None => (Scaled::Pixels(if ink { mix_inks(&picture) } else { picture }), note(UNUSABLE.to_owned())),
    })
}

/// A library that panics over a profile must not cost the photo.
fn caught<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}

/// What a profile asks for.
struct Conversion {
    name: String,
    to: Channels,
    transform: Arc<dyn TransformExecutor<u8> + Send + Sync>,
    changes_nothing: bool,
}

impl Conversion {
    /// Nothing when the profile is broken or made for other pixels.
    fn read(bytes: &[u8], channels: Channels, limits: &Limits) -> Option<Self> {
        let options = ParsingOptions { max_profile_size: limits.max_profile_bytes, ..ParsingOptions::default() };
        let profile = ColorProfile::new_from_slice_with_options(bytes, options).ok()?;
        let (space, from, layout, to) = match channels {
            Channels::Grey => (DataColorSpace::Gray, Layout::Gray, Layout::Rgb, Channels::Rgb),
            Channels::GreyAlpha => (DataColorSpace::Gray, Layout::GrayAlpha, Layout::Rgba, Channels::Rgba),
            Channels::Rgb => (DataColorSpace::Rgb, Layout::Rgb, Layout::Rgb, Channels::Rgb),
            Channels::Rgba => (DataColorSpace::Rgb, Layout::Rgba, Layout::Rgba, Channels::Rgba),
            Channels::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba, Layout::Rgb, Channels::Rgb),
        };
        if profile.color_space != space {
            return None;
        }
        let srgb = ColorProfile::new_srgb();
        let transform = profile.create_transform_8bit(from, &srgb, layout, TransformOptions::default()).ok()?;
        let changes_nothing =
            channels == to && is_identity(|source, target| transform.transform(source, target).is_ok(), to.count());
        Some(Self { name: name(&profile), to, transform, changes_nothing })
    }

    fn convert(&self, picture: &Picture) -> Option<Picture> {
        let pixels = picture.width as usize * picture.height as usize;
        let mut data = vec![0; pixels * self.to.count()];
        let targets = data.chunks_mut(CHUNK * self.to.count());
        for (target, source) in targets.zip(picture.data.chunks(CHUNK * picture.channels.count())) {
            self.transform.transform(source, target).ok()?;
        }
        Some(Picture { channels: self.to, data, ..*picture })
    }
}

/// Whether a transform leaves colours where they are, give or take the rounding: then it is not worth its time.
fn is_identity(transform: impl Fn(&[u8], &mut [u8]) -> bool, count: usize) -> bool {
    let step = |number: usize| u8::try_from(number % 8 * 255 / 7).unwrap_or(255);
    let source: Vec<u8> =
        (0..512).flat_map(|n| [step(n / 64), step(n / 8), step(n), 255].into_iter().take(count)).collect();
    let mut target = vec![0; source.len()];
    transform(&source, &mut target) && source.iter().zip(&target).all(|(a, b)| a.abs_diff(*b) <= 2)
}

/// Ink on white paper when no profile says which ink: each ink takes its complement away.
fn mix_inks(picture: &Picture) -> Picture {
    let left =
        |ink: u8, black: u8| u8::try_from((u32::from(255 - ink) * u32::from(255 - black) + 127) / 255).unwrap_or(255);
    let data = picture
        .data
        .chunks_exact(4)
        .flat_map(|pixel| match pixel {
            [c, m, y, k] => [left(*c, *k), left(*m, *k), left(*y, *k)],
            _ => [255; 3],
        })
        .collect();
    Picture { channels: Channels::Rgb, data, ..*picture }
}

/// The profile's own name, kept short and printable.
fn name(profile: &ColorProfile) -> String {
    let text = match &profile.description {
        Some(ProfileText::PlainString(text)) => text.clone(),
        Some(ProfileText::Localizable(list)) => list.first().map(|entry| entry.value.clone()).unwrap_or_default(),
        Some(ProfileText::Description(text)) => text.ascii_string.clone(),
        None => String::new(),
    };
    let text: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(60).collect();
    if text.trim().is_empty() { "embedded profile".to_owned() } else { text.trim().to_owned() }
}

/// One channel.
pub(crate) fn to_grey(picture: Picture) -> Picture {
    if picture.channels == Channels::Rgb { luma(&picture) } else { picture }
}

/// The luma of a picture of one or three channels, with the weights of sRGB.
pub(crate) fn luma(picture: &Picture) -> Picture {
    if picture.channels != Channels::Rgb {
        return picture.clone();
    }
    let weigh =
        |r: u8, g: u8, b: u8| (u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 32_768) >> 16;
    let data = picture
        .data
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[r, g, b]| u8::try_from(weigh(*r, *g, *b)).unwrap_or(255))
        .collect();
    Picture { channels: Channels::Grey, data, ..*picture }
}

/// Three channels from one.
pub(crate) fn to_rgb(picture: Picture) -> Picture {
    if picture.channels != Channels::Grey {
        return picture;
    }
    let data = picture.data.iter().flat_map(|grey| [*grey; 3]).collect();
    Picture { channels: Channels::Rgb, data, ..picture }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_srgb(picture: Picture, profile: Option<&[u8]>) -> (Picture, Note) {
        let (scaled, note) = super::to_srgb(Scaled::Pixels(picture), profile, &Limits::default()).unwrap();
        (scaled.joined().unwrap(), note)
    }

    fn pixel(channels: Channels, data: &[u8]) -> Picture {
        Picture::new(1, 1, channels, data.to_vec()).unwrap()
    }

    #[test]
    fn display_p3_green_leaves_the_srgb_gamut_at_its_edge() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let (out, note) = to_srgb(pixel(Channels::Rgb, &[200, 100, 50]), Some(&profile));
        // From the published primaries by hand: (214.9, 92.6, 31.0).
        for (got, want) in out.data.iter().zip([215_u8, 93, 31]) {
            assert!(got.abs_diff(want) <= 2, "{:?}", out.data);
        }
        assert!(note.unwrap().0.contains("P3"));
    }

    #[test]
    fn srgb_is_left_alone() {
        let profile = ColorProfile::new_srgb().encode().unwrap();
        let picture = pixel(Channels::Rgb, &[12, 200, 99]);
        assert_eq!(to_srgb(picture.clone(), Some(&profile)), (picture, None));
    }

    #[test]
    fn a_profile_for_other_pixels_is_ignored_and_said_so() {
        let profile = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        let picture = pixel(Channels::Rgb, &[12, 200, 99]);
        for bytes in [&profile[..], &profile[..40], b""] {
            let (out, note) = to_srgb(picture.clone(), Some(bytes));
            assert_eq!(out, picture);
            assert!(note.unwrap().0.contains("unusable"));
        }
    }

    #[test]
    fn inks_without_a_profile() {
        let inks = |c, m, y, k| to_srgb(pixel(Channels::Cmyk, &[c, m, y, k]), None).0.data;
        assert_eq!(inks(0, 0, 0, 0), [255; 3]);
        assert_eq!(inks(0, 0, 0, 255), [0; 3]);
        assert_eq!(inks(255, 0, 0, 0), [0, 255, 255]);
    }
}
