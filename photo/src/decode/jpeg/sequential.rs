//! Baseline and extended sequential scans: each block becomes samples at once, so no coefficient is kept.

use super::frame::Frame;
use super::huffman::{BLOCK_ENDS, Bits, Table};
use super::idct::{Block, ZIGZAG};
use super::planes::Plane;
use super::scan::{self, DC_REACH, Part, Restarts, Scan, Tables};
use crate::advice::{self, Refusal};

/// What a component's blocks need, looked up once a scan.
struct Lane<'a> {
    dc: &'a Table,
    ac: &'a Table,
    /// Natural place and weight of each coefficient, in zigzag order.
    weights: [(u8, i32); 64],
    weight_dc: i32,
    component: usize,
    across: usize,
    down: usize,
    predicted: i32,
}

/// Reads one scan into the planes of its components; answers where it ends.
pub(super) fn read(
    data: &[u8],
    at: usize,
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    planes: &mut [Plane],
    keep_going: &dyn Fn() -> bool,
) -> Result<usize, Refusal> {
    let mut lanes = scan.parts.iter().map(|part| lane(part, frame, scan, tables)).collect::<Result<Vec<_>, _>>()?;
    let (across, down) = match lanes.as_slice() {
        [only] => frame.components.get(only.component).map(|c| frame.own_blocks(c)).ok_or_else(advice::damaged)?,
        _ => frame.units(),
    };
    let mut bits = Bits::new(data, at);
    let mut restarts = Restarts::new(tables.restart);
    let mut block: Block = [0; 64];
    for row in 0..down {
        if !keep_going() {
            return Err(advice::timeout());
        }
        for column in 0..across {
            if restarts.before_unit(&mut bits)? {
                for lane in &mut lanes {
                    lane.predicted = 0;
                }
            }
            for lane in &mut lanes {
                let plane = planes.get_mut(lane.component).ok_or_else(advice::damaged)?;
                for y in row * lane.down..(row + 1) * lane.down {
                    for x in column * lane.across..(column + 1) * lane.across {
                        let last = read_block(&mut bits, lane, &mut block)?;
                        plane.write(x, y, &block, last);
                    }
                }
            }
            if bits.overrun() {
                return Err(advice::damaged());
            }
        }
    }
    scan::finish(&mut bits)
}

fn lane<'a>(part: &Part, frame: &Frame, scan: &Scan, tables: &'a Tables) -> Result<Lane<'a>, Refusal> {
    let component = frame.components.get(part.component).ok_or_else(advice::damaged)?;
    let alone = scan.parts.len() == 1;
    let stored =
        tables.quantisation.get(component.quantisation).and_then(Option::as_ref).ok_or_else(advice::damaged)?;
    Ok(Lane {
        dc: tables.dc.get(part.dc).and_then(Option::as_ref).ok_or_else(advice::damaged)?,
        ac: tables.ac.get(part.ac).and_then(Option::as_ref).ok_or_else(advice::damaged)?,
        weights: std::array::from_fn(|index| {
            (ZIGZAG.get(index).copied().unwrap_or(0), stored.get(index).copied().map_or(0, i32::from))
        }),
        weight_dc: stored.first().copied().map_or(1, i32::from),
        component: part.component,
        across: if alone { 1 } else { component.across },
        down: if alone { 1 } else { component.down },
        predicted: 0,
    })
}

/// Reads one block into `block`, dequantised, natural order; answers the zigzag index of its last coefficient.
#[inline]
fn read_block(bits: &mut Bits<'_>, lane: &mut Lane<'_>, block: &mut Block) -> Result<usize, Refusal> {
    let mut own = *bits;
    *block = [0; 64];
    own.refill();
    let size = u32::from(own.symbol(lane.dc)?);
    if size > 11 {
        return Err(advice::damaged());
    }
    lane.predicted += own.value(size);
    let level = lane.predicted * lane.weight_dc;
    if level.abs() > DC_REACH + lane.weight_dc {
        return Err(advice::damaged());
    }
    if let Some(first) = block.first_mut() {
        *first = level;
    }
    let (mut index, mut last) = (1, 0);
    while index < 64 {
        own.refill();
        let (run, value) = if let Some(pair) = own.whole(lane.ac) { pair } else { read_apart(&mut own, lane.ac)? };
        index += run;
        let Some((place, weight)) = lane.weights.get(index) else {
            if index < usize::from(BLOCK_ENDS) {
                return Err(advice::damaged());
            }
            break;
        };
        if let Some(slot) = block.get_mut(usize::from(*place & 63)) {
            *slot = value * weight;
        }
        last = index;
        index += 1;
    }
    *bits = own;
    Ok(last)
}

/// Run and value where they are too long to be looked up together. Sixteen noughts are fifteen and a nought.
#[inline]
fn read_apart(bits: &mut Bits<'_>, table: &Table) -> Result<(usize, i32), Refusal> {
    let symbol = bits.symbol(table)?;
    match (usize::from(symbol >> 4), u32::from(symbol & 15)) {
        (15, 0) => Ok((15, 0)),
        (_, 0) => Ok((usize::from(BLOCK_ENDS), 0)),
        (run, size @ 1..=11) => Ok((run, bits.value(size))),
        _ => Err(advice::damaged()),
    }
}
