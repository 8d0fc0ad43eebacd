//! A PDF of photos, object by object: A4 pages with one JPEG on each, and nothing that a page does not show.

mod objects;

use std::collections::BTreeSet;

use objects::{Dict, File, Numbered, Object};

use super::{Flaw, Rule, damaged, flaw, jpeg, picture};

/// The sides of an A4 page in points, and how far from them a page may be.
const A4: (f64, f64) = (595.276, 841.89);
const ABOUT: f64 = 1.0;

/// Whether the file is a PDF whose pages obey the rule: what it says of pictures, it says of the picture on each page.
pub(super) fn look(bytes: &[u8], rule: &Rule) -> Result<(), Flaw> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(flaw("file.format", "不是 PDF；not a PDF"));
    }
    let file = File::read(bytes).map_err(damaged)?;
    let mut seen = Seen { file: &file, objects: BTreeSet::new() };
    only(&file.trailer, &["Root", "Size"])?;
    let root = seen.dict(file.trailer.get(&b"Root"[..]), "Catalog", &["Type", "Pages"])?;
    let tree = seen.dict(root.get(&b"Pages"[..]), "Pages", &["Type", "Kids", "Count"])?;
    let Some(Object::Array(pages)) = tree.get(&b"Kids"[..]) else { return Err(damaged("pages")) };
    if number(tree.get(&b"Count"[..])) != u32::try_from(pages.len()).ok().map(f64::from) || pages.is_empty() {
        return Err(damaged("pages"));
    }
    let many = |most: &u32| usize::try_from(*most).is_ok_and(|most| pages.len() > most);
    if let Some(most) = rule.max_pages.filter(many) {
        let have = pages.len();
        return Err(flaw("file.pages", format!("共 {have} 页，最多 {most} 页；{have} pages, at most {most}")));
    }
    for page in pages {
        seen.page(page, rule)?;
    }
    if seen.objects.len() == file.objects.len() { Ok(()) } else { Err(metadata("an object no page shows")) }
}

fn metadata(what: &str) -> Flaw {
    flaw("file.metadata", format!("含有不允许的内容；content that is not allowed: {what}"))
}

/// Whether the dictionary has these keys and no other.
fn only(dict: &Dict, keys: &[&str]) -> Result<(), Flaw> {
    let stranger = dict.keys().find(|key| !keys.iter().any(|known| known.as_bytes() == **key));
    stranger.map_or(Ok(()), |key| Err(metadata(&String::from_utf8_lossy(key))))
}

fn number(object: Option<&Object>) -> Option<f64> {
    if let Some(Object::Number(number)) = object { Some(*number) } else { None }
}

fn is_name(object: Option<&Object>, name: &str) -> bool {
    object == Some(&Object::Name(name.as_bytes()))
}

/// What was looked at so far.
struct Seen<'a, 'b> {
    file: &'b File<'a>,
    objects: BTreeSet<u32>,
}

impl<'a, 'b> Seen<'a, 'b> {
    fn object(&mut self, object: Option<&Object>) -> Result<&'b Numbered<'a>, Flaw> {
        let Some(Object::Ref(id)) = object else { return Err(damaged("reference")) };
        self.objects.insert(*id);
        self.file.objects.get(id).ok_or_else(|| damaged("reference"))
    }

    /// A dictionary of this type, with no keys but these.
    fn dict(&mut self, object: Option<&Object>, kind: &str, keys: &[&str]) -> Result<&'b Dict<'a>, Flaw> {
        let found = self.object(object)?;
        if !is_name(found.dict.get(&b"Type"[..]), kind) || found.stream.is_some() {
            return Err(damaged(kind));
        }
        only(&found.dict, keys)?;
        Ok(&found.dict)
    }

