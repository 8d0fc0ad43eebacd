//! Draws the files the fuzzers' corpora grow from: `fuzz_seeds FOLDER` writes `FOLDER/<target>/…`. The ways to store a
//! picture that nothing here can write lie ready in `fuzz/seeds`.
#![expect(clippy::expect_used, reason = "a tool that cannot go on should say so")]

#[path = "../tests/pictures/mod.rs"]
pub mod pictures;

use std::path::{Path, PathBuf};

use image::ImageFormat;
use pictures::heif::{self, Container};
use pictures::{draw, profiles, wrap};

fn main() -> std::io::Result<()> {
    let folder: PathBuf = std::env::args().nth(1).expect("seeds FOLDER").into();
    for (name, bytes) in jpegs() {
        write(&folder, "jpeg", &name, &bytes)?;
    }
    let small = draw::signboard(44, 33);
    for (target, format) in [
        ("png", ImageFormat::Png),
        ("gif", ImageFormat::Gif),
        ("bmp", ImageFormat::Bmp),
        ("webp", ImageFormat::WebP),
        ("tiff", ImageFormat::Tiff),
    ] {
        write(&folder, target, "plain", &wrap::plain(&small, format))?;
        write(&folder, target, "patches", &wrap::plain(&draw::patches(24, 40), format))?;
        if format != ImageFormat::Gif {
            write(&folder, target, "alpha", &wrap::plain_alpha(&draw::with_hole(&small), format))?;
        }
    }
    write(&folder, "png", "16-bit", &wrap::png16(&small))?;
    for orientation in [3, 6] {
        write(&folder, "png", &format!("turned-{orientation}"), &wrap::png_turned(&small, orientation))?;
        write(&folder, "webp", &format!("turned-{orientation}"), &wrap::webp_turned(&small, orientation))?;
        write(&folder, "tiff", &format!("turned-{orientation}"), &wrap::tiff_turned(&small, orientation, None))?;
    }
    for (name, bytes) in heics() {
        write(&folder, "heic", &name, &bytes)?;
    }
    Ok(())
}

/// One of each way a HEIC is put together.
fn heics() -> Vec<(String, Vec<u8>)> {
    let [small, deep, grey] =
        [pictures::HEIC_SMALL, pictures::HEIC_SMALL_10_BIT, pictures::HEIC_SMALL_GREY].map(heif::coded);
    [
        ("plain", pictures::HEIC_SMALL.to_vec()),
        ("10-bit", pictures::HEIC_SMALL_10_BIT.to_vec()),
        ("grey", pictures::HEIC_SMALL_GREY.to_vec()),
        ("turned", Container::single(&deep, &[(b"irot", 1), (b"imir", 0)]).bytes()),
        ("grid", Container::grid(&small, 2, 2, 180, 120).bytes()),
        ("alpha", Container::with_alpha(&small, &grey).bytes()),
        ("overlay", Container::overlay(&grey, 128, 96, &[(0, 0), (40, -20)]).bytes()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .to_vec()
}

/// One of each way to store a JPEG.
fn jpegs() -> Vec<(String, Vec<u8>)> {
    let small = draw::signboard(44, 33);
    let mut files = Vec::new();
    for orientation in 1..=8 {
        let beside = wrap::Beside { orientation: Some(orientation), gps: true, ..Default::default() };
        files.push((format!("turned-{orientation}"), wrap::jpeg(&small, 80, &beside)));
    }
    let (stored, profile) = profiles::stored_in(&small, &profiles::display_p3());
    files.push((
        "p3".to_owned(),
        wrap::jpeg(&stored, 80, &wrap::Beside { profile: Some(profile), ..Default::default() }),
    ));
    files.push((
        "progressive".to_owned(),
        wrap::jpeg(&small, 80, &wrap::Beside { progressive: true, ..Default::default() }),
    ));
    files.push(("tail".to_owned(), wrap::jpeg(&small, 80, &wrap::Beside { tail: vec![7; 99], ..Default::default() })));
    let inks = profiles::inks(&small);
    files.push(("cmyk".to_owned(), wrap::jpeg_inks(&inks, 44, 33, false, None)));
    files.push(("ycck".to_owned(), wrap::jpeg_inks(&inks, 44, 33, true, Some(&profiles::press(3)))));
    files
}

fn write(folder: &Path, target: &str, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let folder = folder.join(target);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(name), bytes)
}
