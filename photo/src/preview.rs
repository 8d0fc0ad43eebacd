//! A small picture of a photo, for pages that show it: many formats a browser cannot show, and originals are large.

use crate::outcome::{Format, Output};
use crate::rule::{Colour, Kind, Rule};

/// Bytes a preview may take, as one for so many pixels of a square as long as it: 46 KB at 480 pixels, where print
/// that can be read at all stays readable.
const PIXELS_PER_BYTE: u64 = 5;
/// Shortest long side that is still a picture.
const LEAST_LONG_PX: u32 = 120;

/// The rule that a preview with a long side of at most `long_px` follows. It asks nothing of the photo.
fn preview_rule(long_px: u32) -> Rule {
    let long = long_px.clamp(LEAST_LONG_PX, 4096);
    Rule {
        name: "preview".to_owned(),
        version: 1,
        source: "our own".to_owned(),
        taken_on: None,
        kind: Kind::Scene,
        format: Format::Jpeg,
        max_pages: None,
        max_bytes: u64::from(long) * u64::from(long) / PIXELS_PER_BYTE,
        min_bytes: 0,
        min_short_px: 0,
        min_long_px: 0,
        max_long_px: Some(long),
        exact_px: None,
        dpi: None,
        colour: Colour::Srgb,
        background: "#ffffff".to_owned(),
    }
}

/// A small upright JPEG of the photo, its long side at most `long_px`. The photo may be too small or too blurred for its
/// rule: also one that was refused can be shown beside the reason. Nothing where it cannot be read at all.
///
/// Goes through the same steps as every photo and costs less, since a photo is decoded no larger than it is needed.
pub fn preview(bytes: &[u8], long_px: u32) -> Option<Output> {
    crate::normalise(bytes, &preview_rule(long_px)).output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_of_preview_is_a_rule_that_can_be_kept() {
        for long_px in [0, 120, 480, 960, u32::MAX] {
            assert_eq!(preview_rule(long_px).validate(), Ok(()), "{long_px}");
        }
    }
}
