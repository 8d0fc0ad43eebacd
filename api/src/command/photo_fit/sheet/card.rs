//! One photo on the page.

use std::ffi::OsString;
use std::path::{Component, Path};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use photo::{Change, Check, Input, Outcome, Output, Verdict};

use super::Card;
use super::words::{self, address, escape, size};

/// Longest side of a picture that stands beside a link to the file, and of one that stands for it.
const SMALL_PX: u32 = 480;
const LARGE_PX: u32 = 960;
/// A result is embedded as it is up to so many bytes: a small portrait is seen best as it will be sent.
const WHOLE_BYTES: u64 = 96 << 10;

/// What is known of one photo that was worked on.
pub struct Fitted<'a> {
    /// As it was named on the command line.
    pub file: &'a Path,
    /// The untouched bytes.
    pub bytes: &'a [u8],
    /// What became of it.
    pub outcome: &'a Outcome,
    /// What shows the result, where a browser does not show the result itself within a page.
    pub picture: Option<&'a Output>,
    /// Where the result was written, if it was.
    pub written: Option<&'a Path>,
    /// How long it took.
    pub millis: u64,
    /// Where the page will stand: links are relative to it.
    pub page: &'a Path,
}

/// The card of a photo that was worked on.
pub fn fitted(photo: &Fitted<'_>) -> Card {
    let outcome = photo.outcome;
    let (class, zh) = match outcome.verdict {
        Verdict::Ready => ("ready", "可用"),
        Verdict::Retake => ("retake", "建议重拍"),
        Verdict::Refused => ("refused", "不能用"),
    };
    let code = outcome.code.map_or_else(String::new, |code| format!(" <code>{code}</code>"));
    let advice = outcome.advice.as_ref().map_or_else(String::new, |advice| {
        format!("<p class=\"advice\">{}<span lang=\"en\">{}</span></p>\n", escape(&advice.zh), escape(&advice.en))
    });
    let html = format!(
        "<article class=\"{class}\">\n<header><h2><bdi>{file}</bdi></h2>\
         <p><b class=\"verdict\">{zh} <span lang=\"en\">{class}</span></b>{code} <span class=\"time\">{millis} ms</span></p>\
         </header>\n<div class=\"pair\">\n{before}{after}</div>\n{advice}<div class=\"facts\">\n{changes}{checks}</div>\n</article>\n",
        file = escape(&photo.file.to_string_lossy()),
        millis = photo.millis,
        before = before(photo.bytes, &outcome.input),
        after = after(photo),
        changes = changes(&outcome.changes),
        checks = checks(&outcome.checks),
    );
    Card {
        html,
        verdict: Some(outcome.verdict),
        bytes: outcome.input.bytes,
        output_bytes: outcome.output.as_ref().map(|output| output.bytes),
        millis: photo.millis,
    }
}

/// The card of a file that could not be opened or whose result could not be written.
pub fn unreadable(file: &Path, reason: &str) -> Card {
    let html = format!(
        "<article class=\"unreadable\">\n<header><h2><bdi>{}</bdi></h2><p><b class=\"verdict\">读不到 \
         <span lang=\"en\">unreadable</span></b></p></header>\n<p class=\"advice\">{}</p>\n</article>\n",
        escape(&file.to_string_lossy()),
        escape(reason),
    );
    Card { html, verdict: None, bytes: 0, output_bytes: None, millis: 0 }
}

/// The photo as it came, upright: a small JPEG of ours, since a browser shows neither HEIC nor TIFF.
fn before(bytes: &[u8], input: &Input) -> String {
    let mut facts = vec![input.format.as_deref().unwrap_or("?").to_uppercase()];
    if let (Some(width), Some(height)) = (input.width, input.height) {
        facts.push(format!("{width} × {height}"));
    }
    facts.push(size(input.bytes));
    facts.extend(input.orientation.filter(|turn| *turn > 1).map(|turn| format!("EXIF {turn}")));
    let shown = photo::preview(bytes, SMALL_PX).map_or_else(nothing, |small| picture(&small, "原图"));
    figure("原图", "before", &facts, &shown)
}

