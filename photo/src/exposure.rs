//! Whether there was light enough, and not too much of it.

use crate::outcome::Check;
use crate::picture::Picture;

/// Below this (geometric mean of the median and of the lights, the level that only 15 pixels in 1000 exceed) a picture
/// is too dark; evening streets reach 45.
const DARK_LIMIT: f64 = 37.0;
/// A lit sign in the night is no dark picture: its lights reach this level.
const LIT: u8 = 110;
/// Share of pixels that are clipped from which light may have burnt the picture out …
const WHITE_SHARE: f64 = 0.55;
const WHITE: u8 = 254;
/// … also where less was bright enough to be clipped, but what was dark lies well beyond its limit, by so many levels …
const WHITE_SHARE_PALE: f64 = 0.3;
const WELL_BEYOND: f64 = 9.0;
/// … and has, if even the darkest five-hundredth is this bright: brighter than any shadow, where there are dark places,
/// or brighter than thin ink on white paper, where there are only strokes.
const DARKEST: f64 = 0.002;
const BRIGHT_LIMIT: f64 = 79.0;
const BRIGHT_LIMIT_PAPER: f64 = 140.0;
/// Where there are only strokes, but four fifths of what is not all but white are paler than ink, it is no print.
const BRIGHT_LIMIT_PALE: f64 = 95.0;
const ALL_BUT_WHITE: u8 = 245;
const PALE_SHARE: f64 = 0.2;
const PALE: u8 = 170;
/// A dark place: a block of this side, in pixels of the sight, whose mean is below this level. Lines of print on white
/// paper are lighter. One block in a hundred is enough.
const BLOCK: usize = 16;
const BLOCK_LEVEL: usize = 190;
const BLOCK_DIVISOR: usize = 100;

/// Measures darkness and brightness in the sight.
pub(crate) fn check(sight: &Picture) -> Vec<Check> {
    let mut counts = [0_u32; 256];
    for level in &sight.data {
        if let Some(count) = counts.get_mut(usize::from(*level)) {
            *count += 1;
        }
    }
    let level = |share: f64| percentile(&counts, share);
    let total = f64::from(counts.iter().sum::<u32>().max(1));
    let white = f64::from(counts.iter().skip(usize::from(WHITE)).sum::<u32>()) / total;
    let (median, lights) = (level(0.5), level(0.985));
    let light = (f64::from(median) * f64::from(lights)).sqrt();
    let darkest = f64::from(level(DARKEST));
    let left = counts.iter().take(usize::from(ALL_BUT_WHITE)).sum::<u32>();
    let bright_limit = if has_dark_places(sight) {
        BRIGHT_LIMIT
    } else if level(f64::from(left) / total * PALE_SHARE) >= PALE {
        BRIGHT_LIMIT_PALE
    } else {
        BRIGHT_LIMIT_PAPER
    };
    let white_share = if darkest >= bright_limit + WELL_BEYOND { WHITE_SHARE_PALE } else { WHITE_SHARE };
    vec![
        Check {
            name: "darkness".to_owned(),
            value: light,
            limit: DARK_LIMIT,
            pass: light >= DARK_LIMIT || lights >= LIT,
        },
        Check {
            name: "brightness".to_owned(),
            value: darkest,
            limit: bright_limit,
            pass: darkest < bright_limit || white < white_share,
        },
    ]
}

/// Whether one block in a hundred is dark, and not only crossed by strokes.
fn has_dark_places(sight: &Picture) -> bool {
    let (across, down) = (sight.width as usize / BLOCK, sight.height as usize / BLOCK);
    let mut sums = vec![0_usize; across * down];
    for (row, levels) in sight.data.chunks_exact(sight.width as usize).take(down * BLOCK).enumerate() {
        let blocks = sums.iter_mut().skip(row / BLOCK * across);
        for (sum, levels) in blocks.zip(levels.chunks_exact(BLOCK)) {
            *sum += levels.iter().map(|level| usize::from(*level)).sum::<usize>();
        }
    }
    let dark = sums.iter().filter(|sum| **sum < BLOCK_LEVEL * BLOCK * BLOCK).count();
    dark * BLOCK_DIVISOR > sums.len()
}

/// The level below or at which `share` of the pixels lie.
fn percentile(counts: &[u32; 256], share: f64) -> u8 {
    let wanted = f64::from(counts.iter().sum::<u32>()) * share;
    let mut seen = 0;
    let found = counts.iter().position(|count| {
        seen += count;
        f64::from(seen) > wanted
    });
    found.and_then(|level| u8::try_from(level).ok()).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Channels;

    /// A page where `ink` of a thousand pixels have one level and the rest another.
    fn page(ink: u32, level: u8, rest: u8) -> Picture {
        let data = (0..100_000_u32).map(|i| if i % 1000 < ink { level } else { rest }).collect();
        Picture::new(400, 250, Channels::Grey, data).unwrap()
    }

    fn failed(picture: &Picture) -> Vec<String> {
        check(picture).into_iter().filter(|check| !check.pass).map(|check| check.name).collect()
    }

    #[test]
    fn night_with_a_lit_sign_passes_and_night_alone_does_not() {
        assert_eq!(failed(&page(30, 230, 4)), Vec::<String>::new());
        assert_eq!(failed(&page(30, 60, 8)), ["darkness"]);
    }

    #[test]
    fn a_white_page_with_a_line_of_text_passes_and_a_burnt_one_does_not() {
        assert_eq!(failed(&page(5, 40, 255)), Vec::<String>::new());
        assert_eq!(failed(&page(300, 180, 255)), ["brightness"]);
    }

    #[test]
    fn less_need_be_clipped_where_nothing_is_dark_any_more() {
        assert_eq!(failed(&page(650, 82, 255)), Vec::<String>::new());
        assert_eq!(failed(&page(650, 110, 255)), ["brightness"]);
        assert_eq!(failed(&page(800, 110, 255)), Vec::<String>::new());
    }
}
