//! Swaps the rows and columns of a plane.

/// Samples a side of the square that is turned at once, and of the tile whose lines stay in the nearest cache.
const SQUARE: usize = 16;
const TILE: usize = 64;

/// Sixteen samples that lie side by side.
type Line = [u8; SQUARE];

/// The plane of one byte a sample and `width` samples a row, with what was a row as a column.
pub(crate) fn transposed(source: &[u8], width: usize) -> Vec<u8> {
    let height = source.len().checked_div(width).unwrap_or(0);
    let mut target = vec![0; width * height];
    for left in (0..width).step_by(TILE) {
        for top in (0..height).step_by(TILE) {
            for x in (left..width.min(left + TILE)).step_by(SQUARE) {
                for y in (top..height.min(top + TILE)).step_by(SQUARE) {
                    if x + SQUARE <= width && y + SQUARE <= height {
                        turn_square(source, width, &mut target, height, (x, y));
                    } else {
                        turn_rest(source, width, &mut target, height, (x, y));
                    }
                }
            }
        }
    }
    target
}

/// Turns the whole square whose top left corner in the source is at `(x, y)`.
#[inline]
fn turn_square(source: &[u8], width: usize, target: &mut [u8], height: usize, (x, y): (usize, usize)) {
    let mut square = [[0; SQUARE]; SQUARE];
    for (number, line) in square.iter_mut().enumerate() {
        if let Some(samples) = source.get((y + number) * width + x..).and_then(|rest| rest.first_chunk()) {
            *line = *samples;
        }
    }
    for (number, line) in turned(square).iter().enumerate() {
        if let Some(samples) = target.get_mut((x + number) * height + y..).and_then(|rest| rest.first_chunk_mut()) {
            *samples = *line;
        }
    }
}

/// The same one by one, for what is left of a square at the rim.
fn turn_rest(source: &[u8], width: usize, target: &mut [u8], height: usize, (x, y): (usize, usize)) {
    for x in x..width.min(x + SQUARE) {
        for y in y..height.min(y + SQUARE) {
            if let (Some(slot), Some(sample)) = (target.get_mut(x * height + y), source.get(y * width + x)) {
                *slot = *sample;
            }
        }
    }
}

/// A square turned: four times, the first half of its lines is woven with the second. Vector code does a weave in one
/// instruction.
#[inline]
fn turned(mut lines: [Line; SQUARE]) -> [Line; SQUARE] {
    for _ in 0..SQUARE.ilog2() {
        let (first, second) = lines.split_at(SQUARE / 2);
        let mut woven = [[0; SQUARE]; SQUARE];
        for ((pair, a), b) in woven.as_chunks_mut::<2>().0.iter_mut().zip(first).zip(second) {
            *pair = weave(a, b);
        }
        lines = woven;
    }
    lines
}

/// The samples of two lines in turn.
#[inline]
fn weave(a: &Line, b: &Line) -> [Line; 2] {
    let mut woven = [[0; SQUARE]; 2];
    for (pair, (a, b)) in woven.as_flattened_mut().as_chunks_mut::<2>().0.iter_mut().zip(a.iter().zip(b)) {
        *pair = [*a, *b];
    }
    woven
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_finds_its_place() {
        for (width, height) in [(1, 1), (16, 16), (5, 40), (40, 5), (130, 67), (64, 128), (1, 100)] {
            let source: Vec<u8> = (0..width * height).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let target = transposed(&source, width);
            for at in 0..source.len() {
                assert_eq!(target[at % width * height + at / width], source[at], "{width}x{height} {at}");
            }
        }
        assert!(transposed(&[], 0).is_empty());
    }
}
