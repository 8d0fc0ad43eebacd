//! The first half of the page: a photo before and after each step.

use image::{ImageFormat, Rgb, RgbImage, RgbaImage, imageops};
use photo::{Rule, normalise};

use crate::pictures::wrap::{self, Beside};
use crate::pictures::{self, draw, profiles};
use crate::{Page, changes, rule};

/// Side of the squares that stand for transparency.
const SQUARE: u32 = 12;

/// Writes the steps in the order a photo takes them.
pub fn write(page: &mut Page) {
    decode(page);
    fit(page);
    cut(page);
    orient(page);
    colour(page);
    flatten(page);
    sign_in_bytes(page);
    page_in_bytes(page);
}

/// A picture before and one after, with what was found and what was done.
fn pair(page: &mut Page, name: &str, before: (String, &str), file: &[u8], rule: &Rule) {
    let outcome = normalise(file, rule);
    let output = outcome.output.unwrap();
    let after = page.show(&format!("{name}-after"), &output.data, 20_000);
    page.row(&[(before.0, before.1.to_owned()), (after, changes(&outcome.changes))]);
}

fn decode(page: &mut Page) {
    page.heading(
        "### decode · 读",
        "手机常存 HEIC，门户只收 JPEG。JPEG、PNG、WebP、GIF、BMP、TIFF、HEIC 都能读，不用自己转换。",
        "Phones like to store HEIC and portals take JPEG. JPEG, PNG, WebP, GIF, BMP, TIFF and HEIC are all read; nobody has to convert anything.",
    );
    let outcome = normalise(pictures::HEIC, &rule("scene", "max_bytes = 200000"));
    let after = page.show("decode-after", &outcome.output.unwrap().data, 20_000);
    page.row(&[(after, format!("HEIC, {} bytes<br>{}", pictures::HEIC.len(), changes(&outcome.changes)))]);
}

fn fit(page: &mut Page) {
    page.heading(
        "### fit · 尺寸",
        "太大就缩小，从不放大。缩小的时候才解码到需要的大小，所以 2 亿像素的照片也不怕。",
        "Shrunk when too large, never enlarged. A photo is decoded no larger than it is needed, so that even 200 megapixels take little.",
    );
    let picture = draw::signboard(2400, 1800);
    let file = wrap::jpeg(&picture, 90, &Beside::default());
    let before = page.draw("fit-before", &picture);
    pair(page, "fit", (before, "2400 × 1800"), &file, &rule("scene", "max_bytes = 200000\nmax_long_px = 1280"));
}

fn cut(page: &mut Page) {
    page.heading(
        "### fit · 裁剪",
        "规格写明了准确的宽高（如证件照 358 × 441），就居中裁剪，再缩到那么大。",
        "Where a rule names an exact width and height (358 × 441 for a likeness), the picture is cut about its centre and then shrunk to that.",
    );
    let picture = draw::portrait(1200, 1000);
    let file = wrap::jpeg(&picture, 90, &Beside::default());
    let before = page.draw("cut-before", &picture);
    let rule = rule("portrait", "max_bytes = 60000\nexact_px = [358, 441]");
    pair(page, "cut", (before, "1200 × 1000"), &file, &rule);
}

fn orient(page: &mut Page) {
    page.heading(
        "### orient · 方向",
        "手机横着存、另记一个“方向”，很多系统不认，照片就躺倒了。这里按方向转正，八种都认，转完不再留标记。",
        "A phone stores the picture lying down and notes beside it how to turn it; many systems overlook the note. It is obeyed here, all eight ways, and then removed.",
    );
    let picture = draw::signboard(900, 1200);
    let file = wrap::jpeg(&picture, 90, &Beside { orientation: Some(6), gps: true, ..Beside::default() });
    let before = page.draw("orient-before", &wrap::stored(&picture, 6));
    pair(page, "orient", (before, "EXIF 6 · GPS"), &file, &rule("scene", "max_bytes = 200000"));
}

