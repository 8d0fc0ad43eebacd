//! PNG: every colour type and depth, interlaced or not; of an animation the picture every viewer shows first.

use std::io::Cursor;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, ToneReprCurve,
    TransferCharacteristics,
};
use png::{ColorType, Decoder, Info, ScaledFloat, SourceChromaticities, Transformations};

use crate::advice::{self, Refusal};
use crate::exif;
use crate::limits::Limits;
use crate::picture::{Channels, Picture};
use crate::planar::Decoded;
use crate::probe::{Container, Header};
use crate::weight::Held;

/// Room for everything but the pixels: rows, palette, profile, text.
const AUXILIARY_BYTES: usize = 12 << 20;
/// Bytes that one byte of deflated data can become at most: 258 for two bits.
const MOST_INFLATED: u64 = 1032;

/// Walks the chunks: size from the first, orientation from `eXIf` wherever it stands. A picture that has not the data
/// for its size is damaged.
pub(super) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    match bytes.get(12..16) {
        Some(b"IHDR") => {}
        // What Apple's tools make of PNGs for their own programs: no other program reads it.
        Some(b"CgBI") => return Err(advice::unsupported("png")),
        _ => return Err(advice::damaged()),
    }
    let (width, height) = word(16).zip(word(20)).ok_or_else(advice::damaged)?;
    let (mut orientation, mut data) = (None, 0_u64);
    let mut at = 8;
    for _ in 0..limits.max_segments {
        let Some(length) = word(at) else { break };
        let end = at + 8 + length as usize;
        match bytes.get(at + 4..at + 8) {
            Some(b"eXIf") => orientation = orientation.or(bytes.get(at + 8..end).and_then(exif::orientation)),
            Some(b"IDAT") => data += u64::from(length),
            Some(b"IEND") | None => break,
            _ => {}
        }
        at = end + 4;
    }
    let header = Header { container: Container::Png, width, height, orientation: orientation.unwrap_or(1) };
    let samples = match bytes.get(25) {
        Some(2) => 3,
        Some(4) => 2,
        Some(6) => 4,
        _ => 1,
    };
    let bits = u64::from(width) * samples * bytes.get(24).copied().map_or(0, u64::from);
    // What is over the limits is told so, whatever else is wrong with it.
    let within = u64::from(width) * u64::from(height) <= limits.max_pixels;
    if within && bits.div_ceil(8) * u64::from(height) > data.saturating_mul(MOST_INFLATED) {
        return Err(advice::damaged());
    }
    Ok(header)
}

/// The pixels and little else: rows are read one by one.
pub(super) fn held(bytes: &[u8], header: &Header) -> Held {
    // By colour type; opacity may be said in a chunk of its own.
    let each = if matches!(bytes.get(25), Some(0 | 4)) { 2 } else { 4 };
    Held::whole(header, each, 0)
}

/// Decodes to 8 bits a channel. A wrong checksum or missing data is damage.
pub(super) fn decode(bytes: &[u8], limits: &Limits, keep_going: &dyn Fn() -> bool) -> Result<Decoded, Refusal> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: AUXILIARY_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| advice::damaged())?;
    let (width, height) = reader.info().size();
    let (colour, _) = reader.output_color_type();
    let channels = match colour {
        ColorType::Grayscale => Channels::Grey,
        ColorType::GrayscaleAlpha => Channels::GreyAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(advice::damaged()),
    };
    let profile = profile(reader.info(), matches!(channels, Channels::Grey | Channels::GreyAlpha), limits);
    let size = reader.output_buffer_size().ok_or_else(advice::damaged)?;
    let mut data = vec![0; size];
    if reader.info().interlaced {
        reader.next_frame(&mut data).map_err(|_| advice::damaged())?;
    } else {
        let stride = reader.output_line_size(width).ok_or_else(advice::damaged)?;
        for (number, row) in data.chunks_exact_mut(stride).enumerate() {
            if number % 256 == 0 && !keep_going() {
                return Err(advice::timeout());
            }
            reader.read_row(row).map_err(|_| advice::damaged())?.ok_or_else(advice::damaged)?;
        }
        // The data's own checksum stands after the last row.
        if reader.info().animation_control.is_none() {
            reader.finish().map_err(|_| advice::damaged())?;
        }
    }
    Ok(Decoded::whole(Picture::new(width, height, channels, data)?, profile))
}

