//! Puts finished photos into one PDF: an A4 page each, the JPEG as it is, and nothing else.
//!
//! The same photos always give the same bytes: no date, no id, no name of a program. What is sent again is the same file.

use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Settings};

use crate::decode;
use crate::limits::Limits;
use crate::outcome::{Change, Format, Outcome, Output};

/// The sides of an A4 page, in points of 1/72 inch.
const A4: (f32, f32) = (595.28, 841.89);
/// What stays white at each edge: 10 mm, which every printer can reach.
const MARGIN: f32 = 28.35;
/// Most pages of one file.
pub(crate) const MOST_PAGES: u32 = 100;
/// Bytes that a PDF has at most beside its pictures: once, and for each page.
const ONCE: u64 = 400;
const EACH_PAGE: u64 = 600;
/// Compact, and the same everywhere.
const SETTINGS: Settings = Settings { pretty: false };
/// What the picture is called on its page.
const PICTURE: Name<'static> = Name(b"P");

/// Bytes that a PDF of so many pages has at most beside its pictures.
pub(crate) fn overhead(pages: u32) -> u64 {
    ONCE + EACH_PAGE * u64::from(pages)
}

/// One PDF of these pictures, a page each, in their order: upright or across, as the picture is, in the middle of the
/// page. Nothing when there is none, or one is no JPEG such as [`normalise`](crate::normalise) makes.
pub fn assemble<T: AsRef<[u8]>>(pictures: &[T]) -> Option<Vec<u8>> {
    let pages = pictures.iter().map(|jpeg| Page::of(jpeg.as_ref())).collect::<Option<Vec<_>>>()?;
    let count = u32::try_from(pages.len()).ok().filter(|count| (1..=MOST_PAGES).contains(count))?;
    let size = pages.iter().map(|page| page.jpeg.len()).sum::<usize>() + usize::try_from(overhead(count)).ok()?;
    let mut pdf = Pdf::with_settings_and_capacity(SETTINGS, size);
    let (catalogue, tree) = (Ref::new(1), Ref::new(2));
    pdf.catalog(catalogue).pages(tree);
    let ids: Vec<_> = (3..).step_by(3).map(Ref::new).take(pages.len()).collect();
    pdf.pages(tree).kids(ids.iter().copied()).count(i32::try_from(count).ok()?);
    for (page, id) in pages.iter().zip(ids) {
        page.write(&mut pdf, tree, id);
    }
    Some(pdf.finish())
}

/// The outcome of one photo with the finished file a portal takes that wants a PDF: one of a single page. Its width and
/// height stay those of the picture.
#[must_use]
pub fn alone(outcome: Outcome) -> Outcome {
    let Some(output) = &outcome.output else { return outcome };
    let Some(data) = assemble(&[&output.data]) else { return outcome };
    let file = Output { format: Format::Pdf, bytes: data.len() as u64, data, ..*output };
    let (from, to) = (output.format.to_string(), format!("{}, 1 page", Format::Pdf));
    let mut changes = outcome.changes;
    changes.push(Change { step: "bind".to_owned(), from, to });
    Outcome { output: Some(file), changes, ..outcome }
}

/// One picture, and what its page must know of it.
struct Page<'a> {
    jpeg: &'a [u8],
    width: u16,
    height: u16,
    grey: bool,
}

impl<'a> Page<'a> {
    fn of(jpeg: &'a [u8]) -> Option<Self> {
        let parts = decode::jpeg_parts(jpeg, &Limits::default())?;
        // Lengths are written as 32-bit numbers.
        i32::try_from(jpeg.len()).ok()?;
        let (width, height) = parts.size;
        let side = |pixels: u32| u16::try_from(pixels).ok().filter(|pixels| *pixels > 0);
        Some(Self { jpeg, width: side(width)?, height: side(height)?, grey: parts.grey })
    }

    /// Writes the page as `id`; the picture and what draws it are the next two.
    fn write(&self, pdf: &mut Pdf, tree: Ref, id: Ref) {
        let (picture, drawing) = (Ref::new(id.get() + 1), Ref::new(id.get() + 2));
        let (across, down) = if self.width > self.height { (A4.1, A4.0) } else { A4 };
        let mut page = pdf.page(id);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, across, down)).contents(drawing);
        page.resources().x_objects().pair(PICTURE, picture);
        page.finish();

        let mut image = pdf.image_xobject(picture, self.jpeg);
        image.width(self.width.into()).height(self.height.into()).bits_per_component(8);
        image.filter(Filter::DctDecode);
        if self.grey {
            image.color_space().device_gray();
        } else {
            image.color_space().device_rgb();
        }
        image.finish();

        let (wide, high) = (f32::from(self.width), f32::from(self.height));
        let scale = ((across - 2.0 * MARGIN) / wide).min((down - 2.0 * MARGIN) / high);
        let (wide, high) = (points(wide * scale), points(high * scale));
        let mut content = Content::with_settings(SETTINGS);
        let middle = [points((across - wide) / 2.0), points((down - high) / 2.0)];
        content.save_state().transform([wide, 0.0, 0.0, high, middle[0], middle[1]]).x_object(PICTURE).restore_state();
        pdf.stream(drawing, &content.finish());
    }
}

/// To a hundredth of a point, and never nothing.
fn points(length: f32) -> f32 {
    ((length * 100.0).round() / 100.0).max(0.01)
}
