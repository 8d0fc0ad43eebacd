//! Whether a reflection lies over what was to be read.
//!
//! Paper, sky, walls, windows and lamps are burnt out as well, and none of them is a fault. A reflection differs in
//! all of this at once: it is an island of white without a stroke in it; its light ebbs away slowly and pales the
//! strokes around it before they come back; what it lies on is darker than it; and strokes stand around it.

use crate::outcome::Check;
use crate::picture::Picture;

/// Hundredths of the picture that the greatest reflection may burn out: a character of a sign is about as large.
const GLARE_LIMIT: f64 = 1.0;
/// Side of a block in pixels of the sight.
const BLOCK: usize = 8;
/// The darkest level of a burnt block.
const BURNT: u8 = 250;
/// A picture whose median is below this was taken at night, where lamps shine.
const NIGHT: u8 = 60;
/// More of the picture than one part in this many is no patch.
const MOST_DIVISOR: usize = 4;
/// Share of its bounding box (as a divisor) that a patch fills at least.
const COMPACT_DIVISOR: usize = 2;
/// Directions in which the surroundings are looked at, as unit vectors.
const WAYS: usize = 16;
/// Of these, how many must show light that ebbs away, and how many must come upon strokes.
const LEAST_EBBING: usize = 13;
const LEAST_STROKES: usize = 9;
/// Just beyond the patch the brightest and the darkest level are still this high: light lies on the ink as well …
const PALE: u8 = 150;
const BRIGHT: u8 = 225;
/// … and a radius further on, even the brightest is below this.
const AWAY: u8 = 228;
/// Levels between the darkest and the brightest of a block that has strokes.
const STROKES: u8 = 60;

/// The darkest and the brightest level of a block.
#[derive(Clone, Copy)]
struct Block {
    least: u8,
    most: u8,
}

/// The picture in blocks, row by row.
struct Blocks {
    across: usize,
    down: usize,
    blocks: Vec<Block>,
}

/// Measures reflections in the sight.
pub(crate) fn check(sight: &Picture) -> Check {
    let value = if is_night(sight) { 0.0 } else { greatest(&Blocks::new(sight)) };
    Check { name: "glare".to_owned(), value, limit: GLARE_LIMIT, pass: value < GLARE_LIMIT }
}

fn is_night(sight: &Picture) -> bool {
    let dark = sight.data.iter().filter(|level| **level < NIGHT).count();
    dark * 2 > sight.data.len()
}

/// Hundredths of the picture that its greatest reflection takes.
fn greatest(blocks: &Blocks) -> f64 {
    let mut seen: Vec<bool> = blocks.blocks.iter().map(|block| block.least < BURNT).collect();
    let mut most = 0;
    for start in 0..seen.len() {
        if seen.get(start) == Some(&false) {
            let patch = patch(blocks, &mut seen, start);
            if patch.len() > most && is_reflection(blocks, &patch) {
                most = patch.len();
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "some thousand blocks")]
    let share = most as f64 * 100.0 / blocks.blocks.len().max(1) as f64;
    share
}

/// The burnt blocks that hang together with this one.
fn patch(blocks: &Blocks, seen: &mut [bool], start: usize) -> Vec<usize> {
    let mut found = vec![start];
    let mut next = 0;
    if let Some(seen) = seen.get_mut(start) {
        *seen = true;
    }
    while let Some(at) = found.get(next).copied() {
        next += 1;
        let column = at % blocks.across;
        let sides = [
            (column > 0).then(|| at - 1),
            (column + 1 < blocks.across).then_some(at + 1),
            at.checked_sub(blocks.across),
            Some(at + blocks.across),
        ];
        for side in sides.into_iter().flatten() {
            if let Some(seen) = seen.get_mut(side).filter(|seen| !**seen) {
                *seen = true;
                found.push(side);
            }
        }
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "some thousand blocks")]
fn is_reflection(blocks: &Blocks, patch: &[usize]) -> bool {
    let span = |place: &dyn Fn(usize) -> usize| {
        let places = patch.iter().map(|at| place(*at));
        (places.clone().min().unwrap_or(0), places.max().unwrap_or(0))
    };
    let (left, right) = span(&|at| at % blocks.across);
    let (top, bottom) = span(&|at| at / blocks.across);
    let (wide, high) = (right - left + 1, bottom - top + 1);
    let at_rim = left == 0 || top == 0 || right + 1 == blocks.across || bottom + 1 == blocks.down;
    if at_rim
        || patch.len() * MOST_DIVISOR > blocks.blocks.len()
        || patch.len() * COMPACT_DIVISOR < wide * high
        || wide.max(high) > 4 * wide.min(high)
    {
        return false;
    }
    let centre = ((left + right) as f32 / 2.0, (top + bottom) as f32 / 2.0);
    let reach = (patch.len() as f32 / std::f32::consts::PI).sqrt().max(4.0);
    let rays = (0..WAYS).map(|way| {
        let (down, across) = (way as f32 * std::f32::consts::TAU / WAYS as f32).sin_cos();
        blocks.look(patch, centre, (across, down), reach)
    });
    let (ebbing, strokes) = rays.fold((0, 0), |(ebbing, strokes), (ebbs, has)| {
        (ebbing + usize::from(ebbs), strokes + usize::from(ebbs && has))
    });
    ebbing >= LEAST_EBBING && strokes >= LEAST_STROKES
}

impl Blocks {
    fn new(sight: &Picture) -> Self {
        let (across, down) = (sight.width as usize / BLOCK, sight.height as usize / BLOCK);
        let mut blocks = vec![Block { least: 255, most: 0 }; across * down];
        for (row, levels) in sight.data.chunks_exact(sight.width as usize).take(down * BLOCK).enumerate() {
            let line = blocks.iter_mut().skip(row / BLOCK * across);
            for (block, levels) in line.zip(levels.chunks_exact(BLOCK)) {
                for level in levels {
                    block.least = block.least.min(*level);
                    block.most = block.most.max(*level);
                }
            }
        }
        Self { across, down, blocks }
    }

    /// Whether the light ebbs away in this direction, and whether strokes stand there. What lies beyond the picture's
    /// rim tells neither.
    fn look(&self, patch: &[usize], centre: (f32, f32), way: (f32, f32), reach: f32) -> (bool, bool) {
        let place = |steps: f32| self.place(centre.0 + way.0 * steps, centre.1 + way.1 * steps);
        let steps = || (0_u16..).map(f32::from).map(|step| (step, place(step))).take_while(|(_, at)| at.is_some());
        let Some(last) = steps().filter(|(_, at)| at.is_some_and(|at| patch.contains(&at))).last() else {
            return (false, false);
        };
        let block = |steps: f32| place(last.0 + steps).and_then(|at| self.blocks.get(at)).copied();
        let (Some(near), Some(far)) = (block(2.0), block(2.0 + reach)) else {
            return (false, false);
        };
        let ebbs = near.least >= PALE && near.most >= BRIGHT && far.most < AWAY;
        let beyond = steps().filter(|(step, _)| *step > last.0 + 2.0 && *step < last.0 + 2.0 + 2.0 * reach);
        let strokes = beyond
            .filter_map(|(_, at)| self.blocks.get(at?))
            .any(|block| block.most.saturating_sub(block.least) >= STROKES);
        (ebbs, strokes)
    }

    /// The block at these places, if there is one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at before")]
    fn place(&self, x: f32, y: f32) -> Option<usize> {
        let (x, y) = (x.round(), y.round());
        let within = x >= 0.0 && y >= 0.0 && (x as usize) < self.across && (y as usize) < self.down;
        within.then(|| y as usize * self.across + x as usize)
    }
}
