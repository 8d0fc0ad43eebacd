//! Progressive scans: every coefficient is held until the last scan has refined it.

use super::bands::{first_band, refine_band};
use super::frame::Frame;
use super::huffman::Bits;
use super::idct::{Block, ZIGZAG};
use super::planes::Plane;
use super::scan::{self, DC_REACH, Restarts, Scan, Tables};
use crate::advice::{self, Refusal};

/// One component's coefficients, and how fine each of the 64 is known.
struct Held {
    /// Blocks of 64 in zigzag order, `across` a row, padded to whole units.
    coefficients: Vec<i16>,
    across: usize,
    /// The lowest bit known of each coefficient, zigzag; 255 where no scan has come yet.
    known: [u8; 64],
}

/// All coefficients of a frame.
pub(super) struct Coefficients {
    held: Vec<Held>,
}

impl Coefficients {
    pub(super) fn new(frame: &Frame) -> Self {
        let (across, down) = frame.units();
        let held = frame
            .components
            .iter()
            .map(|c| Held {
                coefficients: vec![0; across * c.across * down * c.down * 64],
                across: across * c.across,
                known: [255; 64],
            })
            .collect();
        Self { held }
    }

    /// True when every coefficient of every component is known to its last bit.
    pub(super) fn complete(&self) -> bool {
        self.held.iter().all(|held| held.known.iter().all(|bit| *bit == 0))
    }

    /// Reads one scan; answers where it ends.
    pub(super) fn read(
        &mut self,
        data: &[u8],
        at: usize,
        frame: &Frame,
        scan: &Scan,
        tables: &Tables,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<usize, Refusal> {
        if scan.first > 0 && (scan.parts.len() != 1) || scan.first == 0 && scan.last != 0 {
            return Err(advice::damaged());
        }
        for part in &scan.parts {
            let held = self.held.get_mut(part.component).ok_or_else(advice::damaged)?;
            held.known
                .iter_mut()
                .take(scan.last + 1)
                .skip(scan.first)
                .for_each(|bit| *bit = u8::try_from(scan.low).unwrap_or(0));
        }
        if scan.first == 0 {
            self.read_dc(data, at, frame, scan, tables, keep_going)
        } else {
            self.read_ac(data, at, frame, scan, tables, keep_going)
        }
    }

    fn read_dc(
        &mut self,
        data: &[u8],
        at: usize,
        frame: &Frame,
        scan: &Scan,
        tables: &Tables,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<usize, Refusal> {
        let alone = scan.parts.len() == 1;
        let mut lanes = Vec::new();
        for part in &scan.parts {
            let component = frame.components.get(part.component).ok_or_else(advice::damaged)?;
            let shape = if alone { (1, 1) } else { (component.across, component.down) };
            lanes.push((part, shape, 0_i32));
        }
        let (across, down) = match scan.parts.as_slice() {
            [only] => frame.components.get(only.component).map(|c| frame.own_blocks(c)).ok_or_else(advice::damaged)?,
            _ => frame.units(),
        };
        let (mut bits, mut restarts) = (Bits::new(data, at), Restarts::new(tables.restart));
        for row in 0..down {
            if !keep_going() {
                return Err(advice::timeout());
            }
            for column in 0..across {
                if restarts.before_unit(&mut bits)? {
                    for (_, _, predicted) in &mut lanes {
                        *predicted = 0;
                    }
                }
                for (part, (own_across, own_down), predicted) in &mut lanes {
                    let held = self.held.get_mut(part.component).ok_or_else(advice::damaged)?;
                    for index in 0..*own_across * *own_down {
                        let (x, y) =
                            (column * *own_across + index % *own_across, row * *own_down + index / *own_across);
                        let slot = held.coefficients.get_mut((y * held.across + x) * 64).ok_or_else(advice::damaged)?;
                        if scan.high == 0 {
                            let table = tables.dc.get(part.dc).and_then(Option::as_ref).ok_or_else(advice::damaged)?;
                            bits.refill();
                            let size = u32::from(bits.symbol(table)?);
                            if size > 11 {
                                return Err(advice::damaged());
                            }
                            *predicted += bits.value(size);
                            *slot = i16::try_from(*predicted << scan.low).map_err(|_| advice::damaged())?;
                        } else if bits.bit() {
                            *slot |= 1 << scan.low;
                        }
                    }
                }
            }
            if bits.overrun() {
                return Err(advice::damaged());
            }
        }
        scan::finish(&mut bits)
    }

    fn read_ac(
        &mut self,
        data: &[u8],
        at: usize,
        frame: &Frame,
        scan: &Scan,
        tables: &Tables,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<usize, Refusal> {
        let part = scan.parts.first().ok_or_else(advice::damaged)?;
        let component = frame.components.get(part.component).ok_or_else(advice::damaged)?;
        let table = tables.ac.get(part.ac).and_then(Option::as_ref).ok_or_else(advice::damaged)?;
        let held = self.held.get_mut(part.component).ok_or_else(advice::damaged)?;
        let (across, down) = frame.own_blocks(component);
        let (mut bits, mut restarts, mut ended) = (Bits::new(data, at), Restarts::new(tables.restart), 0_u32);
        for row in 0..down {
            if !keep_going() {
                return Err(advice::timeout());
            }
            let blocks = held.coefficients.chunks_exact_mut(64).skip(row * held.across).take(across);
            for block in blocks {
                if restarts.before_unit(&mut bits)? {
                    ended = 0;
                }
                let band = block.get_mut(..=scan.last).ok_or_else(advice::damaged)?;
                if scan.high == 0 {
                    first_band(&mut bits, table, band, scan, &mut ended)?;
                } else {
                    refine_band(&mut bits, table, band, scan, &mut ended)?;
                }
            }
            if bits.overrun() {
                return Err(advice::damaged());
            }
        }
        scan::finish(&mut bits)
    }

    /// Turns everything held into samples.
    pub(super) fn write(
        &self,
        frame: &Frame,
        tables: &Tables,
        planes: &mut [Plane],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<(), Refusal> {
        for ((held, component), plane) in self.held.iter().zip(&frame.components).zip(planes) {
            let stored =
                tables.quantisation.get(component.quantisation).and_then(Option::as_ref).ok_or_else(advice::damaged)?;
            let weights = stored.map(i32::from);
            let reach = DC_REACH + weights.first().copied().unwrap_or(0);
            let mut block: Block = [0; 64];
            for (number, coefficients) in held.coefficients.chunks_exact(64).enumerate() {
                if number % 4096 == 0 && !keep_going() {
                    return Err(advice::timeout());
                }
                block.fill(0);
                let mut last = 0;
                for (index, ((value, weight), place)) in coefficients.iter().zip(&weights).zip(ZIGZAG).enumerate() {
                    if let (true, Some(slot)) = (*value != 0, block.get_mut(usize::from(place))) {
                        *slot = i32::from(*value) * weight;
                        last = index;
                    }
                }
                if block.first().is_none_or(|dc| dc.abs() > reach) {
                    return Err(advice::damaged());
                }
                plane.write(number % held.across, number / held.across, &block, last);
            }
        }
        Ok(())
    }
}
