//! The scan header, the tables in force, and how much of a scan's data may be odd before it counts as damage.

use super::frame::Frame;
use super::huffman::{Bits, Table};
use crate::advice::{self, Refusal};

/// Whole bytes that may stand unread between a scan and the next marker: some cameras pad. Data that lost its
/// footing leaves far more, or runs out.
const PADDING: usize = 8;

/// Largest believable magnitude of a DC coefficient after dequantisation. Real samples give at most 1,024; encoders
/// that overshoot on purpose stay well below this; data that lost its footing drifts beyond it within a few blocks.
pub(super) const DC_REACH: i32 = 1_800;

/// Huffman tables built for one file: real ones have four a scan; building a million costs time, not bytes.
const MOST_TABLES: u32 = 2048;

/// The tables that segments between scans change.
#[derive(Default)]
pub(super) struct Tables {
    /// In zigzag order, as stored.
    pub(super) quantisation: [Option<[u16; 64]>; 4],
    pub(super) dc: [Option<Table>; 4],
    pub(super) ac: [Option<Table>; 4],
    /// Units between restart markers; 0 for none.
    pub(super) restart: usize,
    built: u32,
}

impl Tables {
    /// A DQT segment.
    pub(super) fn read_quantisation(&mut self, mut payload: &[u8]) -> Result<(), Refusal> {
        while let Some((head, rest)) = payload.split_first() {
            let bytes = if head >> 4 == 0 { 64 } else { 128 };
            let (values, rest) = rest.split_at_checked(bytes).ok_or_else(advice::damaged)?;
            let mut table = [0_u16; 64];
            if bytes == 64 {
                table.iter_mut().zip(values).for_each(|(slot, value)| *slot = u16::from(*value));
            } else {
                table
                    .iter_mut()
                    .zip(values.chunks_exact(2))
                    .for_each(|(slot, pair)| *slot = pair.iter().fold(0, |sum, b| sum << 8 | u16::from(*b)));
            }
            let slot = self.quantisation.get_mut(usize::from(head & 15)).ok_or_else(advice::damaged)?;
            *slot = Some(table);
            payload = rest;
        }
        Ok(())
    }

    /// A DHT segment.
    pub(super) fn read_huffman(&mut self, mut payload: &[u8]) -> Result<(), Refusal> {
        while let Some((head, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_at_checked(16).ok_or_else(advice::damaged)?;
            let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(total).filter(|_| total <= 256).ok_or_else(advice::damaged)?;
            self.built += 1;
            if self.built > MOST_TABLES {
                return Err(advice::damaged());
            }
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            let slot = tables.get_mut(usize::from(head & 15)).ok_or_else(advice::damaged)?;
            *slot = Some(Table::new(counts, symbols)?);
            payload = rest;
        }
        Ok(())
    }

    /// A DRI segment.
    pub(super) fn read_restart(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        let [high, low] = payload else { return Err(advice::damaged()) };
        self.restart = usize::from(u16::from_be_bytes([*high, *low]));
        Ok(())
    }
}

/// One component's part in a scan.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Which of the frame's components.
    pub(super) component: usize,
    pub(super) dc: usize,
    pub(super) ac: usize,
}

/// A SOS header.
pub(super) struct Scan {
    pub(super) parts: Vec<Part>,
    /// First and last coefficient, zigzag.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Successive approximation: the bit before, and the bit of this scan.
    pub(super) high: u32,
    pub(super) low: u32,
}

impl Scan {
    pub(super) fn read(payload: &[u8], frame: &Frame) -> Result<Self, Refusal> {
        let (count, rest) = payload.split_first().ok_or_else(advice::damaged)?;
        let (list, band) = rest
            .split_at_checked(usize::from(*count) * 2)
            .filter(|_| (1..=4).contains(count))
            .ok_or_else(advice::damaged)?;
        let [from, to, approximation, ..] = band else { return Err(advice::damaged()) };
        let mut parts: Vec<Part> = Vec::new();
        for pair in list.chunks_exact(2) {
            let [id, tables] = pair else { return Err(advice::damaged()) };
            // Some cameras call all components the same: they are meant in their order.
            let taken = |component: usize| parts.iter().any(|part| part.component == component);
            let mut named = frame.components.iter().enumerate().filter(|(_, c)| c.id == *id);
            let (component, _) = named.find(|(index, _)| !taken(*index)).ok_or_else(advice::damaged)?;
            parts.push(Part { component, dc: usize::from(tables >> 4), ac: usize::from(tables & 15) });
        }
        let scan = Self {
            parts,
            first: usize::from(*from),
            last: usize::from(*to),
            high: u32::from(approximation >> 4),
            low: u32::from(approximation & 15),
        };
        if scan.last > 63 || scan.first > scan.last || scan.low > 13 {
            return Err(advice::damaged());
        }
        Ok(scan)
    }
}

/// Counts units and takes the restart markers between them.
pub(super) struct Restarts {
    interval: usize,
    left: usize,
    number: u8,
}

impl Restarts {
    pub(super) fn new(interval: usize) -> Self {
        Self { interval, left: interval, number: 0 }
    }

    /// To be called before each unit; true when a restart marker was taken, and predictions start anew.
    #[inline]
    pub(super) fn before_unit(&mut self, bits: &mut Bits<'_>) -> Result<bool, Refusal> {
        if self.interval == 0 {
            return Ok(false);
        }
        if self.left > 0 {
            self.left -= 1;
            return Ok(false);
        }
        bits.restart(self.number)?;
        self.number = (self.number + 1) % 8;
        self.left = self.interval - 1;
        Ok(true)
    }
}

/// After the last unit: the bits must have sufficed, and little may be left over. Answers where the scan ends.
pub(super) fn finish(bits: &mut Bits<'_>) -> Result<usize, Refusal> {
    if bits.overrun() || bits.unread(PADDING) > PADDING {
        return Err(advice::damaged());
    }
    Ok(bits.end())
}
