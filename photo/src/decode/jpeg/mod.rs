//! JPEG: baseline, extended and progressive, 8 bits, 1, 3 or 4 components.
//!
//! Our own decoder, for two reasons no library at hand gives together: it computes only as many samples as the rule
//! will keep (a 12-megapixel photo becomes 3 megapixels while it is read), and it is strict. Data that lost its
//! footing — a code that does not exist, a coefficient past the block, a level no sample can have, a restart marker
//! out of turn, bytes left over or missing — is damage, and never a half-grey picture. Only a missing end marker is forgiven.

mod bands;
mod frame;
mod huffman;
mod idct;
mod parts;
mod planes;
mod progressive;
mod scan;
mod segments;
mod sequential;
#[cfg(test)]
mod tests;

pub(crate) use self::parts::parts;

use self::frame::{Component, Frame, Process};
use self::planes::Plane;
use self::progressive::Coefficients;
use self::scan::{Scan, Tables};
use self::segments::Front;
use super::Wanted;
use crate::advice::{self, Refusal};
use crate::limits::Limits;
use crate::planar::{Decoded, Grid, Matrix, Model, Planar};
use crate::probe::{Container, Header};
use crate::weight::Held;

/// Pixels that one byte can stand for, in the first scan: a block of 64 takes two bits, and some component has a quarter
/// of the picture's blocks at least. A header that claims more lies. Progressive blocks begin with one bit.
const MOST_PIXELS_A_BYTE: u64 = 1024;

/// Reads the header without touching a pixel.
pub(super) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    let front = segments::front(bytes, limits)?;
    let (width, height) = (front.frame.width, front.frame.height);
    let pixels = u64::from(width) * u64::from(height);
    if front.frame.process == Process::Progressive && pixels > limits.max_held_jpeg_pixels {
        return Err(advice::too_many_pixels(width, height, limits.max_held_jpeg_pixels));
    }
    let a_byte = match front.frame.process {
        Process::Sequential => MOST_PIXELS_A_BYTE,
        Process::Progressive => 2 * MOST_PIXELS_A_BYTE,
        Process::Unread => u64::MAX,
    };
    if pixels <= limits.max_jpeg_pixels && pixels / a_byte > bytes.len() as u64 {
        return Err(advice::damaged());
    }
    Ok(Header { container: Container::Jpeg, width, height, orientation: front.orientation })
}

/// Width, height and components of the first picture, by its header alone.
pub(super) fn shape(bytes: &[u8], limits: &Limits) -> Result<(u32, u32, usize), Refusal> {
    let frame = segments::front(bytes, limits)?.frame;
    Ok((frame.width, frame.height, frame.components.len()))
}

/// Decodes the first picture of the file, no larger than `wanted` needs it.
pub(super) fn decode(
    bytes: &[u8],
    wanted: Wanted,
    limits: &Limits,
    keep_going: &dyn Fn() -> bool,
) -> Result<Decoded, Refusal> {
    let front = segments::front(bytes, limits)?;
    if front.frame.process == Process::Unread {
        return Err(advice::unsupported("jpeg"));
    }
    let model = model(&front);
    let mut planes: Vec<Plane> =
        sizes(&front.frame, wanted).map(|(component, size)| Plane::new(&front.frame, component, size)).collect();
    read_scans(bytes, &front.frame, limits, &mut planes, keep_going)?;
    planes.iter_mut().for_each(Plane::finish);
    let grids = planes
        .into_iter()
        .map(|plane| Grid { samples: plane.samples, stride: plane.stride, width: plane.width, height: plane.height })
        .collect();
    Ok(Decoded::planar(Planar { model, grids }, front.profile))
}