fn colour(page: &mut Page) {
    page.heading(
        "### colour · 色彩",
        "左：忽略色彩配置（Adobe RGB），颜色发灰；右：按配置换算成 sRGB。印刷用的 CMYK 也换算；配置坏了就当 sRGB，并写明。",
        "Left: the profile (Adobe RGB) overlooked, and the colours are dull. Right: converted to sRGB by it. Printers' CMYK is converted as well; a broken profile is ignored, and said so.",
    );
    let (stored, profile) = profiles::stored_in(&draw::patches(880, 660), &profiles::adobe_rgb());
    let file = wrap::jpeg(&stored, 95, &Beside { profile: Some(profile), ..Beside::default() });
    let before = page.draw("colour-before", &stored);
    pair(page, "colour", (before, "Adobe RGB"), &file, &rule("rendering", "max_bytes = 200000"));
}

fn flatten(page: &mut Page) {
    page.heading(
        "### flatten · 底色",
        "效果图常有透明的地方，JPEG 存不了，有的系统会变成黑块。这里铺上规格里的底色（一般是白色）。",
        "Rendered pictures often have transparent places; JPEG has none, and some systems make them black. The rule's background, white as a rule, is laid under them.",
    );
    let picture = draw::with_hole(&draw::signboard(880, 660));
    let before = page.draw("flatten-before", &on_squares(&picture));
    let file = wrap::plain_alpha(&picture, ImageFormat::Png);
    pair(page, "flatten", (before, "PNG"), &file, &rule("rendering", "max_bytes = 200000"));
}

/// The picture before grey squares, as programs show transparency.
fn on_squares(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0;
        let square = if (x / SQUARE + y / SQUARE).is_multiple_of(2) { 255 } else { 200 };
        let alpha = u32::from(alpha);
        Rgb([r, g, b].map(|level| ((u32::from(level) * alpha + square * (255 - alpha)) / 255) as u8))
    })
}

fn sign_in_bytes(page: &mut Page) {
    page.heading(
        "### encode · 压缩到规定的字节数",
        "同一张 2400 × 1800 的门头照，要求分别是 200、100、48 KB。尺寸和质量一起算，取最清楚的；下面是招牌同一处的局部。",
        "One shop front of 2400 × 1800 under rules of 200, 100 and 48 KB. Size and quality are chosen together for the most legible picture; below is the same part of the sign.",
    );
    let file = wrap::jpeg(&draw::signboard(2400, 1800), 92, &Beside::default());
    budgets(page, "sign", "scene", &file, [0.08, 0.24, 0.44, 0.28]);
}

fn page_in_bytes(page: &mut Page) {
    page.heading(
        "#### 文件和红章 · A page and its seal",
        "文件类（`document`）把字节优先花在笔画和红章上。",
        "For documents the bytes go first to strokes and to the colour of seals.",
    );
    let file = wrap::jpeg(&draw::page(1654, 2339), 92, &Beside::default());
    budgets(page, "page", "document", &file, [0.5, 0.62, 0.36, 0.2]);
}

/// One file under three rules, and the same part of each result; the part is left, top, width and height as fractions.
fn budgets(page: &mut Page, name: &str, kind: &str, file: &[u8], part: [f64; 4]) {
    let cells = [200_u64, 100, 48].map(|budget| {
        let rule = rule(kind, &format!("max_bytes = {}\nmax_long_px = 2048\nmin_long_px = 640", budget * 1024));
        let output = normalise(file, &rule).output.unwrap();
        let picture = wrap::read(&output.data);
        let [left, top, width, height] = part;
        let (wide, high) = (f64::from(picture.width()), f64::from(picture.height()));
        let cut = imageops::crop_imm(
            &picture,
            (left * wide) as u32,
            (top * high) as u32,
            (width * wide) as u32,
            (height * high) as u32,
        );
        let shown = imageops::resize(&cut.to_image(), 290, 290 * cut.height() / cut.width(), imageops::FilterType::CatmullRom);
        let shown = page.show(&format!("{name}-{budget}"), &wrap::plain(&shown, ImageFormat::Png), 24_000);
        let quality = output.quality.unwrap_or_default();
        let kilobytes = output.bytes as f64 / 1024.0;
        let below = format!(
            "<b>≤ {budget} KB</b>: {kilobytes:.1} KB<br>{} × {}, quality {quality}",
            output.width, output.height
        );
        (shown, below)
    });
    page.row(&cells);
}
