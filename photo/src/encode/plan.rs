//! Stores a picture in the bytes it may take, from a forecast of how coarse that will be.

use super::blocks::Blocks;
use super::forecast::Forecast;
use super::huffman::{Codes, Histogram};
use super::planes::Planes;
use super::quantise::{self, Rates, Scratch, Speech, Steps, Token};
use super::tables::{self, Tables};
use super::taste::Taste;
use super::write::{self, Head};
use crate::advice::{self, Refusal};

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) data: Vec<u8>,
    /// 1 to 100, by [`tables::quality`].
    pub(crate) quality: u8,
}

/// Passes over the whole picture, at most.
const PASSES: usize = 4;
/// Eighths of the picture coded anew at most, where the whole came out a little too large.
const REPAIRS: usize = 4;
/// Rows of units are coded in this order of their number modulo 8, so that each eighth stands for the whole.
const TURNS: [usize; 8] = [3, 7, 1, 5, 0, 4, 2, 6];
/// Part of the coded bytes that is added to keep them from looking like markers; about one in 256 of random bits.
pub(super) const STUFFING: f64 = 0.0045;

/// A picture ready to be stored at any quality.
pub(crate) struct Plan {
    pub(super) blocks: Blocks,
    taste: Taste,
    density: Option<u16>,
    size: (u16, u16),
}

/// Rows coded so far.
pub(super) struct Pass {
    pub(super) tables: Tables,
    pub(super) steps: [Steps; 2],
    pub(super) histogram: Histogram,
    rows: Vec<Vec<Token>>,
}

impl Plan {
    /// A plan for these planes, colour at full resolution or half; `damaged` for a picture longer than JPEG can say.
    pub(crate) fn new(planes: &Planes, full_colour: bool, taste: Taste, dpi: Option<u32>) -> Result<Self, Refusal> {
        let short = |length: u32| u16::try_from(length).map_err(|_| advice::damaged());
        let size = (short(planes.width)?, short(planes.height)?);
        let blocks = Blocks::of(planes, full_colour, taste.masking);
        Ok(Self { blocks, taste, density: dpi.and_then(|dpi| u16::try_from(dpi).ok()), size })
    }

