//! Huffman tables and the bits they read.

use crate::advice::{self, Refusal};

/// Bits looked up at once; longer codes are rare.
const AHEAD: u32 = 10;
const ENTRIES: usize = 1 << AHEAD;

/// The run that stands for the end of a block: it leads past every block from anywhere.
pub(super) const BLOCK_ENDS: u8 = 128;

/// One Huffman table.
#[derive(Clone)]
pub(super) struct Table {
    /// `length << 8 | symbol` of the code that starts with these bits; 0 when it is longer.
    short: Box<[u16; ENTRIES]>,
    /// `value << 16 | run << 8 | length` where code and value together are short; 0 where not. The end of a block is a
    /// run of [`BLOCK_ENDS`].
    whole: Box<[i32; ENTRIES]>,
    /// First code not of this length, left-aligned to 16 bits, by length 0 to 16.
    beyond: [u32; 17],
    /// What to add to a code of this length to get its symbol's place.
    place: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// Builds a table from the counts of codes by length and the symbols in order.
    pub(super) fn new(counts: &[u8], symbols: &[u8]) -> Result<Self, Refusal> {
        let mut table = Self {
            short: Box::new([0; ENTRIES]),
            whole: Box::new([0; ENTRIES]),
            beyond: [0; 17],
            place: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut next) = (0_u32, 0_usize);
        for (length, (count, (beyond, place))) in
            (1_u32..).zip(counts.iter().zip(table.beyond.iter_mut().zip(table.place.iter_mut()).skip(1)))
        {
            let count = u32::from(*count);
            *place = i32::try_from(next).unwrap_or(0) - i32::try_from(code).unwrap_or(0);
            for own in code..code + count {
                let symbol = *symbols.get(next).ok_or_else(advice::damaged)?;
                next += 1;
                if length <= AHEAD {
                    let first = (own as usize) << (AHEAD - length);
                    let entry = u16::try_from(length << 8).unwrap_or(0) | u16::from(symbol);
                    table.short.iter_mut().skip(first).take(1 << (AHEAD - length)).for_each(|e| *e = entry);
                }
            }
            code += count;
            if code > 1 << length {
                return Err(advice::damaged());
            }
            *beyond = code << (16 - length);
            code <<= 1;
        }
        table.fill_whole();
        Ok(table)
    }

    /// The symbol that these 16 bits begin with, and its length, for codes beyond the short ones.
    #[cold]
    fn long_symbol(&self, code: u32) -> Result<(u8, u32), Refusal> {
        let lengths = (0_u32..).zip(self.beyond.iter().zip(&self.place)).skip(AHEAD as usize + 1);
        for (length, (beyond, place)) in lengths {
            if code < *beyond {
                let index = usize::try_from(i32::try_from(code >> (16 - length)).unwrap_or(0) + place);
                let symbol = index.ok().and_then(|index| self.symbols.get(index)).ok_or_else(advice::damaged)?;
                return Ok((*symbol, length));
            }
        }
        Err(advice::damaged())
    }

    fn fill_whole(&mut self) {
        for (bits, (entry, whole)) in (0_u32..).zip(self.short.iter().zip(self.whole.iter_mut())) {
            let (length, run, size) = (u32::from(entry >> 8), u32::from(entry >> 4 & 15), u32::from(entry & 15));
            let (value, run) = match (run, size) {
                (0, 0) if length > 0 => (0, u32::from(BLOCK_ENDS)),
                (_, 1..) if length > 0 && length + size <= AHEAD => {
                    (extend(bits >> (AHEAD - length - size) & ((1 << size) - 1), size), run)
                }
                _ => continue,
            };
            *whole = value << 16 | i32::try_from(run << 8 | (length + size)).unwrap_or(0);
        }
    }
}

/// The signed value that `size` raw bits stand for.
#[inline]
fn extend(raw: u32, size: u32) -> i32 {
    let raw = raw.cast_signed();
    if size > 0 && raw < 1 << (size - 1) { raw - (1 << size) + 1 } else { raw }
}

