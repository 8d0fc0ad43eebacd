//! What is dear and what is cheap in a picture of each kind.

use super::blocks::Masking;
use super::tables::Shape;
use crate::rule::Kind;

/// How a picture's bytes are divided among its details.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Taste {
    /// Tables of lightness and of colour at scale 1.
    pub(crate) shapes: [Shape; 2],
    /// What a bit costs in units of squared steps: how readily detail is dropped to save bits.
    pub(crate) dear: f32,
    pub(crate) masking: Masking,
}

impl Taste {
    pub(crate) fn of(kind: Kind) -> Self {
        let scene = Self {
            shapes: [Shape { level: 10.0, slope: 0.2, power: 1.6 }, Shape { level: 10.0, slope: 0.3, power: 1.5 }],
            dear: 0.055,
            masking: Masking { onset: 540.0, power: 0.3 },
        };
        match kind {
            Kind::Scene | Kind::Portrait => scene,
            // Strokes are what is busy in a text: nothing may hide behind them.
            Kind::Document | Kind::Rendering => Self { masking: Masking { onset: 540.0, power: 0.0 }, ..scene },
        }
    }
}
