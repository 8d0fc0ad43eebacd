//! The segments of a JPEG file: what stands between its pictures' bits.

use super::frame::{Frame, Process};
use crate::advice::{self, Refusal};
use crate::exif;
use crate::limits::Limits;

/// One marker and the bytes that belong to it.
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    pub(super) payload: &'a [u8],
    /// Offset of the first byte after the segment.
    pub(super) end: usize,
}

/// The segment at or after `at`: fill bytes and stray bytes before a marker are skipped, as every decoder does.
/// `None` when the file ends first.
pub(super) fn next(bytes: &[u8], at: usize) -> Option<Segment<'_>> {
    let rest = bytes.get(at..)?;
    let offset = rest.windows(2).position(|pair| matches!(pair, [0xff, marker] if !matches!(marker, 0 | 0xff)))?;
    let marker = *rest.get(offset + 1)?;
    let start = at + offset + 2;
    if matches!(marker, 0x01 | 0xd0..=0xd9) {
        return Some(Segment { marker, payload: &[], end: start });
    }
    let length = usize::from(u16::from_be_bytes([*bytes.get(start)?, *bytes.get(start + 1)?]));
    let payload = bytes.get(start + 2..start + length)?;
    Some(Segment { marker, payload, end: start + length })
}

/// Everything the segments before the first scan tell.
pub(super) struct Front {
    pub(super) frame: Frame,
    pub(super) orientation: u8,
    /// Empty when the pieces of the profile do not fit together.
    pub(super) profile: Option<Vec<u8>>,
    /// The Adobe marker's transform byte.
    pub(super) adobe: Option<u8>,
    pub(super) jfif: bool,
    /// Metadata segments seen: EXIF, XMP, comments and the like.
    pub(super) metadata: bool,
}

/// Reads up to the first scan.
pub(super) fn front(bytes: &[u8], limits: &Limits) -> Result<Front, Refusal> {
    let mut front =
        Front { frame: Frame::default(), orientation: 1, profile: None, adobe: None, jfif: false, metadata: false };
    let (mut at, mut oriented, mut pieces) = (2, false, Vec::new());
    for _ in 0..limits.max_segments {
        let Segment { marker, payload, end } = next(bytes, at).ok_or_else(advice::damaged)?;
        at = end;
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let process = match marker {
                    0xc0 | 0xc1 => Process::Sequential,
                    0xc2 => Process::Progressive,
                    _ => Process::Unread,
                };
                if !front.frame.components.is_empty() {
                    return Err(advice::damaged());
                }
                front.frame = Frame::read(process, payload)?;
                if front.frame.height == 0 {
                    front.frame.height = late_height(bytes.get(at..).unwrap_or_default())?;
                }
            }
            0xe0 => front.jfif |= payload.starts_with(b"JFIF\0"),
            0xe1 => {
                front.metadata = true;
                if let (false, Some(value)) = (oriented, payload.strip_prefix(b"Exif\0\0").and_then(exif::orientation))
                {
                    (front.orientation, oriented) = (value, true);
                }
            }
            0xe2 => {
                if let Some(piece) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    pieces.push(piece);
                } else {
                    front.metadata = true;
                }
            }
            0xee => {
                if let Some(rest) = payload.strip_prefix(b"Adobe") {
                    front.adobe = rest.get(6).copied();
                }
            }
            0xda => {
                if front.frame.components.is_empty() {
                    return Err(advice::damaged());
                }
                front.profile = join_profile(&pieces, limits);
                return Ok(front);
            }
            // The frame of a JPEG-LS.
            0xf7 => return Err(advice::unsupported("jpeg")),
            0xd9 => return Err(advice::damaged()),
            0xe3..=0xef | 0xfe => front.metadata = true,
            _ => {}
        }
    }
    Err(advice::damaged())
}

/// A height of nought in the frame means that it follows the first scan, in a DNL segment.
fn late_height(rest: &[u8]) -> Result<u32, Refusal> {
    let found = rest.windows(6).find_map(|window| match window {
        [0xff, 0xdc, 0, 4, high, low] => Some(u32::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    });
    found.filter(|height| *height > 0).ok_or_else(advice::damaged)
}

/// Puts the pieces of a profile in order; an empty profile when one is missing, doubled or the whole is too large.
fn join_profile(pieces: &[&[u8]], limits: &Limits) -> Option<Vec<u8>> {
    if pieces.is_empty() {
        return None;
    }
    let mut sorted: Vec<_> = pieces.iter().filter_map(|piece| piece.split_first()).collect();
    sorted.sort_by_key(|(number, _)| **number);
    let whole = sorted.len() == pieces.len()
        && sorted.iter().zip(1_usize..).all(|((number, rest), want)| {
            usize::from(**number) == want && rest.first().map(|n| usize::from(*n)) == Some(pieces.len())
        });
    let total: usize = pieces.iter().map(|piece| piece.len()).sum();
    if !whole || total > limits.max_profile_bytes {
        return Some(Vec::new());
    }
    Some(sorted.iter().flat_map(|(_, rest)| rest.get(1..).unwrap_or_default()).copied().collect())
}
