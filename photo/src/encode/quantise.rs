//! From coefficients to the levels that are stored: for each block the levels whose error and bits together cost least.

use super::dct::FINE;
use super::huffman::Histogram;

/// What precedes the symbol of 16 zeros, and the end of a block.
const ZEROS: usize = 0xf0;
const END: usize = 0;
/// Coefficients looked back over when choosing which to drop: longer gaps are never worth it but at the end.
const REACH: usize = 5;

/// How one plane's coefficients become levels.
pub(crate) struct Steps {
    /// Below this a coefficient is not even a candidate.
    threshold: [u16; 64],
    /// Levels per stored unit.
    inverse: [f32; 64],
}

impl Steps {
    /// Steps of a table; `dead` is the part of a step within which a coefficient becomes nothing, 0.5 for rounding.
    pub(crate) fn new(table: &[u8; 64], dead: f32) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 255 times 8")]
        let threshold = table.map(|step| (f32::from(step) * FINE * dead).ceil() as u16);
        Self { threshold, inverse: table.map(|step| 1.0 / (f32::from(step) * FINE)) }
    }

    pub(crate) fn dc(&self, coefficient: i16) -> i32 {
        let [inverse, ..] = self.inverse;
        round(f32::from(coefficient) * inverse)
    }

    /// How many coefficients may become levels.
    pub(crate) fn count(&self, block: &[i16; 64]) -> u32 {
        self.candidates(block).count_ones()
    }

    /// One bit for each coefficient that may become a level.
    fn candidates(&self, block: &[i16; 64]) -> u64 {
        let mut flags = [0_u8; 64];
        for ((flag, value), threshold) in flags.iter_mut().zip(block).zip(self.threshold) {
            *flag = u8::from(value.unsigned_abs() >= threshold);
        }
        let mut mask = 0;
        for (eight, at) in flags.as_chunks::<8>().0.iter().zip(0..) {
            // Gathers the low bit of each of eight bytes into one.
            mask |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
        }
        mask & !1
    }
}

/// To nearest, for numbers far below 2^22: added to one this large, they lie in its low bits.
fn round(value: f32) -> i32 {
    const LARGE: f32 = 12_582_912.0;
    (value + LARGE).to_bits().wrapping_sub(LARGE.to_bits()).cast_signed()
}

/// What each symbol is taken to cost, in units of squared error: bits times how dear a bit is.
pub(crate) struct Rates {
    each: [[f32; 256]; 4],
    /// A coefficient that saves more error than this is stored whatever lies beside it.
    sure: f32,
}

/// Bits that not even the dearest symbol and what it changes around it cost, in most blocks.
const SURE_BITS: f32 = 12.0;

impl Rates {
    /// From how often symbols occur, with a little for those that have not yet.
    pub(crate) fn new(histogram: &Histogram, dear: f32) -> Self {
        let each = histogram.0.map(|counts| {
            let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            let mut rates = [0.0; 256];
            for ((rate, count), symbol) in rates.iter_mut().zip(counts).zip(0_u16..) {
                #[expect(clippy::cast_precision_loss, reason = "a cost need not be exact")]
                let share = (count as f32 + 0.3) / (total as f32 + 30.0);
                *rate = dear * ((-share.log2()).clamp(1.0, 16.0) + f32::from(symbol & 15));
            }
            rates
        });
        Self { each, sure: dear * SURE_BITS }
    }

    /// Before anything is known: what such symbols cost in most photos.
    pub(crate) fn guessed(dear: f32) -> Self {
        let mut rates = [0.0; 256];
        for (rate, symbol) in rates.iter_mut().zip(0..=255_u8) {
            let (run, size) = (f32::from(symbol >> 4), f32::from(symbol & 15));
            *rate = dear * if symbol == 0 { 3.0 } else { (0.7 + run * 0.8 + size * 2.0).min(24.0) };
        }
        Self { each: [rates; 4], sure: dear * SURE_BITS }
    }

    fn of(&self, colour: bool) -> &[f32; 256] {
        let [_, luma, _, chroma] = &self.each;
        if colour { chroma } else { luma }
    }
}

/// One coefficient on the cheapest way through the block.
#[derive(Clone, Copy, Default)]
struct Stop {
    /// Place in zigzag order.
    at: usize,
    /// The stop before it in the list, which starts with the block's mean.
    before: usize,
    level: i32,
    /// Cost of everything up to here, against storing nothing.
    cost: f32,
}

/// A symbol with the bits after it: kind of code, symbol, bits; 8, 8 and 16 bits.
pub(crate) type Token = u32;

/// Collects what a row of blocks says.
pub(crate) struct Speech<'a> {
    pub(crate) tokens: &'a mut Vec<Token>,
    pub(crate) histogram: &'a mut Histogram,
    pub(crate) scratch: Scratch,
}

/// Room to work in, kept from block to block.
#[derive(Clone, Copy)]
pub(crate) struct Scratch {
    stops: [Stop; 64],
    path: [Stop; 64],
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { stops: [Stop::default(); 64], path: [Stop::default(); 64] }
    }
}

