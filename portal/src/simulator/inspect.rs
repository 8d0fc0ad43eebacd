//! Looks at a file with the province's own eyes: by its markers, and by decoding it. Shares nothing with the crate that
//! made the file.

use super::rule::Rule;

mod jpeg;
mod pdf;
mod png;

/// What is wrong with a file, for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: &'static str,
    pub(super) message: String,
}

fn flaw(code: &'static str, message: impl Into<String>) -> Flaw {
    Flaw { code, message: message.into() }
}

fn damaged(where_: &str) -> Flaw {
    flaw("file.damaged", format!("文件损坏 damaged: {where_}"))
}

/// What a picture says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    width: u32,
    height: u32,
    grey: bool,
    /// Dots per inch, across and down, when the file states it in inches.
    dpi: Option<(u32, u32)>,
}

/// The most memory a decoder may take.
const MAX_DECODED_BYTES: usize = 512 * 1024 * 1024;
/// The most pixels this province decodes.
const MAX_PIXELS: u64 = 100_000_000;

/// Whether `bytes` obey `rule`; the file's content type when they do.
pub(super) fn check(bytes: &[u8], rule: &Rule) -> Result<&'static str, Flaw> {
    let size = bytes.len() as u64;
    if let Some(max) = rule.max_bytes.filter(|max| size > *max) {
        return Err(flaw("file.too_many_bytes", format!("文件 {size} 字节，超过 {max}；more than {max} bytes")));
    }
    if let Some(min) = rule.min_bytes.filter(|min| size < *min) {
        return Err(flaw("file.too_few_bytes", format!("文件 {size} 字节，少于 {min}；fewer than {min} bytes")));
    }
    match rule.format.as_str() {
        "jpeg" => picture(jpeg::look(bytes)?, rule, || jpeg::decode(bytes)).map(|()| "image/jpeg"),
        "png" => picture(png::look(bytes)?, rule, || png::decode(bytes)).map(|()| "image/png"),
        "pdf" => pdf::look(bytes, rule).map(|()| "application/pdf"),
        _ => Err(flaw("file.format", "规格的格式本平台不支持；the rule's format is not known here")),
    }
}

/// Whether what the file says obeys the rule, and what `decode` finds is as wide and high as it says.
fn picture(facts: Facts, rule: &Rule, decode: impl FnOnce() -> Option<(u32, u32)>) -> Result<(), Flaw> {
    size(&facts, rule)?;
    if let Some(dpi) = rule.dpi.map(u32::from).filter(|dpi| facts.dpi != Some((*dpi, *dpi))) {
        return Err(flaw("file.density", format!("分辨率应为 {dpi} dpi；the density must be {dpi} dpi")));
    }
    if rule.colour.as_deref() == Some("grey") && !facts.grey {
        return Err(flaw("file.colour", "应为灰度图；must be grey"));
    }
    let decoded = decode().ok_or_else(|| damaged("decoding"))?;
    if decoded == (facts.width, facts.height) { Ok(()) } else { Err(damaged("size")) }
}

fn size(facts: &Facts, rule: &Rule) -> Result<(), Flaw> {
    let (width, height) = (facts.width, facts.height);
    let (short, long) = (width.min(height), width.max(height));
    let wrong = |limit: String| {
        Err(flaw("file.pixels", format!("图片 {width}×{height}，要求 {limit}；{width}×{height}, wanted {limit}")))
    };
    if u64::from(width) * u64::from(height) > MAX_PIXELS || short == 0 {
        return wrong(format!("1–{MAX_PIXELS}"));
    }
    if let Some((w, h)) = rule.exact_px.filter(|exact| *exact != (width, height)) {
        return wrong(format!("{w}×{h}"));
    }
    if let Some(min) = rule.min_short_px.filter(|min| short < *min) {
        return wrong(format!("短边 short ≥ {min}"));
    }
    if let Some(min) = rule.min_long_px.filter(|min| long < *min) {
        return wrong(format!("长边 long ≥ {min}"));
    }
    if let Some(max) = rule.max_long_px.filter(|max| long > *max) {
        return wrong(format!("长边 long ≤ {max}"));
    }
    Ok(())
}

/// Takes `n` bytes off the front.
fn take<'a>(rest: &mut &'a [u8], n: usize, what: &str) -> Result<&'a [u8], Flaw> {
    let (head, tail) = rest.split_at_checked(n).ok_or_else(|| damaged(what))?;
    *rest = tail;
    Ok(head)
}

/// Takes a big-endian number of `n` bytes, at most four, off the front.
fn number(rest: &mut &[u8], n: usize, what: &str) -> Result<u32, Flaw> {
    Ok(take(rest, n, what)?.iter().fold(0, |number, byte| (number << 8) | u32::from(*byte)))
}

#[cfg(test)]
mod tests;
