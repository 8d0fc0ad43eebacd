//! The finished picture as the encoder takes it.

use crate::advice::Refusal;
use crate::colour;
use crate::encode::Planes;
use crate::outcome::Format;
use crate::picture::Picture;
use crate::planar::Scaled;
use crate::rule::{Colour, Rule};

/// Pixels for a PNG, planes for a JPEG: in the rule's colours, of one or three channels.
pub(crate) enum Canvas {
    Pixels(Picture),
    Planes(Planes),
}

impl Canvas {
    /// What the rule's format and colour make of a picture without opacity.
    pub(crate) fn of(scaled: Scaled, rule: &Rule) -> Result<Self, Refusal> {
        let grey = rule.colour == Colour::Grey;
        // What a page of a PDF holds is a JPEG.
        match (scaled, rule.format) {
            (Scaled::Ycc(planes), Format::Jpeg | Format::Pdf) => {
                let planes = Planes::of_ycc(planes);
                Ok(Self::Planes(if grey { planes.grey() } else { planes }))
            }
            (scaled, format) => {
                let picture = scaled.joined()?;
                let picture = if grey { colour::to_grey(picture) } else { colour::to_rgb(picture) };
                Ok(match format {
                    Format::Jpeg | Format::Pdf => Self::Planes(Planes::of(&picture)),
                    Format::Png => Self::Pixels(picture),
                })
            }
        }
    }
}
