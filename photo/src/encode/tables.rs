//! How coarsely each frequency is stored.

/// The two tables of a file: of lightness and of colour, in zigzag order.
pub(crate) type Tables = [[u8; 64]; 2];

/// Luminance table of the standard (ITU-T T.81, K.1): what qualities are measured against.
const COMMON: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// Across and down frequency of each place of the zigzag order.
fn frequencies() -> impl Iterator<Item = (u8, u8)> {
    let diagonal = |sum: u8| {
        let (from, to) = (sum.saturating_sub(7), sum.min(7));
        (from..=to).map(move |at| if sum.is_multiple_of(2) { (at, sum - at) } else { (sum - at, at) })
    };
    (0..15).flat_map(diagonal)
}

/// How the steps of one plane grow with frequency: `1 + slope · distance^power`, all times `level`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) level: f32,
    pub(crate) slope: f32,
    pub(crate) power: f32,
}

impl Shape {
    fn at(self, scale: f32) -> [u8; 64] {
        let mut table = [1; 64];
        for (slot, (across, down)) in table.iter_mut().zip(frequencies()) {
            let distance = f32::from(across).hypot(f32::from(down));
            let step = self.level * scale * (1.0 + self.slope * distance.powf(self.power));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=255")]
            let step = step.round().clamp(1.0, 255.0) as u8;
            *slot = step;
        }
        table
    }
}

/// The tables of these shapes at one scale.
pub(crate) fn tables(shapes: [Shape; 2], scale: f32) -> Tables {
    shapes.map(|shape| shape.at(scale))
}

/// The quality whose common table of lightness comes closest to this one, by the sum of its entries.
pub(crate) fn quality(table: &[u8; 64]) -> u8 {
    let sum: u32 = table.iter().map(|step| u32::from(*step)).sum();
    let at = |quality: u32| -> u32 {
        let strength = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
        COMMON.iter().map(|entry| ((u32::from(*entry) * strength + 50) / 100).clamp(1, 255)).sum()
    };
    (1..=100_u8).min_by_key(|quality| at(u32::from(*quality)).abs_diff(sum)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_go_zigzag() {
        let all: Vec<_> = frequencies().collect();
        assert_eq!(all[..6], [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0)]);
        assert_eq!((all.len(), all[63]), (64, (7, 7)));
    }

    #[test]
    fn common_tables_have_their_own_quality() {
        assert_eq!(quality(&COMMON.map(|step| u8::try_from(step).unwrap())), 50);
        assert_eq!(quality(&[1; 64]), 100);
    }
}
