//! The parts of a plain JPEG that make up its picture, for handing them on untouched.

use super::frame::{Frame, Process};
use super::segments::{self, Segment};
use crate::limits::Limits;

/// Luminance table of the standard at quality 50: what qualities are measured against.
const COMMON: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// What is handed on.
pub(crate) struct Parts<'a> {
    /// Tables, frame, scans with their bits: everything between the front matter and the end marker.
    pub(crate) kept: Vec<&'a [u8]>,
    pub(crate) grey: bool,
    /// Width and height, as stored.
    pub(crate) size: (u32, u32),
    /// Estimated from the luminance table.
    pub(crate) quality: u8,
}

/// The parts; nothing unless the file is baseline, grey or YCbCr with colour at full or half resolution.
/// A profile is left out with the rest: the caller has found that it changes nothing.
pub(crate) fn parts<'a>(bytes: &'a [u8], limits: &Limits) -> Option<Parts<'a>> {
    let front = segments::front(bytes, limits).ok()?;
    let grey = plain(&front.frame)?;
    if front.adobe.is_some_and(|transform| transform != 1) || (!grey && named_rgb(&front.frame)) {
        return None;
    }
    let (mut kept, mut quality, mut scanned) = (Vec::new(), 0, 0);
    let mut at = 2;
    for _ in 0..limits.max_segments {
        let start = at;
        let Some(Segment { marker, payload, end }) = segments::next(bytes, start) else { break };
        let begin = end.checked_sub(payload.len() + 4);
        at = end;
        match marker {
            0xc0 | 0xc4 | 0xdb | 0xdd => {
                if marker == 0xdb && quality == 0 {
                    quality = estimate(payload)?;
                }
                kept.push(bytes.get(begin?..end)?);
            }
            0xda => {
                at = end + bits(bytes.get(end..)?);
                kept.push(bytes.get(begin?..at)?);
                scanned += usize::from(*payload.first()?);
                if scanned >= front.frame.components.len() {
                    break;
                }
            }
            0xe0..=0xef | 0xfe => {}
            _ => return None,
        }
    }
    let size = (front.frame.width, front.frame.height);
    (scanned == front.frame.components.len() && quality > 0).then_some(Parts { kept, grey, size, quality })
}

/// Whether the frame is grey (`true`) or colour in one of the two common samplings; nothing otherwise.
fn plain(frame: &Frame) -> Option<bool> {
    if frame.process != Process::Sequential {
        return None;
    }
    match frame.components.as_slice() {
        [_] => Some(true),
        [luma, u, v] => {
            let whole = |c: &super::frame::Component| (c.across, c.down) == (1, 1);
            let common = matches!((luma.across, luma.down), (1, 1) | (2, 2)) && whole(u) && whole(v);
            common.then_some(false)
        }
        _ => None,
    }
}

fn named_rgb(frame: &Frame) -> bool {
    frame.components.iter().map(|c| c.id).eq(*b"RGB")
}

/// Length of entropy-coded data: up to the first marker that is neither stuffing nor a restart.
fn bits(rest: &[u8]) -> usize {
    rest.windows(2)
        .position(|pair| matches!(pair, [0xff, marker] if !matches!(marker, 0 | 0xd0..=0xd7)))
        .unwrap_or(rest.len())
}

/// The quality whose common table comes closest to this one, by the sum of its entries; 8-bit tables only.
fn estimate(payload: &[u8]) -> Option<u8> {
    let table = payload.get(1..65).filter(|_| payload.first().is_some_and(|head| head >> 4 == 0))?;
    let sum: u32 = table.iter().map(|entry| u32::from(*entry)).sum();
    let at = |quality: u32| -> u32 {
        let strength = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
        COMMON.iter().map(|entry| ((u32::from(*entry) * strength + 50) / 100).clamp(1, 255)).sum()
    };
    (1..=100_u8).min_by_key(|quality| at(u32::from(*quality)).abs_diff(sum))
}
