//! Whether strokes are sharp enough to be read.
//!
//! A sharp edge has a gradient that falls quickly as the picture is smoothed, a blurred one hardly notices: from the
//! gradients at two scales follows the width of each edge (`edges.rs`). Both measures look for what is sharp and not
//! for what is soft, for a sharp sign before a soft background is a good photo:
//!
//! - **blur**: the picture is cut into tiles; a tile is as wide as its widest direction, so that a shaken one cannot
//!   pass by its streaks. A picture is blurred when not even its best tiles are sharp.
//! - **shake**: a moved camera smears what lies across its path and leaves what lies along it. How far an edge is
//!   smeared tells its rise: the levels around it by its steepness. Thin strokes keep steps under motion, but faint
//!   ones, of a share of the levels around, so that their rise grows as well. A picture is shaken when even the
//!   sharpest edges of one direction rise far more slowly than those at right angles.
//!
//! One number over all pixels cannot tell these apart: a soft sign with few edges scores below a shaken street.

mod contrast;
mod edges;
mod smooth;

use crate::outcome::Check;
use crate::picture::Picture;
use edges::{Edge, STEP_RISE, WAYS};

/// Width of the edges in the best tiles, in pixels of the sight, from which nothing is sharp. Sharp photos, noisy, dim
/// or pressed hard, stay below 1.65; a Gaussian of six tenths of a hundredth of the longer side comes to 2.2 and more.
const BLUR_LIMIT: f64 = 1.9;
/// How many times longer the sharpest edges of one direction take to rise than those at right angles, times the root of
/// how many times longer than a step, when the camera was moved.
const SHAKE_LIMIT: f64 = 2.1;
/// How many times longer than a step counts at most: all edges of a blurred picture are long, and those of no direction
/// are far longer than others.
const LONGEST_SHAKE: f32 = 2.2;
/// Edges that a direction needs before shake is judged by it, as a number and in hundredths of all.
const LEAST_SHAKE: usize = 10;
const LEAST_PERCENT_SHAKE: usize = 1;
/// The share of a direction's edges that speaks for its sharpness.
const SHARPEST_SHAKE: f32 = 0.1;
/// Side of a tile in pixels: a few characters of a sign.
const TILE: usize = 192;
/// Edges a tile needs before it is judged, and one direction in it, as a number and in hundredths of the tile's.
const LEAST_EDGES: usize = edges::ENOUGH;
const LEAST_ONE_WAY: usize = 10;
const LEAST_PERCENT_ONE_WAY: usize = 3;
/// The share of a direction's edges, and of all tiles, that speaks for it: the sharpest.
const SHARPEST_EDGES: f32 = 0.2;
const SHARPEST_TILES: f64 = 0.05;
/// A tile with more edges than this counts no more than others.
const MOST_WEIGHT: usize = 400;
/// Edges the whole picture needs before shake is judged.
const LEAST_EDGES_SHAKE: usize = 100;

/// Measures blur and shake in the sight.
pub(crate) fn check(sight: &Picture) -> Vec<Check> {
    let edges = edges::edges(sight);
    let blur = blur(&edges, sight.width as usize);
    let shake = shake(&edges);
    vec![
        Check { name: "blur".to_owned(), value: blur, limit: BLUR_LIMIT, pass: blur < BLUR_LIMIT },
        Check { name: "shake".to_owned(), value: shake, limit: SHAKE_LIMIT, pass: shake < SHAKE_LIMIT },
    ]
}

/// The width of the edges in the sharpest tiles; 0 when there is nothing to judge.
fn blur(edges: &[Edge], width: usize) -> f64 {
    let across = width.div_ceil(TILE);
    let mut tiles: Vec<Vec<&Edge>> = Vec::new();
    for edge in edges {
        let tile = edge.y / TILE * across + edge.x / TILE;
        if tiles.len() <= tile {
            tiles.resize_with(tile + 1, Vec::new);
        }
        if let Some(tile) = tiles.get_mut(tile) {
            tile.push(edge);
        }
    }
    let judged = tiles.iter().filter(|tile| tile.len() >= LEAST_EDGES);
    let mut widths: Vec<(f32, usize)> =
        judged.filter_map(|tile| Some((widest(tile)?, tile.len().min(MOST_WEIGHT)))).collect();
    if widths.is_empty() && edges.len() >= LEAST_EDGES {
        // Few strokes, far apart: all of them together.
        widths.extend(widest(&edges.iter().collect::<Vec<_>>()).map(|width| (width, 1)));
    }
    widths.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    #[expect(clippy::cast_precision_loss, reason = "some dozen tiles of a few hundred")]
    let wanted = widths.iter().map(|(_, weight)| weight).sum::<usize>() as f64 * SHARPEST_TILES;
    let mut seen = 0.0;
    let found = widths.iter().find(|(_, weight)| {
        #[expect(clippy::cast_precision_loss, reason = "at most MOST_WEIGHT")]
        let weight = *weight as f64;
        seen += weight;
        seen >= wanted
    });
    found.map_or(0.0, |(width, _)| f64::from(*width))
}

