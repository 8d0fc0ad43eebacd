//! What to tell the person: one place for every text, Chinese first, English beside it.

use crate::outcome::{Advice, Code};
use crate::rule::{Kind, Rule};

/// Why a step cannot go on, with the words for it. Ends the list of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) advice: Advice,
}

fn refusal(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal { code, advice: Advice { zh: zh.into(), en: en.into() } }
}

pub(crate) fn empty() -> Refusal {
    refusal(
        Code::Empty,
        "收到的文件是空的，可能没有传完。请重新选择照片再上传一次。",
        "The file is empty; the upload may have been cut off. Please choose the photo and upload it again.",
    )
}

pub(crate) fn not_an_image() -> Refusal {
    refusal(
        Code::NotAnImage,
        "这个文件不是照片。请用手机拍照，或从相册里选择一张照片（JPEG、PNG、HEIC 等）。",
        "This file is not a photo. Please take a photo with the phone, or choose one from the album (JPEG, PNG, HEIC and the like).",
    )
}

/// Advice for kinds we recognise but do not read; `name` is what the owner would call it.
pub(crate) fn unsupported(name: &str) -> Refusal {
    let (zh, en) = match name {
        "pdf" => (
            "暂时不能上传 PDF。请把每一页拍成照片，或截图后上传图片。",
            "PDF files cannot be taken yet. Please photograph each page, or upload a screenshot of it.",
        ),
        "video" => (
            "这是一段视频，不是照片。请切换到“拍照”重新拍一张。",
            "This is a video, not a photo. Please switch to photo mode and take one.",
        ),
        "svg" => (
            "这是矢量图（SVG），不是照片。请导出为 PNG 或 JPEG 后再上传。",
            "This is a vector drawing (SVG), not a photo. Please export it as PNG or JPEG and upload that.",
        ),
        "psd" => (
            "这是 Photoshop 源文件。请导出为 JPEG 或 PNG 后再上传。",
            "This is a Photoshop file. Please export it as JPEG or PNG and upload that.",
        ),
        _ => (
            "暂时读不了这种图片格式。请用手机打开它后截图，或另存为 JPEG、PNG 再上传。",
            "This picture format cannot be read. Please open it on the phone and take a screenshot, or save it as JPEG or PNG, and upload that.",
        ),
    };
    refusal(Code::Unsupported, zh, en)
}

pub(crate) fn damaged() -> Refusal {
    refusal(
        Code::Damaged,
        "照片文件损坏或没有传完整。请在相册里确认照片能完整显示，再重新上传；不行就重新拍一张。",
        "The photo is damaged or was not received in full. Please check that it shows completely in the album and upload it again; otherwise take a new one.",
    )
}

pub(crate) fn too_large(bytes: usize, most: usize) -> Refusal {
    let (have, most) = (bytes >> 20, most >> 20);
    refusal(
        Code::TooLarge,
        format!("照片有 {have} MB，最多能收 {most} MB。请用手机相机的普通模式重新拍，或先在相册里缩小尺寸。"),
        format!(
            "The photo has {have} MB; at most {most} MB can be taken. Please take it again in the camera's normal mode, or make it smaller in the album first."
        ),
    )
}

pub(crate) fn too_many_pixels(width: u32, height: u32, most: u64) -> Refusal {
    let most = most / 1_000_000;
    refusal(
        Code::TooManyPixels,
        format!(
            "照片有 {width}×{height} 像素，超过了能处理的 {most} 百万像素。请关闭相机的高像素模式（如 2 亿像素）重新拍。"
        ),
        format!(
            "The photo has {width}×{height} pixels, more than the {most} million that can be handled. Please turn off the camera's high-resolution mode and take it again."
        ),
    )
}

pub(crate) fn too_small(width: u32, height: u32, rule: &Rule) -> Refusal {
    let (zh, en) = rule.exact_px.map_or_else(
        || {
            (
                format!("短边不少于 {}、长边不少于 {} 像素", rule.min_short_px, rule.min_long_px),
                format!(
                    "at least {} pixels on the short side and {} on the long side",
                    rule.min_short_px, rule.min_long_px
                ),
            )
        },
        |[w, h]| (format!("不少于 {w}×{h} 像素"), format!("at least {w}×{h} pixels")),
    );
    refusal(
        Code::TooSmall,
        format!(
            "照片只有 {width}×{height} 像素，太小了，要求{zh}。请直接用相机拍，或上传原图，不要用截图或聊天里压缩过的小图。"
        ),
        format!(
            "The photo has only {width}×{height} pixels; {en} are needed. Please take it with the camera or upload the original, not a screenshot or a picture shrunk by a chat app."
        ),
    )
}

