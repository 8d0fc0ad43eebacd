use proptest::prelude::*;

use crate::simulator::inspect::tests::{code, jpeg, rule};
use crate::simulator::inspect::{Rule, check};

/// The objects of a good file: a page across, then one upright.
fn parts() -> Vec<Vec<u8>> {
    let mut parts =
        vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type /Pages /Kids [3 0 R 6 0 R] /Count 2>>".to_vec()];
    for (id, width, height, size, matrix) in
        [(3, 80, 60, "842 595", "640 0 0 480 100 57"), (6, 60, 80, "595.28 841.89", "300 0 0 400 0 0")]
    {
        parts.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents {} 0 R\n\
                 /Resources << /XObject << /Im1 {} 0 R >> >> >>",
                id + 2,
                id + 1
            )
            .into(),
        );
        let picture = jpeg(width, height);
        let head = format!(
            "<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8\
             /Filter/DCTDecode/Length {}>>stream\n",
            picture.len()
        );
        parts.push([head.as_bytes(), &picture, b"\nendstream"].concat());
        let drawing = format!("q {matrix} cm /Im1 Do Q");
        parts.push(format!("<</Length {}>>\nstream\r\n{drawing}\r\nendstream", drawing.len()).into());
    }
    parts
}

/// A file of these objects.
fn bind(parts: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", parts.len() + 1);
    for (index, part) in parts.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{} 0 obj\n", index + 1).bytes());
        file.extend(part);
        file.extend(b"\nendobj\n");
    }
    let end = format!("{table}trailer\n<</Size {}{trailer}>>\nstartxref\n{}\n%%EOF\n", parts.len() + 1, file.len());
    file.extend(end.bytes());
    file
}

fn good() -> Vec<u8> {
    bind(&parts(), "/Root 1 0 R")
}

fn pdf() -> Rule {
    Rule { format: "pdf".into(), max_pages: Some(2), ..rule() }
}

/// What is said of the good file after one object was changed, text for text.
fn changed(index: usize, from: &str, to: &str) -> &'static str {
    let mut parts = parts();
    let part = &mut parts[index];
    let at = part.windows(from.len()).position(|window| window == from.as_bytes()).expect(from);
    part.splice(at..at + from.len(), to.bytes());
    code(&bind(&parts, "/Root 1 0 R"), &pdf())
}

#[test]
fn photos_on_a4_pages_and_each_limit() {
    assert_eq!(check(&good(), &pdf()), Ok("application/pdf"));
    let with = |change: fn(&mut Rule)| {
        let mut rule = pdf();
        change(&mut rule);
        code(&good(), &rule)
    };
    assert_eq!(with(|rule| rule.max_pages = None), "good");
    assert_eq!(with(|rule| rule.max_pages = Some(1)), "file.pages");
    assert_eq!(with(|rule| rule.max_bytes = Some(1000)), "file.too_many_bytes");
    assert_eq!(with(|rule| rule.min_short_px = Some(61)), "file.pixels");
    assert_eq!(with(|rule| rule.dpi = Some(300)), "file.density");
    assert_eq!(with(|rule| rule.colour = Some("grey".into())), "file.colour");
    assert_eq!(changed(2, "842 595", "842 595.9"), "good");
    assert_eq!(changed(2, "842 595", "792 612"), "file.page_size");
    assert_eq!(changed(2, "0 0 842", "0 9 842"), "file.page_size");
}

#[test]
fn what_is_no_jpeg_is_no_page() {
    assert_eq!(code(b"PK", &pdf()), "file.format");
    assert_eq!(changed(3, "DCTDecode", "FlateDecode"), "file.format");
    assert_eq!(changed(3, "DeviceRGB", "DeviceGray"), "file.damaged");
    assert_eq!(changed(3, "Width 80", "Width 81"), "file.damaged");
    assert_eq!(changed(3, "JFIF", "JFXX"), "file.metadata");
    assert_eq!(changed(2, "/Im1 4 0 R", "/Im1 4 0 R /Im2 7 0 R"), "file.pages");
    assert_eq!(changed(2, "/Im1 4 0 R", ""), "file.pages");
}

#[test]
fn the_picture_is_shown_whole_upright_and_undistorted() {
    assert_eq!(changed(4, "640 0 0 480", "320 0 0 240"), "good");
    for wrong in ["640 0 0 479.99 300 57", "640 0 0 400 100 57", "0 640 480 0 100 57", "-640 0 0 480 700 57"] {
        let mut parts = parts();
        let drawing = format!("q {wrong} cm /Im1 Do Q");
        parts[4] = format!("<</Length {}>> stream\n{drawing} endstream", drawing.len()).into();
        assert_eq!(code(&bind(&parts, "/Root 1 0 R"), &pdf()), "file.damaged", "{wrong}");
    }
    assert_eq!(changed(4, "/Im1 Do", "/Im2 Do"), "file.damaged");
}

#[test]
fn nothing_else_is_in_the_file() {
    assert_eq!(changed(0, "/Pages", "/OpenAction 4 0 R/Pages"), "file.metadata");
    assert_eq!(changed(2, "/Parent", "/Annots [] /Parent"), "file.metadata");
    assert_eq!(changed(3, "/Width", "/Metadata 1 0 R /Width"), "file.metadata");
    assert_eq!(code(&bind(&parts(), "/Root 1 0 R/Info 1 0 R"), &pdf()), "file.metadata");
    let more = [parts(), vec![b"<</JS (app.alert)>>".to_vec()]].concat();
    assert_eq!(code(&bind(&more, "/Root 1 0 R"), &pdf()), "file.metadata");
    let between = [parts()[0].clone(), b"\nendobj\nhidden".to_vec()].concat();
    let between = [vec![between], parts()[1..].to_vec()].concat();
    assert_eq!(code(&bind(&between, "/Root 1 0 R"), &pdf()), "file.damaged");
    assert_eq!(code(&[&good()[..], b"hidden"].concat(), &pdf()), "file.damaged");
    // A second table would replace what the first says.
    assert_eq!(code(&[good(), good()].concat(), &pdf()), "file.damaged");
}

#[test]
fn a_truncated_file_is_damaged_wherever_it_ends() {
    let good = good();
    for end in 5..good.len() - "\n".len() {
        assert_eq!(code(&good[..end], &pdf()), "file.damaged", "{end} of {}", good.len());
    }
}

proptest! {
    #[test]
    fn no_file_is_too_strange(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = good();
        for (place, byte) in places {
            let at = place.index(file.len());
            file[at] = byte;
        }
        check(&file, &pdf()).ok();
    }

    #[test]
    fn values_nest_as_deep_as_they_like(text in "[\\[\\]<>()/%a-c0-9 ]{0,200}") {
        let mut rest = text.as_bytes();
        while super::objects::object(&mut rest, 0).is_some() {}
    }
}