/// The width that the sharpest edges have across the direction where they are widest.
fn widest(tile: &[&Edge]) -> Option<f32> {
    let least = LEAST_ONE_WAY.max(tile.len() * LEAST_PERCENT_ONE_WAY / 100);
    let ways = (0..WAYS).filter_map(|way| {
        let widths = within(tile.iter().copied(), way).map(|edge| edge.width).collect::<Vec<_>>();
        (widths.len() >= least).then(|| sharpest(widths, SHARPEST_EDGES)).flatten()
    });
    ways.reduce(f32::max)
}

/// The greatest difference between a direction and that at right angles; 0 when there is nothing to compare.
fn shake(edges: &[Edge]) -> f64 {
    if edges.len() < LEAST_EDGES_SHAKE {
        return 0.0;
    }
    let least = LEAST_SHAKE.max(edges.len() * LEAST_PERCENT_SHAKE / 100); // corners have no direction
    let rise = |way: usize| {
        let rises = within(edges.iter(), way).map(|edge| edge.rise).collect::<Vec<_>>();
        (rises.len() >= least).then(|| sharpest(rises, SHARPEST_SHAKE)).flatten()
    };
    let rises: Vec<Option<f32>> = (0..WAYS).map(rise).collect();
    let turned = rises.iter().cycle().skip(WAYS / 2);
    let found = rises.iter().zip(turned).filter_map(|(along, across)| {
        let (along, across) = ((*along)?, (*across)?);
        Some(across / along * (across / STEP_RISE).min(LONGEST_SHAKE).sqrt())
    });
    found.reduce(f32::max).map_or(0.0, f64::from)
}

/// The edges of one direction and of the next: an eighth of a turn in all, so that none falls between two.
fn within<'a>(edges: impl Iterator<Item = &'a Edge>, way: usize) -> impl Iterator<Item = &'a Edge> {
    edges.filter(move |edge| edge.way == way || edge.way == (way + 1) % WAYS)
}

/// The value that this share of all stays below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of the edges"
)]
fn sharpest(mut values: Vec<f32>, share: f32) -> Option<f32> {
    let rank = (values.len() as f32 * share) as usize;
    (rank < values.len()).then(|| *values.select_nth_unstable_by(rank, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::smooth::{along_columns, along_rows};
    use super::*;
    use crate::picture::Channels;

    /// Squares smoothed by a box of this many pixels across and down, thrice.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "levels of 8 bits"
    )]
    fn squares(across: usize, down: usize) -> Picture {
        let (width, height) = (400_usize, 300_usize);
        let mut luma: Vec<f32> = (0..width * height)
            .map(|i| if (i % width / 50 + i / width / 43) % 2 == 0 { 210.0 } else { 60.0 })
            .collect();
        for _ in 0..3 {
            let mut rows = vec![0.0; luma.len()];
            along_rows(&luma, width, &vec![1.0 / across as f32; across], &mut rows);
            along_columns(&rows, width, &vec![1.0 / down as f32; down], &mut luma);
        }
        Picture::new(400, 300, Channels::Grey, luma.into_iter().map(|v| v.round() as u8).collect()).unwrap()
    }

    fn failed(picture: &Picture) -> Vec<String> {
        check(picture).into_iter().filter(|check| !check.pass).map(|check| check.name).collect()
    }

    #[test]
    fn sharp_and_slightly_soft_pass_and_blur_does_not() {
        assert_eq!(failed(&squares(1, 1)), Vec::<String>::new());
        assert_eq!(failed(&squares(9, 9)), ["blur"]);
    }

    #[test]
    fn the_width_is_measured_in_pixels() {
        // Three boxes of 9 have a variance of 3 · (81 − 1) / 12 = 20, and looking adds 7 / 3.
        let value = check(&squares(9, 9)).first().unwrap().value;
        assert!((value - (20.0_f64 + 7.0 / 3.0).sqrt()).abs() < 1.0, "{value}");
    }

    #[test]
    fn shake_in_one_direction_is_noticed() {
        assert!(failed(&squares(13, 1)).contains(&"shake".to_owned()));
        assert!(failed(&squares(1, 13)).contains(&"shake".to_owned()));
    }

    #[test]
    fn nothing_to_see_is_nothing_to_blame() {
        assert!(failed(&Picture::new(300, 300, Channels::Grey, vec![128; 90_000]).unwrap()).is_empty());
        assert!(failed(&Picture::new(5, 5, Channels::Grey, vec![0; 25]).unwrap()).is_empty());
    }
}
