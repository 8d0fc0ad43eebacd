//! Files as phones send them, drawn here.

use std::sync::LazyLock;

use image::ImageFormat;

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{draw, profiles};

/// A HEIC of [`scene`]. Debian's `heif-enc -q 50` made it of the PNG that `cargo test -p tests --lib -- --ignored` draws.
pub const HEIC: &[u8] = include_bytes!("files/signboard.heic");

/// The street picture most files show.
pub fn scene() -> image::RgbImage {
    draw::signboard(1280, 960)
}

/// A JPEG that will do for every material, drawn once.
pub fn small_jpeg() -> &'static [u8] {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| wrap::jpeg(&draw::page(900, 1200), 88, &Beside::default()));
    &FILE
}

/// The street picture in every way a phone may store it: name and bytes. JPEG in all eight orientations with the place it
/// was taken at, HEIC, PNG with transparency, WebP, JPEG in printer's inks.
pub fn of_scene() -> &'static [(String, Vec<u8>)] {
    static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(draw_scenes);
    &FILES
}

fn draw_scenes() -> Vec<(String, Vec<u8>)> {
    let picture = scene();
    let mut files: Vec<_> = (1..=8)
        .map(|orientation| {
            let beside = Beside { orientation: Some(orientation), gps: true, ..Beside::default() };
            (format!("orientation-{orientation}.jpg"), wrap::jpeg(&picture, 90, &beside))
        })
        .collect();
    files.push(("phone.heic".to_owned(), HEIC.to_vec()));
    files.push(("holes.png".to_owned(), wrap::plain_alpha(&draw::with_hole(&picture), ImageFormat::Png)));
    files.push(("turned.webp".to_owned(), wrap::webp_turned(&picture, 6)));
    let inks = profiles::inks(&picture);
    files.push(("inks.jpg".to_owned(), wrap::jpeg_inks(&inks, picture.width(), picture.height(), false, None)));
    files
}

/// A page of text, as JPEG; pages of different numbers differ.
pub fn page(number: u32) -> Vec<u8> {
    wrap::jpeg(&draw::page(900, 1200 + number * 16), 88, &Beside::default())
}

#[cfg(test)]
mod drawing {
    #[test]
    #[ignore = "draws what `heif-enc` makes `signboard.heic` of"]
    fn draw_for_heif_enc() {
        super::scene().save(std::env::temp_dir().join("signboard.png")).unwrap();
    }
}