    /// The file at the forecast's scale, corrected until it fits `most` bytes; nothing when it would have to be
    /// coarser than `coarsest`.
    pub(crate) fn fit(
        &self,
        forecast: &Forecast,
        most: usize,
        (finest, coarsest): (f32, f32),
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Encoded>, Refusal> {
        let mut forecast = forecast.clone();
        let mut best: Option<Encoded> = None;
        for _ in 0..PASSES {
            let limits = (most, forecast.scale <= finest * 1.001);
            let pass = self.spend(&forecast, limits, keep_going)?;
            let encoded = self.written(&pass, &pass.codes());
            let (bytes, fits) = (encoded.data.len(), encoded.data.len() <= most);
            let near = fits && (bytes * 100 >= most * 97 || limits.1);
            if fits && best.as_ref().is_none_or(|best| bytes > best.data.len()) {
                best = Some(encoded);
            }
            if near || (!fits && forecast.scale >= coarsest) {
                break;
            }
            let off = to_f32((to_f64(most) * 0.99 / to_f64(bytes)).ln());
            let scale = (forecast.scale * (off * forecast.slope).exp()).clamp(finest, coarsest);
            forecast = Forecast { scale, seen: pass.histogram, ..forecast };
        }
        Ok(best)
    }

    /// The file at one scale with nothing dropped to save bits, and with longer codes than it needs where it would take
    /// fewer than `least` bytes; nothing when it cannot be brought between `least` and `most`.
    pub(crate) fn plain(&self, scale: f32, least: u64, most: u64) -> Option<Encoded> {
        let mut pass = self.pass_with(scale, 0.5);
        let rates = Rates::guessed(0.0);
        (0..self.blocks.rows()).for_each(|row| self.say(row, &mut pass, &rates, true));
        let shortest = pass.codes();
        let longer = (0..16).map(|more| shortest.each_ref().map(|codes| codes.longer(more)));
        // What keeps codes from looking like markers only adds bytes.
        longer
            .filter(|codes| write::bits(&pass.histogram, codes) / 8 + 2_000 >= least)
            .map(|codes| self.written(&pass, &codes))
            .find(|encoded| (least..=most).contains(&(encoded.data.len() as u64)))
    }

    /// One pass over the picture, an eighth at a time; after each, what was spent so far decides how dear bits are.
    fn spend(
        &self,
        forecast: &Forecast,
        (most, finest): (usize, bool),
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Pass, Refusal> {
        let mut pass = self.pass(forecast.scale);
        let rows = self.blocks.rows();
        let share_of = |turn: usize| (turn..rows).step_by(8).filter_map(|row| forecast.shares.get(row)).sum::<f64>();
        let (mut dear, mut seen, mut done) = (1.0, forecast.seen.clone(), 0.0_f64);
        // How dear bits were, summed over what is done; and what each turn said.
        let (mut dears, mut said) = (0.0, Vec::new());
        let least = if finest { 1.0 } else { 0.5 };
        for turn in TURNS {
            if !keep_going() {
                return Err(advice::timeout());
            }
            said.push(self.take_turn(turn, &mut pass, &self.rates(Some(&seen), dear)));
            let share = share_of(turn);
            (done, dears) = (done + share, dears + share * f64::from(dear));
            seen = sum(&said);
            let (spent, target) = self.spent(&pass.tables, &seen, most);
            let (each, left) = (spent / done.max(1e-9), (target - spent) / (1.0 - done).max(1e-9));
            if done < 0.999 {
                // Bytes fall about with the fourth root of what a bit costs.
                dear = to_f32((dears / done.max(1e-9) * (each / left.max(each * 0.5)).powi(4)).clamp(least, 2.5));
            }
        }
        for (at, turn) in TURNS.into_iter().enumerate().rev().take(REPAIRS) {
            let (spent, target) = self.spent(&pass.tables, &seen, most);
            let share = share_of(turn);
            if spent <= target || share == 0.0 {
                continue;
            }
            dear = (dear * to_f32((spent / target).powf(5.0 / share))).clamp(1.0, 4.0);
            let again = self.take_turn(turn, &mut pass, &self.rates(Some(&seen), dear));
            said.splice(at..=at, [again]);
            seen = sum(&said);
        }
        pass.histogram = seen;
        Ok(pass)
    }

    /// Codes every eighth row anew.
    fn take_turn(&self, turn: usize, pass: &mut Pass, rates: &Rates) -> Histogram {
        pass.histogram = Histogram::new();
        (turn..self.blocks.rows()).step_by(8).for_each(|row| self.say(row, pass, rates, true));
        pass.histogram.clone()
    }

    /// Bits spent so far, and how many there are in all.
    fn spent(&self, tables: &Tables, seen: &Histogram, most: usize) -> (f64, f64) {
        let codes = seen.0.each_ref().map(Codes::shortest);
        let room = to_f64(most) - to_f64(self.head(tables, &codes).length()) - 2.0;
        (bits_f64(seen, &codes), room * 8.0 / (1.0 + STUFFING))
    }

    /// Nothing coded yet, with the tables of a scale.
    pub(super) fn pass(&self, scale: f32) -> Pass {
        self.pass_with(scale, 0.58)
    }

    fn pass_with(&self, scale: f32, dead: f32) -> Pass {
        let tables = tables::tables(self.taste.shapes, scale);
        let steps = tables.each_ref().map(|table| Steps::new(table, dead));
        Pass { tables, steps, histogram: Histogram::new(), rows: vec![Vec::new(); self.blocks.rows()] }
    }

    /// What symbols cost when bits are so many times dearer than usual.
    pub(super) fn rates(&self, seen: Option<&Histogram>, dear: f32) -> Rates {
        let dear = self.taste.dear * dear;
        seen.map_or_else(|| Rates::guessed(dear), |seen| Rates::new(seen, dear))
    }

    /// Codes one row of units; its words are kept only where they will be written.
    pub(super) fn say(&self, row: usize, pass: &mut Pass, rates: &Rates, keep: bool) {
        let mut last = self.means_before(row, &pass.steps);
        let Some(tokens) = pass.rows.get_mut(row) else { return };
        tokens.clear();
        if keep {
            tokens.reserve(self.blocks.per_row * 6);
        }
        let mut speech = Speech { tokens, histogram: &mut pass.histogram, scratch: Scratch::new() };
        let [luma, colour] = &pass.steps;
        for ((block, weight), plane) in self.blocks.row(row).zip(self.blocks.unit.iter().cycle()) {
            let steps = if *plane == 0 { luma } else { colour };
            if let Some(last) = last.get_mut(usize::from(*plane)) {
                quantise::say_block(block, steps, (rates, weight), (*plane > 0, last), &mut speech);
            }
        }
        if !keep {
            tokens.clear();
        }
    }

    /// The means of the last blocks of the row before, from which the first of this row differ.
    fn means_before(&self, row: usize, steps: &[Steps; 2]) -> [i32; 3] {
        let mut last = [0; 3];
        let Some(before) = row.checked_sub(1) else { return last };
        let [luma, colour] = steps;
        let unit = self.blocks.unit.len();
        let start = self.blocks.per_row - unit;
        for ((block, _), plane) in self.blocks.row(before).skip(start).zip(self.blocks.unit) {
            let steps = if *plane == 0 { luma } else { colour };
            if let (Some(slot), [mean, ..]) = (last.get_mut(usize::from(*plane)), block) {
                *slot = steps.dc(*mean);
            }
        }
        last
    }

    pub(super) fn head<'a>(&self, tables: &'a Tables, codes: &'a [Codes; 4]) -> Head<'a> {
        let (width, height) = self.size;
        let (grey, full_colour) = (self.blocks.unit.len() == 1, self.blocks.unit.len() == 3);
        Head { width, height, grey, full_colour, density: self.density, tables, codes }
    }

    fn written(&self, pass: &Pass, codes: &[Codes; 4]) -> Encoded {
        let room = usize::try_from(write::bits(&pass.histogram, codes) / 7).unwrap_or(0);
        let [luma, _] = &pass.tables;
        Encoded {
            data: write::file(&self.head(&pass.tables, codes), pass.rows.iter(), room),
            quality: tables::quality(luma),
        }
    }
}

impl Pass {
    pub(super) fn codes(&self) -> [Codes; 4] {
        self.histogram.0.each_ref().map(Codes::shortest)
    }
}

fn sum(parts: &[Histogram]) -> Histogram {
    let mut all = Histogram::new();
    for part in parts {
        all.add(part);
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^52")]
pub(super) fn bits_f64(histogram: &Histogram, codes: &[Codes; 4]) -> f64 {
    write::bits(histogram, codes) as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^52")]
pub(super) fn to_f64(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a factor near one")]
pub(super) fn to_f32(number: f64) -> f32 {
    number as f32
}