fn after(photo: &Fitted<'_>) -> String {
    let Some(output) = &photo.outcome.output else { return String::new() };
    let mut facts = vec![
        output.format.to_string().to_uppercase(),
        format!("{} × {}", output.width, output.height),
        size(output.bytes),
    ];
    facts.extend(output.quality.map(|quality| format!("q {quality}")));
    let long_px = if photo.written.is_some() { SMALL_PX } else { LARGE_PX };
    let seen = photo.picture.unwrap_or(output);
    let shown = if seen.bytes <= WHOLE_BYTES {
        picture(seen, "成品")
    } else {
        photo::preview(&seen.data, long_px).map_or_else(nothing, |small| picture(&small, "成品"))
    };
    let shown = photo.written.map_or_else(
        || shown.clone(),
        |path| format!("<a href=\"{}\" target=\"_blank\" rel=\"noopener\">{shown}</a>", link(photo.page, path)),
    );
    figure("成品", "after", &facts, &shown)
}

fn figure(zh: &str, en: &str, facts: &[String], shown: &str) -> String {
    let facts = escape(&facts.join(" · "));
    format!("<figure>{shown}<figcaption><b>{zh} <span lang=\"en\">{en}</span></b> {facts}</figcaption></figure>\n")
}

fn nothing() -> String {
    "<div class=\"none\">无法显示 <span lang=\"en\">cannot be shown</span></div>".to_owned()
}

fn picture(file: &Output, what: &str) -> String {
    format!(
        "<img src=\"data:{};base64,{}\" width=\"{}\" height=\"{}\" alt=\"{what}\">",
        file.format.content_type(),
        BASE64.encode(&file.data),
        file.width,
        file.height
    )
}

fn changes(changes: &[Change]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let rows = changes.iter().map(|change| {
        format!(
            "<tr><th>{} <span lang=\"en\">{}</span></th><td>{} → {}</td></tr>\n",
            words::step(&change.step),
            escape(&change.step),
            escape(&change.from),
            escape(&change.to)
        )
    });
    format!("<table class=\"changes\">\n{}</table>\n", rows.collect::<String>())
}

/// Each measure as a bar that is as long as it is wide at twice its limit; the limit is the mark in the middle.
fn checks(checks: &[Check]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let rows = checks.iter().map(|check| {
        let share = if check.limit > 0.0 { (check.value / check.limit * 50.0).clamp(0.0, 100.0) } else { 0.0 };
        format!(
            "<tr class=\"{}\"><th>{} <span lang=\"en\">{}</span></th>\
             <td class=\"bar\"><i style=\"width:{share:.1}%\"></i></td><td class=\"value\">{:.2} / {:.2}</td></tr>\n",
            if check.pass { "pass" } else { "fail" },
            words::check(&check.name),
            escape(&check.name),
            check.value,
            check.limit
        )
    });
    format!("<table class=\"checks\">\n{}</table>\n", rows.collect::<String>())
}

/// The way from the page to a file, as an address.
fn link(page: &Path, file: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().ok();
    let folder = page.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let (Some(folder), Some(file)) = (folder.and_then(whole), whole(file)) else {
        return address(file.as_os_str());
    };
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let mut way = OsString::from(".");
    for _ in folder.components().skip(shared) {
        way.push("/..");
    }
    for part in file.components().skip(shared) {
        if let Component::Normal(part) = part {
            way.push("/");
            way.push(part);
        }
    }
    address(&way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_from_the_page_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        std::fs::create_dir_all(folder.path().join("pages")).unwrap();
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("a b.jpg"), b"x").unwrap();
        let from = |page: &str| link(&folder.path().join(page), &out.join("a b.jpg"));
        assert_eq!(from("sheet.html"), "./out/a%20b.jpg");
        assert_eq!(from("pages/sheet.html"), "./../out/a%20b.jpg");
        assert_eq!(from("out/sheet.html"), "./a%20b.jpg");
    }

    #[test]
    fn a_bar_stays_in_its_box() {
        let check = |value, limit| Check { name: "blur".to_owned(), value, limit, pass: true };
        let html = checks(&[check(1e9, 2.0), check(-3.0, 2.0), check(1.0, 0.0), check(f64::NAN, 1.0)]);
        assert!(html.contains("width:100.0%") && !html.contains("width:-"), "{html}");
    }
}
