//! `docs/photos.md` and its pictures belong together, and stay small enough to be kept with the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Bytes of all pictures together.
const MOST_BYTES: u64 = 600 << 10;

#[test]
fn every_picture_is_on_the_page_and_every_one_on_the_page_is_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = fs::read_to_string(docs.join("photos.md")).unwrap();
    let shown: BTreeSet<String> =
        page.split("src=\"photos/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    let mut bytes = 0;
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(docs.join("photos")).unwrap() {
        let entry = entry.unwrap();
        bytes += entry.metadata().unwrap().len();
        there.insert(entry.file_name().into_string().unwrap());
    }
    assert_eq!(shown, there);
    assert!(shown.len() > 20, "{shown:?}");
    assert!(bytes <= MOST_BYTES, "{bytes}");
}
