//! Writes the file: the headers a baseline JPEG needs and nothing else, then the codes.

use super::huffman::{Codes, Histogram};
use super::quantise::Token;
use super::tables::Tables;

/// Everything before the coded data.
pub(crate) struct Head<'a> {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) grey: bool,
    /// Colour at full resolution.
    pub(crate) full_colour: bool,
    /// Dots per inch, where they are to be written.
    pub(crate) density: Option<u16>,
    pub(crate) tables: &'a Tables,
    pub(crate) codes: &'a [Codes; 4],
}

impl Head<'_> {
    /// Planes in the file, with the table each uses.
    fn planes(&self) -> &'static [(u8, u8)] {
        if self.grey { &[(1, 0)] } else { &[(1, 0), (2, 1), (3, 1)] }
    }

    /// Bytes of all headers and the end marker.
    pub(crate) fn length(&self) -> usize {
        self.written().len() + 2
    }

    fn written(&self) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        let [high, low] = self.density.unwrap_or(1).to_be_bytes();
        let unit = u8::from(self.density.is_some());
        segment(&mut file, 0xe0, &[b'J', b'F', b'I', b'F', 0, 1, 2, unit, high, low, high, low, 0, 0]);
        let kinds: u8 = if self.grey { 1 } else { 2 };
        let mut body = Vec::new();
        for (table, id) in self.tables.iter().zip(0..kinds) {
            body.push(id);
            body.extend(table);
        }
        segment(&mut file, 0xdb, &body);
        let ([h1, h2], [w1, w2]) = (self.height.to_be_bytes(), self.width.to_be_bytes());
        let mut body = vec![8, h1, h2, w1, w2, if self.grey { 1 } else { 3 }];
        for (id, table) in self.planes() {
            let sampling = if *id == 1 && !self.grey && !self.full_colour { 0x22 } else { 0x11 };
            body.extend([*id, sampling, *table]);
        }
        segment(&mut file, 0xc0, &body);
        let mut body = Vec::new();
        for (codes, id) in self.codes.iter().zip([0x00, 0x10, 0x01, 0x11]).take(usize::from(kinds) * 2) {
            body.push(id);
            body.extend(codes.counts);
            body.extend(&codes.symbols);
        }
        segment(&mut file, 0xc4, &body);
        let mut body = vec![if self.grey { 1 } else { 3 }];
        self.planes().iter().for_each(|(id, table)| body.extend([*id, table << 4 | table]));
        body.extend([0, 63, 0]);
        segment(&mut file, 0xda, &body);
        file
    }
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend([0xff, marker]);
    file.extend(u16::try_from(body.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    file.extend_from_slice(body);
}

/// Bits of everything said, without what keeps codes from looking like markers.
pub(crate) fn bits(histogram: &Histogram, codes: &[Codes; 4]) -> u64 {
    histogram.0.iter().zip(codes).map(|(counts, codes)| codes.bits(counts)).sum()
}

/// The whole file; `rows` in order from top to bottom.
pub(crate) fn file<'a>(head: &Head<'_>, rows: impl Iterator<Item = &'a Vec<Token>>, room: usize) -> Vec<u8> {
    let mut table = vec![(0_u16, 0_u8); 1024];
    for (part, codes) in table.chunks_exact_mut(256).zip(head.codes) {
        part.copy_from_slice(&codes.assigned());
    }
    let mut file = head.written();
    file.reserve(room);
    let mut bits = Bits { file, held: 0, free: 64 };
    for token in rows.flatten() {
        let [low, high, symbol, _] = token.to_le_bytes();
        let (code, length) = table.get((token >> 16) as usize & 1023).copied().unwrap_or_default();
        let size = symbol & 15;
        let extra = u64::from(u16::from_le_bytes([low, high]));
        bits.put(u64::from(code) << size | extra, u32::from(length + size));
    }
    let mut file = bits.finished();
    file.extend([0xff, 0xd9]);
    file
}

/// Collects bits, the first at the top.
struct Bits {
    file: Vec<u8>,
    held: u64,
    free: u32,
}

impl Bits {
    /// At most 31 bits.
    #[inline]
    fn put(&mut self, bits: u64, count: u32) {
        self.free -= count;
        self.held |= bits << self.free;
        if self.free <= 32 {
            let [a, b, c, d, ..] = self.held.to_be_bytes();
            self.flush([a, b, c, d]);
            self.held <<= 32;
            self.free += 32;
        }
    }

    #[inline]
    fn flush(&mut self, four: [u8; 4]) {
        if four.contains(&0xff) {
            for byte in four {
                self.file.push(byte);
                if byte == 0xff {
                    self.file.push(0);
                }
            }
        } else {
            self.file.extend_from_slice(&four);
        }
    }

    /// Fills the last byte with ones, as the standard wants it.
    fn finished(mut self) -> Vec<u8> {
        let used = 64 - self.free;
        let ones = if used.is_multiple_of(8) { 0 } else { u64::MAX >> used };
        let filled = self.held | ones;
        for byte in filled.to_be_bytes().into_iter().take(used.div_ceil(8) as usize) {
            self.file.push(byte);
            if byte == 0xff {
                self.file.push(0);
            }
        }
        self.file
    }
}