/// Reads bits from entropy-coded data: stuffed bytes removed, stops at the first marker. Small enough to be copied:
/// a loop that works on a copy of its own keeps it in registers.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, left-aligned.
    ahead: u64,
    have: u32,
    /// How many of `have` are made up because the data ended.
    made_up: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, ahead: 0, have: 0, made_up: 0 }
    }

    /// Makes sure that at least 32 bits are ahead: a code of 16 and a value of 16 can be read without asking again.
    #[inline]
    pub(super) fn refill(&mut self) {
        if self.have >= 32 {
            return;
        }
        if let Some([a, b, c, d]) = self.data.get(self.at..self.at + 4) {
            let word = u32::from_be_bytes([*a, *b, *c, *d]);
            let inverse = !word;
            // No byte of the word is 0xff exactly when no byte of its inverse is 0.
            if inverse.wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.ahead |= u64::from(word) << (32 - self.have);
                self.at += 4;
                self.have += 32;
                return;
            }
        }
        *self = self.refilled_slowly();
    }

    /// By value, so that the caller's copy need not leave its registers.
    #[cold]
    fn refilled_slowly(mut self) -> Self {
        while self.have <= 56 {
            let byte = match (self.data.get(self.at), self.data.get(self.at + 1)) {
                (Some(0xff), Some(0)) => {
                    self.at += 2;
                    0xff
                }
                (Some(0xff), Some(0xff)) => {
                    self.at += 1;
                    continue;
                }
                (Some(0xff) | None, _) => {
                    self.made_up += 8;
                    0
                }
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            self.ahead |= u64::from(byte) << (56 - self.have);
            self.have += 8;
        }
        self
    }

    /// True once more bits were read than the data holds.
    #[inline]
    pub(super) fn overrun(&self) -> bool {
        self.have < self.made_up
    }

    #[inline]
    fn skip(&mut self, count: u32) {
        self.ahead <<= count;
        self.have = self.have.saturating_sub(count);
    }

    /// `count` raw bits, at most 16; call [`Bits::refill`] before.
    #[inline]
    pub(super) fn raw(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let raw = u32::try_from(self.ahead >> (64 - count)).unwrap_or(0);
        self.skip(count);
        raw
    }

    /// One bit, refilling by itself.
    #[inline]
    pub(super) fn bit(&mut self) -> bool {
        self.refill();
        let bit = self.ahead >> 63 == 1;
        self.skip(1);
        bit
    }

    /// A signed value of `size` bits; call [`Bits::refill`] before.
    #[inline]
    pub(super) fn value(&mut self, size: u32) -> i32 {
        extend(self.raw(size), size)
    }

    /// Run and value where the table knows both at once, [`BLOCK_ENDS`] included; call [`Bits::refill`] before.
    #[inline]
    pub(super) fn whole(&mut self, table: &Table) -> Option<(usize, i32)> {
        let entry = *table.whole.get((self.ahead >> (64 - AHEAD)) as usize)?;
        if entry == 0 {
            return None;
        }
        self.skip(entry.cast_unsigned() & 0xff);
        Some(((entry.cast_unsigned() >> 8 & 0xff) as usize, entry >> 16))
    }

    /// The next symbol; call [`Bits::refill`] before. Bits that are no code are damage.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, Refusal> {
        let entry = table.short.get((self.ahead >> (64 - AHEAD)) as usize).copied().unwrap_or(0);
        if entry != 0 {
            self.skip(u32::from(entry >> 8));
            return Ok((entry & 0xff) as u8);
        }
        let (symbol, length) = table.long_symbol(u32::try_from(self.ahead >> 48).unwrap_or(0))?;
        self.skip(length);
        Ok(symbol)
    }

    /// Whole bytes left unread before the marker, counted up to `most + 1`.
    pub(super) fn unread(&mut self, most: usize) -> usize {
        self.refill();
        let ahead = self.have.saturating_sub(self.made_up) as usize / 8;
        let rest = self.data.get(self.at..).unwrap_or_default();
        let behind = rest
            .windows(2)
            .take(most + 1)
            .take_while(|pair| !matches!(pair, [0xff, m] if *m != 0 && *m != 0xff))
            .count();
        ahead + behind
    }

    /// Leaves the rest of the bits and takes the restart marker of this number, which must stand next.
    pub(super) fn restart(&mut self, number: u8) -> Result<(), Refusal> {
        if self.overrun() || self.unread(1) > 0 {
            return Err(advice::damaged());
        }
        match self.data.get(self.at..self.at + 2) {
            Some([0xff, marker]) if *marker == 0xd0 + number => self.at += 2,
            _ => return Err(advice::damaged()),
        }
        (self.ahead, self.have, self.made_up) = (0, 0, 0);
        Ok(())
    }

    /// Where the bits end: at a marker, or where the data does.
    pub(super) fn end(&self) -> usize {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes_are_read_back() {
        // One code of each length 1 to 16 but the all-ones: 0, 10, 110 …
        let counts = [1; 16];
        let symbols: Vec<u8> = (1..=16).collect();
        let table = Table::new(&counts, &symbols).unwrap();
        for length in 1..=16_u32 {
            let code = (0xffff_u32 << (17 - length)) & 0xffff;
            let stuffed = |b: u8| if b == 0xff { vec![0xff, 0] } else { vec![b] };
            let code = u16::try_from(code).unwrap().to_be_bytes();
            let data: Vec<u8> = code.into_iter().flat_map(stuffed).chain([0; 4]).collect();
            let mut bits = Bits::new(&data, 0);
            bits.refill();
            assert_eq!(u32::from(bits.symbol(&table).unwrap()), length);
        }
    }

    #[test]
    fn an_over_full_table_is_damage() {
        assert!(Table::new(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1, 2, 3]).is_err());
    }

    #[test]
    fn values_are_signed_as_the_standard_says() {
        assert_eq!([extend(0, 1), extend(1, 1), extend(0, 3), extend(7, 3)], [-1, 1, -7, 7]);
    }

    #[test]
    fn reading_past_the_end_is_noticed() {
        let mut bits = Bits::new(&[0xab, 0xff, 0xd9], 0);
        bits.refill();
        bits.raw(8);
        assert!(!bits.overrun());
        bits.raw(1);
        assert!(bits.overrun());
    }
}
