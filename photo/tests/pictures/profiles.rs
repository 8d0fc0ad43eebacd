//! Colour profiles, and pictures in their colours.

use image::RgbImage;
use moxcms::{
    ColorProfile, DataColorSpace, Layout, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass,
    RenderingIntent, TransformOptions,
};

/// The same picture as stored in the colours of `profile`, and the profile's bytes.
pub fn stored_in(picture: &RgbImage, profile: &ColorProfile) -> (RgbImage, Vec<u8>) {
    let transform = ColorProfile::new_srgb()
        .create_transform_8bit(Layout::Rgb, profile, Layout::Rgb, TransformOptions::default())
        .unwrap();
    let mut data = vec![0; picture.as_raw().len()];
    transform.transform(picture.as_raw(), &mut data).unwrap();
    (RgbImage::from_raw(picture.width(), picture.height(), data).unwrap(), profile.encode().unwrap())
}

/// Display P3, as phones embed it.
pub fn display_p3() -> ColorProfile {
    ColorProfile::new_display_p3()
}

/// Adobe RGB (1998), as cameras embed it.
pub fn adobe_rgb() -> ColorProfile {
    ColorProfile::new_adobe_rgb()
}

/// The ink that gives a colour on white paper when each ink takes away its complement, as little black as can be.
pub fn inks(picture: &RgbImage) -> Vec<u8> {
    picture
        .pixels()
        .flat_map(|pixel| {
            let black = 255 - pixel.0.into_iter().max().unwrap();
            let ink = |level: u8| {
                let left = u32::from(255 - black);
                u8::try_from((left - u32::from(level)) * 255 / left.max(1)).unwrap()
            };
            let [c, m, y] = pixel.0.map(ink);
            [c, m, y, black]
        })
        .collect()
}

/// A printer's profile whose inks behave as [`inks`] assumes: a grid of so many points an ink from CMYK to Lab.
pub fn press(points: usize) -> Vec<u8> {
    let step = |n: usize| n as f64 / (points - 1) as f64;
    let mut clut = Vec::new();
    for index in 0..points.pow(4) {
        let (c, m, y, k) = (
            step(index / points.pow(3)),
            step(index / points.pow(2) % points),
            step(index / points % points),
            step(index % points),
        );
        clut.extend(to_lab([c, m, y].map(|ink| (1.0 - ink) * (1.0 - k))));
    }
    let straight: Vec<u16> = vec![0, u16::MAX];
    let lut = LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: u8::try_from(points).unwrap(),
        matrix: Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: LutStore::Store16(straight.repeat(4)),
        clut_table: LutStore::Store16(clut),
        output_table: LutStore::Store16(straight.repeat(3)),
        lut_type: LutType::Lut16,
    };
    let mut profile = ColorProfile::new_srgb();
    profile.pcs = DataColorSpace::Lab;
    profile.color_space = DataColorSpace::Cmyk;
    profile.profile_class = ProfileClass::OutputDevice;
    profile.rendering_intent = RenderingIntent::Perceptual;
    (profile.red_trc, profile.green_trc, profile.blue_trc, profile.cicp) = (None, None, None, None);
    profile.lut_a_to_b_perceptual = Some(LutWarehouse::Lut(lut.clone()));
    profile.lut_a_to_b_colorimetric = Some(LutWarehouse::Lut(lut));
    profile.encode().unwrap()
}

/// sRGB levels from 0 to 1 to Lab under D50.
pub fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|v| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) });
    // The sRGB primaries adapted to D50, from the sRGB profile of the ICC; divided by the D50 white.
    let x = (0.436_065 * r + 0.385_151 * g + 0.143_078 * b) / 0.964_203;
    let y = 0.222_485 * r + 0.716_87 * g + 0.060_61 * b;
    let z = (0.013_916 * r + 0.097_067 * g + 0.714_096 * b) / 0.824_905;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    [116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z))]
}

/// The same in the 16-bit coding of `lut16Type`.
fn to_lab(rgb: [f64; 3]) -> [u16; 3] {
    let [l, a, b] = lab(rgb);
    let code = |v: f64| v.round().clamp(0.0, 65_535.0) as u16;
    [code(l * 652.8), code((a + 128.0) * 256.0), code((b + 128.0) * 256.0)]
}
