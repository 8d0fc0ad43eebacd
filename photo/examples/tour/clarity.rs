//! The second half of the page: what the checks measure, on one shop front and one page with every fault.

use image::{Rgb, RgbImage};
use photo::{Outcome, Verdict, normalise};

use crate::pictures::draw;
use crate::pictures::wrap::{self, Beside};
use crate::{Page, rule};

/// Writes what the checks make of each fault.
pub fn write(page: &mut Page) {
    page.heading(
        "## 清晰度怎么判断 · How clarity is judged",
        "每张照片都在同样的大小下量几项数值，和限值比；有一项不合格，就建议重拍（也可以坚持使用，系统会记下来）。拿不准的一律放行：误判一次重拍，比一张略软的照片更麻烦人。",
        "Each photo is measured at the same size, and each measure held against its limit; where one fails, the owner is asked to take it again, or may keep it anyway, which is recorded. When in doubt a photo passes: a needless retake costs more than a soft picture.",
    );
    page.say("### 门头 · A shop front\n\n");
    show_all(page, "sign", "scene", &draw::signboard(1280, 960), (0.42, 0.42, 700.0));
    page.say("### 文件 · A page\n\n");
    show_all(page, "paper", "document", &draw::page(960, 1280), (0.42, 0.34, 450.0));
}

/// One picture with every fault, two in a row; `lamp` is where a lamp shows in it, and how bright.
fn show_all(page: &mut Page, name: &str, kind: &str, sharp: &RgbImage, lamp: (f64, f64, f64)) {
    // Indoors, where lamps are, paper is not white.
    let lit = draw::relit(sharp, 0.85, 0.0);
    let faults = [
        ("sharp", "清楚", sharp.clone()),
        ("mild", "略软", draw::blurred(sharp, 3, 3)),
        ("blurred", "没对上焦", draw::blurred(sharp, 15, 15)),
        ("shaken", "手晃了", draw::blurred(sharp, 17, 1)),
        ("dark", "太暗", draw::relit(sharp, 0.07, 0.0)),
        ("burnt", "过曝", draw::relit(sharp, 3.2, 110.0)),
        ("glare", "反光盖住了字", glare(&lit, lamp, 1.0)),
        ("sheen", "有点反光，不碍事", glare(&lit, lamp, 0.2)),
    ];
    let cells = faults.map(|(fault, zh, picture)| {
        let file = wrap::jpeg(&picture, 88, &Beside::default());
        let outcome = normalise(&file, &rule(kind, "max_bytes = 400000"));
        let shown = page.show(&format!("{name}-{fault}"), &file, 12_000);
        (shown, below(fault, zh, &outcome))
    });
    for pair in cells.chunks(2) {
        page.row(pair);
    }
}

/// A lamp mirrored in the middle of the picture: its light lies over everything and ebbs away around it.
fn glare(picture: &RgbImage, (left, top, much): (f64, f64, f64), share: f64) -> RgbImage {
    let (wide, high) = (f64::from(picture.width()), f64::from(picture.height()));
    let spread = wide.max(high) * 0.06;
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (across, down) = (f64::from(x) - left * wide, f64::from(y) - top * high);
        let light = much * share * (-(across * across + down * down) / (2.0 * spread * spread)).exp();
        let Rgb(levels) = *picture.get_pixel(x, y);
        Rgb(levels.map(|level| (f64::from(level) + light).min(255.0).round() as u8))
    })
}

/// Verdict, every measure with its limit, and the advice.
fn below(fault: &str, zh: &str, outcome: &Outcome) -> String {
    let verdict = match outcome.verdict {
        Verdict::Ready => "✅ 可用 ready",
        Verdict::Retake => "🔁 建议重拍 retake",
        Verdict::Refused => "⛔ 不能用 refused",
    };
    let mut text = format!("<b>{zh} {fault}</b> — {verdict}");
    if let Some(code) = outcome.code {
        text += &format!(" <code>{code}</code>");
    }
    let measures = outcome.checks.iter().map(|check| {
        let mark = if check.pass { "" } else { " ✗" };
        format!("{} {:.1} / {:.1}{mark}", check.name, check.value, check.limit)
    });
    text += "<br><sub>";
    text += &measures.collect::<Vec<_>>().join(" · ");
    text += "</sub>";
    if let Some(advice) = &outcome.advice {
        text += &format!("<br>{}<br><i>{}</i>", advice.zh, advice.en);
    }
    text
}
