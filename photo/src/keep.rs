//! Keeps the stored picture bit for bit where it already meets the rule: encoding again could only lose.
//! Everything but the picture's own segments is left out, so that the file is as clean as one we wrote ourselves.

use crate::decode::jpeg_parts;
use crate::limits::Limits;
use crate::outcome::{Format, Output};
use crate::probe::{Container, Header};
use crate::rule::{Colour, Rule};

/// The file as it will be handed on; nothing when the picture must be encoded anew.
pub(crate) fn keep(bytes: &[u8], header: &Header, rule: &Rule, limits: &Limits) -> Option<Output> {
    if header.container != Container::Jpeg || rule.format != Format::Jpeg || header.orientation != 1 {
        return None;
    }
    let parts = jpeg_parts(bytes, limits)?;
    if parts.grey != (rule.colour == Colour::Grey) {
        return None;
    }
    let mut data = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 2];
    let dpi = rule.dpi.and_then(|dpi| u16::try_from(dpi).ok());
    let [high, low] = dpi.unwrap_or(1).to_be_bytes();
    data.extend([u8::from(dpi.is_some()), high, low, high, low, 0, 0]);
    parts.kept.iter().for_each(|part| data.extend_from_slice(part));
    data.extend([0xff, 0xd9]);
    let output = Output {
        format: Format::Jpeg,
        width: header.width,
        height: header.height,
        bytes: data.len() as u64,
        quality: Some(parts.quality),
        data,
    };
    rule.misfits(&output.facts()).is_empty().then_some(output)
}
