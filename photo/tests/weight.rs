//! Whether a photo takes no more memory than its header was said to mean, by the operating system's own count. Every photo
//! is worked on in a process of its own: this program again, told by the environment what to do.
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "pictures/mod.rs"]
pub mod pictures;

use std::path::Path;
use std::process::Command;

use image::{ImageFormat, RgbaImage};
use photo::{Limits, Rule, normalise, weight};
use pictures::{draw, wrap};

/// Names the file to be worked on, and says that this is one of the processes.
const FILE: &str = "PHOTO_WEIGHT_FILE";
const RULE: &str = "PHOTO_WEIGHT_RULE";
/// Allowed beside the weight: the thread's stack and what the test itself prints.
const SLACK: u64 = 1 << 20;

const SCENE: &str = "kind = 'scene'\nformat = 'jpeg'\nmax_bytes = 512000\nmax_long_px = 2048";
const WHOLE: &str = "kind = 'document'\nformat = 'jpeg'\nmax_bytes = 9000000";
const PADDED: &str = "kind = 'scene'\nformat = 'jpeg'\nmin_bytes = 2000000\nmax_bytes = 3000000\nmax_long_px = 1600";
const DRAWING: &str = "kind = 'rendering'\nformat = 'png'\nmax_bytes = 20000000\nmax_long_px = 2048";

fn rule(text: &str) -> Rule {
    toml::from_str(&format!("name = 'test'\n{text}")).unwrap()
}

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Prints what one photo took, when this process was started for that.
#[test]
fn one_photo() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let rule = rule(&std::env::var(RULE).unwrap());
    let bytes = std::fs::read(file).unwrap();
    let before = status("VmRSS");
    let outcome = normalise(&bytes, &rule);
    println!("took {} {:?} {:?}", status("VmHWM") - before, outcome.verdict, outcome.code);
}

/// What a photo took, in a process of its own.
fn took(file: &Path, rule: &str) -> (u64, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output =
        command.args(["--exact", "one_photo", "--nocapture"]).env(FILE, file).env(RULE, rule).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once("took ")).unwrap().1;
    let (bytes, verdict) = line.split_once(' ').unwrap();
    (bytes.parse().unwrap(), verdict.to_owned())
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let large = draw::signboard(4032, 3024);
    let middle = draw::signboard(2400, 1800);
    let clear = RgbaImage::from_fn(2400, 1800, |x, y| {
        let [r, g, b] = middle.get_pixel(x, y).0;
        image::Rgba([r, g, b, if x < 9 { 0 } else { 255 }])
    });
    let inks: Vec<u8> = (0..2000 * 1500_u32).flat_map(u32::to_le_bytes).collect();
    let mut seed = 1_u32;
    let noise = image::RgbImage::from_fn(2000, 1500, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [r, g, b, _] = seed.to_be_bytes();
        image::Rgb([r, g, b])
    });
    let beside = |progressive, orientation| wrap::Beside { orientation, progressive, ..wrap::Beside::default() };
    vec![
        ("baseline.jpg", wrap::jpeg(&large, 92, &beside(false, Some(6)))),
        ("progressive.jpg", wrap::jpeg(&large, 92, &beside(true, Some(1)))),
        ("small.jpg", wrap::jpeg(&draw::signboard(800, 600), 92, &beside(false, None))),
        ("inks.jpg", wrap::jpeg_inks(&inks, 2000, 1500, false, None)),
        ("noise.jpg", wrap::jpeg(&noise, 95, &beside(false, None))),
        ("noise.png", wrap::plain(&noise, ImageFormat::Png)),
        ("plain.png", wrap::plain(&large, ImageFormat::Png)),
        ("clear.png", wrap::plain_alpha(&clear, ImageFormat::Png)),
        ("deep.png", wrap::png16(&middle)),
        ("plain.webp", wrap::plain(&large, ImageFormat::WebP)),
        ("clear.webp", wrap::plain_alpha(&clear, ImageFormat::WebP)),
        ("plain.gif", wrap::plain(&middle, ImageFormat::Gif)),
        ("plain.bmp", wrap::plain(&large, ImageFormat::Bmp)),
        ("plain.tif", wrap::plain(&large, ImageFormat::Tiff)),
        ("plain.heic", pictures::HEIC.to_vec()),
        ("cut.jpg", wrap::jpeg(&middle, 92, &beside(false, None)).drain(..9000).collect()),
    ]
}

#[test]
fn no_photo_takes_more_than_its_weight() {
    let folder = std::env::temp_dir().join(format!("photo-weight-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut wrong = Vec::new();
    for (name, bytes) in files() {
        let file = folder.join(name);
        std::fs::write(&file, &bytes).unwrap();
        for text in [SCENE, WHOLE, PADDED, DRAWING] {
            let said = weight(&bytes, &rule(text), &Limits::default());
            let (took, verdict) = took(&file, text);
            let kind = text.lines().next().unwrap();
            println!("{name:>16} {kind:<19} took {:>6.1} MB, weight {:>6.1} MB, {verdict}", mb(took), mb(said));
            if took > said + SLACK {
                wrong.push(format!("{name} under {kind}: took {took}, weight {said}"));
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

#[expect(clippy::cast_precision_loss, reason = "for printing")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