    fn page(&mut self, page: &Object, rule: &Rule) -> Result<(), Flaw> {
        let page = self.dict(Some(page), "Page", &["Type", "Parent", "MediaBox", "Resources", "Contents"])?;
        let size = media_box(page.get(&b"MediaBox"[..]))?;
        let Some(Object::Dict(resources)) = page.get(&b"Resources"[..]) else { return Err(damaged("resources")) };
        only(resources, &["XObject"])?;
        let Some(Object::Dict(pictures)) = resources.get(&b"XObject"[..]) else { return Err(damaged("resources")) };
        let mut pictures = pictures.iter();
        let (Some((name, shown)), None) = (pictures.next(), pictures.next()) else {
            return Err(flaw("file.pages", "每页应有一张图片；one picture on each page"));
        };
        let pixels = image(self.object(Some(shown))?, rule)?;
        let contents = self.object(page.get(&b"Contents"[..]))?;
        only(&contents.dict, &["Length"])?;
        let drawing = contents.stream.ok_or_else(|| damaged("contents"))?;
        if drawn(drawing, name, size, pixels) { Ok(()) } else { Err(damaged("drawing")) }
    }
}

/// Width and height of an A4 page, upright or across.
fn media_box(object: Option<&Object>) -> Result<(f64, f64), Flaw> {
    let Some(Object::Array(corners)) = object else { return Err(damaged("media box")) };
    let corners: Vec<_> = corners.iter().filter_map(|corner| number(Some(corner))).collect();
    let near = |(wide, high): (f64, f64), to: (f64, f64)| (wide - to.0).abs() <= ABOUT && (high - to.1).abs() <= ABOUT;
    match corners.as_slice() {
        [0.0, 0.0, wide, high] if near((*wide, *high), A4) || near((*high, *wide), A4) => Ok((*wide, *high)),
        _ => Err(flaw("file.page_size", "页面应为 A4；the pages must be A4")),
    }
}

/// A JPEG that obeys the rule and is what the PDF says it is; its width and height.
fn image(image: &Numbered, rule: &Rule) -> Result<(f64, f64), Flaw> {
    let said = &image.dict;
    let keys = ["Type", "Subtype", "Length", "Filter", "Width", "Height", "BitsPerComponent", "ColorSpace"];
    only(said, &keys)?;
    let get = |key: &str| said.get(key.as_bytes());
    let jpeg = image.stream.filter(|_| is_name(get("Subtype"), "Image") && is_name(get("Filter"), "DCTDecode"));
    let jpeg = jpeg.ok_or_else(|| flaw("file.format", "页面上应为 JPEG 图片；what is on a page must be a JPEG"))?;
    let facts = jpeg::look(jpeg)?;
    picture(facts, rule, || jpeg::decode(jpeg))?;
    let (width, height) = (f64::from(facts.width), f64::from(facts.height));
    let colours = if facts.grey { "DeviceGray" } else { "DeviceRGB" };
    let true_of_it = is_name(get("ColorSpace"), colours)
        && [("Width", width), ("Height", height), ("BitsPerComponent", 8.0)]
            .iter()
            .all(|(key, value)| number(get(key)) == Some(*value));
    if true_of_it { Ok((width, height)) } else { Err(damaged("picture")) }
}

/// Whether a drawing shows the picture of this name once, upright, whole and undistorted, on a page of this size.
fn drawn(mut drawing: &[u8], name: &[u8], page: (f64, f64), pixels: (f64, f64)) -> bool {
    let mut words = Vec::new();
    while let (Some(word), true) = (objects::object(&mut drawing, 0), words.len() < 20) {
        words.push(word);
    }
    let [
        Object::Word(b"q"),
        matrix @ ..,
        Object::Word(b"cm"),
        Object::Name(shown),
        Object::Word(b"Do"),
        Object::Word(b"Q"),
    ] = words.as_slice()
    else {
        return false;
    };
    let matrix: Vec<_> = matrix.iter().filter_map(|word| number(Some(word))).collect();
    let [wide, 0.0, 0.0, high, left, below] = matrix.as_slice() else { return false };
    let within = |from: f64, length: f64, most: f64| from >= 0.0 && length > 0.0 && from + length <= most;
    let undistorted = (wide * pixels.1 / pixels.0 - high).abs() <= ABOUT;
    *shown == name && within(*left, *wide, page.0) && within(*below, *high, page.1) && undistorted
}

#[cfg(test)]
mod tests;
