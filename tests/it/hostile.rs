//! Files that are no photos, pretend to be, or are traps: each is refused with its code, quickly, and nothing is kept.

use image::ImageFormat;
use serde_json::Value;
use tests::caller::Upload;
use tests::desk::SIGNBOARD;
use tests::pictures::draw;
use tests::pictures::wrap::{self, Beside};
use tests::{Setup, files};

/// What it is, its bytes, and the code it is refused with.
type Hostile = (&'static str, Vec<u8>, &'static str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_kind_is_refused_and_leaves_nothing() {
    let app = Setup::sqlite().without_relay().start().await;
    let owner = app.owner("wang").await;
    for (what, file, code) in no_pictures().into_iter().chain(traps()).chain(damaged()).chain(unfit()) {
        let upload =
            Upload { item: SIGNBOARD, material: "site-photo", keep_anyway: false, name: "photo.jpg", file: &file };
        let answer = owner.upload(&upload).await;
        assert_eq!(answer.problem(), (422, code.to_owned()), "{what}");
        let problem = answer.json();
        // A file that is too small to look at has an outcome all the same.
        assert!(matches!(problem["outcome"]["verdict"].as_str(), Some("refused" | "retake")), "{what}: {problem:#}");
        assert_eq!(problem["outcome"]["code"], code, "{what}");
        assert!(problem["advice"].as_str().is_some_and(|advice| advice.chars().any(|c| c > '\u{2e80}')), "{what}");
    }
    assert_eq!(app.object_count(), 0, "nothing is kept of what was refused");
    owner.get("/health/ready").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_advised_against_can_be_kept_and_what_hides_in_a_photo_is_gone() {
    let app = Setup::sqlite().without_relay().start().await;
    let owner = app.owner("wang").await;
    let blurred = wrap::jpeg(&draw::blurred(&draw::signboard(800, 600), 15, 15), 90, &Beside::default());
    let upload =
        Upload { item: SIGNBOARD, material: "site-photo", keep_anyway: false, name: "photo.jpg", file: &blurred };
    assert_eq!(owner.upload(&upload).await.problem(), (422, "photo.blurred".to_owned()));
    let kept = owner.upload(&Upload { keep_anyway: true, ..upload }).await.expect(201).json();
    assert_eq!(
        (&kept["kept_anyway"], &kept["verdict"], &kept["code"]),
        (&Value::Bool(true), &"retake".into(), &"photo.blurred".into())
    );
    // A photo with a program behind its end, and one that says it is something else.
    let tail = b"PK\x03\x04<?php phpinfo(); ?>".to_vec();
    let hiding = wrap::jpeg(&files::scene(), 90, &Beside { tail: tail.clone(), ..Beside::default() });
    let named = wrap::plain(&files::scene(), ImageFormat::Png);
    for (name, file) in [("photo.php", &hiding), ("../../etc/passwd", &named)] {
        let photo = owner.photo(SIGNBOARD, "site-photo", name, file).await;
        let content = owner.get(&format!("/v1/photos/{photo}/content")).await.expect(200);
        assert!(!content.body.windows(5).any(|part| part == b"<?php"), "{name}");
        assert_eq!(content.header("content-type"), "image/jpeg");
        assert_eq!(content.header("x-content-type-options"), "nosniff");
        assert!(content.header("content-disposition").starts_with("attachment"), "{name}");
    }
}

fn no_pictures() -> Vec<Hostile> {
    let svg = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    vec![
        ("nothing", Vec::new(), "photo.empty"),
        ("text", b"This is no photo.".to_vec(), "photo.not_an_image"),
        ("an archive", [b"PK\x03\x04\x14\0".to_vec(), vec![0; 200]].concat(), "photo.not_an_image"),
        ("a program", [b"\x7fELF\x02\x01\x01".to_vec(), vec![0; 200]].concat(), "photo.not_an_image"),
        (
            "commands for a drawing program",
            b"push graphic-context\nimage over 0,0 0,0 'https://x/|id'\n".to_vec(),
            "photo.not_an_image",
        ),
        ("one byte", vec![b'1'], "photo.not_an_image"),
        ("zeros", vec![0; 100_000], "photo.not_an_image"),
        ("a page", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), "photo.not_an_image"),
        ("a drawing", svg.to_vec(), "photo.unsupported"),
        ("a document", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF".to_vec(), "photo.unsupported"),
        ("a film", [b"\0\0\0\x14ftypqt  \0\0\0\0qt  ".to_vec(), vec![0; 200]].concat(), "photo.unsupported"),
        ("an AVIF", [b"\0\0\0\x1cftypavif\0\0\0\0avifmif1".to_vec(), vec![0; 200]].concat(), "photo.unsupported"),
    ]
}

/// Small files that announce far more than they should be allowed to.
fn traps() -> Vec<Hostile> {
    let mut png = wrap::plain(&draw::signboard(32, 32), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    let mut flat = wrap::plain(&draw::signboard(32, 32), ImageFormat::Png);
    flat[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;".to_vec();
    let mut jpeg = wrap::jpeg(&draw::signboard(64, 64), 80, &Beside::default());
    let frame = jpeg.windows(2).position(|marker| marker == b"\xff\xc0").unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let mut bmp = wrap::plain(&draw::signboard(32, 32), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0]);
    vec![
        ("10 billion pixels of PNG", png, "photo.too_many_pixels"),
        ("900 million pixels of PNG", flat, "photo.too_many_pixels"),
        ("4 billion pixels of GIF", gif, "photo.too_many_pixels"),
        ("4 billion pixels of JPEG", jpeg, "photo.too_many_pixels"),
        ("900 million pixels of BMP", bmp, "photo.too_many_pixels"),
    ]
}

/// Photos that came to harm on their way.
fn damaged() -> Vec<Hostile> {
    let picture = files::scene();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let jpeg = wrap::jpeg(&picture, 90, &Beside::default());
    let png = wrap::plain(&picture, ImageFormat::Png);
    let mut noisy = png.clone();
    let middle = noisy.len() / 2;
    noisy[middle..middle + 64].fill(0x55);
    let no_frame: Vec<u8> =
        [&b"\xff\xd8"[..], &jpeg[jpeg.windows(2).position(|m| m == b"\xff\xda").unwrap()..]].concat();
    vec![
        ("half a JPEG", half(&jpeg), "photo.damaged"),
        ("the first bytes of a JPEG", jpeg[..300].to_vec(), "photo.damaged"),
        ("a JPEG without a frame", no_frame, "photo.damaged"),
        ("half a PNG", half(&png), "photo.damaged"),
        ("a PNG with other bytes in its middle", noisy, "photo.damaged"),
        ("half a WebP", half(&wrap::plain(&picture, ImageFormat::WebP)), "photo.damaged"),
        ("half a HEIC", half(files::HEIC), "photo.damaged"),
        ("half a GIF", half(&wrap::plain(&draw::patches(640, 480), ImageFormat::Gif)), "photo.damaged"),
        ("a TIFF that points beyond its end", b"II*\0\xff\xff\xff\x7f\0\0\0\0".to_vec(), "photo.damaged"),
        (
            "a GIF without width",
            b"GIF89a\0\0\x20\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\x20\0\0\x02\x02D\x01\0;".to_vec(),
            "photo.damaged",
        ),
    ]
}

/// Photos nobody could use.
fn unfit() -> Vec<Hostile> {
    let picture = draw::signboard(800, 600);
    let as_jpeg = |picture: &image::RgbImage| wrap::jpeg(picture, 90, &Beside::default());
    vec![
        ("one pixel", wrap::plain(&draw::patches(1, 1), ImageFormat::Png), "photo.too_small"),
        ("a thumbnail", as_jpeg(&draw::signboard(320, 240)), "photo.too_small"),
        ("out of focus", as_jpeg(&draw::blurred(&picture, 15, 15)), "photo.blurred"),
        ("by night", as_jpeg(&draw::relit(&picture, 0.04, 0.0)), "photo.too_dark"),
        ("against the sun", as_jpeg(&draw::relit(&picture, 0.1, 245.0)), "photo.too_bright"),
    ]
}