/// What [`decode`] holds: samples at the size they are decoded to, and every coefficient of a progressive file.
pub(super) fn held(bytes: &[u8], wanted: Wanted, limits: &Limits) -> Result<Held, Refusal> {
    let frame = segments::front(bytes, limits)?.frame;
    let (across, down) = frame.units();
    let blocks = |component: &Component| (across * component.across * down * component.down) as u64;
    let left = sizes(&frame, wanted).map(|(component, size)| blocks(component) * (size * size) as u64).sum();
    let coefficients = frame.components.iter().map(|component| blocks(component) * 64 * 2).sum::<u64>();
    let rows = (wanted.eighths() * frame.height.div_ceil(8) as usize) as u64;
    let kept = if frame.process == Process::Progressive { coefficients } else { 0 };
    Ok(Held { most: left + kept, left, rows })
}

/// The eighths of its size to which each component is decoded.
fn sizes(frame: &Frame, wanted: Wanted) -> impl Iterator<Item = (&Component, usize)> {
    frame.components.iter().map(move |component| {
        // Where all colour is wanted, a component stored at half resolution is not halved when the others are.
        let spare = (frame.most_across / component.across).min(frame.most_down / component.down).max(1);
        let spare = if wanted.full_colour { spare } else { 1 };
        (component, (wanted.eighths() * spare).min(8))
    })
}

/// Walks the scans to the end marker.
fn read_scans(
    bytes: &[u8],
    frame: &Frame,
    limits: &Limits,
    planes: &mut [Plane],
    keep_going: &dyn Fn() -> bool,
) -> Result<(), Refusal> {
    let progressive = frame.process == Process::Progressive;
    let mut coefficients = progressive.then(|| Coefficients::new(frame));
    let (mut tables, mut at, mut scans, mut ended) = (Tables::default(), 2, 0, false);
    let mut seen = vec![false; frame.components.len()];
    for _ in 0..limits.max_segments {
        let Some(segment) = segments::next(bytes, at) else { break };
        at = segment.end;
        match segment.marker {
            0xdb => tables.read_quantisation(segment.payload)?,
            0xc4 => tables.read_huffman(segment.payload)?,
            0xdd => tables.read_restart(segment.payload)?,
            0xda => {
                scans += 1;
                if scans > limits.max_jpeg_scans {
                    return Err(advice::damaged());
                }
                let scan = Scan::read(segment.payload, frame)?;
                seen.iter_mut()
                    .enumerate()
                    .for_each(|(index, flag)| *flag |= scan.parts.iter().any(|part| part.component == index));
                at = match &mut coefficients {
                    Some(held) => held.read(bytes, at, frame, &scan, &tables, keep_going)?,
                    None => sequential::read(bytes, at, frame, &scan, &tables, planes, keep_going)?,
                };
            }
            0xd9 => {
                ended = true;
                break;
            }
            _ => {}
        }
        // A sequential file is whole once each component had its scan: what follows is not our picture.
        if !progressive && seen.iter().all(|flag| *flag) {
            ended = true;
            break;
        }
    }
    // A missing end marker is forgiven, half of one is not: a file that ends inside it was cut by its carrier.
    if bytes.ends_with(&[0xff]) && segments::next(bytes, at).is_none() {
        return Err(advice::damaged());
    }
    if !seen.iter().all(|flag| *flag) {
        return Err(advice::damaged());
    }
    if let Some(held) = coefficients {
        if !ended && !held.complete() {
            return Err(advice::damaged());
        }
        held.write(frame, &tables, planes, keep_going)?;
    }
    Ok(())
}

/// What the components mean, by the markers and by custom.
fn model(front: &Front) -> Model {
    let ids: Vec<u8> = front.frame.components.iter().map(|c| c.id).collect();
    match (ids.as_slice(), front.adobe) {
        ([_], _) => Model::Grey,
        (b"RGB", None) | ([_, _, _], Some(0)) if !front.jfif => Model::Rgb,
        ([_, _, _], _) => Model::Ycc(Matrix::jpeg()),
        (_, Some(2)) => Model::Ycck,
        // Adobe stores ink upside down; without its marker ink is ink.
        (_, Some(_)) => Model::InvertedCmyk,
        _ => Model::Cmyk,
    }
}