/// The shape is so long that both the longest and the shortest side cannot be kept.
pub(crate) fn too_long(width: u32, height: u32, rule: &Rule) -> Refusal {
    refusal(
        Code::CannotFit,
        format!(
            "照片太长太窄（{width}×{height}），缩小后短边不够 {} 像素。请不要用全景或长截图，分几张普通照片拍。",
            rule.min_short_px
        ),
        format!(
            "The photo is too long and narrow ({width}×{height}): once shrunk its short side falls below {} pixels. Please take ordinary photos instead of a panorama or a long screenshot.",
            rule.min_short_px
        ),
    )
}

pub(crate) fn too_many_bytes(rule: &Rule) -> Refusal {
    let most = rule.max_bytes / 1024;
    refusal(
        Code::CannotFit,
        format!("照片内容太复杂，压缩到 {most} KB 以内就看不清了。请靠近一些，只拍需要的部分，重新拍一张。"),
        format!(
            "The photo holds too much detail to stay readable within {most} KB. Please move closer, show only what is needed, and take it again."
        ),
    )
}

pub(crate) fn too_few_bytes(rule: &Rule) -> Refusal {
    let least = rule.min_bytes / 1024;
    refusal(
        Code::CannotFit,
        format!("照片内容太少，达不到规定的最小 {least} KB。请重新拍一张清晰、有内容的照片。"),
        format!(
            "The photo holds too little to reach the required {least} KB. Please take a clear photo that shows the subject."
        ),
    )
}

pub(crate) fn timeout() -> Refusal {
    refusal(
        Code::Timeout,
        "照片处理时间太长，已停止。请稍后再试；若仍不行，请用普通拍照模式重新拍一张。",
        "Working on the photo took too long and was stopped. Please try again in a moment; if it fails again, take it in the camera's normal mode.",
    )
}

pub(crate) fn blurred(kind: Kind) -> Refusal {
    let (zh, en) = match kind {
        Kind::Document => (
            "照片没对上焦，字是糊的。请把纸放平，镜头离纸一尺左右，在屏幕上点一下文字对焦，等清楚了再拍。",
            "The photo is out of focus and the text cannot be read. Lay the page flat, hold the phone about 30 cm above it, tap the text on the screen to focus, and take it once it looks sharp.",
        ),
        _ => (
            "照片没对上焦，整张都是糊的。请擦一下镜头，走近一些，在屏幕上点一下要拍的地方对焦，等清楚了再拍；不要用放大过的图或截图。",
            "The photo is out of focus everywhere. Wipe the lens, come closer, tap what you photograph on the screen to focus, and take it once it looks sharp; do not use an enlarged picture or a screenshot.",
        ),
    };
    refusal(Code::Blurred, zh, en)
}

pub(crate) fn shaken() -> Refusal {
    refusal(
        Code::Blurred,
        "拍的时候手机晃动了，照片有重影。请站稳，双手端住手机或靠着墙，按下后停一秒再动；光线暗时先开灯。",
        "The phone moved while the photo was taken. Stand still, hold it with both hands or lean on a wall, and keep still for a second after pressing; turn on a light if it is dark.",
    )
}

pub(crate) fn too_dark() -> Refusal {
    refusal(
        Code::TooDark,
        "照片太暗，看不清。请在白天拍，或先开灯、打开闪光灯，让光照到要拍的地方，不要对着光拍。",
        "The photo is too dark. Take it by day, or turn on the lights or the flash, with the light falling on what you photograph and not from behind it.",
    )
}

pub(crate) fn too_bright() -> Refusal {
    refusal(
        Code::TooBright,
        "照片太亮，一片发白，看不清。请关掉闪光灯，避开直射的阳光和反光，换个角度，在屏幕上点一下要拍的地方再拍。",
        "The photo is too bright and washed out. Turn off the flash, keep out of direct sun and reflections, change the angle, tap what you photograph on the screen, and take it again.",
    )
}

/// A reflection over a part of the picture; too bright as well, but what helps is different.
pub(crate) fn glare(kind: Kind) -> Refusal {
    let (zh, en) = match kind {
        Kind::Document => (
            "照片上有一块反光，盖住了字。请关掉闪光灯，把纸挪到灯光或阳光照不到正面的地方，稍微侧一点再拍；有塑料膜的先取出来。",
            "A reflection covers part of the text. Turn off the flash, move the page out of direct light, tilt it a little, and take it again; take it out of a plastic sleeve first.",
        ),
        _ => (
            "照片上有一块反光，盖住了要拍的内容。请关掉闪光灯，往旁边走一两步换个角度再拍；太阳正照着时换个时间拍。",
            "A reflection covers part of what you photograph. Turn off the flash, take a step or two to the side, and take it again; if the sun shines on it, come back at another hour.",
        ),
    };
    refusal(Code::TooBright, zh, en)
}
