//! Whether a reflection lies over what was to be read.
//!
//! Paper, sky, walls, windows and lamps are burnt out as well, and none of them is a fault. A reflection differs in
//! all of this at once: it is an island of white without a stroke in it; its light ebbs away slowly and pales the
//! strokes around it before they come back; what it lies on is darker than it; and strokes stand around it.

use crate::outcome::Check;
use crate::picture::Picture;

/// Hundredths of the picture that the core of the greatest reflection may take. Of sharp photos, lit as they were or
/// half as much again, six or seven in a thousand have as much.
const GLARE_LIMIT: f64 = 1.3;
/// Side of a block in pixels of the sight.
const BLOCK: usize = 8;
/// The darkest level of a burnt block.
const BURNT: u8 = 250;
/// A picture whose median is below this was taken at night, where lamps shine.
const NIGHT: u8 = 60;
/// More of the picture than one part in this many is no patch.
const MOST_DIVISOR: usize = 4;
/// Hundredths of its bounding box that a patch fills at least, and how much longer than wide it may be.
const LEAST_FILLED: usize = 40;
const MOST_LONGER: usize = 4;
/// Directions in which the surroundings are looked at; in how many the picture must not end before it tells something,
/// which is some blocks beyond the light; how many sixteenths of these may not show light that ebbs away; and how many
/// sixteenths must come upon strokes as well.
const WAYS: u8 = 16;
const LEAST_TELLING: usize = 11;
const LEAST_BEYOND: usize = 3;
const MOST_NOT_EBBING: usize = 2;
const LEAST_STROKES: usize = 10;
/// Blocks just beyond the burnt ones, in which even ink is this pale: light lies on it …
const NEAR: usize = 2;
const PALE: u8 = 130;
/// … and within three radii more, the ground is no longer burnt.
const AWAY: u8 = 246;
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
    all: Vec<Block>,
}

/// What is seen from the middle of a patch in one direction.
struct Look {
    /// Whether the light ebbs away.
    ebbs: bool,
    /// Whether strokes stand there.
    strokes: bool,
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
    let mut seen: Vec<bool> = (0..blocks.all.len()).map(|at| !blocks.is_core(at)).collect();
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
    let share = most as f64 * 100.0 / blocks.all.len().max(1) as f64;
    share
}

/// The core blocks that hang together with this one.
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
    if patch.len() * MOST_DIVISOR > blocks.all.len()
        || patch.len() * 100 < wide * high * LEAST_FILLED
        || wide.max(high) > MOST_LONGER * wide.min(high)
    {
        return false;
    }
    let centre = ((left + right) as f32 / 2.0, (top + bottom) as f32 / 2.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred blocks")]
    let reach = (3.0 * (patch.len() as f32 / std::f32::consts::PI).sqrt().max(4.0)) as usize;
    let looks = (0..WAYS).filter_map(|way| {
        let (down, across) = (f32::from(way) * std::f32::consts::TAU / f32::from(WAYS)).sin_cos();
        blocks.look(centre, (across, down), reach)
    });
    let looks: Vec<Look> = looks.collect();
    let ways = usize::from(WAYS);
    let ebbing = looks.iter().filter(|look| look.ebbs).count();
    let strokes = looks.iter().filter(|look| look.ebbs && look.strokes).count();
    looks.len() >= LEAST_TELLING
        && (looks.len() - ebbing) * ways <= looks.len() * MOST_NOT_EBBING
        && strokes * ways >= looks.len() * LEAST_STROKES
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
        Self { across, down, all: blocks }
    }

    /// Whether a block and all around it are burnt: the white between two lines of print is narrower than that.
    fn is_core(&self, at: usize) -> bool {
        let (column, row) = (at % self.across, at / self.across);
        let inside = column > 0 && row > 0 && column + 1 < self.across && row + 1 < self.down;
        let burnt = |at: usize| self.all.get(at).is_some_and(|block| block.least >= BURNT);
        inside && (row - 1..=row + 1).all(|row| (column - 1..=column + 1).all(|x| burnt(row * self.across + x)))
    }

    /// What lies in this direction; nothing where the picture ends too soon to tell.
    fn look(&self, centre: (f32, f32), way: (f32, f32), reach: usize) -> Option<Look> {
        let mut steps = (0_u16..)
            .map(|step| self.block(centre.0 + way.0 * f32::from(step), centre.1 + way.1 * f32::from(step)))
            .map_while(|block| block)
            .skip_while(|block| block.least >= BURNT);
        let near = steps.by_ref().take(NEAR).map(|block| block.least).min().unwrap_or(0);
        let beyond: Vec<Block> = steps.take(reach + 1).collect();
        let ground = beyond.iter().map(|block| block.most).min().unwrap_or(255);
        let strokes = beyond.iter().any(|block| block.most.saturating_sub(block.least) >= STROKES);
        (beyond.len() >= LEAST_BEYOND).then_some(Look { ebbs: near >= PALE && ground <= AWAY, strokes })
    }

    /// The block at these places, if there is one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at before")]
    fn block(&self, x: f32, y: f32) -> Option<Block> {
        let (x, y) = (x.round(), y.round());
        let within = x >= 0.0 && y >= 0.0 && (x as usize) < self.across && (y as usize) < self.down;
        self.all.get(within.then(|| y as usize * self.across + x as usize)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Channels;

    /// Lines of strokes, and light of this strength at the middle which falls off with this standard deviation; a
    /// negative strength is a white disc with a hard edge instead.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "levels")]
    fn lit(paper: f32, ink: f32, strength: f32, spread: f32) -> Picture {
        let (width, height) = (640_usize, 480_usize);
        let levels = (0..width * height).map(|at| {
            let (x, y) = (at % width, at / width);
            let written = y % 20 < 12 && (x / 3 + y / 20) % 3 == 0;
            let squares = (x as f32 - 320.0).powi(2) + (y as f32 - 240.0).powi(2);
            let light = if strength < 0.0 {
                if squares < spread * spread { 255.0 } else { 0.0 }
            } else {
                strength * (-squares / (2.0 * spread * spread)).exp()
            };
            ((if written { ink } else { paper }) + light).clamp(0.0, 255.0) as u8
        });
        Picture::new(640, 480, Channels::Grey, levels.collect()).unwrap()
    }

    #[test]
    fn a_reflection_over_strokes_is_noticed() {
        assert!(!check(&lit(200.0, 40.0, 500.0, 60.0)).pass);
        assert!(!check(&lit(170.0, 60.0, 400.0, 50.0)).pass);
    }

    #[test]
    fn what_is_white_for_other_reasons_passes() {
        assert!(check(&lit(200.0, 40.0, 0.0, 1.0)).pass);
        assert!(check(&lit(255.0, 40.0, 0.0, 1.0)).pass);
        assert!(check(&lit(200.0, 40.0, -1.0, 80.0)).pass); // a seal, a lamp or a window: its edge is hard
        assert!(check(&lit(15.0, 40.0, 500.0, 60.0)).pass); // a lamp at night
        assert!(check(&lit(200.0, 200.0, 500.0, 60.0)).pass); // a lit wall
    }
}
