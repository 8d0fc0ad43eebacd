//! One PDF of many photos, read back by a reader that shares nothing with the writer.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test ends where it cannot go on")]

/// The stand-in province's own.
#[path = "../../portal/src/simulator/inspect/pdf/objects.rs"]
mod objects;
#[path = "pictures/mod.rs"]
pub mod pictures;

use image::ImageFormat;
use objects::{File, Numbered, Object};
use photo::{Colour, Format, Rule, normalise, pdf};
use pictures::draw;
use pictures::wrap::{self, Beside};
use proptest::prelude::*;

fn rule(pages: usize, max_bytes: u64, colour: Colour) -> Rule {
    let pages = u32::try_from(pages).ok();
    let text = format!("name='a'\nkind='scene'\nformat='pdf'\nmax_bytes={max_bytes}\ndpi=200\nmax_long_px=400");
    Rule { max_pages: pages, colour, ..toml::from_str(&text).unwrap() }
}

fn page(bytes: &[u8], rule: &Rule) -> Vec<u8> {
    let output = normalise(bytes, rule).output.unwrap();
    assert_eq!(output.format, Format::Jpeg, "a page is an ordinary photo");
    output.data
}

fn get<'a>(object: &'a Numbered<'a>, key: &str) -> &'a Object<'a> {
    &object.dict[key.as_bytes()]
}

fn follow<'a>(file: &'a File<'a>, object: &Object) -> &'a Numbered<'a> {
    let Object::Ref(id) = object else { panic!("{object:?} is no reference") };
    &file.objects[id]
}

/// Whether each page is across, with its picture and the picture's colours.
fn pages<'a>(file: &'a File<'a>) -> Vec<(bool, &'a [u8], &'a [u8])> {
    let root = follow(file, &file.trailer[&b"Root"[..]]);
    let tree = follow(file, get(root, "Pages"));
    let Object::Array(kids) = get(tree, "Kids") else { panic!("{tree:?}") };
    let one = |page: &Object| {
        let page = follow(file, page);
        let (a4, turned) = ([0.0, 0.0, 595.28, 841.89], [0.0, 0.0, 841.89, 595.28]);
        let media_box = |sides: [f64; 4]| *get(page, "MediaBox") == Object::Array(sides.map(Object::Number).to_vec());
        assert!(media_box(a4) || media_box(turned), "{page:?}");
        let Object::Dict(resources) = get(page, "Resources") else { panic!("{page:?}") };
        let Object::Dict(shown) = &resources[&b"XObject"[..]] else { panic!("{page:?}") };
        let image = follow(file, shown.values().next().unwrap());
        let Object::Name(colours) = get(image, "ColorSpace") else { panic!("{image:?}") };
        assert_eq!((shown.len(), get(image, "Filter")), (1, &Object::Name(b"DCTDecode")));
        (media_box(turned), image.stream.unwrap(), *colours)
    };
    kids.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_photo_is_a_page_as_it_is(
        sizes in prop::collection::vec((8_u32..500, 8_u32..500, any::<bool>()), 1..8),
        each in 6_000_u64..40_000,
    ) {
        let max_bytes = each * sizes.len() as u64;
        let photos: Vec<_> = sizes
            .iter()
            .map(|(width, height, grey)| {
                let colour = if *grey { Colour::Grey } else { Colour::Srgb };
                let file = wrap::jpeg(&draw::patches(*width, *height), 90, &Beside::default());
                page(&file, &rule(sizes.len(), max_bytes, colour))
            })
            .collect();
        let bytes = pdf::assemble(&photos).unwrap();
        prop_assert!(bytes.len() as u64 <= max_bytes, "{} of {max_bytes}", bytes.len());
        prop_assert_eq!(&bytes, &pdf::assemble(&photos).unwrap(), "the same photos, the same file");
        let file = File::read(&bytes).unwrap();
        let read = pages(&file);
        prop_assert_eq!(read.len(), photos.len());
        prop_assert_eq!(file.objects.len(), 2 + 3 * photos.len());
        for ((page, photo), (.., grey)) in read.iter().zip(&photos).zip(&sizes) {
            let decoded = image::load_from_memory_with_format(photo, ImageFormat::Jpeg).unwrap();
            prop_assert_eq!(page.0, decoded.width() > decoded.height());
            prop_assert!(page.1 == photo, "as it is");
            prop_assert_eq!(page.2, if *grey { &b"DeviceGray"[..] } else { b"DeviceRGB" });
        }
    }
}

#[test]
fn the_tightest_rule_and_the_longest_file_keep_their_bytes() {
    for count in [1, 2, 9, 10, 33, 34, 100] {
        let least = 2_000 * u64::try_from(count).unwrap() + 400 + 600 * u64::try_from(count).unwrap();
        let rule = rule(count, least, Colour::Srgb);
        assert_eq!(rule.validate(), Ok(()), "{count}");
        assert!(rule_with(&rule, least - 1).validate().is_err(), "{count}");
        let photo = page(&wrap::jpeg(&draw::patches(60, 40), 90, &Beside::default()), &rule);
        // As many bytes as a page may have at most: what is said of a page must not depend on its picture's bits.
        let padded: Vec<_> = (0..count).map(|_| padded(&photo, 2_000)).collect();
        let bytes = pdf::assemble(&padded).unwrap();
        assert!(bytes.len() as u64 <= least, "{count}: {} of {least}", bytes.len());
        assert_eq!(pages(&File::read(&bytes).unwrap()).len(), count);
    }
}

fn rule_with(rule: &Rule, max_bytes: u64) -> Rule {
    Rule { max_bytes, ..rule.clone() }
}

/// The same JPEG with fill bytes before its end marker.
fn padded(jpeg: &[u8], length: usize) -> Vec<u8> {
    let (picture, end) = jpeg.split_at(jpeg.len() - 2);
    [picture, &vec![0xff; length - jpeg.len()], end].concat()
}

#[test]
fn what_is_no_page_makes_no_file() {
    let picture = draw::patches(90, 60);
    let good = wrap::jpeg(&picture, 90, &Beside::default());
    assert!(pdf::assemble(&[&good]).is_some());
    let png = wrap::plain(&picture, ImageFormat::Png);
    let progressive = wrap::jpeg(&picture, 90, &Beside { progressive: true, ..Beside::default() });
    for strange in [png, progressive, Vec::new(), good[..good.len() / 4].to_vec()] {
        assert_eq!(pdf::assemble(&[&good, &strange]), None);
    }
    assert_eq!(pdf::assemble::<Vec<u8>>(&[]), None);
    assert_eq!(pdf::assemble(&vec![&good; 101]), None);
}

#[test]
fn one_photo_alone_is_a_file_of_one_page() {
    let rule = rule(3, 60_000, Colour::Srgb);
    let outcome = normalise(&wrap::jpeg(&draw::patches(300, 200), 90, &Beside::default()), &rule);
    let page = outcome.output.clone().unwrap();
    let file = pdf::alone(outcome).output.unwrap();
    assert_eq!((file.format, file.bytes, file.width, file.height), (Format::Pdf, file.data.len() as u64, 300, 200));
    assert_eq!(pages(&File::read(&file.data).unwrap()), [(true, &page.data[..], &b"DeviceRGB"[..])]);
    let refused = normalise(b"no photo", &rule);
    assert_eq!(pdf::alone(refused.clone()), refused);
}