impl Speech<'_> {
    #[inline]
    fn say(&mut self, kind: u8, symbol: u8, bits: u16) {
        let [low, high] = bits.to_le_bytes();
        self.tokens.push(u32::from_le_bytes([low, high, symbol, kind]));
        if let Some(count) =
            self.histogram.0.get_mut(usize::from(kind & 3)).and_then(|counts| counts.get_mut(usize::from(symbol)))
        {
            *count += 1;
        }
    }

    /// A level as the standard spells it: its size is part of the symbol; negative ones have their bits turned over.
    #[inline]
    fn say_level(&mut self, kind: u8, run: usize, level: i32) {
        let size = 32 - level.unsigned_abs().leading_zeros();
        let spelt = if level < 0 { level - 1 } else { level };
        let [low, high, _, _] = spelt.to_le_bytes();
        let ([size, _, _, _], [run, ..]) = (size.to_le_bytes(), run.to_le_bytes());
        let mask = (1_u16 << (size & 15)) - 1;
        self.say(kind, run << 4 | size, u16::from_le_bytes([low, high]) & mask);
    }
}

/// Says one block: its mean as the difference from the last, and the levels that cost least. `weight` is how much an
/// error in this block counts.
pub(crate) fn say_block(
    block: &[i16; 64],
    steps: &Steps,
    (rates, weight): (&Rates, f32),
    (colour, last): (bool, &mut i32),
    speech: &mut Speech<'_>,
) {
    let kind = if colour { 2 } else { 0 };
    let [mean, ..] = *block;
    let mean = steps.dc(mean);
    speech.say_level(kind, 0, mean - *last);
    *last = mean;
    let Scratch { stops, path } = &mut speech.scratch;
    let mut place = cheapest(block, steps, (rates.of(colour), rates.sure), weight, stops);
    let mut length = 0;
    while let Some(stop) = stops.get(place).filter(|_| place > 0) {
        place = stop.before;
        if let Some(slot) = path.get_mut(length) {
            *slot = *stop;
            length += 1;
        }
    }
    let mut after = 0;
    for at in (0..length).rev() {
        let Some(stop) = speech.scratch.path.get(at).copied() else { break };
        let mut run = stop.at - after - 1;
        while run > 15 {
            speech.say(kind + 1, 0xf0, 0);
            run -= 16;
        }
        let negative = block.get(stop.at).is_some_and(|value| *value < 0);
        speech.say_level(kind + 1, run, if negative { -stop.level } else { stop.level });
        after = stop.at;
    }
    if after < 63 {
        speech.say(kind + 1, 0, 0);
    }
}

/// Finds the cheapest way through the block: which levels to store and which to drop. Returns the stop where it ends;
/// each leads back to the one before, the first of them to the block's mean.
fn cheapest(
    block: &[i16; 64],
    steps: &Steps,
    (rates, sure): (&[f32; 256], f32),
    weight: f32,
    way: &mut [Stop; 64],
) -> usize {
    let end = rates.get(END).copied().unwrap_or(0.0);
    let mut mask = steps.candidates(block);
    let (mut count, mut best, mut least) = (1_usize, 0, end);
    // Nothing before the last sure coefficient needs looking at again.
    let mut fixed = 0;
    while mask != 0 {
        let at = mask.trailing_zeros() as usize & 63;
        mask &= mask - 1;
        let (value, inverse) = (block.get(at).copied().unwrap_or(0), steps.inverse.get(at).copied().unwrap_or(0.0));
        let exact = f32::from(value.unsigned_abs()) * inverse;
        let from = count.saturating_sub(REACH).max(fixed);
        let near = way.get(from..count).unwrap_or_default().iter().zip(from..);
        let (stop, saved) = next(at, exact, weight, near, rates);
        if saved > sure {
            (fixed, least) = (count, f32::INFINITY);
        }
        let total = stop.cost + if at < 63 { end } else { 0.0 };
        if total < least {
            (least, best) = (total, count);
        }
        if let Some(slot) = way.get_mut(count) {
            *slot = stop;
        }
        count += 1;
    }
    best
}

/// The cheapest way to a coefficient of `exact` steps from the stops near it, and how much error it saves.
#[inline]
fn next<'a>(
    at: usize,
    exact: f32,
    weight: f32,
    near: impl Iterator<Item = (&'a Stop, usize)>,
    rates: &[f32; 256],
) -> (Stop, f32) {
    let rate = |symbol: usize| rates.get(symbol & 255).copied().unwrap_or(0.0);
    let level = round(exact).clamp(1, 1023);
    let size = 32 - level.leading_zeros() as usize;
    // What storing a level saves: the error of storing nothing less its own.
    #[expect(clippy::cast_precision_loss, reason = "levels stay below 1024")]
    let saved = |level: i32| weight * level as f32 * (2.0 * exact - level as f32);
    let whole = saved(level);
    // One less is worth a look where it has one bit less.
    let shorter = (level > 1 && level & (level - 1) == 0).then(|| saved(level - 1));
    let mut stop = Stop { at, before: 0, level, cost: f32::INFINITY };
    for (before, index) in near {
        let run = (at - 1).saturating_sub(before.at);
        let (whole_runs, symbol) = (run >> 4, (run & 15) << 4 | size);
        #[expect(clippy::cast_precision_loss, reason = "at most 3")]
        let so_far = before.cost + whole_runs as f32 * rate(ZEROS);
        let cost = so_far + rate(symbol) - whole;
        if cost < stop.cost {
            stop = Stop { at, before: index, level, cost };
        }
        if let Some(saved) = shorter {
            let cost = so_far + rate(symbol - 1) - saved;
            if cost < stop.cost {
                stop = Stop { at, before: index, level: level - 1, cost };
            }
        }
    }
    (stop, whole)
}