/// What the file says of its colours, as a profile. In the order of the standard: code points, a profile, sRGB, and gamma
/// with the primaries. Nothing where that is sRGB, or nothing we could obey.
fn profile(info: &Info<'_>, grey: bool, limits: &Limits) -> Option<Vec<u8>> {
    if let Some(points) = info.coding_independent_code_points
        && let Some(transfer_characteristics) = transfer(points.transfer_function)
    {
        let color_primaries = CicpColorPrimaries::try_from(points.color_primaries).ok()?;
        let srgb =
            color_primaries == CicpColorPrimaries::Bt709 && transfer_characteristics == TransferCharacteristics::Srgb;
        let matrix_coefficients = MatrixCoefficients::Identity;
        let code = CicpProfile { color_primaries, transfer_characteristics, matrix_coefficients, full_range: true };
        let profile = (!srgb && !grey).then(|| ColorProfile::new_from_cicp(code))?;
        return profile.red_trc.as_ref().and_then(|_| profile.encode().ok());
    }
    if let Some(icc) = &info.icc_profile {
        return (icc.len() <= limits.max_profile_bytes).then(|| icc.to_vec());
    }
    if info.srgb.is_some() {
        return None;
    }
    let exponent = info.gama_chunk.and_then(exponent);
    let primaries = info.chrm_chunk.and_then(primaries);
    let profile = match (exponent, primaries) {
        (None, None) => return None,
        (Some(exponent), _) if grey => ColorProfile::new_gray_with_gamma(exponent),
        (None, _) if grey => return None,
        _ => {
            let mut profile = ColorProfile::new_srgb();
            // Its name and code point are those of sRGB, which it no longer is.
            (profile.description, profile.cicp) = (None, None);
            if let Some((white, primaries)) = primaries {
                profile.update_rgb_colorimetry(white.to_xyyb(), primaries);
            }
            if let Some(exponent) = exponent {
                let curve = Some(ToneReprCurve::Parametric(vec![exponent]));
                (profile.red_trc, profile.green_trc, profile.blue_trc) = (curve.clone(), curve.clone(), curve);
            }
            profile
        }
    };
    profile.encode().ok()
}

/// Curves that end at the white of a screen; those of films and of brighter screens are not for us to bring down.
fn transfer(code: u8) -> Option<TransferCharacteristics> {
    match code {
        4 => Some(TransferCharacteristics::Bt470M),
        8 => Some(TransferCharacteristics::Linear),
        // As screens show what is called BT.709.
        1 | 6 | 13 | 14 | 15 => Some(TransferCharacteristics::Srgb),
        _ => None,
    }
}

/// The exponent that brings samples to light. That of 1/2.2 stands for the curve of sRGB, as everywhere.
fn exponent(gamma: ScaledFloat) -> Option<f32> {
    let gamma = gamma.into_value();
    (!(0.43..0.48).contains(&gamma) && (0.2..=2.0).contains(&gamma)).then(|| 1.0 / gamma)
}

/// White and the three primaries, unless they are those of sRGB or none.
fn primaries(said: SourceChromaticities) -> Option<(Chromaticity, ColorPrimaries)> {
    let point = |(x, y): (ScaledFloat, ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
    let list = [said.white, said.red, said.green, said.blue].map(point);
    let known = [(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)];
    let close = |(one, (x, y)): (&Chromaticity, &(f32, f32))| (one.x - x).abs() < 0.004 && (one.y - y).abs() < 0.004;
    let [white, red, green, blue] = list;
    let area = (green.x - red.x) * (blue.y - red.y) - (green.y - red.y) * (blue.x - red.x);
    let sound = area.abs() > 0.01 && list.iter().all(|point| point.y > 0.01 && point.x + point.y <= 1.0);
    (sound && !list.iter().zip(&known).all(close)).then_some((white, ColorPrimaries { red, green, blue }))
}
