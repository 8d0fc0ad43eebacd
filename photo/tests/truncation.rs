//! A picture that arrived cut off or with wrong bits is refused, wherever it was cut. Only what stands after the last
//! byte of the picture may be missing.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]

pub mod pictures;

use image::ImageFormat;
use photo::{Code, Rule, Verdict, normalise};
use pictures::heif::{self, Container};
use pictures::wrap::{self, Beside};
use pictures::{draw, profiles};

fn rule() -> Rule {
    toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 90000\nmax_long_px = 160").unwrap()
}

struct File {
    name: &'static str,
    bytes: Vec<u8>,
    /// Bytes at the end that are not the picture: end markers, and what follows them.
    spare: usize,
}

/// One of each way a picture is stored.
fn files() -> Vec<File> {
    let picture = draw::signboard(300, 200);
    let inks = profiles::inks(&picture);
    let beside = Beside { orientation: Some(6), gps: true, ..Beside::default() };
    let progressive = Beside { progressive: true, ..Beside::default() };
    let [small, deep, grey] =
        [pictures::HEIC_SMALL, pictures::HEIC_SMALL_10_BIT, pictures::HEIC_SMALL_GREY].map(heif::coded);
    let exif = 8 + wrap::exif(6, true).len().next_multiple_of(2);
    [
        ("jpeg", wrap::jpeg(&picture, 85, &beside), 2),
        ("progressive jpeg", wrap::jpeg(&picture, 85, &progressive), 2),
        ("inks", wrap::jpeg_inks(&inks, 300, 200, true, None), 2),
        ("png", wrap::plain(&picture, ImageFormat::Png), 12),
        ("16-bit png", wrap::png16(&picture), 12),
        ("png with opacity", wrap::plain_alpha(&draw::with_hole(&picture), ImageFormat::Png), 12),
        ("webp", wrap::plain(&picture, ImageFormat::WebP), 1),
        ("webp with exif", wrap::webp_turned(&picture, 6), exif + 1),
        ("lossy webp", include_bytes!("../fuzz/seeds/webp/lossy.webp").to_vec(), 1),
        ("gif", wrap::plain(&picture, ImageFormat::Gif), 4),
        ("bmp", wrap::plain(&picture, ImageFormat::Bmp), 0),
        ("packed bmp", include_bytes!("../fuzz/seeds/bmp/rle8.bmp").to_vec(), 2),
        ("tiff", wrap::plain(&picture, ImageFormat::Tiff), 0),
        ("tiff with its pixels first", wrap::tiff_turned(&picture, 6, None), 4),
        ("tiles of a tiff", include_bytes!("../fuzz/seeds/tiff/tiles.tif").to_vec(), 6),
        ("fax", include_bytes!("../fuzz/seeds/tiff/g3.tif").to_vec(), 0),
        ("heic", pictures::HEIC.to_vec(), 0),
        ("small heic", pictures::HEIC_SMALL.to_vec(), 0),
        ("grid", Container::grid(&small, 2, 2, 180, 120).bytes(), 0),
        ("opacity", Container::with_alpha(&deep, &grey).bytes(), 0),
        ("overlay", Container::overlay(&small, 128, 96, &[(0, 0)]).bytes(), 0),
    ]
    .map(|(name, bytes, spare)| File { name, bytes, spare })
    .into()
}

/// Where the parts of a file meet: after every marker, chunk name or box name, and a little beside it.
fn joints(bytes: &[u8]) -> Vec<usize> {
    let named = |window: &[u8]| window.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ');
    let marked = |window: &[u8]| window[0] == 0xff && !matches!(window[1], 0 | 0xff);
    let found = bytes.windows(4).enumerate().filter(|(_, window)| named(window) || marked(window));
    found.take(400).flat_map(|(at, _)| [at.saturating_sub(4), at, at + 1, at + 2, at + 4, at + 8]).collect()
}

#[test]
fn whole_files_are_read() {
    for File { name, bytes, .. } in files() {
        let outcome = normalise(&bytes, &rule());
        assert_ne!(outcome.verdict, Verdict::Refused, "{name}: {:?}", outcome.code);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let mut dice = draw::Dice::new(11);
    for File { name, bytes, spare } in files() {
        let picture_ends = bytes.len() - spare;
        let mut cuts = joints(&bytes);
        cuts.extend((0..60).map(|_| dice.below(u32::try_from(picture_ends).unwrap()) as usize));
        cuts.extend(picture_ends.saturating_sub(24)..picture_ends);
        cuts.sort_unstable();
        cuts.dedup();
        for cut in cuts.into_iter().filter(|cut| *cut < picture_ends) {
            let outcome = normalise(&bytes[..cut], &rule());
            assert_eq!(outcome.verdict, Verdict::Refused, "{name} of {} bytes cut at {cut}", bytes.len());
        }
    }
}

/// A checksum notices every wrong bit. Without one, a single wrong bit often leaves a sound file of a slightly other
/// picture; a run of wrong bytes, as a bad carrier leaves, makes the data lose its footing.
#[test]
fn wrong_data_is_noticed() {
    let picture = draw::signboard(300, 200);
    let baseline = wrap::jpeg(&picture, 85, &Beside::default());
    let progressive = wrap::jpeg(&picture, 85, &Beside { progressive: true, ..Beside::default() });
    for (name, bytes, from, least) in [
        ("png", wrap::plain(&picture, ImageFormat::Png), 60, [100, 100]),
        ("jpeg", baseline, 700, [20, 88]),
        ("progressive jpeg", progressive, 700, [10, 90]),
        ("heic", pictures::HEIC.to_vec(), 600, [1, 1]),
    ] {
        let mut dice = draw::Dice::new(29);
        let mut noticed = [0; 2];
        for (run, count) in [1, 64].into_iter().zip(&mut noticed) {
            for _ in 0..100 {
                let mut wrong = bytes.clone();
                let at = from + dice.below(u32::try_from(bytes.len() - from - 90).unwrap()) as usize;
                wrong[at] ^= 1 << dice.below(8);
                wrong[at + 1..at + run].iter_mut().for_each(|byte| *byte = dice.below(256).to_le_bytes()[0]);
                *count += usize::from(normalise(&wrong, &rule()).code == Some(Code::Damaged));
            }
        }
        println!("{name}: {noticed:?} of 100 wrong bits, and of 100 runs of 64 wrong bytes, noticed");
        assert!(noticed.iter().zip(least).all(|(count, least)| *count >= least), "{name}: {noticed:?}");
    }
}
