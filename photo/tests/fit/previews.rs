//! Previews: small, upright, of everything that can be read.

use photo::{Code, preview};

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{self, draw};
use crate::{refused, rule};

#[test]
fn a_preview_is_small_and_upright() {
    let picture = draw::signboard(1600, 1200);
    let stored = wrap::jpeg(&picture, 90, &Beside { orientation: Some(6), gps: true, ..Beside::default() });
    let small = preview(&stored, 480).unwrap();
    assert_eq!((small.width, small.height), (480, 360));
    assert!(small.bytes <= 480 * 480 / 5, "{}", small.bytes);
    assert!(draw::difference(&wrap::read(&small.data), &picture) < 6.0);
}

#[test]
fn what_a_browser_cannot_show_has_a_preview() {
    for heic in [pictures::HEIC, pictures::HEIC_TURNED] {
        let small = preview(heic, 240).unwrap();
        assert_eq!((small.width, small.height), (240, 180));
        assert!(draw::difference(&wrap::read(&small.data), &draw::signboard(480, 360)) < 8.0);
    }
    let tiff = wrap::tiff_turned(&draw::page(300, 400), 8, None);
    assert_eq!(preview(&tiff, 200).map(|small| (small.width, small.height)), Some((150, 200)));
}

#[test]
fn a_photo_that_is_refused_can_still_be_seen() {
    let tiny = wrap::jpeg(&draw::signboard(40, 30), 80, &Beside::default());
    assert_eq!(refused(&tiny, &rule("")), Code::TooSmall);
    assert_eq!(preview(&tiny, 480).map(|small| (small.width, small.height)), Some((40, 30)));
    assert_eq!(preview(b"no picture", 480), None);
    let cut = wrap::jpeg(&draw::signboard(400, 300), 80, &Beside::default());
    assert_eq!(preview(&cut[..cut.len() / 2], 480), None);
}
