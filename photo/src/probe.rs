//! Looks at magic bytes and headers before any pixel is decoded, and refuses what is over the limits.

use crate::advice::{self, Refusal};
use crate::decode;
use crate::limits::Limits;
use crate::outcome::Input;

/// A container we decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Jpeg,
    Png,
    Webp,
    Gif,
    Bmp,
    Tiff,
    Heic,
}

impl Container {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Heic => "heic",
        }
    }
}

/// What the header says, before a pixel is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) container: Container,
    /// As stored, before turning.
    pub(crate) width: u32,
    /// As stored, before turning.
    pub(crate) height: u32,
    /// EXIF-style orientation still to be applied to what the decoder hands on, 1 to 8.
    pub(crate) orientation: u8,
}

impl Header {
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Width and height once upright.
    pub(crate) fn upright(&self) -> (u32, u32) {
        if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// What the magic bytes say.
enum Magic {
    Read(Container),
    /// Recognised, not read: the name chooses the advice.
    Unread(&'static str),
    Unknown,
}

/// Fills `input` with what can be known, and answers the header or why the file is refused.
pub(crate) fn probe(bytes: &[u8], limits: &Limits, input: &mut Input) -> Result<Header, Refusal> {
    if bytes.is_empty() {
        return Err(advice::empty());
    }
    let container = match magic(bytes) {
        Magic::Read(container) => container,
        Magic::Unread(name) => {
            input.format = Some(name.to_owned());
            return Err(advice::unsupported(name));
        }
        Magic::Unknown => return Err(advice::not_an_image()),
    };
    input.format = Some(container.name().to_owned());
    if bytes.len() > limits.max_bytes {
        return Err(advice::too_large(bytes.len(), limits.max_bytes));
    }
    let header = decode::header(bytes, container, limits)?;
    (input.width, input.height) = (Some(header.width), Some(header.height));
    input.orientation = Some(header.orientation);
    if header.width == 0 || header.height == 0 {
        return Err(advice::damaged());
    }
    let most = match container {
        Container::Jpeg => limits.max_jpeg_pixels,
        Container::Heic => limits.max_heic_pixels,
        _ => limits.max_pixels,
    };
    if header.pixels() > most || header.width.max(header.height) > limits.max_side_px {
        return Err(advice::too_many_pixels(header.width, header.height, most));
    }
    Ok(header)
}

fn magic(bytes: &[u8]) -> Magic {
    let starts = |prefix: &[u8]| bytes.starts_with(prefix);
    let at = |offset: usize, text: &[u8]| bytes.get(offset..offset + text.len()) == Some(text);
    if starts(b"\xff\xd8\xff") {
        return Magic::Read(Container::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Magic::Read(Container::Png);
    }
    if starts(b"RIFF") && at(8, b"WEBP") {
        return Magic::Read(Container::Webp);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Magic::Read(Container::Gif);
    }
    if starts(b"BM") && bytes.len() >= 26 {
        return Magic::Read(Container::Bmp);
    }
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        return Magic::Read(Container::Tiff);
    }
    if at(4, b"ftyp") {
        return media(bytes);
    }
    if starts(b"%PDF-") {
        return Magic::Unread("pdf");
    }
    if starts(b"8BPS") {
        return Magic::Unread("psd");
    }
    if starts(b"\0\0\0\x0cjP  ") || starts(b"\xff\x4f\xff\x51") {
        return Magic::Unread("jp2");
    }
    if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") {
        return Magic::Unread("jxl");
    }
    if at(4, b"moov")
        || at(4, b"mdat")
        || at(4, b"wide")
        || starts(b"\x1a\x45\xdf\xa3")
        || (starts(b"RIFF") && at(8, b"AVI "))
    {
        return Magic::Unread("video");
    }
    if is_svg(bytes) {
        return Magic::Unread("svg");
    }
    Magic::Unknown
}

/// ISO media files: the major brand decides, then the compatible ones (`mif1` says nothing about the codec).
fn media(bytes: &[u8]) -> Magic {
    let length = bytes.get(..4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes) as usize;
    // 64 brands are far more than any camera writes.
    let end = length.clamp(16, 16 + 64 * 4).min(bytes.len());
    let mut brands = bytes.get(8..12).into_iter().chain(bytes.get(16..end).unwrap_or_default().chunks_exact(4));
    let heic: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"];
    let mut still = false;
    let found = brands.find_map(|brand| match brand {
        b"avif" | b"avis" => Some(Magic::Unread("avif")),
        b if heic.contains(&b) => Some(Magic::Read(Container::Heic)),
        b"mif1" | b"msf1" | b"mif2" | b"mif3" => {
            still = true;
            None
        }
        _ => None,
    });
    found.unwrap_or(if still { Magic::Read(Container::Heic) } else { Magic::Unread("video") })
}

/// Text whose first tag, after declarations and comments, is `<svg`. Looks at the first kilobyte only.
fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<') && text.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Code;

    fn refused(bytes: &[u8]) -> (Code, Option<String>) {
        let mut input = Input { format: None, width: None, height: None, bytes: 0, orientation: None };
        let refusal = probe(bytes, &Limits::default(), &mut input).unwrap_err();
        (refusal.code, input.format)
    }

    #[test]
    fn what_is_no_photo_is_named() {
        assert_eq!(refused(b"").0, Code::Empty);
        assert_eq!(refused(b"hello").0, Code::NotAnImage);
        assert_eq!(refused(b"PK\x03\x04zip").0, Code::NotAnImage);
        for (bytes, name) in [
            (&b"%PDF-1.4 ..."[..], "pdf"),
            (b"<?xml version='1.0'?><svg/>", "svg"),
            (b"8BPS\0\x01", "psd"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "avif"),
            (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
        ] {
            assert_eq!(refused(bytes), (Code::Unsupported, Some(name.to_owned())));
        }
    }

    #[test]
    fn a_webp_that_mentions_svg_is_a_webp() {
        assert_eq!(refused(b"RIFF\x10\0\0\0WEBPVP8 <svg").0, Code::Damaged);
    }
}
