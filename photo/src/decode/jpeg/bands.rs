//! One block's band of coefficients in a progressive scan.

use super::huffman::{Bits, Table};
use super::scan::Scan;
use crate::advice::{self, Refusal};

/// The first scan of a band of coefficients.
#[inline]
pub(super) fn first_band(
    bits: &mut Bits<'_>,
    table: &Table,
    band: &mut [i16],
    scan: &Scan,
    ended: &mut u32,
) -> Result<(), Refusal> {
    if *ended > 0 {
        *ended -= 1;
        return Ok(());
    }
    let mut index = scan.first;
    while index <= scan.last {
        bits.refill();
        let symbol = bits.symbol(table)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            if run < 15 {
                let run = u32::from(symbol >> 4);
                *ended = (1 << run) + bits.raw(run) - 1;
                return Ok(());
            }
            index += 16;
            continue;
        }
        index += run;
        let slot = band.get_mut(index).filter(|_| size <= 11).ok_or_else(advice::damaged)?;
        *slot = i16::try_from(bits.value(size) << scan.low).map_err(|_| advice::damaged())?;
        index += 1;
    }
    if index > 64 { Err(advice::damaged()) } else { Ok(()) }
}

/// A later scan: one more bit of each coefficient, and those that now leave nought.
#[inline]
pub(super) fn refine_band(
    bits: &mut Bits<'_>,
    table: &Table,
    band: &mut [i16],
    scan: &Scan,
    ended: &mut u32,
) -> Result<(), Refusal> {
    let step = 1_i16 << scan.low;
    let mut index = scan.first;
    if *ended == 0 {
        while index <= scan.last {
            bits.refill();
            let symbol = bits.symbol(table)?;
            let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
            let value = match size {
                0 if run < 15 => {
                    *ended = (1 << run) + bits.raw(run);
                    break;
                }
                0 => 0,
                1 => {
                    if bits.bit() {
                        step
                    } else {
                        -step
                    }
                }
                _ => return Err(advice::damaged()),
            };
            // Skip `run` coefficients that are nought, refining the others on the way.
            loop {
                let slot = band.get_mut(index).ok_or_else(advice::damaged)?;
                if *slot == 0 {
                    if run == 0 {
                        *slot = value;
                        break;
                    }
                    run -= 1;
                } else {
                    refine(bits, slot, step);
                }
                index += 1;
                if index > scan.last {
                    if value != 0 {
                        return Err(advice::damaged());
                    }
                    break;
                }
            }
            index += 1;
        }
    }
    if *ended > 0 {
        band.iter_mut().skip(index).filter(|slot| **slot != 0).for_each(|slot| refine(bits, slot, step));
        *ended -= 1;
    }
    Ok(())
}

#[inline]
fn refine(bits: &mut Bits<'_>, slot: &mut i16, step: i16) {
    if bits.bit() && slot.unsigned_abs() & step.unsigned_abs() == 0 {
        *slot = slot.saturating_add(if *slot > 0 { step } else { -step });
    }
}
